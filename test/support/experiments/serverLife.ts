import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { build } from 'esbuild';

import { type AblationRecord, ablationRecordSchema } from '../../../server/src/model/ablation.ts';
import { runRecordSchema } from '../../../server/src/model/run.ts';

/** What a server has said while it lived. */
export interface Life {
  /** Runs that it told of, whole lines only: the last may be cut by its end. */
  readonly began: readonly string[];
  readonly finished: readonly string[];
  readonly isDone: boolean;
  readonly complaint: string;
}

/** When a server is killed: so many milliseconds after it has said a word. */
export interface Moment {
  readonly word: 'alive' | 'began';
  readonly ms: number;
}

/** Bundles the server of the tests: read as many files, each of its lives would begin a second later. */
export async function bundleServer(outfile: string): Promise<void> {
  await build({
    entryPoints: [resolve('test/support/experiments/experimentServer.ts')],
    ...{ bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' },
    mainFields: ['module', 'main'],
  });
}

/** Starts a bundled server with its arguments and kills it at a moment, or lets it end. */
export function live(
  server: string,
  args: readonly string[],
  moment: Moment | undefined,
): Promise<Life> {
  const child = spawn(process.execPath, [server, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let complaint = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (moment && printed.includes(moment.word)) {
      timer ??= setTimeout(() => child.kill('SIGKILL'), moment.ms);
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  return new Promise((settle) => {
    child.once('close', () => {
      clearTimeout(timer);
      const lines = printed.split('\n').slice(0, -1);
      const after = (word: string) =>
        lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
      const [began, finished] = [after('began'), after('finished')];
      settle({ began, finished, isDone: lines.includes('done'), complaint });
    });
  });
}

/** What a workspace folder says by itself; throws where a file of it is damaged. */
export interface FolderState {
  readonly experiments: readonly AblationRecord[];
  /** Ids of the runs that have finished by their own records. */
  readonly finished: ReadonlySet<string>;
}

export function readFolder(root: string): FolderState {
  const records = jsonIn(join(root, '.counterweight/runs'), 'run.json').map((value) =>
    runRecordSchema.parse(value),
  );
  const experiments = jsonIn(join(root, '.counterweight/ablations'), 'ablation.json').map((value) =>
    ablationRecordSchema.parse(value),
  );
  const finished = records.filter(({ state }) => state === 'finished').map(({ id }) => id);
  return { experiments, finished: new Set<string>(finished) };
}

/** The files of this name in the folders of a folder. */
function jsonIn(parent: string, name: string): readonly unknown[] {
  if (!existsSync(parent)) return [];
  const paths = readdirSync(parent).map((folder) => join(parent, folder, name));
  return paths.filter(existsSync).map((path): unknown => JSON.parse(readFileSync(path, 'utf8')));
}

/** `…-kl-0.001-s0-2` and `…-kl-0.001-s0` are runs of the same arm. */
export function armOf(runId: string): string {
  return runId.replace(/(-s0)-\d+$/, '$1');
}
