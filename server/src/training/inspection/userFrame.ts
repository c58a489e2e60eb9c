import { fileURLToPath } from 'node:url';

/** A frame of a stack: `at name (place:line:column)` or `at place:line:column`. */
const framePattern = /^\s*at (?:.*? \()?(.+?):(\d+):\d+\)?$/;
/** Where our code lies when it runs as it was written. */
const sourceFolder = /^.*[/\\]server[/\\]src[/\\]/;

/**
 * The innermost frame of a stack that lies in a file of the user's, as `file:line`: neither in a
 * package, nor in Node, nor in our own code. Our own is what the first frame shows, whoever made the
 * stack: one bundle, or the tree of our sources.
 */
export function userFrame(stack: string): string | undefined {
  const frames = stack.split('\n').flatMap((line) => {
    const [, place, number] = framePattern.exec(line) ?? [];
    return place === undefined ? [] : [{ path: pathOf(place), number }];
  });
  const [first] = frames;
  if (!first) return undefined;
  const home = sourceFolder.exec(first.path)?.[0] ?? first.path;
  const found = frames.find(({ path }) => !path.startsWith(home) && !isForeign(path));
  return found && `${found.path}:${found.number}`;
}

function isForeign(path: string): boolean {
  return /^(?:node:|<|native)|[/\\]node_modules[/\\]/.test(path);
}

/** A task that was changed while the program runs is loaded under a query that tells it apart. */
function pathOf(place: string): string {
  const [path = ''] = place.split('?');
  return path.startsWith('file:') ? fileURLToPath(path) : path;
}
