import type { Diagnostic } from 'vscode-languageserver/node';

import { LineIndex } from '../../base/lineIndex.ts';
import type { ConfigProblem } from '../../model/finding.ts';
import { taskConfigCode } from '../../training/taskConfig.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import type { Feature } from '../feature.ts';
import { toRange, toSeverity } from '../toProtocol.ts';

const source = 'Counterweight';

/** Problems of configs and what the rules find, published when they change. */
export const diagnosticsFeature: Feature = {
  name: 'diagnostics',
  register({ connection, workspace: { session }, logger }) {
    const published = new Map<string, string>();
    const publish = (uri: string): void => {
      const diagnostics =
        diagnosticsOf(session.view(uri)) ?? projectDiagnostics(session.project(uri));
      const key = JSON.stringify(diagnostics ?? []);
      if ((published.get(uri) ?? '[]') === key) return;
      if (diagnostics) published.set(uri, key);
      else published.delete(uri);
      connection
        .sendDiagnostics({ uri, diagnostics: diagnostics ?? [] })
        .catch((error) => logger.error(`diagnostics: ${error}`));
    };
    session.onDidChangeConfig(publish);
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

function projectDiagnostics(
  project: { text: string; problems: readonly ConfigProblem[] } | undefined,
): Diagnostic[] | undefined {
  return project && toDiagnostics(new LineIndex(project.text), project.problems);
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
