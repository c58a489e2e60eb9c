import type { AblationSummary } from '#protocol/ablation';

/** After so long nobody expects a training to begin because a folder was opened. */
const freshMs = 60 * 60_000;

/**
 * Which interrupted ablations go on by themselves, in the order in which they stood in the queue,
 * and which are old enough to be asked about first. `known` has those that were dealt with, with the
 * time of their interruption.
 */
export function chooseInterrupted(
  ablations: readonly AblationSummary[],
  known: ReadonlyMap<string, number>,
  now: number,
): { readonly resume: readonly AblationSummary[]; readonly offer: readonly AblationSummary[] } {
  const last = Number.MAX_SAFE_INTEGER;
  const open = ablations
    .filter(
      ({ id, interruptedAt }) => interruptedAt !== undefined && known.get(id) !== interruptedAt,
    )
    .sort((a, b) => (a.rank ?? last) - (b.rank ?? last) || a.createdAt - b.createdAt);
  const isFresh = ({ interruptedAt = 0 }: AblationSummary) => now - interruptedAt < freshMs;
  return {
    resume: open.filter(isFresh),
    offer: open.filter((ablation) => !isFresh(ablation)),
  };
}
