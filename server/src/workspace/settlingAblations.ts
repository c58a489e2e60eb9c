import { ablationKinds } from '../ablation/kinds/registry.ts';
import { toWeightedTerm } from '../ablation/plan.ts';
import type { WeightAblationRequest } from '../model/ablationRequest.ts';
import type { Finding } from '../model/finding.ts';
import type { ConfigFile } from './configFile.ts';
import { weightText } from './wording.ts';

type Weighed = Pick<ConfigFile, 'terms'>;

/** An experiment that would answer what a finding leaves open. */
interface SettlingAblation {
  readonly request: WeightAblationRequest;
  /** What is compared with the config: `kl = 0.5 (now 0.1)`. */
  readonly label: string;
}

/** Whether a request makes an experiment of this config, as its weights are now. */
export function canAblate({ terms }: Weighed, request: WeightAblationRequest): boolean {
  const kind = ablationKinds.find(({ name }) => name === request.kind);
  return kind?.changes(terms.map(toWeightedTerm), request).ok ?? false;
}

/**
 * Which experiments would settle a finding, the plainest first. That a loss supplies little of the
 * gradient does not say whether it is missed; that it supplies nearly all, not whether the others
 * are; that two conflict, not whether either does better without the other.
 */
export function settlingAblations(file: Weighed, finding: Finding): readonly SettlingAblation[] {
  return requestsFor(finding)
    .filter((request) => canAblate(file, request))
    .map((request) => ({ request, label: labelOf(file, request) }));
}

function requestsFor({ name, term, otherTerm, fixes }: Finding): readonly WeightAblationRequest[] {
  const proposed = fixes.map(
    (fix): WeightAblationRequest => ({ kind: 'set', term: fix.term, value: fix.weight }),
  );
  switch (name) {
    case 'dominance':
      return [{ kind: 'only', term }, ...proposed];
    case 'conflict': {
      const both = otherTerm === undefined ? [term] : [term, otherTerm];
      return both.map((one) => ({ kind: 'without', term: one }));
    }
    default:
      return [{ kind: 'without', term }, ...proposed];
  }
}

function labelOf({ terms }: Weighed, request: WeightAblationRequest): string {
  const kind = ablationKinds.find(({ name }) => name === request.kind);
  const label = kind?.label(request) ?? request.kind;
  const now = terms.find(({ name }) => name === request.term)?.weight;
  return request.kind === 'set' && now !== undefined ? `${label} (now ${weightText(now)})` : label;
}
