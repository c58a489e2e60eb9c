import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const vsix = join(root, 'dist', 'counterweight.vsix');
const golden = join(root, 'test', 'fixtures', 'vsix.golden.txt');
const mostBytes = 15 * 1024 * 1024;

describe('the packed extension', () => {
  it('holds the files of the golden list and nothing else', async () => {
    const listing = `${entryNames(await readVsix())
      .toSorted()
      .join('\n')}\n`;
    if (process.env.UPDATE_GOLDENS === '1') await writeFile(golden, listing);
    expect(listing).toBe(await readFile(golden, 'utf8'));
  });

  it('is small enough to install over a slow line', async () => {
    expect((await readVsix()).length).toBeLessThan(mostBytes);
  });

  it('holds the files that the manifest names', async () => {
    const names = new Set(entryNames(await readVsix()));
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const named = relativeFiles(manifest).map((path) => `extension/${path}`);
    expect(named).toContain('extension/dist/extension.cjs');
    expect(named.filter((name) => !names.has(name))).toEqual([]);
  });
});

async function readVsix(): Promise<Buffer> {
  if (!existsSync(vsix))
    throw new Error('dist/counterweight.vsix is missing: run `npm run package`');
  return readFile(vsix);
}

/** The names in a zip file's central directory (PKWARE APPNOTE 4.3.12 and 4.3.16, without zip64). */
function entryNames(zip: Buffer): readonly string[] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const names: string[] = [];
  let at = zip.readUInt32LE(end + 16);
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const nameLength = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + 46, at + 46 + nameLength));
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return names;
}

/** Every path of a packed folder that stands anywhere in the manifest, scripts of npm left out. */
function relativeFiles(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return /^(\.\/)?(dist|media|schemas)\/[^*]+\.\w+$/.test(value) ? [value.replace('./', '')] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(relativeFiles))];
}
