import type { LogProblem } from '../ingest/logProblems.ts';
import type { ConfigProblem, Finding } from '../model/finding.ts';
import { stdout } from '../readers/formats/stdout.ts';
import type { CodeAround } from '../rules/configRule.ts';
import { codeProblems } from './codeProblems.ts';
import type { ConfigEvidence } from './configEvidence.ts';
import { type ConfigFile, problemsOf } from './configFile.ts';
import type { ConfigView, LogRoot, RunBinding } from './configView.ts';
import type { FoundProject } from './engineChoice.ts';
import { isIgnored } from './ignoreComment.ts';
import { describeTerm, type TermInsight } from './insight.ts';
import type { KnownRun } from './knownRun.ts';
import { bindRun } from './runBinding.ts';
import { type RunCatalog, speaksForConfig } from './runCatalog.ts';
import type { BoundRunEvidence } from './runEvidence.ts';
import type { RunSnapshots } from './runSnapshots.ts';

export interface ViewInput {
  readonly file: ConfigFile;
  readonly found: FoundProject | undefined;
  readonly roots: readonly LogRoot[];
  /** What is wrong with the name of the module of a user's own task. */
  readonly moduleProblems: readonly ConfigProblem[];
  /** Logs below the roots that cannot be read. */
  readonly logProblems: readonly LogProblem[];
  readonly evidence: ConfigEvidence;
  readonly catalog: RunCatalog;
  readonly snapshots: Pick<RunSnapshots, 'copied' | 'weightsOf'>;
  /** The code of the workspace folder, once it is known. */
  readonly code: CodeAround | undefined;
}

/** How many of the newest runs are asked whether they know anything of the terms. */
const candidates = 8;

/** A run that lies where the config itself says, or that holds a copy of all of it, is no guess. */
const sureEnough = 0.9;

/**
 * What a program prints repeats, rounded, what its other logs hold, and is written until the very
 * end. Others may be this much older and still be the ones to speak: TensorBoard's writers keep
 * points for two minutes.
 */
const printedAheadMs = 180_000;

/** Puts together what the editor shows of a config: the newest run that knows its terms speaks. */
export function viewConfig(input: ViewInput): ConfigView {
  const { file, found, roots, logProblems, catalog, snapshots } = input;
  const bound = bindRuns(input, catalog.boundTo(file.path, roots));
  const sureness = (run: KnownRun): number => bound.get(run)?.confidence ?? 0;
  // Files that were unpacked or cloned are all of one moment: then the surer one goes first.
  const runs = [...bound.keys()].sort((a, b) => b.time - a.time || sureness(b) - sureness(a));
  // What somebody has named speaks before what was only guessed, however new that is.
  const isNamed = (found?.project?.logs?.length ?? 0) > 0;
  const rank = (run: KnownRun): number => (isNamed && sureness(run) < sureEnough ? 0 : 1);
  const withLogs = runs
    .filter((run) => speaksForConfig(run) && run.discovered !== undefined)
    .sort((a, b) => rank(b) - rank(a) || freshness(b) - freshness(a));
  const looked = withLogs.slice(0, candidates);
  const evidenceOf = (run: KnownRun): BoundRunEvidence =>
    input.evidence.of(file, run, snapshots.weightsOf(run, file), found?.project);
  const ofCode = codeProblems({ ...input, runs: looked.map((run) => () => evidenceOf(run)) });
  const ofText = problemsOf(file, found?.project?.rules);
  const problems = [...ofText, ...input.moduleProblems, ...ofCode];
  const base = { file, found, roots, runs, problems, logProblems };
  for (const run of looked) {
    const evidence = evidenceOf(run);
    const findings = input.evidence.findings(run, found?.project);
    const insights = describeTerms(file, run, evidence, findings);
    if (insights.size > 0) {
      const binding = bound.get(run);
      const placed = placeFindings(file, insights, findings);
      return { ...base, owner: run, binding, insights, findings: placed };
    }
  }
  const owner = runs.find(speaksForConfig);
  const binding = owner && bound.get(owner);
  return { ...base, owner, binding, insights: new Map(), findings: [] };
}

/** The runs that are taken for those of the config, in the same order, each with the reason. */
function bindRuns(
  { file, roots, snapshots }: ViewInput,
  runs: readonly KnownRun[],
): ReadonlyMap<KnownRun, RunBinding> {
  return new Map(
    runs.flatMap((run) => {
      const binding = bindRun(run, file, roots, snapshots.copied(run, file));
      return binding ? [[run, binding] as const] : [];
    }),
  );
}

function freshness({ discovered, time }: KnownRun): number {
  const isPrinted = discovered?.files.every(({ format }) => format === stdout.name) ?? false;
  return isPrinted ? time - printedAheadMs : time;
}

function describeTerms(
  file: ConfigFile,
  run: KnownRun,
  evidence: BoundRunEvidence,
  findings: readonly Finding[],
): ReadonlyMap<string, TermInsight> {
  return new Map(
    file.terms.flatMap((term) => {
      const insight = describeTerm({ term, run, evidence, findings });
      return insight ? [[term.name, insight] as const] : [];
    }),
  );
}

/** Findings whose lines still say what they speak of, and that nobody asked to ignore. */
function placeFindings(
  file: ConfigFile,
  insights: ReadonlyMap<string, TermInsight>,
  findings: readonly Finding[],
): ConfigView['findings'] {
  return findings.flatMap((finding) => {
    const term = file.terms.find(({ name }) => name === finding.term);
    const spokenOf = finding.otherTerm ? [finding.term, finding.otherTerm] : [finding.term];
    const gone = spokenOf.some((name) => insights.get(name)?.stale);
    // In a program the key of an option and its value often stand on lines of their own.
    const places = term ? [term.keyRange, term.valueRange] : [];
    const ignored = places.some((range) => isIgnored(file, range, finding.name));
    return term && !gone && !ignored ? [{ finding, term }] : [];
  });
}
