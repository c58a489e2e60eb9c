/** A colour that can be seen as a thin line: some themes' chart orange is a faint highlight. */
export function solid(color: string, fallback: string): string {
  const alpha = /^#[\da-f]{6}([\da-f]{2})$/i.exec(color)?.[1];
  const isFaint = alpha !== undefined ? alpha.toLowerCase() !== 'ff' : color.startsWith('rgba');
  return isFaint ? fallback : color;
}
