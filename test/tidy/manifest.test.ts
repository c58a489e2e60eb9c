import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { clientCommands } from '../../server/src/protocol/commands.ts';
import { settingsSchema } from '../../server/src/protocol/settings.ts';
import { declaredCommands } from './support/commandSource.ts';
import { layers } from './support/layers.ts';
import {
  commandDifferences,
  contributedSettings,
  danglingCommands,
  lowestVersion,
  manifestSchema,
  settingsDifferences,
} from './support/manifest.ts';
import { parsedSources, readText, repositoryFiles } from './support/repository.ts';
import { parseSource } from './support/sourceFile.ts';

const manifest = manifestSchema.parse(JSON.parse(readText('package.json')));
const contributed = manifest.contributes.commands.map((item) => item.command);

describe('the manifest', () => {
  it('offers the settings that the schema parses', () => {
    expect(settingsDifferences(contributedSettings(manifest), settingsSchema)).toEqual([]);
  });

  it('offers the commands that the extension registers', () => {
    const sources = parsedSources(['extension/src/commands/']);
    expect(commandDifferences(contributed, declaredCommands(sources, clientCommands))).toEqual([]);
    expect(danglingCommands(manifest)).toEqual([]);
  });

  it('offers every command that the server calls in the client', () => {
    expect(contributed).toEqual(expect.arrayContaining(Object.values(clientCommands)));
  });

  it('is typed against the oldest editor that it supports', () => {
    expect(lowestVersion(manifest.devDependencies['@types/vscode'] ?? '')).toBe(
      lowestVersion(manifest.engines.vscode),
    );
  });

  it.each(['chokidar', 'vscode-languageclient', 'vscode-languageserver', 'zod'])(
    'depends on %s',
    (name) => expect(Object.keys(manifest.dependencies)).toContain(name),
  );

  it('prefers the GPU build of TensorFlow.js where it installs', () => {
    expect(Object.keys(manifest.optionalDependencies)).toContain('@tensorflow/tfjs-node-gpu');
  });

  it('stands over a house with all its layers', () => {
    const files = repositoryFiles();
    const empty = layers
      .flat()
      .filter((folder) => !files.some((path) => path.startsWith(`server/src/${folder}/`)));
    expect(empty).toEqual([]);
  });
});

describe('settings', () => {
  const schema = z.object({
    every: z.number().int().min(1).max(9).default(3).describe('How often.'),
    mode: z.enum(['a', 'b']).default('a').describe('Which.'),
  });
  const every = {
    type: 'integer',
    default: 3,
    minimum: 1,
    maximum: 9,
    description: 'How often.',
    order: 1,
  };
  const mode = { type: 'string', enum: ['a', 'b'], default: 'a', description: 'Which.' };

  it('agree when every decided key does', () => {
    const both = { 'counterweight.every': every, 'counterweight.mode': mode };
    expect(settingsDifferences(both, schema)).toEqual([]);
  });

  it('differ where one side lacks one', () => {
    const other = { 'counterweight.every': every, 'counterweight.extra': mode };
    expect(settingsDifferences(other, schema)).toEqual([
      'counterweight.extra is in package.json but not in the schema',
      'counterweight.mode is in the schema but not in package.json',
    ]);
  });

  it.each([
    ['type', { ...every, type: 'number' }],
    ['default', { ...every, default: 4 }],
    ['minimum', { ...every, minimum: 0 }],
    ['maximum', { ...every, maximum: undefined }],
    ['description', { ...every, description: 'how often' }],
    ['enum', { ...every, enum: [1, 2] }],
  ])('differ by %s', (key, changed) => {
    const both = { 'counterweight.every': changed, 'counterweight.mode': mode };
    const [difference, ...rest] = settingsDifferences(both, schema);
    expect(difference).toContain(`counterweight.every: ${key} is`);
    expect(rest).toEqual([]);
  });
});

describe('commands', () => {
  it('differ where one side lacks one or has it twice', () => {
    expect(commandDifferences(['a', 'b', 'b'], ['b', 'c'])).toEqual([
      'b stands twice in package.json',
      'a is contributed, not registered',
      'c is registered, not contributed',
    ]);
  });

  it('are read from the source, as literals and by name', () => {
    const source = parseSource(
      'extension/src/commands/a.ts',
      `export const a = { id: 'counterweight.a', run() {} };
       export const b: Command = { id: clientCommands.openTrends, run() {} };`,
    );
    expect(declaredCommands([source], clientCommands)).toEqual([
      'counterweight.a',
      'counterweight.openTrends',
    ]);
  });

  it('dangle when a menu names what nobody contributes', () => {
    const bad = manifestSchema.parse({
      engines: { vscode: '^1.0.0' },
      dependencies: {},
      devDependencies: {},
      activationEvents: ['onCommand:counterweight.gone'],
      contributes: {
        commands: [{ command: 'counterweight.a', title: 'A' }],
        menus: { 'view/title': [{ command: 'counterweight.b' }, { command: 'counterweight.a' }] },
      },
    });
    expect(danglingCommands(bad)).toEqual(['counterweight.b', 'counterweight.gone']);
  });
});
