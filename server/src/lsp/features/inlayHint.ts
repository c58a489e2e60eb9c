import { type InlayHint, InlayHintKind } from 'vscode-languageserver/node';

import { Throttle } from '../../base/throttle.ts';
import type { ConfigView } from '../../workspace/configView.ts';
import { hintText } from '../../workspace/wording.ts';
import type { Feature } from '../feature.ts';
import { guard } from '../guard.ts';

/** Clients ask again for all hints at each refresh; more often nobody can read. */
const refreshMs = 100;

/** `grad 7 % · cos −0.12` behind the weight. */
export const inlayHintFeature: Feature = {
  name: 'inlayHint',
  capabilities: { inlayHintProvider: true },
  register({ connection, workspace: { session }, settings, logger, clock }) {
    connection.languages.inlayHint.on(
      guard(logger, 'inlay hints', [], ({ textDocument, range }) => {
        const view = settings().inlayHints ? session.view(textDocument.uri) : undefined;
        const hints = view ? hintsOf(view) : [];
        return hints.filter(
          ({ position: { line } }) => line >= range.start.line && line <= range.end.line,
        );
      }),
    );
    const refresh = new Throttle(clock, refreshMs, () => {
      connection.languages.inlayHint.refresh().catch(() => undefined);
    });
    session.onDidChangeConfig(() => refresh.request());
  },
};

function hintsOf({ file, insights }: ConfigView): readonly InlayHint[] {
  return file.terms.flatMap((term) => {
    const insight = insights.get(term.name);
    const label = insight ? hintText(insight) : '';
    if (label === '') return [];
    const { line } = file.lines.positionAt(term.valueRange.end);
    const end = file.lines.offsetAt({ line, character: Number.MAX_SAFE_INTEGER });
    const position = file.lines.positionAt(end);
    return [{ position, label, kind: InlayHintKind.Type, paddingLeft: true }];
  });
}
