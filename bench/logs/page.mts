import { readFileSync } from 'node:fs';

import { markdownTable } from '../../scripts/markdownTable.mts';
import { pairedRatios, quantile } from '../engine/statistics.mts';
import type { AppendFigures } from './measureAppends.mts';
import type { CorpusFigures } from './measureCorpus.mts';
import type { LogFigures, PeerFigures } from './measureReading.mts';

const title = '## Reading logs';
const largestDelay = 50;
const largestAppendRatio = 1.2;

interface Section {
  readonly figures: readonly LogFigures[];
  readonly appends: readonly AppendFigures[];
  readonly corpus: CorpusFigures | undefined;
  readonly command: string;
}

/** The figures as a section of the page. */
export function renderSection({ figures, appends, corpus, command }: Section): string {
  const parts = [
    title,
    `\`${command}\`. ${explanation}`,
    readingTable(figures),
    delayNote,
    delayTable(figures),
    ...peerParts(figures),
    ...appendParts(appends),
    ...corpusParts(corpus),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The page with the section in the place of an earlier one, or at its end. */
export function withSection(path: string, section: string): string {
  const page = readFileSync(path, 'utf8');
  const start = page.indexOf(`${title}\n`);
  if (start < 0) return `${page.trimEnd()}\n\n${section}`;
  const next = page.indexOf('\n## ', start + title.length);
  return `${page.slice(0, start)}${section}${next < 0 ? '' : page.slice(next)}`;
}

const explanation = [
  'Generated logs, each read by a fresh process, one thread, into the store: every point is kept, and',
  'every checksum of what is decoded is checked. MB are 10^6 bytes. "Of CPU" divides by the processor',
  'time of the whole process, which other work on the machine disturbs less than the clock on the wall;',
  'the peak is that of the process, of which Node itself takes some 50 MB. Medians of *n* readings.',
].join('\n');

function readingTable(figures: readonly LogFigures[]): string {
  const rows = figures.map(({ log, bytes, points, readings, isComplete }) => {
    const ofWall = middle(readings.map(({ seconds }) => bytes / 1e6 / seconds));
    const ofCpu = middle(readings.map(({ cpuSeconds }) => bytes / 1e6 / cpuSeconds));
    const peak = middle(readings.map((reading) => reading.peak / 1e6));
    return [
      `${log.name} (${log.contents})`,
      (bytes / 1e6).toFixed(0),
      ...[ofWall, ofCpu].map((speed) => speed.toFixed(0)),
      log.target === undefined ? '–' : `${log.target}`,
      ((ofCpu * points) / bytes).toFixed(2),
      `${points}${isComplete ? '' : ' (some lost)'}`,
      peak.toFixed(0),
      `${readings.length}`,
    ];
  });
  const head = ['log', 'MB', 'MB/s', 'MB/s of CPU', 'asked for', 'million points/s of CPU'];
  return markdownTable([...head, 'points', 'peak MB', 'n'], rows);
}

const delayNote =
  'The same logs through the whole of ingest: how late a timer came that wanted to run every 2 ms, and how long the thread itself worked at most between two of them.';

function delayTable(figures: readonly LogFigures[]): string {
  const rows = figures.map(({ log, bytes, ingest }) => [
    log.name,
    (bytes / 1e6).toFixed(0),
    ingest.longestDelay.toFixed(1),
    ingest.p99Delay.toFixed(1),
    ingest.longestTurn.toFixed(1),
    (ingest.peak / 1e6).toFixed(0),
  ]);
  const head = [
    'log',
    'MB',
    `longest delay, ms (${largestDelay} allowed)`,
    '99th percentile, ms',
    'longest turn, ms of CPU',
  ];
  return markdownTable([...head, 'peak MB'], rows);
}

function peerParts(figures: readonly LogFigures[]): readonly string[] {
  const rows = figures.flatMap((figure) =>
    figure.peers.map((peer) => [figure.log.name, peer.peer.title, ...peerCells(figure, peer)]),
  );
  if (rows.length === 0) return [];
  const words =
    'Other readers in turns with ours; ratios are medians over the turns, of CPU time for a byte. Above 1, ours is faster.';
  const head = ['log', 'reader', 'MB', 'MB/s of CPU', 'ours is faster by', 'peak MB', 'n'];
  return [words, markdownTable(head, rows)];
}

function peerCells(
  figure: LogFigures,
  { bytes, readings, absent }: PeerFigures,
): readonly string[] {
  if (readings.length === 0) return ['–', '–', '–', `not there: ${absent}`, '0'];
  const speeds = readings.map(({ cpuSeconds }) => bytes / 1e6 / cpuSeconds);
  const ours = figure.readings
    .slice(0, readings.length)
    .map(({ cpuSeconds }) => figure.bytes / 1e6 / cpuSeconds);
  return [
    (bytes / 1e6).toFixed(0),
    middle(speeds).toFixed(1),
    `${middle(pairedRatios(ours, speeds)).toFixed(2)}×`,
    (middle(readings.map(({ peak }) => peak)) / 1e6).toFixed(0),
    `${readings.length}`,
  ];
}

function appendParts(appends: readonly AppendFigures[]): readonly string[] {
  const [small, large] = appends;
  if (!small || !large) return [];
  const ratio = middle(large.cpuMilliseconds) / middle(small.cpuMilliseconds);
  const rows = appends.map(({ bytes, milliseconds, cpuMilliseconds }) => [
    (bytes / 1e6).toFixed(0),
    middle(milliseconds).toFixed(1),
    middle(cpuMilliseconds).toFixed(2),
    `${milliseconds.length}`,
  ]);
  return [
    `What 100 lines cost that are appended to a log of JSON lines, until they have been told; in turns. The large log costs ${ratio.toFixed(2)} times the processor time of the small one (${largestAppendRatio} allowed).`,
    markdownTable(['log, MB', 'ms', 'ms of CPU', 'n'], rows),
  ];
}

function corpusParts(corpus: CorpusFigures | undefined): readonly string[] {
  if (!corpus) return [];
  const { files, bytes, ingest } = corpus;
  const speed = bytes / 1e6 / ingest.cpuSeconds;
  return [
    `A folder of ${files} files of other people, ${(bytes / 1e6).toFixed(0)} MB, through the whole of ingest: ${ingest.points} points, ${speed.toFixed(0)} MB/s of CPU, longest delay ${ingest.longestDelay.toFixed(1)} ms, peak ${(ingest.peak / 1e6).toFixed(0)} MB.`,
  ];
}

function middle(values: readonly number[]): number {
  return quantile(values, 0.5);
}
