import { z } from 'zod';

/** What the checks read of package.json. */
export const manifestSchema = z.object({
  engines: z.object({ vscode: z.string() }),
  activationEvents: z.array(z.string()).default([]),
  scripts: z.record(z.string(), z.string()).default({}),
  dependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()),
  contributes: z
    .object({
      configuration: z
        .union([
          z.object({ properties: z.record(z.string(), z.unknown()) }),
          z.array(z.object({ properties: z.record(z.string(), z.unknown()) })),
        ])
        .optional(),
      commands: z.array(z.object({ command: z.string(), title: z.string() })).default([]),
      menus: z
        .record(z.string(), z.array(z.object({ command: z.string().optional() })))
        .default({}),
      keybindings: z.array(z.object({ command: z.string() })).default([]),
      views: z.record(z.string(), z.array(z.object({ id: z.string() }))).default({}),
    })
    .default({ commands: [], menus: {}, keybindings: [], views: {} }),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Keys that the schema of a setting decides; what else a manifest says of it is its own affair. */
const decidedKeys = [
  'type',
  'default',
  'enum',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'items',
  'pattern',
  'description',
] as const;

const objectSchema = z.object({ properties: z.record(z.string(), z.unknown()) });
const propertySchema = z.record(z.string(), z.unknown());

/** The settings that a manifest offers, by full name. */
export function contributedSettings(manifest: Manifest): Readonly<Record<string, unknown>> {
  const { configuration } = manifest.contributes;
  const sections = Array.isArray(configuration) ? configuration : [configuration];
  return Object.assign({}, ...sections.map((section) => section?.properties ?? {}));
}

/** Differences between the settings of the manifest and the schema that parses them, in words. */
export function settingsDifferences(
  contributed: Readonly<Record<string, unknown>>,
  schema: z.ZodType,
): readonly string[] {
  const expected = expectedSettings(schema);
  const names = [...new Set([...Object.keys(contributed), ...Object.keys(expected)])].sort();
  return names.flatMap((name) => {
    if (!(name in expected)) return [`${name} is in package.json but not in the schema`];
    if (!(name in contributed)) return [`${name} is in the schema but not in package.json`];
    return propertyDifferences(name, contributed[name], expected[name]);
  });
}

/** Commands that one side has and the other lacks. */
export function commandDifferences(
  contributed: readonly string[],
  registered: readonly string[],
): readonly string[] {
  return [
    ...duplicates(contributed).map((id) => `${id} stands twice in package.json`),
    ...duplicates(registered).map((id) => `${id} is registered twice`),
    ...without(contributed, registered).map((id) => `${id} is contributed, not registered`),
    ...without(registered, contributed).map((id) => `${id} is registered, not contributed`),
  ];
}

/** Commands that menus, key bindings and activation events name but the manifest does not contribute. */
export function danglingCommands(manifest: Manifest): readonly string[] {
  const { commands, menus, keybindings } = manifest.contributes;
  const named = [
    ...Object.values(menus).flatMap((items) => items.flatMap((item) => item.command ?? [])),
    ...keybindings.map((item) => item.command),
    ...manifest.activationEvents.flatMap((event) => /^onCommand:(.*)$/.exec(event)?.[1] ?? []),
  ];
  const ours = named.filter((id) => id.startsWith('counterweight.'));
  return without(
    ours,
    commands.map((item) => item.command),
  );
}

/** The oldest version that a caret or plain range admits: `^1.103.0` gives `1.103.0`. */
export function lowestVersion(range: string): string {
  return /\d+\.\d+\.\d+/.exec(range)?.[0] ?? range;
}

function expectedSettings(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const json = objectSchema.parse(z.toJSONSchema(schema, { io: 'input' }));
  return Object.fromEntries(
    Object.entries(json.properties).map(([name, property]) => [`counterweight.${name}`, property]),
  );
}

function propertyDifferences(name: string, left: unknown, right: unknown): readonly string[] {
  const contributed = propertySchema.parse(left);
  const expected = propertySchema.parse(right);
  return decidedKeys.flatMap((key) => {
    const [is, should] = [JSON.stringify(contributed[key]), JSON.stringify(expected[key])];
    return is === should
      ? []
      : [`${name}: ${key} is ${is} in package.json, ${should} in the schema`];
  });
}

function without(items: readonly string[], others: readonly string[]): readonly string[] {
  return [...new Set(items)].filter((item) => !others.includes(item)).sort();
}

function duplicates(items: readonly string[]): readonly string[] {
  return [...new Set(items.filter((item, index) => items.indexOf(item) !== index))];
}
