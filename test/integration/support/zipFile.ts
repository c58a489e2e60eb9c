import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const signatures = { entry: 0x02014b50, end: 'PK\x05\x06' } as const;

interface Entry {
  readonly name: string;
  readonly content: () => Buffer;
}

/** The entries of a zip file without zip64 (PKWARE APPNOTE 4.3.7, 4.3.12 and 4.3.16). */
export function zipEntries(zip: Buffer): readonly Entry[] {
  const end = zip.lastIndexOf(Buffer.from(signatures.end, 'latin1'));
  const entries: Entry[] = [];
  let at = zip.readUInt32LE(end + 16);
  while (zip.readUInt32LE(at) === signatures.entry) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const nameLength = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + nameLength),
      content() {
        const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
        const packed = zip.subarray(start, start + size);
        return method === 0 ? packed : inflateRawSync(packed);
      },
    });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

/** Unpacks a zip file; all of its files may be read and executed, as VS Code leaves them. */
export function unpackZip(zip: Buffer, folder: string): void {
  for (const { name, content } of zipEntries(zip)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content());
    chmodSync(path, 0o755);
  }
}
