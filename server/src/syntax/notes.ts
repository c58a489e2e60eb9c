/** What stands behind a value of a config, to the end of its line, after the mark of a comment. */
const behind = {
  '#': /[ \t]*(?:,[ \t]*)?#+([^\r\n]*)/y,
  '//': /[ \t]*(?:,[ \t]*)?(?:\/\/+([^\r\n]*)|\/\*([^\r\n]*?)\*\/)/y,
} as const;

/** The comment that stands on the line of a value, behind it. */
export function noteBehind(
  text: string,
  end: number,
  mark: keyof typeof behind,
): string | undefined {
  const pattern = behind[mark];
  pattern.lastIndex = end;
  const found = pattern.exec(text);
  const note = (found?.[1] ?? found?.[2])?.trim();
  return note === '' ? undefined : note;
}
