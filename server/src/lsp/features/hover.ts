import type { Hover, TextDocumentPositionParams } from 'vscode-languageserver/node';

import { metricName } from '../../model/metricName.ts';
import type {
  AblateArgument,
  BindTermArgument,
  ExperimentArgument,
} from '../../protocol/commands.ts';
import { clientCommands } from '../../protocol/commands.ts';
import { type ConfigHover, configHover } from '../../workspace/configHover.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { hoverMarkdown } from '../../workspace/hoverText.ts';
import { lastValuePlaces } from '../../workspace/logPlace.ts';
import type { Feature, FeatureContext } from '../feature.ts';
import { guard } from '../guard.ts';
import { toRange } from '../toProtocol.ts';

/**
 * What a loss does, on the line of its weight: trend, figures, findings, provenance, actions. What
 * the keys and names of a built-in task's config mean.
 */
export const hoverFeature: Feature = {
  name: 'hover',
  capabilities: { hoverProvider: true },
  register(context) {
    const { connection, workspace, logger } = context;
    connection.onHover(
      guard<TextDocumentPositionParams, Hover | null>(
        logger,
        'hover',
        null,
        ({ textDocument: { uri }, position }) => {
          const view = workspace.session.view(uri);
          if (!view) return null;
          const offset = view.file.lines.offsetAt(position);
          const meaning = configHover(view.file, offset, {
            images: context.drawsImages,
            schemas: context.schemas,
            ablationLink: context.trusted()
              ? (title) => commandLink(title, clientCommands.ablate, { configUri: uri })
              : undefined,
            experimentLink: context.trusted()
              ? (title, name) =>
                  commandLink(title, clientCommands.runExperiment, { configUri: uri, name })
              : undefined,
          });
          return termHover(context, view, position, meaning) ?? toHover(view, meaning);
        },
      ),
    );
  },
};

function toHover({ file }: ConfigView, hover: ConfigHover | undefined): Hover | null {
  if (!hover) return null;
  const contents = { kind: 'markdown' as const, value: hover.markdown };
  return { range: toRange(file.lines, hover.range), contents };
}

/** What the runs say of the loss whose weight stands on the line; below it what the key means. */
function termHover(
  context: FeatureContext,
  view: ConfigView,
  { line }: { readonly line: number },
  meaning: ConfigHover | undefined,
): Hover | undefined {
  const term = view.file.terms.find(
    ({ valueRange }) => view.file.lines.positionAt(valueRange.start).line === line,
  );
  if (!term) return undefined;
  const text = hoverMarkdown(view, term.name, {
    images: context.drawsImages,
    provenance: provenanceOf(context, view, term.name),
  });
  const range = { start: term.keyRange.start, end: term.valueRange.end };
  const parts = [text, actionLinks(view, term.name), ...(meaning ? ['---', meaning.markdown] : [])];
  return {
    range: toRange(view.file.lines, range),
    contents: { kind: 'markdown', value: parts.join('\n\n') },
  };
}

/** Where the last value of the loss stands: file and bytes. */
function provenanceOf(
  { workspace: { session, store } }: FeatureContext,
  view: ConfigView,
  term: string,
): readonly string[] {
  const run = view.owner;
  const evidence = run && session.evidence(view.file.uri, run.id);
  const metric = evidence?.storedName(metricName.loss(term));
  return run && metric !== undefined ? lastValuePlaces(store, run, metric) : [];
}

function commandLink(
  title: string,
  command: string,
  argument: AblateArgument | BindTermArgument | ExperimentArgument,
): string {
  return `[${title}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))})`;
}

function actionLinks({ file }: ConfigView, term: string): string {
  const configUri = file.uri;
  return [
    commandLink('without', clientCommands.ablate, { configUri, kind: 'without', term }),
    commandLink('only', clientCommands.ablate, { configUri, kind: 'only', term }),
    commandLink('×2', clientCommands.ablate, { configUri, kind: 'scale', term, value: 2 }),
    commandLink('trend', clientCommands.openTrends, { configUri }),
    commandLink('logged as…', clientCommands.bindTerm, { configUri, term }),
    commandLink('runs in…', clientCommands.bindRuns, { configUri }),
  ].join(' · ');
}
