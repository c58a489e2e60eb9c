import type { RunProgress } from '#protocol/runs';

export type RunState = RunProgress['state'];

/** True for states that a run never leaves. */
export function isFinal(state: RunState): boolean {
  return state !== 'queued' && state !== 'running';
}

/** Four significant digits; very small and very large numbers with a power of ten. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(4));
  const size = Math.abs(rounded);
  const plain = size === 0 || (size >= 1e-3 && size < 1e6);
  return plain ? String(rounded) : rounded.toExponential().replace('e+', 'e');
}

/** What is known of a run while it goes on. */
export interface RunFigures {
  readonly step?: number | undefined;
  readonly steps?: number | undefined;
  readonly loss?: number | undefined;
  readonly backend?: string | undefined;
}

/** `120/600 · loss 0.412 · wasm`, leaving out what is not known. */
export function describeFigures({ step, steps, loss, backend }: RunFigures): string {
  const parts = [
    describeStep(step, steps),
    loss === undefined ? '' : `loss ${formatNumber(loss)}`,
    backend ?? '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** A program whose log has no line yet is at step 0 of nobody knows how many, which says nothing. */
function describeStep(step: number | undefined, steps: number | undefined): string {
  if (step === undefined) return '';
  if (steps !== undefined) return `${step}/${steps}`;
  return step === 0 ? '' : `step ${step}`;
}

/** `about 5 min left`; nothing where it is not known. */
export function describeTimeLeft(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} s left`;
  const minutes = seconds / 60;
  if (minutes < 90) return `about ${Math.round(minutes)} min left`;
  const hours = minutes / 60;
  return hours < 36
    ? `about ${Math.round(hours)} h left`
    : `about ${Math.round(hours / 24)} days left`;
}

/**
 * `without kl` of `without kl · train.yaml, 3 seeds`, and what stands behind it: in a list and in a
 * notification there is room for the first of the two alone.
 */
export function splitTitle(title: string): { readonly name: string; readonly rest: string } {
  const at = title.lastIndexOf(' · ');
  return at < 1
    ? { name: title, rest: '' }
    : { name: title.slice(0, at), rest: title.slice(at + 3) };
}

/** The beginning of a text, on one line. */
export function firstCharacters(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

/** The end of a text: of an error, the last words matter most. */
export function lastCharacters(text: string, limit: number): string {
  const trimmed = text.trim();
  return trimmed.length <= limit ? trimmed : `…${trimmed.slice(trimmed.length - limit + 1)}`;
}

/** `flow-edit failed: …`, for a notification. */
export function describeFailure(title: string, state: RunState, reason?: string): string {
  const verb = state === 'crashed' ? 'crashed' : 'failed';
  return reason === undefined || reason.trim() === ''
    ? `${title} ${verb}; the log may tell why.`
    : `${title} ${verb}: ${lastCharacters(reason, 600)}`;
}

/** `my-task.ts:12` */
export function placeName(path: string, line: number): string {
  return `${path.split(/[\\/]/).at(-1)}:${line}`;
}
