import type { RunProgress, RunSummary } from '#protocol/runs';

/**
 * The list of runs with the latest progress of one of them in its place. The list itself comes
 * only when runs come, go or end, so that a live run costs one small message a step; a run that
 * is not listed yet is left to the list that is on its way.
 */
export function mergeProgress(
  runs: readonly RunSummary[],
  progress: RunProgress,
): readonly RunSummary[] {
  return runs.map((run) => (run.id === progress.runId ? withProgress(run, progress) : run));
}

function withProgress({ resumableFrom: _, ...run }: RunSummary, progress: RunProgress): RunSummary {
  const { state, step, steps, loss, backend, reason, place, resumableFrom } = progress;
  return {
    ...run,
    state,
    step,
    ...(steps === undefined ? {} : { steps }),
    ...(loss === undefined ? {} : { loss }),
    ...(backend === undefined ? {} : { backend }),
    ...(reason === undefined ? {} : { reason }),
    ...(place === undefined ? {} : { place }),
    ...(resumableFrom === undefined ? {} : { resumableFrom }),
  };
}
