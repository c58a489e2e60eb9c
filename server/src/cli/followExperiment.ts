import { variantLabel } from '../ablation/variantLabel.ts';
import { createDeferred } from '../base/deferred.ts';
import type { AblationRecord } from '../model/ablation.ts';
import { isFinalState } from '../model/run.ts';
import { reportOf } from '../workspace/reports.ts';
import type { CommandContext } from './command.ts';
import { writeReport } from './writers/report.ts';

/** Waits for the end of an experiment that runs here and prints its report. Returns the exit code. */
export async function followExperiment(context: CommandContext, id: string): Promise<number> {
  const ended = await untilEnded(context, id);
  await context.workspace.ingest.settled();
  const report = await reportOf(context.workspace, ended.id);
  if (report) context.out(writeReport(report));
  return ended.state === 'finished' ? 0 : 1;
}

/** Says how far the experiment is, a line for each run that ends. */
function untilEnded(
  { workspace: { experiments }, error }: CommandContext,
  id: string,
): Promise<AblationRecord> {
  const { promise, resolve: settle } = createDeferred<AblationRecord>();
  const told = new Set<string>();
  const look = (record: AblationRecord): void => {
    if (record.id !== id) return;
    for (const { runId, variant, seed, state } of record.runs) {
      if (!isFinalState(state) || told.has(runId)) continue;
      told.add(runId);
      const name = `${variantLabel(record, variant)}, seed ${seed}`;
      error(`${told.size}/${record.runs.length} ${name}: ${state}\n`);
    }
    if (isFinalState(record.state)) settle(record);
  };
  const listening = experiments.onDidChange(look);
  const known = experiments.all().find(({ record }) => record.id === id);
  if (known) look(known.record);
  return promise.finally(() => listening.dispose());
}
