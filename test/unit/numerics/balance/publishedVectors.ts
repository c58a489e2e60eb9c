import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

const vectorSchema = z.object({
  id: z.string(),
  method: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  hyper: z.record(z.string(), z.unknown()),
  expected: z.record(z.string(), z.unknown()),
  tolerance: z.object({ abs: z.number(), rel: z.number() }),
});
const fileSchema = z.object({ vectors: z.array(vectorSchema) });

export type PublishedVector = z.infer<typeof vectorSchema>;

/** The vectors beside the repository; none where the file is absent. */
export function readPublishedVectors(): readonly PublishedVector[] {
  const file = join(import.meta.dirname, '../../../../../shared/vectors/vectors.json');
  if (!existsSync(file)) return [];
  return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).vectors;
}

/** Reads inputs and options of a vector by name, checked. */
export interface Reading {
  has(name: string): boolean;
  number(name: string, fallback?: number): number;
  text(name: string, fallback?: string): string;
  numbers(name: string): number[];
  rows(name: string): number[][];
  cube(name: string): number[][][];
  records(name: string): Record<string, number[]>[];
}

export function readingOf({ inputs, hyper }: PublishedVector): Reading {
  const all = { ...hyper, ...inputs };
  return {
    has: (name) => name in all,
    number: (name, fallback) => z.number().parse(all[name] ?? fallback),
    text: (name, fallback) => z.string().parse(all[name] ?? fallback),
    numbers: (name) => z.array(z.number()).parse(all[name]),
    rows: (name) => z.array(z.array(z.number())).parse(all[name]),
    cube: (name) => z.array(z.array(z.array(z.number()))).parse(all[name]),
    records: (name) => z.array(z.record(z.string(), z.array(z.number()))).parse(all[name]),
  };
}

/** What is off, in words; nothing where every expected number was met. */
export function differences(vector: PublishedVector, actual: unknown): readonly string[] {
  const { abs, rel } = vector.tolerance;
  const off: string[] = [];
  const compare = (expected: unknown, found: unknown, path: string): void => {
    if (typeof expected === 'number') {
      const near =
        typeof found === 'number' && Math.abs(found - expected) <= abs + rel * Math.abs(expected);
      if (!near) off.push(`${vector.id}${path}: ${String(found)}, not ${expected}`);
      return;
    }
    const parts = z.record(z.string(), z.unknown()).parse({ ...Object(expected) });
    for (const [key, value] of Object.entries(parts)) {
      const inside: unknown = Object(found)[key];
      compare(value, inside, `${path}.${key}`);
    }
  };
  compare(vector.expected, actual, '');
  return off;
}
