import '../../noEval.ts';
import 'uplot/dist/uPlot.min.css';
import '../../style.css';

import {
  type TrendsMessage,
  type TrendsRequest,
  trendsMessageSchema,
} from '#protocol/panels/trends';
import { connectHost } from '../../host.ts';
import { paceDrawing } from '../../pacedDrawing.ts';
import { onThemeChange } from '../../theme.ts';
import { readChoices, type TrendsChoices } from './choices.ts';
import { isOverfull, rangeToAsk, reduceTrends, type TrendsState, withoutDetail } from './state.ts';
import { TrendsView } from './view.ts';

start();

interface Page {
  state: TrendsState;
  choices: TrendsChoices;
  /** Whether a part of the steps was asked for, or is known closer. */
  isAsked: boolean;
  /** When a zoom gesture has ended. */
  settling: ReturnType<typeof setTimeout> | undefined;
}

/** A zoom gesture has ended when nothing more follows for so long, in milliseconds. */
const settleMs = 150;

/** Joins the extension, the state and the view. */
function start(): void {
  /** The config of this tab; the side bar has none of its own. */
  const ownConfig = document.body.dataset.configUri;
  const root = document.getElementById('panel') ?? document.body;
  const page: Page = {
    state: undefined,
    isAsked: false,
    settling: undefined,
    choices: { charts: {}, picks: {} },
  };
  const host = connectHost<TrendsMessage, TrendsRequest>(trendsMessageSchema, (message) => {
    // It was asked for before the last gesture, which shows all steps again.
    if (message.type === 'detail' && !view.shownSteps) return;
    const overfullBefore = isOverfull(page.state);
    page.state = reduceTrends(page.state, message);
    if (!overfullBefore && isOverfull(page.state)) askForAll();
    // What was known of the part that is shown went away with the curves before.
    if (message.type === 'snapshot') askForShown();
    draw();
  });
  page.choices = readChoices(host.stored());
  const view = new TrendsView(root, () => page.choices, {
    post: host.post,
    picked(configUri, runId) {
      choose({ ...page.choices, picks: { ...page.choices.picks, [configUri]: runId } });
      host.post({ type: 'selectRun', runId });
    },
    chosen(chart, choices) {
      choose({ ...page.choices, charts: { ...page.choices.charts, [chart]: choices } });
    },
    zoomed() {
      clearTimeout(page.settling);
      page.settling = setTimeout(askForShown, settleMs);
      draw();
    },
  });

  const draw = paceDrawing(() => view.render(page.state));

  function askForAll(): void {
    host.post({ type: 'ready', pixels: width() });
  }

  /** Asks for the steps that are shown where that may show more than what is known. */
  function askForShown(): void {
    const runId = page.state?.runId;
    if (runId === undefined) return;
    const range = rangeToAsk(page.state, view.shownSteps);
    if (range) host.post({ type: 'showRange', runId, pixels: width(), range });
    else if (view.shownSteps === undefined && page.isAsked) {
      page.state = withoutDetail(page.state);
      host.post({ type: 'showRange', runId, pixels: width() });
      draw();
    }
    page.isAsked = range !== undefined || page.state?.detail !== undefined;
  }

  function width(): number {
    return Math.max(50, Math.round(root.clientWidth * devicePixelRatio));
  }

  function choose(choices: TrendsChoices): void {
    page.choices = choices;
    host.store({ configUri: ownConfig, ...choices });
  }

  onThemeChange(() => {
    view.readTheme();
    draw();
  });
  // Stored at once, so that VS Code can restore a tab that never got a snapshot.
  choose(page.choices);
  askForAll();
  const picked = ownConfig === undefined ? undefined : page.choices.picks[ownConfig];
  if (picked) host.post({ type: 'selectRun', runId: picked });
}
