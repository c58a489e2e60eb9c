import { fork } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fromTrainHostSchema, type ToTrainHost } from '../../server/src/protocol/trainHost.ts';
import type { HostStart } from './results.mts';

interface Start {
  readonly backend: string;
  readonly milliseconds: number;
}

/**
 * Starts the built train host several times on the example, each time until its first step is done.
 * The first start, which measures the backends and keeps what it found, is not counted.
 * @param trainHost path of the bundle
 * @param config path of the config
 */
export async function measureHostStart(
  trainHost: string,
  config: string,
  count: number,
): Promise<HostStart> {
  const folder = await mkdtemp(join(tmpdir(), 'counterweight-start-'));
  try {
    const startOnce = async (name: string): Promise<Start> => {
      const runFolder = join(folder, name);
      await mkdir(runFolder);
      return start(trainHost, {
        type: 'train',
        runId: name,
        runFolder,
        configPath: config,
        seed: 0,
        backend: 'auto',
        probeEvery: 10,
        checkpointEvery: 0,
        memoryLimit: 4096,
        resume: false,
        cacheFolder: join(folder, 'cache'),
      });
    };
    const { backend } = await startOnce('first');
    const milliseconds: number[] = [];
    for (let index = 0; index < count; index += 1) {
      milliseconds.push((await startOnce(`run${index}`)).milliseconds);
    }
    return { backend, milliseconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ends the host once it has told of its first step. */
function start(trainHost: string, message: ToTrainHost): Promise<Start> {
  const started = performance.now();
  const child = fork(trainHost, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  let backend = '';
  let first: number | undefined;
  let reason = 'It ended before its first step.';
  child.on('message', (received) => {
    const { success, data, error } = fromTrainHostSchema.safeParse(received);
    if (!success) throw error;
    if (data.type === 'started') backend = data.backend;
    if (data.type === 'progress' && first === undefined) {
      first = performance.now() - started;
      child.kill('SIGKILL');
    }
    if (data.type === 'ended' && data.reason) reason = data.reason;
  });
  child.send(message, () => undefined);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      if (first === undefined) reject(new Error(reason));
      else resolve({ backend, milliseconds: first });
    });
  });
}
