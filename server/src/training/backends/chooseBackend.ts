import { type CancellationToken, CancelledError } from '../../base/cancellation.ts';
import { invariant } from '../../base/invariant.ts';
import { fail, type Result, succeed } from '../../base/result.ts';
import type { Backend, BackendAvailability, BackendName } from '../backend.ts';
import type { Tf } from '../task.ts';
import { TaskMistake } from '../userTask/taskMistake.ts';

/** Who goes first where the times are as good as equal (decisions.md 7). */
export const backendOrder: readonly BackendName[] = [
  'tfjs-node-gpu',
  'compiled-cuda',
  'compiled-webgpu',
  'webgpu',
  'compiled-cpu',
  'tfjs-node',
  'wasm',
  'cpu',
];

/** Times within this factor of the best count as a tie: the measurement is not better than that. */
const tie = 1.1;

/** Milliseconds of a step by backend, as measured once. */
export interface BackendTimes {
  readonly stepMs: Readonly<Record<string, number>>;
  /** Why a backend could not be measured. */
  readonly failures: Readonly<Record<string, string>>;
}

/** Where measurements are kept between runs. */
export interface BackendTimesCache {
  read(key: string): BackendTimes | undefined;
  write(key: string, times: BackendTimes): void;
}

/** The error says why the backend cannot take such steps. */
export type MeasureBackend = (backend: Backend, tf: Tf, best: number) => Promise<Result<number>>;

export interface BackendChoice {
  readonly backend: Backend;
  readonly tf: Tf;
  /** Why this one and not another, in words. */
  readonly reason: string;
}

export interface BackendChoiceOptions {
  readonly candidates: readonly Backend[];
  /** A backend by name, or `auto`. */
  readonly wanted: string;
  /** What the times depend on besides the candidates: machine, versions, shape of the task. */
  readonly key: string;
  readonly cache: BackendTimesCache;
  /** Milliseconds of one step of the task on a loaded backend, given those of the best so far. */
  readonly measure: MeasureBackend;
}

interface Candidate {
  readonly backend: Backend;
  readonly availability: BackendAvailability;
}

/**
 * Probes the candidates and takes the fastest for the task's own step. Software adapters are never
 * chosen unless they are asked for by name.
 */
export async function chooseBackend(
  options: BackendChoiceOptions,
  token: CancellationToken,
): Promise<Result<BackendChoice>> {
  const { candidates, wanted } = options;
  if (wanted !== 'auto') return forceBackend(candidates, wanted);
  const probed: Candidate[] = [];
  for (const name of backendOrder) {
    const backend = candidates.find((candidate) => candidate.name === name);
    if (backend) probed.push({ backend, availability: await backend.probe() });
    if (token.isCancellationRequested) throw new CancelledError();
  }
  const usable = probed.filter(
    ({ availability }) => availability.available && !availability.software,
  );
  if (usable.length === 0) {
    return fail(['No backend can run here.', ...excluded(probed)].join('\n'));
  }
  const { times, origin } = await stepTimes(options, usable, token);
  const best = pickBest(usable, times);
  const tf = await best.load();
  const measured = usable.map(({ backend }) => describeTime(backend.name, times));
  const fastest = `Fastest of what runs here (${origin}): ${measured.join(', ')}.`;
  return succeed({ backend: best, tf, reason: [fastest, ...excluded(probed)].join('\n') });
}

async function forceBackend(
  candidates: readonly Backend[],
  wanted: string,
): Promise<Result<BackendChoice>> {
  const backend = candidates.find((candidate) => candidate.name === wanted);
  if (!backend) {
    const names = candidates.map((candidate) => candidate.name).join(', ');
    return fail(`There is no backend named ${wanted}. Known are auto, ${names}.`);
  }
  const availability = await backend.probe();
  if (!availability.available) {
    return fail(`The backend ${wanted} cannot run here. ${availability.reason}`);
  }
  const software = availability.software ? ', a software adapter' : '';
  const reason = `Set by the user (${availability.detail}${software}).`;
  return succeed({ backend, tf: await backend.load(), reason });
}

async function stepTimes(
  { key, cache, measure }: BackendChoiceOptions,
  usable: readonly Candidate[],
  token: CancellationToken,
): Promise<{ times: BackendTimes; origin: string }> {
  const [only] = usable;
  if (usable.length === 1 && only)
    return { times: { stepMs: {}, failures: {} }, origin: 'the only one' };
  const names = usable.map(({ backend, availability }) => ({ name: backend.name, availability }));
  const fullKey = JSON.stringify([key, names]);
  const cached = cache.read(fullKey);
  if (cached) return { times: cached, origin: 'measured on an earlier run' };
  const stepMs: Record<string, number> = {};
  const failures: Record<string, string> = {};
  for (const { backend } of usable) {
    if (token.isCancellationRequested) throw new CancelledError();
    const best = Math.min(...Object.values(stepMs));
    const measured = await measureBackend(backend, measure, best);
    stepMs[backend.name] = measured.ok ? measured.value : Number.POSITIVE_INFINITY;
    if (!measured.ok) failures[backend.name] = measured.error;
  }
  const times = { stepMs, failures };
  cache.write(fullKey, times);
  return { times, origin: 'measured just now' };
}

/** A backend that breaks on this task's operations is out of the race; a mistake in the task ends the run. */
async function measureBackend(
  backend: Backend,
  measure: MeasureBackend,
  best: number,
): Promise<Result<number>> {
  try {
    return await measure(backend, await backend.load(), best);
  } catch (error) {
    if (error instanceof CancelledError || error instanceof TaskMistake) throw error;
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** The first, in the order of preference, whose time ties with the best. */
function pickBest(usable: readonly Candidate[], { stepMs }: BackendTimes): Backend {
  const time = (name: string): number => stepMs[name] ?? Number.POSITIVE_INFINITY;
  const least = Math.min(...usable.map(({ backend }) => time(backend.name)));
  const winner = usable.find(({ backend }) => time(backend.name) <= least * tie) ?? usable[0];
  invariant(winner, 'a best backend is picked from at least one');
  return winner.backend;
}

function describeTime(name: string, { stepMs, failures }: BackendTimes): string {
  const time = stepMs[name];
  if (time === undefined) return name;
  if (Number.isFinite(time)) return `${name} ${time.toFixed(1)} ms a step`;
  return `${name} failed (${failures[name] ?? 'for an unknown reason'})`;
}

/** One line for each reason for which backends were left out. */
function excluded(probed: readonly Candidate[]): string[] {
  const names = new Map<string, string[]>();
  for (const { backend, availability } of probed) {
    const reason = whyExcluded(availability);
    if (reason !== undefined) names.set(reason, [...(names.get(reason) ?? []), backend.name]);
  }
  return [...names].map(([reason, backends]) => `Not ${backends.join(', ')}: ${reason}`);
}

function whyExcluded(availability: BackendAvailability): string | undefined {
  if (!availability.available) return availability.reason;
  return availability.software ? `${availability.detail} is a software adapter.` : undefined;
}
