import { numberOf } from './logRecord.ts';

/**
 * The number that a text stands for, as programs print it (`9.276`, `1e-05`, `nan`, `-inf`);
 * undefined where it is no number or more than one.
 */
export function numberOfText(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed)) return Number(trimmed);
  const word = /^([+-]?)(nan|inf|infinity)$/i.exec(trimmed);
  if (!word) return undefined;
  const isNaNWord = word[2]?.toLowerCase() === 'nan';
  return isNaNWord ? Number.NaN : numberOf(word[1] === '-' ? '-Infinity' : 'Infinity');
}

/** Seconds since the Unix epoch of a time in ISO 8601; NaN where it is none. */
export function secondsOfIsoTime(text: unknown): number {
  return typeof text === 'string' ? Date.parse(text) / 1000 : Number.NaN;
}
