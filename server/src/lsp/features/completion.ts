import { dirname } from 'node:path';

import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  InsertTextFormat,
  InsertTextMode,
  type TextDocumentPositionParams,
} from 'vscode-languageserver/node';

import { LineIndex } from '../../base/lineIndex.ts';
import { configRules } from '../../rules/configRegistry.ts';
import { rules } from '../../rules/registry.ts';
import { type ConfigCompletion, completeConfig } from '../../workspace/configCompletion.ts';
import type { ConfigFile } from '../../workspace/configFile.ts';
import { isInside } from '../../workspace/knownRun.ts';
import { completeProject, type ProjectNames } from '../../workspace/projectCompletion.ts';
import type { Feature, FeatureContext } from '../feature.ts';
import { guard } from '../guard.ts';
import { toRange } from '../toProtocol.ts';

/** By then the documents that were open at the start have been answered for. */
const prepareAfterMs = 300;

const kinds = {
  key: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  mapping: CompletionItemKind.Struct,
} as const;

/** Keys, names and options of the configs of built-in tasks and of `counterweight.yaml`, from the schemas that validate them. */
export const completionFeature: Feature = {
  name: 'completion',
  // A blank ends `strategy:`, a quote begins a name in JSON.
  capabilities: { completionProvider: { triggerCharacters: [' ', '"'] } },
  register(context) {
    const { connection, workspace, logger } = context;
    connection.onCompletion(
      guard<TextDocumentPositionParams, CompletionList | null>(
        logger,
        'completion',
        null,
        ({ textDocument, position }) => {
          const { session } = workspace;
          const file = session.file(textDocument.uri);
          const project = file ? undefined : session.project(textDocument.uri);
          const written = file ?? (project && { ...project, lines: new LineIndex(project.text) });
          if (!written) return null;
          const offset = written.lines.offsetAt(position);
          const found = file
            ? completeConfig(file, offset, context.schemas)
            : completeProject(
                written.text,
                offset,
                context.schemas.ofProjectFile(),
                namesFor(context, written.path),
              );
          const items = found.map((item, index) => toItem(context, written, item, index));
          return { isIncomplete: false, items };
        },
      ),
    );
  },
  /** So that the first question is answered as soon as the others. */
  initialized({ clock, schemas }) {
    clock.after(prepareAfterMs, () => schemas.prepare());
  },
};

/** What the open configs that a `counterweight.yaml` speaks for call their losses and log. */
function namesFor({ workspace: { session, store } }: FeatureContext, path: string): ProjectNames {
  const views = session.configUris().flatMap((uri) => session.view(uri) ?? []);
  const ours = views.filter(({ file, found }) =>
    found ? found.path === path : isInside(file.path, dirname(path)),
  );
  const owners = ours.flatMap(({ owner }) => owner ?? []);
  return {
    terms: unique(ours.flatMap(({ file }) => file.terms.map(({ name }) => name))),
    metrics: unique(owners.flatMap(({ id }) => store.metrics(id))),
    rules: [...rules, ...configRules],
  };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

function toItem(
  { fillsIn }: FeatureContext,
  { lines, text }: Pick<ConfigFile, 'lines' | 'text'>,
  completion: ConfigCompletion,
  index: number,
): CompletionItem {
  const { label, kind, detail, documentation, range, removes } = completion;
  // What is written there is compared with this: it stands in quotes where the word does.
  const quote = /^["']/.exec(text.slice(range.start, range.end))?.[0] ?? '';
  return {
    label,
    kind: kinds[kind],
    // Of what is chosen among many the difference is seen at once, not only where the mark stands.
    ...(kind === 'key' ? { detail } : { labelDetails: { description: detail } }),
    documentation: { kind: 'markdown', value: documentation },
    sortText: String(index).padStart(4, '0'),
    filterText: `${quote}${label}`,
    insertTextMode: InsertTextMode.adjustIndentation,
    insertTextFormat: fillsIn ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: {
      range: toRange(lines, range),
      newText: fillsIn ? snippetOf(completion) : completion.newText,
    },
    ...(removes ? { additionalTextEdits: [{ range: toRange(lines, removes), newText: '' }] } : {}),
  };
}

/** The text with the part to be replaced as its first tab stop. */
function snippetOf({ newText, selected }: ConfigCompletion): string {
  if (!selected) return escapeSnippet(newText);
  const inner = escapeSnippet(newText.slice(selected.start, selected.end));
  const stop = inner === '' ? '$1' : `\${1:${inner}}`;
  return (
    escapeSnippet(newText.slice(0, selected.start)) +
    stop +
    escapeSnippet(newText.slice(selected.end))
  );
}

function escapeSnippet(text: string): string {
  return text.replaceAll(/[\\$}]/g, (letter) => `\\${letter}`);
}
