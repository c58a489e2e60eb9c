import type { LaunchEnd, LaunchEvents } from '../../../server/src/ablation/launcher.ts';
import { silentLogger } from '../../../server/src/base/logger.ts';
import { HostClient } from '../../../server/src/hostClient/hostClient.ts';
import { runIdSchema } from '../../../server/src/model/run.ts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';

export interface TrainHostOrder {
  /** A bundle of the train host. */
  readonly trainHostPath: string;
  /** Text of the config, YAML. */
  readonly config: string;
  readonly backend: string;
  readonly steps: number;
  /** Asks the run to stop once this step is reported. */
  readonly cancelAtStep?: number;
  /** Set for the train host on top of this process's environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A training from its start to the end of its process. */
export interface TrainHostRun {
  readonly end: LaunchEnd;
  readonly started: Parameters<LaunchEvents['started']>[0] | undefined;
  readonly notices: readonly string[];
  /** The metrics of each step, in order; numbers that are not finite are strings. */
  readonly metrics: readonly Readonly<Record<string, unknown>>[];
}

/** Trains in the real train host, in a folder of its own, with seed 3 and a probe at each step. */
export async function runTrainHost(order: TrainHostOrder): Promise<TrainHostRun> {
  using workspace = new TemporaryWorkspace({ 'run/config.yaml': order.config });
  using _ = withEnvironment(order.environment);
  const client = new HostClient({
    trainHostPath: order.trainHostPath,
    nodePath: () => '',
    cacheFolder: workspace.path('cache'),
    logger: silentLogger,
    // An emulated GPU takes its time to finish what it was given.
    patience: { cancelMs: 30_000, exitMs: 30_000 },
  });
  let started: TrainHostRun['started'];
  const notices: string[] = [];
  const handle = client.launch(
    {
      engine: 'task',
      runId: runIdSchema.parse('matrix'),
      runFolder: workspace.path('run'),
      configPath: workspace.path('run/config.yaml'),
      seed: 3,
      steps: order.steps,
      backend: order.backend,
      ...{ probeEvery: 1, checkpointEvery: 0, memoryLimit: 0, from: 'start' },
    },
    {
      submitted: () => undefined,
      started: (info) => {
        started = info;
      },
      progress: ({ step }) => {
        if (step >= (order.cancelAtStep ?? Number.POSITIVE_INFINITY)) handle.cancel();
      },
      notice: ({ text }) => void notices.push(text),
      checkpoint: () => undefined,
    },
  );
  const end = await handle.ended;
  client.dispose();
  return { end, started, notices, metrics: started ? readMetrics(workspace) : [] };
}

function readMetrics(workspace: TemporaryWorkspace): TrainHostRun['metrics'] {
  const [, ...lines] = workspace.read('run/metrics.jsonl').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/**
 * Sets variables of this process, whose environment a train host takes as it is when it starts, until
 * it is disposed of. Whoever trains several at once sets them once around all.
 */
export function withEnvironment(environment: Readonly<Record<string, string>>): Disposable {
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    },
  };
}
