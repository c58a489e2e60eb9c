import { type CodeLens, CodeLensRefreshRequest, type Command } from 'vscode-languageserver/node';

import { Throttle } from '../../base/throttle.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import { clientCommands, serverCommands } from '../../protocol/commands.ts';
import { nodeAtPath } from '../../syntax/toPlainData.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { hardCodedProblem } from '../../workspace/hardCodedProblem.ts';
import { readyAblationsOf } from '../../workspace/planExperiment.ts';
import { nameOnSharedLine } from '../../workspace/sharedLines.ts';
import { sparkline } from '../../workspace/wording.ts';
import type { Feature } from '../feature.ts';
import { guard } from '../guard.ts';
import { offeredAblations } from '../offeredAblations.ts';

/** Lenses move the text when they change, so they follow more slowly than the hints. */
const refreshMs = 1000;

/** `▶ without · only · ×2 · sweep… · trend ▁▂▃▅` above the weight, and the run above the first one. */
export const codeLensFeature: Feature = {
  name: 'codeLens',
  capabilities: { codeLensProvider: { resolveProvider: false } },
  register({ connection, workspace: { session }, settings, logger, clock }) {
    connection.onCodeLens(
      guard<{ textDocument: { uri: string } }, CodeLens[]>(
        logger,
        'code lenses',
        [],
        ({ textDocument }) => {
          const view = settings().codeLens ? session.view(textDocument.uri) : undefined;
          return view ? lensesOf(view) : [];
        },
      ),
    );
    const refresh = new Throttle(clock, refreshMs, () => {
      connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
    });
    session.onDidChangeConfig(() => refresh.request());
  },
};

function lensesOf(view: ConfigView): CodeLens[] {
  const { file } = view;
  const experiments = experimentLenses(view);
  const terms = file.terms.filter(
    ({ name, kind }) => kind === 'definition' || hardCodedProblem(view, name) !== undefined,
  );
  if (terms.length === 0) return experiments;
  const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  const configUri = file.uri;
  const whole: CodeLens[] = [
    {
      range: top,
      command: {
        title: '▶ run training',
        command: clientCommands.runTraining,
        arguments: [{ configUri }],
      },
    },
    {
      range: top,
      command: {
        title: 'loss trends',
        command: clientCommands.openTrends,
        arguments: [{ configUri }],
      },
    },
  ];
  const nameOf = nameOnSharedLine(file);
  const ofTerms = terms.flatMap((term) => withName(nameOf(term), termLenses(view, term)));
  return [...whole, ...experiments, ...ofTerms];
}

/** `▶ experiments…` above the name of a built-in task that has some ready. */
function experimentLenses({ file, found }: ConfigView): CodeLens[] {
  const key = nodeAtPath(file.document?.root, ['task'])?.keyRange;
  if (!key || readyAblationsOf(file, found).length === 0) return [];
  const start = file.lines.positionAt(key.start);
  return [
    {
      range: { start, end: start },
      command: {
        title: '▶ experiments…',
        command: clientCommands.runExperiment,
        arguments: [{ configUri: file.uri }],
      },
    },
  ];
}

/** The first of the lenses of a term says which one they are of. */
function withName(name: string, [first, ...others]: readonly NamedLens[]): CodeLens[] {
  if (!first) return [];
  const { title } = first.command;
  return [{ ...first, command: { ...first.command, title: name + title } }, ...others];
}

type NamedLens = CodeLens & { readonly command: Command };

function termLenses(view: ConfigView, term: LossTerm): readonly NamedLens[] {
  const { file } = view;
  const start = file.lines.positionAt(term.keyRange.start);
  const range = { start, end: start };
  const actions = term.kind === 'definition' ? ablations(view, term) : [lifting(view, term)];
  return [...actions, trend(view, term)].map((command) => ({ range, command }));
}

/** No experiment can set what stands in the middle of a program. */
function lifting({ file }: ConfigView, { name, text }: LossTerm): Command {
  const title = `lift ${text} into an option`;
  const command = serverCommands.liftWeight;
  return { title, command, arguments: [{ configUri: file.uri, term: name }] };
}

function trend({ file, insights }: ConfigView, { name }: LossTerm): Command {
  const title = `trend ${sparkline(insights.get(name)?.trend ?? [])}`.trim();
  return { title, command: clientCommands.openTrends, arguments: [{ configUri: file.uri }] };
}

function ablations({ file }: ConfigView, term: LossTerm): readonly Command[] {
  return offeredAblations(file, term).map(([title, argument]) => ({
    title: argument.kind === 'without' ? `▶ ${title}` : title,
    command: clientCommands.ablate,
    arguments: [argument],
  }));
}
