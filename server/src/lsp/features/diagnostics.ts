import type { Diagnostic } from 'vscode-languageserver/node';

import { KeyedThrottle } from '../../base/keyedThrottle.ts';
import { LineIndex } from '../../base/lineIndex.ts';
import type { ConfigProblem } from '../../model/finding.ts';
import { taskConfigCode } from '../../training/taskConfig.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { SetProblems } from '../../workspace/setProblems.ts';
import type { Feature } from '../feature.ts';
import { toRange, toSeverity } from '../toProtocol.ts';

const source = 'Counterweight';

/** A thousand runs may change at once, and each would have the whole config looked at again. */
const againMs = 40;

/** Problems of configs and what the rules find, published when they change. */
export const diagnosticsFeature: Feature = {
  name: 'diagnostics',
  register({ connection, workspace: { session }, logger, clock }) {
    const published = new Map<string, string>();
    /** Those of every open `counterweight.yaml`, by its URI. */
    const sets = new Map<string, SetProblems>();
    const ofProject = (uri: string): Diagnostic[] | undefined => {
      const project = session.project(uri);
      if (!project) {
        sets.delete(uri);
        return undefined;
      }
      const known = sets.get(uri) ?? new SetProblems();
      sets.set(uri, known);
      const views = session.configUris().flatMap((config) => session.view(config) ?? []);
      const problems = [...project.problems, ...known.of(project, views)];
      return toDiagnostics(new LineIndex(project.text), problems);
    };
    const publish = (uri: string): void => {
      const diagnostics = diagnosticsOf(session.view(uri)) ?? ofProject(uri);
      const key = JSON.stringify(diagnostics ?? []);
      if ((published.get(uri) ?? '[]') === key) return;
      if (diagnostics) published.set(uri, key);
      else published.delete(uri);
      connection
        .sendDiagnostics({ uri, diagnostics: diagnostics ?? [] })
        .catch((error) => logger.error(`diagnostics: ${error}`));
    };
    const throttle = new KeyedThrottle(clock, againMs, (uri) => {
      publish(uri);
      // What its sets ask for may be in this config now, or no longer.
      for (const project of sets.keys()) if (project !== uri) publish(project);
    });
    session.onDidChangeConfig((uri) => throttle.request(uri));
  },
};

function diagnosticsOf(view: ConfigView | undefined): Diagnostic[] | undefined {
  if (!view) return undefined;
  const { file, findings, problems } = view;
  const ofRules = findings.map(({ finding, term }): Diagnostic => {
    const other = file.terms.find(({ name }) => name === finding.otherTerm);
    return {
      source,
      code: finding.name,
      severity: toSeverity(finding.severity),
      range: toRange(file.lines, term.valueRange),
      message: finding.message,
      data: { rule: finding.rule, term: finding.term },
      ...(other
        ? {
            relatedInformation: [
              {
                location: { uri: file.uri, range: toRange(file.lines, other.valueRange) },
                message: `the weight of ${other.name}`,
              },
            ],
          }
        : {}),
    };
  });
  // A YAML file without a loss weight is not ours to judge, however broken it is; what is said of
  // the config of a built-in task, we say only where it is for one.
  const ours = file.terms.length > 0 || file.task !== undefined;
  const said = ours ? problems : problems.filter(({ code }) => code === taskConfigCode);
  return [...toDiagnostics(file.lines, said), ...ofRules];
}

function toDiagnostics(lines: LineIndex, problems: readonly ConfigProblem[]): Diagnostic[] {
  return problems.map((problem) => ({
    source,
    code: problem.code,
    severity: toSeverity(problem.severity),
    range: toRange(lines, problem.range),
    message: problem.message,
  }));
}
