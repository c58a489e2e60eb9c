/**
 * How long it takes from a metric that another program appends to its log until the editor has
 * it: `npm run bench:closed-loop [-- --n 200 --limit 250]`, after `npm run build`. The bundled
 * server is driven over its protocol. Ends with exit code 1 where a 95th percentile is over the
 * limit in milliseconds. Writes nothing but to a temporary folder.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { notifications } from '../server/src/protocol/messages.ts';
import { trendsMessageSchema } from '../server/src/protocol/panels/trends.ts';
import { type Arrival, LanguageServer } from '../test/integration/support/languageServer.ts';
import {
  eventFile,
  eventRecord,
  flowConfig,
  flowLosses,
  jsonLine,
  jsonLines,
} from '../test/support/otherProgram.ts';
import { TemporaryWorkspace } from '../test/support/temporaryWorkspace.ts';
import { type LatencySummary, summarize, toTable } from './latencySummary.mts';

/** A log as it stands at first and how it grows by a step. */
interface GrowingLog {
  readonly name: string;
  readonly path: string;
  readonly first: string | Uint8Array;
  readonly next: (step: number) => string | Uint8Array;
}

/** When, in milliseconds since just before the append, the new value had left the server. */
interface Latency {
  /** The request to refresh the hints, or the diagnostics, after which a hint has the value. */
  readonly published: number;
  /** The answer with the hint itself, as the editor asks for it on a refresh. */
  readonly hint: number;
  /** The message to the trends panel with the point. */
  readonly panel: number;
}

const firstSteps = 50;
/** The pauses between appends, in milliseconds: at random, so that they meet every phase of a timer. */
const shortestPause = 20;
const longestPause = 300;

const logs: readonly GrowingLog[] = [
  { name: 'JSONL', path: 'logs/metrics.jsonl', first: jsonLines(firstSteps), next: jsonLine },
  {
    name: 'TensorBoard',
    path: 'logs/events.out.tfevents.1700000000.host.1.0',
    first: eventFile(firstSteps),
    next: eventRecord,
  },
];

const { values: options } = parseArgs({
  options: { n: { type: 'string', default: '200' }, limit: { type: 'string', default: '250' } },
});
const limit = Number(options.limit);
const summaries: LatencySummary[] = [];
for (const log of logs) summaries.push(...(await measureLog(log, Number(options.n))));
console.log(toTable(summaries));
const slow = summaries.filter(({ p95 }) => !(p95 <= limit));
for (const { name } of slow)
  console.error(`Over the limit of ${limit} ms at the 95th percentile: ${name}`);
process.exitCode = slow.length > 0 ? 1 : 0;

async function measureLog(log: GrowingLog, count: number): Promise<readonly LatencySummary[]> {
  using workspace = new TemporaryWorkspace({ 'train.yaml': flowConfig(), [log.path]: log.first });
  await using server = await LanguageServer.start({ folder: workspace.root });
  const uri = workspace.uri('train.yaml');
  await server.open(uri, workspace.read('train.yaml'));
  await server.notify(notifications.trendsView, { configUri: uri, open: true, pixels: 800 });
  await server.until('the first hint', () => hasHint(server, uri, firstSteps));
  await server.until('the panel to open', () => server.arrived(notifications.trends).length > 0);
  const latencies: Latency[] = [];
  for (let index = 1; index <= count; index += 1) {
    await delay(shortestPause + Math.random() * (longestPause - shortestPause));
    const step = firstSteps + index;
    latencies.push(
      await measureStep(server, uri, step, () => workspace.append(log.path, log.next(step))),
    );
  }
  return [
    summarize(
      `${log.name}: refresh or diagnostics published`,
      latencies.map((one) => one.published),
    ),
    summarize(
      `${log.name}: inlay hint answered`,
      latencies.map((one) => one.hint),
    ),
    summarize(
      `${log.name}: panel message sent`,
      latencies.map((one) => one.panel),
    ),
  ];
}

async function measureStep(
  server: LanguageServer,
  uri: string,
  step: number,
  append: () => void,
): Promise<Latency> {
  const since = server.arrivals.length;
  const start = performance.now();
  append();
  const [line, panel] = await Promise.all([
    waitForHint(server, uri, step, since),
    server.until(`step ${step} in the panel`, () =>
      server.arrived(notifications.trends, since).find((arrival) => holdsStep(arrival, step)),
    ),
  ]);
  return { published: line.published - start, hint: line.hint - start, panel: panel.at - start };
}

/** Asks for the hints at each publication, as an editor does, until one has the step's value. */
async function waitForHint(
  server: LanguageServer,
  uri: string,
  step: number,
  since: number,
): Promise<{ readonly published: number; readonly hint: number }> {
  let seen = 0;
  return server.until(`the hint of step ${step}`, async () => {
    const published = server.arrivals.slice(since).filter(isPublication);
    const last = published.at(-1);
    if (!last || published.length === seen) return undefined;
    seen = published.length;
    const fresh = await hasHint(server, uri, step);
    return fresh && { published: last.at, hint: performance.now() };
  });
}

function isPublication({ method }: Arrival): boolean {
  return method === 'workspace/inlayHint/refresh' || method === 'textDocument/publishDiagnostics';
}

async function hasHint(server: LanguageServer, uri: string, step: number): Promise<boolean> {
  const value = flowLosses(step)['train/velocity_loss'] ?? Number.NaN;
  const hints = await server.inlayHints(uri);
  return hints.some(({ label }) => JSON.stringify(label).includes(String(value)));
}

function holdsStep(arrival: Arrival, step: number): boolean {
  const message = trendsMessageSchema.parse(arrival.params);
  const curves =
    message.type === 'append' ? message.points : message.charts.flatMap((chart) => chart.curves);
  return curves.some((curve) => curve.steps.at(-1) === step);
}
