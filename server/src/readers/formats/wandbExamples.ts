import type { LogExample } from '../logFormat.ts';

// Written with the writer of the tests (test/support/writeWandb.ts); `points` says what they hold.

function decode(parts: readonly string[]): () => Uint8Array {
  return () => Uint8Array.from(atob(parts.join('')), (letter) => letter.charCodeAt(0));
}

export const wandbExamples: readonly LogExample[] = [
  {
    // As the Python client writes: whole objects, bare words, media, a summary, console, statistics.
    fileName: 'run-a1b2c3.wandb',
    bytes: decode([
      'OlcmQuG+AI5RDFQDAAGqAQDb/0BdEQABigEOCgZhMWIyYzMaBGZsb3dGfxMZAAEBEv0BChwKBGxvc3OCARMwLjE5',
      'MzkxMDI1NjQxMDI1NjQyChAKCHRyYWluL2tsggEDTmFOCi4KA3ZhbIIBJnsiYWNjIjogMC41LCAiZGVlcCI6IHsi',
      'biI6IC1JbmZpbml0eX19Ci4KBWltYWdlggEkeyJfdHlwZSI6ICJpbWFnZS1maWxlIiwgIndpZHRoIjogMzJ9Cg4K',
      'BGRvbmWCAQVmYWxzZQoMCgRuYW1lggEDImEiCg8KBGxpc3SCAQZbMSwgMl0KEAoIX3J1bnRpbWWCAQMzLjUKGwoK',
      'X3RpbWVzdGFtcIIBDDE3OTAwMDAwMDAuNQoLCgVfc3RlcIIBATASABYcbZQgAAEaHgocCgRsb3NzggETMC4xOTM5',
      'MTAyNTY0MTAyNTY0MskvW4gXAAFqFRoTRXBvY2ggMTogbG9zcyAwLjE5CifnRldHAAE6RRILCIH3xNUGEIDlmnca',
      'DAoDY3B1ggEEMTIuNRooCgduZXR3b3JrggEceyJzZW50IjogMTAyNCwgInJlY3YiOiAyMDQ4faBAYTk/AAESPQoO',
      'CgRsb3NzggEFMWUtMDUKGQoKX3RpbWVzdGFtcIIBCjE3OTAwMDAwMDIKDAoFX3N0ZXCCAQIxMBICCAp1P7miBQAB',
      'kgECCAA=',
    ]),
    points: [
      ['loss', 0, 0.19391025641025642],
      ['train/kl', 0, Number.NaN],
      ['val.acc', 0, 0.5],
      ['val.deep.n', 0, Number.NEGATIVE_INFINITY],
      ['system/cpu', Number.NaN, 12.5],
      ['system/network.sent', Number.NaN, 1024],
      ['system/network.recv', Number.NaN, 2048],
      ['loss', 10, 1e-5],
    ],
  },
  {
    // As the Go core writes: nested keys, media key by key, words as texts, steps as numbers or not.
    fileName: 'run-a1b2c3.wandb',
    bytes: decode([
      'OlcmQuG+ANv/QF0RAAGKAQ4KBmExYjJjMxoEZmxvd0puC8RqAAESaAoKEgRsb3NzggEBMgoTEgV0cmFpbhICa2yC',
      'AQUiTmFOIgoeEgblm77lg48SBV90eXBlggEMImltYWdlLWZpbGUiChQSBuWbvuWDjxIFd2lkdGiCAQIzMgoLEgVf',
      'c3RlcIIBATQSAggESSWKpDAAARIuChESBGxvc3OCAQgtMy41ZSsyMAoVEgbmjZ/lpLGCAQoiSW5maW5pdHkiEgII',
      'CeQ1L0sfAAESHQoKEgRsb3NzggEBNwoNEgVfc3RlcIIBAyI1IhIA2diUuw4AARIMCgoSBGxvc3OCAQE4',
    ]),
    points: [
      ['loss', 4, 2],
      ['train.kl', 4, Number.NaN],
      ['loss', 9, -3.5e20],
      ['损失', 9, Number.POSITIVE_INFINITY],
      ['loss', 0, 7],
      ['loss', Number.NaN, 8],
    ],
  },
  {
    // A chunk that does not match its checksum: the rest of its block is lost with it.
    fileName: 'run-a1b2c3.wandb',
    bytes: decode([
      'OlcmQuG+AH4o5CwSAAESEAoKCgRsb3NzggEBMRICCAEUA03yEgABEhAKCgoEbG9zc4IBATMSAggCMhoquBIAARIQ',
      'CgoKBGxvc3OCAQEzEgIIAw==',
    ]),
    points: [['loss', 1, 1]],
    skipped: 1,
  },
];
