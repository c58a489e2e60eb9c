import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { BenchLog } from './benchLog.mts';
import { type GeneratedFile, generateLog } from './generateLog.mts';
import type { Ingest, Reading } from './measured.mts';
import { peers } from './peerRegistry.mts';
import { runMeasurement } from './runMeasurement.mts';
import { type Peer, type PeerPlaces, type PeerReading, runPeer } from './runPeer.mts';

/** Files above this size are too much for the slow peers, and for those that hold them in memory. */
const peerLimit = 200e6;
const slowPeerBytes = 2e6;

/** What a peer took for its file, turn by turn. */
export interface PeerFigures {
  readonly peer: Peer;
  readonly bytes: number;
  readonly readings: readonly PeerReading[];
  /** Why there are none, where that is so. */
  readonly absent: string | undefined;
}

/** What one generated log took. */
export interface LogFigures {
  readonly log: BenchLog;
  readonly bytes: number;
  readonly points: number;
  readonly readings: readonly Reading[];
  readonly ingest: Ingest;
  readonly peers: readonly PeerFigures[];
  /** Whether every point arrived each time. */
  readonly isComplete: boolean;
}

interface ReadingOrder {
  readonly log: BenchLog;
  readonly size: number;
  readonly folder: string;
  readonly bundle: string;
  readonly rounds: number;
  readonly places: PeerPlaces;
}

/** Generates a log and has it read in turns with the peers. */
export async function measureReading(order: ReadingOrder): Promise<LogFigures> {
  const { log, size, folder, bundle, rounds, places } = order;
  const file = generate(log, join(folder, 'whole'), size);
  const slowFile = generate(log, join(folder, 'small'), slowPeerBytes);
  const isShared = size <= peerLimit;
  const own = peers.filter(({ name }) => isShared && log.peers.includes(name));
  const others = own.map((peer) => ({
    peer,
    file: peer.isSlow ? slowFile : file,
    readings: [] as PeerReading[],
    absent: undefined as string | undefined,
  }));
  const readings: Reading[] = [];
  for (let round = 0; round < rounds; round += 1) {
    readings.push(await runMeasurement(bundle, { task: 'read', path: file.path }));
    report(log.name, readings.at(-1), file.bytes);
    for (const other of others) {
      if (other.absent !== undefined) continue;
      const reading = await runPeer(other.peer, other.file.path, places);
      if (typeof reading === 'string') other.absent = reading;
      else other.readings.push(reading);
    }
  }
  const ingest = await runMeasurement(bundle, { task: 'ingest', path: file.path });
  return {
    log,
    bytes: file.bytes,
    points: file.points,
    readings,
    ingest,
    peers: others.map(({ peer, file, readings, absent }) => ({
      peer,
      bytes: file.bytes,
      readings,
      absent,
    })),
    isComplete: [...readings, ingest].every(({ points }) => points === file.points),
  };
}

/** Each in a folder of its own, as some readers take all that is there. */
function generate(log: BenchLog, folder: string, bytes: number): GeneratedFile {
  mkdirSync(folder, { recursive: true });
  return generateLog(log, folder, bytes);
}

function report(name: string, reading: Reading | undefined, bytes: number): void {
  if (!reading) return;
  const speed = (bytes / 1e6 / reading.cpuSeconds).toFixed(0);
  process.stderr.write(`${name}, ${bytes} bytes: ${speed} MB/s of CPU, ${reading.points} points\n`);
}
