/** What other readers in JavaScript take for a log: peers.mts NAME FILE MODULES; as peers.py. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [name = '', path = '', modules = ''] = process.argv.slice(2);
const requirePackage = createRequire(join(modules, 'peers.cjs'));

/** They are no dependencies of the project, so that nothing is known of their types. */
interface Packages {
  readonly protobufjs: {
    parse(text: string): {
      readonly root: { lookupType(name: string): { decode(bytes: Uint8Array): EventMessage } };
    };
  };
  readonly papaparse: { parse(text: string): { readonly data: readonly (readonly string[])[] } };
  readonly 'csv-parse/sync': { parse(bytes: Uint8Array): readonly (readonly string[])[] };
}

interface EventMessage {
  readonly summary: { readonly value: readonly { readonly simpleValue: number }[] } | null;
}

function load<Name extends keyof Packages>(packageName: Name): Packages[Name] {
  return requirePackage(packageName);
}

const eventSchema = `
  syntax = "proto3";
  message Value { string tag = 1; float simple_value = 2; }
  message Summary { repeated Value value = 1; }
  message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }`;

/** Decodes every event, without a checksum. */
function protobufjs(): number {
  const type = load('protobufjs').parse(eventSchema).root.lookupType('Event');
  const bytes = readFileSync(path);
  let points = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = at + 12 + bytes.readUInt32LE(at);
    points += type.decode(bytes.subarray(at + 12, end)).summary?.value.length ?? 0;
    at = end + 4;
  }
  return points;
}

function nodeJson(): number {
  let points = 0;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    const record: Readonly<Record<string, unknown>> = JSON.parse(line);
    for (const key in record) if (typeof record[key] === 'number') points += 1;
    points -= 2;
  }
  return points;
}

function papaparse(): number {
  return countCells(load('papaparse').parse(readFileSync(path, 'utf8')).data);
}

function csvParse(): number {
  return countCells(load('csv-parse/sync').parse(readFileSync(path)));
}

/** All numbers but the steps; the first row is the header. */
function countCells(rows: readonly (readonly string[])[]): number {
  let points = 0;
  for (const row of rows)
    for (const cell of row) if (!Number.isNaN(Number(cell || '-'))) points += 1;
  return points - rows.filter((row) => row.length > 1).length + 1;
}

const readers: Readonly<Record<string, () => number>> = {
  'csv-parse': csvParse,
  'node-json': nodeJson,
  papaparse,
  protobufjs,
};

const cpu = process.cpuUsage();
const began = performance.now();
const points = readers[name]?.();
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
const peak = process.resourceUsage().maxRSS * 1024;
const cpuSeconds = (user + system) / 1e6;
console.log(JSON.stringify({ seconds, cpuSeconds, points, peak }));
