import type { Hover, Position, TextDocumentPositionParams } from 'vscode-languageserver/node';

import { LineIndex } from '../../base/lineIndex.ts';
import type { TextRange } from '../../base/textRange.ts';
import { discoverUses } from '../../discovery/discoverUses.ts';
import type { LossTerm } from '../../model/lossTerm.ts';
import { metricName } from '../../model/metricName.ts';
import type { TermArgument } from '../../protocol/bindings.ts';
import type {
  AblateArgument,
  BindTermArgument,
  ExperimentArgument,
} from '../../protocol/commands.ts';
import { clientCommands, serverCommands } from '../../protocol/commands.ts';
import type { ConfigFile } from '../../workspace/configFile.ts';
import { type ConfigHover, configHover } from '../../workspace/configHover.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { hardCodedProblem } from '../../workspace/hardCodedProblem.ts';
import { hoverMarkdown } from '../../workspace/hoverText.ts';
import { lastValuePlaces } from '../../workspace/logPlace.ts';
import { projectHover } from '../../workspace/projectCompletion.ts';
import type { Feature, FeatureContext } from '../feature.ts';
import { guard } from '../guard.ts';
import { offeredAblations } from '../offeredAblations.ts';
import { toRange } from '../toProtocol.ts';

/**
 * What a loss does, on the line of its weight: trend, figures, findings, provenance, actions. What
 * the keys and names of a built-in task's config mean, and those of `counterweight.yaml`.
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
          if (!view) return projectFileHover(context, uri, position);
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
          return termHover(context, view, position, meaning) ?? toHover(view.file, meaning);
        },
      ),
    );
  },
};

/** What a key of `counterweight.yaml` is for. */
function projectFileHover(
  { workspace, schemas }: FeatureContext,
  uri: string,
  position: Position,
): Hover | null {
  const project = workspace.session.project(uri);
  if (!project) return null;
  const lines = new LineIndex(project.text);
  const schema = schemas.ofProjectFile();
  return toHover({ lines }, projectHover(project.text, lines.offsetAt(position), schema));
}

function toHover(
  { lines }: Pick<ConfigFile, 'lines'>,
  hover: ConfigHover | undefined,
): Hover | null {
  if (!hover) return null;
  const contents = { kind: 'markdown' as const, value: hover.markdown };
  return { range: toRange(lines, hover.range), contents };
}

/** What the runs say of the loss whose weight stands on the line; below it what the key means. */
function termHover(
  context: FeatureContext,
  view: ConfigView,
  position: Position,
  meaning: ConfigHover | undefined,
): Hover | undefined {
  const pointed = termAt(view.file, position);
  if (!pointed) return undefined;
  const { term, range } = pointed;
  const text = hoverMarkdown(view, term.name, {
    images: context.drawsImages,
    provenance: provenanceOf(context, view, term.name),
  });
  const parts = [text, actionLinks(view, term), ...(meaning ? ['---', meaning.markdown] : [])];
  return {
    range: toRange(view.file.lines, range),
    contents: { kind: 'markdown', value: parts.join('\n\n') },
  };
}

/** A term, and what of the text is about it. */
interface PointedTerm {
  readonly term: LossTerm;
  readonly range: TextRange;
}

/** Of several on one line the one that is pointed at, or whose use is; else the first. */
function termAt(file: ConfigFile, position: Position): PointedTerm | undefined {
  const { lines, terms } = file;
  const offset = lines.offsetAt(position);
  const onLine = terms.filter(
    ({ valueRange }) => lines.positionAt(valueRange.start).line === position.line,
  );
  const own =
    onLine.find(({ valueRange }) => holds(valueRange, offset)) ??
    onLine.find(({ keyRange }) => holds(keyRange, offset));
  const used = own ? undefined : usedAt(file, offset);
  const term = own ?? onLine[0];
  if (used || !term) return used;
  return { term, range: { start: term.keyRange.start, end: term.valueRange.end } };
}

/** `args.kl_weight * kl`: the term whose weight is set elsewhere in the same program. */
function usedAt({ document, terms }: ConfigFile, offset: number): PointedTerm | undefined {
  if (!document?.sums) return undefined;
  const use = discoverUses(document, terms).find(({ valueRange }) => holds(valueRange, offset));
  const path = JSON.stringify(use?.path);
  const term = terms.find((candidate) => JSON.stringify(candidate.path) === path);
  return use && term && { term, range: use.valueRange };
}

function holds({ start, end }: TextRange, offset: number): boolean {
  return start <= offset && offset <= end;
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
  argument: AblateArgument | BindTermArgument | ExperimentArgument | TermArgument,
): string {
  return `[${title}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))})`;
}

function actionLinks(view: ConfigView, found: LossTerm): string {
  const { name: term, kind } = found;
  const configUri = view.file.uri;
  const ablations = offeredAblations(view.file, found).map(([title, argument]) =>
    commandLink(title, clientCommands.ablate, argument),
  );
  const lift = hardCodedProblem(view, term)
    ? [commandLink('lift into an option', serverCommands.liftWeight, { configUri, term })]
    : [];
  return [
    // No experiment can set what stands in the middle of a program.
    ...(kind === 'definition' ? ablations : lift),
    commandLink('trend', clientCommands.openTrends, { configUri }),
    commandLink('logged as…', clientCommands.bindTerm, { configUri, term }),
    commandLink('runs in…', clientCommands.bindRuns, { configUri }),
  ].join(' · ');
}
