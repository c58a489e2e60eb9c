/** The id of the variant that every experiment has: the config as it is. */
export const baselineId = 'baseline';

/** Letters of a variant's id: it becomes a part of the names of its runs. */
const longestId = 48;

/** A text as a part of a file's name. */
function safeName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-');
}

/** Safe as parts of file names, each another than the others where case does not count. */
export function variantIds(labels: readonly string[]): readonly string[] {
  const taken = new Set([baselineId]);
  return labels.map((label) => {
    const safe = safeName(label).slice(0, longestId);
    const name = safe.replaceAll(/^[-.]+|[-.]+$/g, '') || 'variant';
    let id = name;
    for (let count = 2; taken.has(id.toLowerCase()); count += 1) id = `${name}-${count}`;
    taken.add(id.toLowerCase());
    return id;
  });
}
