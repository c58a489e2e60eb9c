import { describe, expect, it } from 'vitest';

import { userFrame } from '../../../../server/src/training/inspection/userFrame.ts';

function stack(...frames: readonly string[]): string {
  return ['Error', ...frames.map((frame) => `    at ${frame}`)].join('\n');
}

describe('the place in a file of the user’s', () => {
  it.each([
    [
      'from source',
      stack(
        'KernelTrace.add (/opt/a/counterweight/server/src/training/inspection/kernelTrace.ts:9:1)',
        'Engine.runKernel (/opt/a/counterweight/node_modules/@tensorflow/x.js:1:2)',
        'compute (file:///opt/a/counterweight/server/src/training/losses/cosine.ts:4:4)',
        'Object.losses (file:///opt/a/my%20project/task.mjs?changed=7:12:34)',
        'step (file:///opt/a/my%20project/other.mjs:1:1)',
      ),
      '/opt/a/my project/task.mjs:12',
    ],
    [
      'from a bundle',
      stack(
        'add (/opt/counterweight/dist/trainHost.cjs:900:1)',
        'log_ (/opt/counterweight/dist/trainHost.cjs:20:1)',
        'node:internal/process/task_queues:95:5',
        '/opt/a/task.ts:3:9',
      ),
      '/opt/a/task.ts:3',
    ],
    [
      'of a built-in task',
      stack('add (/opt/dist/trainHost.cjs:9:1)', 'f (/opt/dist/trainHost.cjs:1:1)'),
      undefined,
    ],
    ['of nothing', 'Error', undefined],
  ])('is found in a stack %s', (_, given, expected) => {
    expect(userFrame(given)).toBe(expected);
  });
});
