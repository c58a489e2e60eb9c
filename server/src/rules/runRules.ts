import type { Finding } from '../model/finding.ts';
import type { ProjectFile } from '../model/projectFile.ts';
import { rules } from './registry.ts';
import type { Rule, RunEvidence } from './rule.ts';

/** What names a finding from one look to the next: `R1:render`, `R4:velocity~render`. */
export function findingKey({ rule, term, otherTerm }: Finding): string {
  return `${rule}:${otherTerm === undefined ? term : `${term}~${otherTerm}`}`;
}

/**
 * What the rules say about a run, in the order of the config's terms. `options` are those of
 * `counterweight.yaml`, by the name of the rule; `previous` holds the keys of the findings of the
 * last look, which go quiet only at milder thresholds.
 */
export function runRules(
  evidence: RunEvidence,
  options: ProjectFile['rules'],
  previous: ReadonlySet<string>,
): readonly Finding[] {
  const findings = rules.flatMap((rule) => runRule(rule, evidence, options?.[rule.name], previous));
  const order = evidence.terms.map(({ name }) => name);
  return withoutRepetition(findings, evidence).sort(
    (a, b) => order.indexOf(a.term) - order.indexOf(b.term),
  );
}

type OptionsOfUser = NonNullable<ProjectFile['rules']>[string] | undefined;

function runRule(
  rule: Rule,
  evidence: RunEvidence,
  options: OptionsOfUser,
  previous: ReadonlySet<string>,
): readonly Finding[] {
  if (options === 'off') return [];
  const wasFiring = (term: string): boolean => previous.has(`${rule.id}:${term}`);
  const window = options?.window ?? rule.options.window;
  const findings = rule.evaluate(evidence, { window }, wasFiring);
  const severity = options?.severity;
  return severity ? findings.map((finding) => ({ ...finding, severity })) : findings;
}

/** With two terms, that one dominates and that the other is weak is one thing: said once. */
function withoutRepetition(findings: readonly Finding[], evidence: RunEvidence): Finding[] {
  const active = evidence.terms.filter(({ weight }) => weight !== 0).length;
  const dominated = new Set(
    findings.filter(({ rule }) => rule === 'R2').map(({ otherTerm }) => otherTerm),
  );
  return findings.filter(
    ({ rule, term }) => !(active === 2 && rule === 'R1' && dominated.has(term)),
  );
}
