import type {
  LaunchEnd,
  LaunchEvents,
  Launcher,
  LaunchHandle,
  LaunchSpec,
} from '../../../server/src/ablation/launcher.ts';
import { createDeferred } from '../../../server/src/base/deferred.ts';

export interface ScriptedRun<Spec extends LaunchSpec = LaunchSpec> {
  readonly spec: Spec;
  readonly events: LaunchEvents;
  readonly end: (state: LaunchEnd['state']) => void;
  /** How often it was asked to stop. */
  cancels: number;
}

/** An engine that trains nothing: its runs do what the script says, which is nothing by default. */
export class ScriptedLauncher<Spec extends LaunchSpec> implements Launcher<Spec> {
  readonly engine: Spec['engine'];
  readonly runs: ScriptedRun<Spec>[] = [];
  readonly #script: (run: ScriptedRun<Spec>) => void;

  constructor(engine: Spec['engine'], script: (run: ScriptedRun<Spec>) => void = () => undefined) {
    this.engine = engine;
    this.#script = script;
  }

  /** Those that have been launched and asked for nothing else, the latest last. */
  latest(): ScriptedRun<Spec> {
    const run = this.runs.at(-1);
    if (!run) throw new Error('No run has been launched.');
    return run;
  }

  launch(spec: Spec, events: LaunchEvents): LaunchHandle {
    const { promise: ended, resolve } = createDeferred<LaunchEnd>();
    const end = (state: LaunchEnd['state']): void =>
      resolve({ state, exitCode: state === 'finished' ? 0 : 1, signal: null });
    const run: ScriptedRun<Spec> = { spec, events, end, cancels: 0 };
    this.runs.push(run);
    this.#script(run);
    return {
      cancel: () => {
        run.cancels += 1;
        end('cancelled');
      },
      ended,
    };
  }

  dispose(): void {
    for (const run of this.runs) run.end('cancelled');
  }
}
