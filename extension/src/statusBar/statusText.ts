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
}

/** `$(pulse) 120/600 · loss 0.412 · wasm $(warning) 2` */
export function statusText({ serverDown, runs, problems }: StatusFacts): StatusText | undefined {
  if (serverDown) {
    return {
      text: '$(error) Counterweight',
      tooltip: 'The language server of Counterweight is not running. Click to restart it.',
      severity: 'error',
    };
  }
  const live = runs.filter((run) => run.state === 'running');
  if (live.length === 0 && runs.length === 0 && problems === 0) return undefined;
  const [first] = live;
  const figures = first ? describeFigures(first) || 'starting' : 'Counterweight';
  const more = live.length > 1 ? ` +${live.length - 1}` : '';
  const warning = problems > 0 ? ` $(warning) ${problems}` : '';
  return {
    text: `$(pulse) ${figures}${more}${warning}`,
    tooltip: [
      ...live.map(describeLive),
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

function count(problems: number): string {
  return problems === 1 ? '1 problem' : `${problems} problems`;
}
