import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from './processes.mts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly author: string;
}

/** Who holds the copyright where neither a licence file nor the manifest's author says it. */
const holders: Readonly<Record<string, string>> = {
  'onnxruntime-common': 'Microsoft Corporation',
  'onnxruntime-node': 'Microsoft Corporation',
};

/** What is contained in a package's machine code and told elsewhere. */
const remarks: Readonly<Record<string, string>> = {
  'onnxruntime-node':
    'The notices of what ONNX Runtime itself contains: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt',
  webgpu:
    'The notices of what Dawn itself contains: https://dawn.googlesource.com/dawn/+/refs/heads/main/third_party/',
};

/**
 * The licences of packages that are given away with ours, in one text.
 * @param folders of the packages, relative to the repository
 * @throws Error that names a package whose licence cannot be told
 */
export function thirdPartyNotices(folders: readonly string[]): string {
  const packages = folders.toSorted().map((folder) => ({ folder, manifest: readManifest(folder) }));
  const apache = packages.find(
    ({ folder, manifest }) => manifest.license === 'Apache-2.0' && licenceFiles(folder).length > 0,
  );
  const parts = packages.map(({ folder, manifest }) => {
    const files = licenceFiles(folder);
    const texts =
      files.length > 0
        ? files.map((file) => readFileSync(join(repositoryRoot, folder, file), 'utf8'))
        : [standardText(manifest, apache?.folder)];
    return [`${manifest.name} ${manifest.version}`, remarks[manifest.name], ...texts]
      .filter((text) => text !== undefined)
      .map((text) => text.replaceAll('\r\n', '\n').trim())
      .join('\n\n');
  });
  const line = `\n\n${'-'.repeat(80)}\n\n`;
  return `${['Counterweight contains these packages, under their licences.', ...parts].join(line)}\n`;
}

/** The text that a package's licence stands for where the package carries none. */
function standardText(manifest: Manifest, apacheFolder: string | undefined): string {
  const holder = holders[manifest.name] ?? manifest.author;
  if (manifest.license === 'MIT' && holder !== '') return mitLicence(holder);
  if (manifest.license === 'Apache-2.0' && apacheFolder !== undefined) {
    const [file = ''] = licenceFiles(apacheFolder);
    return readFileSync(join(repositoryRoot, apacheFolder, file), 'utf8');
  }
  throw new Error(
    `${manifest.name} carries no licence file and says ${manifest.license || 'nothing'}: say in scripts/thirdPartyNotices.mts what holds.`,
  );
}

function licenceFiles(folder: string): readonly string[] {
  return readdirSync(join(repositoryRoot, folder))
    .filter((name) => /^(licen[cs]e|notice|copying|third-?party)/i.test(name))
    .toSorted();
}

function readManifest(folder: string): Manifest {
  const { name, version, license, author } = JSON.parse(
    readFileSync(join(repositoryRoot, folder, 'package.json'), 'utf8'),
  );
  return {
    ...{ name, version, license: license ?? '' },
    author: typeof author === 'object' ? (author?.name ?? '') : (author ?? ''),
  };
}

function mitLicence(holder: string): string {
  const ours = readFileSync(join(repositoryRoot, 'LICENSE'), 'utf8');
  return ours.replace(/^Copyright .*$/m, `Copyright (c) ${holder}`);
}
