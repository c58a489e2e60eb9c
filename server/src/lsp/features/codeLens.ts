import { type CodeLens, CodeLensRefreshRequest } from 'vscode-languageserver/node';

import { ablationKinds } from '../../ablation/kinds/registry.ts';
import { Throttle } from '../../base/throttle.ts';
import type { WeightAblationRequest } from '../../model/ablation.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import { clientCommands } from '../../protocol/commands.ts';
import { nodeAtPath } from '../../syntax/toPlainData.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { readyAblationsOf } from '../../workspace/planExperiment.ts';
import { sparkline } from '../../workspace/wording.ts';
import type { Feature } from '../feature.ts';
import { guard } from '../guard.ts';

/** Lenses move the text when they change, so they follow more slowly than the hints. */
const refreshMs = 1000;

/** `▶ without · only · ×2 · trend ▁▂▃▅` above the weight, and the run above the first one. */
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
  const terms = file.terms.filter(({ kind }) => kind === 'definition');
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
  return [...whole, ...experiments, ...terms.flatMap((term) => termLenses(view, term))];
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

function termLenses(view: ConfigView, term: LossTerm): CodeLens[] {
  const { file, insights } = view;
  const start = file.lines.positionAt(term.keyRange.start);
  const range = { start, end: start };
  const configUri = file.uri;
  const requests: readonly (readonly [string, WeightAblationRequest])[] = [
    ['▶ without', { kind: 'without', term: term.name }],
    ['only', { kind: 'only', term: term.name }],
    ['×2', { kind: 'scale', term: term.name, value: 2 }],
  ];
  const ablations = requests
    .filter(([, request]) => isPossible(view, request))
    .map(([title, request]) => ({
      range,
      command: {
        title,
        command: clientCommands.ablate,
        arguments: [{ configUri, ...request }],
      },
    }));
  const trend = sparkline(insights.get(term.name)?.trend ?? []);
  return [
    ...ablations,
    {
      range,
      command: {
        title: `trend ${trend}`.trim(),
        command: clientCommands.openTrends,
        arguments: [{ configUri }],
      },
    },
  ];
}

function isPossible({ file }: ConfigView, request: WeightAblationRequest): boolean {
  const kind = ablationKinds.find(({ name }) => name === request.kind);
  const weights = file.terms.flatMap(({ name, weight }) =>
    weight === undefined ? [] : [{ name, weight }],
  );
  return kind?.changes(weights, request).ok ?? false;
}
