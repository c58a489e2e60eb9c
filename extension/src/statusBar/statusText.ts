import type { QueueSummary } from '#protocol/ablation';
import { explainBackend } from '#protocol/backendNames';
import type { RunSummary } from '#protocol/runs';
import { describeFigures } from '../progress/progressText.ts';

/** What the item in the status bar says; absent when there is nothing to say. */
export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly severity: 'normal' | 'warning' | 'error';
}

export interface StatusFacts {
  readonly serverDown: boolean;
  readonly runs: readonly RunSummary[];
  /** Warnings and errors of ours in the open configs. */
  readonly problems: number;
  readonly queue: Pick<QueueSummary, 'paused' | 'waiting'>;
}

/** `$(pulse) 120/600 · loss 0.412 · wasm $(warning) 2` */
export function statusText({
  serverDown,
  runs,
  problems,
  queue,
}: StatusFacts): StatusText | undefined {
  if (serverDown) {
    return {
      text: '$(error) Counterweight',
      tooltip: 'The language server of Counterweight is not running. Click to restart it.',
      severity: 'error',
    };
  }
  const live = runs.filter((run) => run.state === 'running');
  const waiting = describeQueue(queue);
  if (runs.length === 0 && problems === 0 && waiting === '') return undefined;
  const [first] = live;
  const figures = first ? describeFigures(first) || 'starting' : 'Counterweight';
  const more = live.length > 1 ? ` +${live.length - 1}` : '';
  const warning = problems > 0 ? ` $(warning) ${problems}` : '';
  return {
    text: `${queue.paused ? '$(debug-pause)' : '$(pulse)'} ${figures}${more}${warning}`,
    tooltip: [
      ...live.map(describeLive),
      ...(waiting === '' ? [] : [waiting]),
      problems === 0 ? 'No problem found in the open configs.' : `${count(problems)} found.`,
      'Click for a menu.',
    ].join('\n'),
    severity: 'normal',
  };
}

/** `train_1: 120/600 · loss 0.412 · wasm (TensorFlow.js in WebAssembly)` */
function describeLive({ name, step, steps, loss, backend }: RunSummary): string {
  const explained = backend === undefined ? undefined : explainBackend(backend);
  return `${name}: ${describeFigures({ step, steps, loss, backend: explained }) || 'starting'}`;
}

function describeQueue({ paused, waiting }: StatusFacts['queue']): string {
  const waits = waiting === 1 ? '1 run waits' : `${waiting} runs wait`;
  if (paused) return `The queue is paused; ${waits}.`;
  return waiting === 0 ? '' : `${waits}.`;
}

function count(problems: number): string {
  return problems === 1 ? '1 problem' : `${problems} problems`;
}
