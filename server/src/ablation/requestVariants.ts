import { fail, type Result, succeed } from '../base/result.ts';
import type { ReadyAblation } from '../model/ablation.ts';
import type { SetMember, VariantRequest } from '../model/ablationRequest.ts';
import type { KindSubject, KindVariant, VariantKind } from './kind.ts';
import { ablationKinds, variantKinds } from './kinds/registry.ts';
import { tooMany } from './kinds/weightGrid.ts';

/** What requests are made against. */
export interface RequestSubject extends KindSubject {
  /** The experiments that the task has ready. */
  readonly ready: readonly ReadyAblation[];
}

/** Name of the experiment that a request of several variants makes. */
export function requestTitle(request: VariantRequest): string {
  return kindOf(request)?.title(request) ?? request.kind;
}

/** All variants that a request asks for, or in words why there are none. */
export function requestVariants(
  subject: RequestSubject,
  request: SetMember,
): Result<readonly KindVariant[]> {
  switch (request.kind) {
    case 'without':
    case 'only':
    case 'scale':
    case 'set': {
      const kind = ablationKinds.find(({ name }) => name === request.kind);
      const changes = kind?.changes(subject.terms, request);
      if (!kind || !changes) return noSuchKind(request);
      if (!changes.ok) return changes;
      return succeed([{ label: kind.label(request), weights: changes.value, values: [] }]);
    }
    case 'ready': {
      const ready = subject.ready.find(({ name }) => name === request.name);
      if (!ready) return fail(`There is no ready-made experiment "${request.name}" here.`);
      return succeed(
        ready.variants.map(({ label, changes }) => ({ label, weights: [], values: changes })),
      );
    }
    default:
      return kindOf(request)?.variants(subject, request) ?? noSuchKind(request);
  }
}

/**
 * The variants of all requests of a named set together. One request that cannot be done spoils the
 * set: whoever runs it counts on all of it.
 */
export function setVariants(
  subject: RequestSubject,
  name: string,
  members: readonly SetMember[],
): Result<readonly KindVariant[]> {
  const all: KindVariant[] = [];
  for (const [at, member] of members.entries()) {
    const variants = requestVariants(subject, member);
    if (!variants.ok) return fail(`ablation.sets.${name}, entry ${at + 1}: ${variants.error}`);
    all.push(...variants.value);
    const many = tooMany(all.length);
    if (many !== undefined) return fail(`ablation.sets.${name}: ${many}`);
  }
  return succeed(all);
}

function kindOf(request: VariantRequest): VariantKind | undefined {
  return variantKinds.find(({ name }) => name === request.kind);
}

function noSuchKind({ kind }: SetMember): Result<never> {
  return fail(`There is no ablation of the kind "${kind}".`);
}
