/** A text that a language of configs reads, with a file name that says which one. */
export interface ReadableText {
  readonly name: string;
  readonly text: string;
}

/** Endings of files that are read as they are. */
export const copyEndings = /\.(json|py|toml|ya?ml)$/i;

/** What pix2pix and CycleGAN write behind a value that was set by hand. */
const presetNote = /\s+\[default: .*\]$/;
/** Lines of one option each: `lambda_A: 10.0`, `kl_weight = 0.1`. */
const optionLine = /^\s*(?:--)?([\w./-]+)\s*[:=]\s*(.*)$/;
/** More lines are no options that somebody has set. */
const mostLines = 5000;

/**
 * A copy of options as a text that a language of configs reads. Programs also print them into plain
 * texts: as JSON, as Python shows a `Namespace`, or one on each line, as pix2pix does (`train_opt.txt`).
 */
export function toReadableText(name: string, text: string): ReadableText {
  if (copyEndings.test(name)) return { name, text };
  const start = text.trimStart();
  if (start.startsWith('{')) return { name: `${name}.json`, text };
  const called = /^(?:[\w.]+\s*=\s*)?(?:argparse\.)?Namespace\(/.exec(start);
  if (called)
    return { name: `${name}.py`, text: `options = dict(${start.slice(called[0].length)}` };
  const options = text.split('\n', mostLines).flatMap((line): [string, string][] => {
    const [, key, value] = optionLine.exec(line) ?? [];
    return key === undefined || value === undefined
      ? []
      : [[key, value.trim().replace(presetNote, '')]];
  });
  return { name: `${name}.json`, text: JSON.stringify(Object.fromEntries(options)) };
}
