import { type InlayHint, InlayHintKind } from 'vscode-languageserver/node';

import type { Disposable } from '../../base/disposable.ts';
import { LineIndex } from '../../base/lineIndex.ts';
import { Throttle } from '../../base/throttle.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import type { ProjectView } from '../../workspace/logPatterns.ts';
import { nameOnSharedLine } from '../../workspace/sharedLines.ts';
import { hintText } from '../../workspace/wording.ts';
import type { Feature } from '../feature.ts';
import { guard } from '../guard.ts';

/** Clients ask again for all hints at each refresh; more often nobody can read. */
const refreshMs = 100;
/**
 * VS Code does not hear a refresh that arrives while it waits for the answer to an earlier request,
 * so after this time it is asked again if it still shows something else.
 */
const lookAgainMs = 400;
/** An editor that is out of sight does not ask at all. */
const mostLooks = 5;

/** `grad 7 % · cos −0.12` behind the weight. */
export const inlayHintFeature: Feature = {
  name: 'inlayHint',
  capabilities: { inlayHintProvider: true },
  register({ connection, workspace: { session }, settings, logger, clock }) {
    const answered = new Map<string, string>();
    const currentHints = (uri: string): readonly InlayHint[] => {
      if (!settings().inlayHints) return [];
      const view = session.view(uri);
      return view ? hintsOf(view) : projectHints(session.project(uri));
    };
    connection.languages.inlayHint.on(
      guard(logger, 'inlay hints', [], ({ textDocument: { uri }, range }) => {
        const hints = currentHints(uri);
        answered.set(uri, JSON.stringify(hints));
        return hints.filter(
          ({ position: { line } }) => line >= range.start.line && line <= range.end.line,
        );
      }),
    );
    const isBehind = (): boolean =>
      [...answered].some(
        ([uri, hints]) =>
          (session.file(uri) ?? session.project(uri)) !== undefined &&
          hints !== JSON.stringify(currentHints(uri)),
      );
    let again: Disposable | undefined;
    const refresh = (looks: number): void => {
      again?.dispose();
      if (looks === 0 || !isBehind()) return;
      connection.languages.inlayHint.refresh().catch(() => undefined);
      again = clock.after(lookAgainMs, () => refresh(looks - 1));
    };
    const throttle = new Throttle(clock, refreshMs, () => refresh(mostLooks));
    session.onDidChangeConfig(() => throttle.request());
  },
};

/** `reads 1,204 of 1,300 lines` behind an expression of `log_patterns`. */
function projectHints(project: ProjectView | undefined): readonly InlayHint[] {
  if (!project) return [];
  const lines = new LineIndex(project.text);
  return project.hints.map(({ offset, label }) => ({
    position: lines.positionAt(offset),
    label,
    kind: InlayHintKind.Type,
    paddingLeft: true,
  }));
}

function hintsOf({ file, insights }: ConfigView): readonly InlayHint[] {
  const nameOf = nameOnSharedLine(file);
  return file.terms.flatMap((term) => {
    const insight = insights.get(term.name);
    const text = insight ? hintText(insight) : '';
    if (text === '') return [];
    const label = nameOf(term) + text;
    const { line } = file.lines.positionAt(term.valueRange.end);
    const end = file.lines.offsetAt({ line, character: Number.MAX_SAFE_INTEGER });
    const position = file.lines.positionAt(end);
    return [{ position, label, kind: InlayHintKind.Type, paddingLeft: true }];
  });
}
