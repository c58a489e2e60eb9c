import type { Uri } from 'vscode';

import type { ActiveConfig } from '../client/activeConfig.ts';
import type { AgreedCommands } from '../client/agreedCommands.ts';
import type { LanguageServer } from '../client/languageServer.ts';
import type { Notices } from '../client/notices.ts';
import type { ServerMirror } from '../client/serverMirror.ts';
import type { ReportPanels } from '../panels/reportPanels.ts';
import type { TrendsPanels } from '../panels/trendsPanels.ts';
import type { ProbeGuide } from '../probe/probeGuide.ts';
import type { ProgressNotifications } from '../progress/progressNotifications.ts';

/** What commands work with. */
export interface CommandContext {
  /** The folder that this extension is installed in. */
  readonly extensionUri: Uri;
  readonly server: LanguageServer;
  readonly mirror: ServerMirror;
  readonly notices: Notices;
  readonly activeConfig: ActiveConfig;
  readonly agreed: AgreedCommands;
  readonly progress: ProgressNotifications;
  readonly trends: TrendsPanels;
  readonly reports: ReportPanels;
  readonly probeGuide: ProbeGuide;
}

/** One command of the palette, of a lens, a hover, a view or the status bar. */
export interface Command {
  readonly id: string;
  /** `argument` is whatever the caller gave: it is parsed, and what is missing is asked for. */
  readonly run: (context: CommandContext, argument: unknown) => Promise<void>;
}
