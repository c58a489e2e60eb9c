import '../../noEval.ts';
import 'uplot/dist/uPlot.min.css';
import '../../style.css';

import {
  type ReportMessage,
  type ReportRequest,
  reportMessageSchema,
} from '#protocol/panels/report';
import { connectHost } from '../../host.ts';
import { onThemeChange } from '../../theme.ts';
import { type ReportState, reduceReport } from './state.ts';
import { ReportView } from './view.ts';

start();

/** Joins the extension, the state and the view. */
function start(): void {
  const root = document.getElementById('panel') ?? document.body;
  const page: { state: ReportState } = { state: undefined };
  const host = connectHost<ReportMessage, ReportRequest>(reportMessageSchema, (message) => {
    page.state = reduceReport(page.state, message);
    if (message.type === 'report') view.render(page.state);
    else host.post({ type: 'drawn', format: message.format, data: view.picture(message.format) });
  });
  const view = new ReportView(root, host.post);
  onThemeChange(() => view.render(page.state));
  // The id comes with the page, so that VS Code can restore the tab.
  host.store({ id: document.body.dataset.id });
  host.post({ type: 'ready' });
}
