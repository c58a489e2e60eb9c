import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Diagnostic,
  type TextEdit,
} from 'vscode-languageserver/node';

import { LineIndex } from '../../base/lineIndex.ts';
import type { TextRange } from '../../base/textRange.ts';
import type { ConfigProblem, Finding } from '../../model/finding.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import {
  type AblateArgument,
  type BindTermArgument,
  clientCommands,
} from '../../protocol/commands.ts';
import { configRules } from '../../rules/configRegistry.ts';
import { walkScalars } from '../../syntax/configTree.ts';
import { replaceNumber } from '../../syntax/edit.ts';
import type { ConfigFile } from '../../workspace/configFile.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { settlingAblations } from '../../workspace/settlingAblations.ts';
import { weightText } from '../../workspace/wording.ts';
import type { Feature } from '../feature.ts';
import { guard } from '../guard.ts';
import { toRange, toWorkspaceEdit } from '../toProtocol.ts';

/** Quick fixes of findings and problems, those of `counterweight.yaml` too, and corrections of how a term is bound to its metric. */
export const codeActionFeature: Feature = {
  name: 'codeAction',
  capabilities: {
    codeActionProvider: {
      codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite],
    },
  },
  register({ connection, workspace: { session }, logger }) {
    connection.onCodeAction(
      guard<CodeActionParams, CodeAction[]>(logger, 'quick fixes', [], (params) => {
        const { uri } = params.textDocument;
        const view = session.view(uri);
        const project = view ? undefined : session.project(uri);
        if (project) {
          const lines = new LineIndex(project.text);
          return problemActions({ uri, lines }, project.problems, params);
        }
        return view
          ? [
              ...findingActions(view, params),
              ...problemActions(view.file, view.problems, params),
              ...silencingActions(view, params),
              ...bindingActions(view, params),
            ]
          : [];
      }),
    );
  },
};

function findingActions(view: ConfigView, { range, context }: CodeActionParams): CodeAction[] {
  return view.findings.flatMap(({ finding, term }) => {
    const place = toRange(view.file.lines, term.valueRange);
    if (place.start.line > range.end.line || place.end.line < range.start.line) return [];
    const diagnostics = context.diagnostics.filter(({ code }) => code === finding.name);
    return [
      ...setWeightActions(view, finding, diagnostics),
      // No experiment can set what stands in the middle of a program.
      ...(term.kind === 'definition' ? ablationActions(view, finding, diagnostics) : []),
      ...ignoreActions(view, finding.name, term.valueRange, diagnostics),
    ];
  });
}

/** In the menu of refactorings, so that not every weight has a light bulb. */
function bindingActions({ file }: ConfigView, { range }: CodeActionParams): CodeAction[] {
  const configUri = file.uri;
  const terms = file.terms.filter(
    ({ valueRange }) => file.lines.positionAt(valueRange.start).line === range.start.line,
  );
  if (terms.length === 0) return [];
  return [
    ...terms.map(({ name: term }) =>
      bindingAction(`The loss ${term} is logged as…`, clientCommands.bindTerm, { configUri, term }),
    ),
    bindingAction('Runs of this config are in…', clientCommands.bindRuns, { configUri }),
  ];
}

function bindingAction(title: string, command: string, argument: BindTermArgument): CodeAction {
  const kind = CodeActionKind.RefactorRewrite;
  return { title, kind, command: { title, command, arguments: [argument] } };
}

/** The title names the old and the new number, so that nothing is changed that was not read. */
function setWeightActions(
  view: ConfigView,
  finding: Finding,
  diagnostics: Diagnostic[],
): CodeAction[] {
  return finding.fixes.flatMap((fix) => {
    const term = view.file.terms.find(({ name }) => name === fix.term);
    const edit = term && weightEdit(view, term, fix.weight);
    if (!edit || term.weight === undefined) return [];
    const change = `${weightText(term.weight)} → ${weightText(fix.weight)}`;
    return [
      {
        title: `Set the weight of ${fix.term}: ${change} (${fix.because})`,
        kind: CodeActionKind.QuickFix,
        diagnostics,
        isPreferred: true,
        edit: { changes: { [view.file.uri]: [edit] } },
      },
    ];
  });
}

function weightEdit({ file }: ConfigView, term: LossTerm, weight: number): TextEdit | undefined {
  const { document } = file;
  const scalar = [...walkScalars(document?.root)].find(
    ({ node }) => node.range.start === term.valueRange.start,
  );
  if (!document || !scalar) return undefined;
  const { range, newText } = replaceNumber(document, scalar.node, weight);
  return { range: toRange(file.lines, range), newText };
}

function ablationActions(
  { file }: ConfigView,
  finding: Finding,
  diagnostics: Diagnostic[],
): CodeAction[] {
  return settlingAblations(file, finding).map(({ label, request }) => {
    const title = `Run the ablation that would settle it: ${label}`;
    const argument: AblateArgument = { configUri: file.uri, ...request };
    return {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics,
      command: { title, command: clientCommands.ablate, arguments: [argument] },
    };
  });
}

/** Languages in which a comment begins with `#`; JSON has none at all. */
const hashLanguages: ReadonlySet<string> = new Set(['python', 'toml', 'yaml']);

/** A comment at the end of the line. Behind a `\` that goes on in the next line none may stand. */
function ignoreActions(
  { file }: ConfigView,
  rule: string,
  range: TextRange,
  diagnostics: Diagnostic[],
): CodeAction[] {
  if (!hashLanguages.has(file.document?.language ?? '')) return [];
  const { line } = file.lines.positionAt(range.end);
  const end = file.lines.positionAt(
    file.lines.offsetAt({ line, character: Number.MAX_SAFE_INTEGER }),
  );
  if (file.text[file.lines.offsetAt(end) - 1] === '\\') return [];
  const newText = `  # counterweight: ignore ${rule}`;
  return [
    {
      title: `Ignore ${rule} on this line`,
      kind: CodeActionKind.QuickFix,
      diagnostics,
      edit: { changes: { [file.uri]: [{ range: { start: end, end }, newText }] } },
    },
  ];
}

/** Of a rule about the config, which can be wrong about what it does not see. */
function silencingActions(view: ConfigView, params: CodeActionParams): CodeAction[] {
  return view.problems
    .filter(({ code }) => configRules.some(({ name }) => name === code))
    .flatMap(({ code, range }) => {
      const place = toRange(view.file.lines, range);
      const { start, end } = params.range;
      if (place.start.line > end.line || place.end.line < start.line) return [];
      const said = params.context.diagnostics.filter((diagnostic) => diagnostic.code === code);
      return ignoreActions(view, code, range, said);
    });
}

function problemActions(
  file: Pick<ConfigFile, 'lines' | 'uri'>,
  problems: readonly ConfigProblem[],
  params: CodeActionParams,
): CodeAction[] {
  return problems.flatMap(({ code, range, fixes = [], findFixes }) => {
    const place = toRange(file.lines, range);
    const { start, end } = params.range;
    if (place.start.line > end.line || place.end.line < start.line) return [];
    return [...fixes, ...(findFixes?.() ?? [])].map((fix) => ({
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      diagnostics: params.context.diagnostics.filter((diagnostic) => diagnostic.code === code),
      edit: toWorkspaceEdit(file, fix),
    }));
  });
}
