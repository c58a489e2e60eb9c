import '../../noEval.ts';
import 'uplot/dist/uPlot.min.css';
import '../../style.css';

import {
  type TrendsMessage,
  type TrendsRequest,
  trendsMessageSchema,
} from '#protocol/panels/trends';
import { connectHost } from '../../host.ts';
import { onThemeChange } from '../../theme.ts';
import { readChoices, type TrendsChoices } from './choices.ts';
import { isOverfull, reduceTrends, type TrendsState } from './state.ts';
import { TrendsView } from './view.ts';

start();

interface Page {
  state: TrendsState;
  choices: TrendsChoices;
  /** A drawing is due. */
  drawing: boolean;
  /** When the next drawing may begin, in milliseconds of the page's clock. */
  drawFrom: number;
}

/**
 * Drawing takes at most a fifth of the time: all web views of a window may share one thread with
 * the editor, and a live run would otherwise keep it busy.
 */
const restPerDrawing = 4;
/** More often than this nobody sees a difference, in milliseconds. */
const leastRest = 250;

/** Joins the extension, the state and the view. */
function start(): void {
  /** The config of this tab; the side bar has none of its own. */
  const ownConfig = document.body.dataset.configUri;
  const root = document.getElementById('panel') ?? document.body;
  const page: Page = {
    state: undefined,
    drawing: false,
    drawFrom: 0,
    choices: { charts: {}, picks: {} },
  };
  const host = connectHost<TrendsMessage, TrendsRequest>(trendsMessageSchema, (message) => {
    const overfullBefore = isOverfull(page.state);
    page.state = reduceTrends(page.state, message);
    if (!overfullBefore && isOverfull(page.state)) askForAll();
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
  });

  function draw(): void {
    if (page.drawing) return;
    page.drawing = true;
    const wait = Math.max(0, page.drawFrom - performance.now());
    setTimeout(() => requestAnimationFrame(drawNow), wait);
  }

  function drawNow(): void {
    const started = performance.now();
    page.drawing = false;
    view.render(page.state);
    const ended = performance.now();
    page.drawFrom = ended + Math.max(leastRest, restPerDrawing * (ended - started));
  }

  function askForAll(): void {
    const pixels = Math.max(50, Math.round(root.clientWidth * devicePixelRatio));
    host.post({ type: 'ready', pixels });
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
