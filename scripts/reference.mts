import { z } from 'zod';

import { ablationKinds, variantKinds } from '../server/src/ablation/kinds/registry.ts';
import { recognizers } from '../server/src/discovery/registry.ts';
import { settingsSchema } from '../server/src/protocol/settings.ts';
import { databaseFormats } from '../server/src/readers/databaseRegistry.ts';
import { logFormats } from '../server/src/readers/registry.ts';
import { snapshotFormats } from '../server/src/readers/snapshotRegistry.ts';
import { configRules } from '../server/src/rules/configRegistry.ts';
import { rules } from '../server/src/rules/registry.ts';
import { configLanguages } from '../server/src/syntax/registry.ts';
import { backends } from '../server/src/training/backends/registry.ts';
import { losses } from '../server/src/training/losses/registry.ts';
import { optimizers } from '../server/src/training/optimizers/registry.ts';
import { probes } from '../server/src/training/probes/registry.ts';
import { learningRateSchedules } from '../server/src/training/schedules/registry.ts';
import { strategies } from '../server/src/training/strategies/registry.ts';
import type { TaskChoice } from '../server/src/training/task.ts';
import { tasks } from '../server/src/training/tasks/registry.ts';
import { lossSections } from './lossReference.mts';
import { code, markdownTable } from './markdownTable.mts';

interface Described {
  readonly name: string;
  readonly description: string;
}

const settingSchema = z.object({
  type: z.string(),
  default: z.unknown(),
  description: z.string(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

/** The manual's tables, made from the registries: what is listed here is what the product has. */
export function renderReference(): string {
  const sections: readonly (readonly [title: string, lead: string, table: string])[] = [
    [
      'Diagnostic rules',
      'The names are those of `rules` in `counterweight.yaml`. The window is the number of the latest probes that a rule looks at.',
      ruleTable(),
    ],
    [
      'Rules about the config itself',
      'Each is kept quiet by a comment `counterweight: ignore <name>` on the line, and everywhere by `rules` in `counterweight.yaml`, which can also say how loud it is.',
      configRuleTable(),
    ],
    [
      'Loss weights that are recognized',
      'Each idiom, and below the first of the examples that its test runs.',
      recognizerTable(),
    ],
    ['Config languages', 'By the ending of the file name.', languageTable()],
    [
      'Log formats',
      'Read as they grow; told apart by content first, then by name.',
      describedTable(logFormats),
    ],
    [
      'Log formats of files that are rewritten',
      'Read anew with every change. What one of them tells does not run together with what another format tells of the same run.',
      describedTable(snapshotFormats),
    ],
    [
      'Databases',
      'Opened for reading, and told apart by their tables.',
      describedTable(databaseFormats),
    ],
    ['Ablations', 'What a click on a lens can vary.', ablationTable()],
    ['Tasks', 'Built-in training problems, named by `task` in a config.', taskTable()],
    [
      'Losses',
      'What tasks are built from; the table above says where a config chooses among them, by a name or by a mapping of `name` and the options below. Value and gradient are finite also where the formula is not; a label that is no class gives NaN.',
      lossSections(losses),
    ],
    [
      'Strategies',
      'Ways to weigh the losses against each other, named by `strategy` in a config. What each guarantees, costs and takes is in [strategies.md](strategies.md).',
      describedTable(strategies),
    ],
    ['Probes', 'What is measured of each loss while it trains.', describedTable(probes)],
    ['Optimizers', 'Named by `optimizer.name` in a config.', describedTable(optimizers)],
    [
      'Learning-rate schedules',
      'Named by `learning_rate_schedule.name` in a config; a warm-up can stand before each.',
      describedTable(learningRateSchedules),
    ],
    ['Backends', 'Ways to run TensorFlow.js.', describedTable(backends)],
    ['Settings', 'In the settings of the editor.', settingTable()],
  ];
  const body = sections.map(([title, lead, table]) =>
    [`## ${title}`, lead, table].filter((part) => part !== '').join('\n\n'),
  );
  const note = '<!-- Made by `node scripts/generate-docs.mts` from the registries. -->';
  return `${['# Reference', note, ...body].join('\n\n')}\n`;
}

function describedTable(items: readonly Described[]): string {
  return markdownTable(
    ['name', 'what it is'],
    items.map(({ name, description }) => [code(name), description]),
  );
}

function ruleTable(): string {
  return markdownTable(
    ['rule', 'name', 'what it says', 'window'],
    rules.map((rule) => [rule.id, code(rule.name), rule.description, String(rule.options.window)]),
  );
}

function configRuleTable(): string {
  return markdownTable(
    ['name', 'what it says', 'looks at'],
    configRules.map(({ name, description, looksAround }) => [
      code(name),
      description,
      looksAround ? 'the config, the code of the folder, the runs' : 'the config',
    ]),
  );
}

function recognizerTable(): string {
  const examples = recognizers.map(({ name, examples: [example] }) => {
    if (!example) return '';
    const finds = example.finds.map((found) => code(`${found.name} = ${found.weight}`)).join(', ');
    const block = `\`\`\`${example.language}\n${example.text.trim()}\n\`\`\``;
    return `### ${code(name)}\n\n${block}\n\nFinds ${finds || 'nothing'}, and takes nothing else here for a weight.`;
  });
  return [describedTable(recognizers), ...examples].join('\n\n');
}

function languageTable(): string {
  return markdownTable(
    ['language', 'file names'],
    configLanguages.map(({ name, extensions }) => [
      code(name),
      extensions.map((extension) => code(`*${extension}`)).join(', '),
    ]),
  );
}

function ablationTable(): string {
  return markdownTable(
    ['kind', 'what it is', 'example'],
    [
      ...ablationKinds.map(({ name, description, examples }) => [
        code(name),
        description,
        examples[0]?.label ?? '',
      ]),
      ...variantKinds.map(({ name, description, examples }) => [
        code(name),
        description,
        examples[0]?.variants.map(({ label }) => label).join('; ') ?? '',
      ]),
    ],
  );
}

function taskTable(): string {
  return markdownTable(
    ['task', 'what it is', 'loss terms', 'chosen by name'],
    tasks.map(({ name, description, terms, choices = [] }) => [
      code(name),
      description,
      terms.map((term) => `${code(term.name)}: ${term.description}`).join('; '),
      choices.map(choiceList).join('; '),
    ]),
  );
}

/** `time_sampling`: `mode`, `uniform`. */
function choiceList({ path, choices }: TaskChoice): string {
  return `${code(path.at(-1) ?? '')}: ${choices.map(({ name }) => code(name)).join(', ')}`;
}

function settingTable(): string {
  const { properties } = z
    .object({ properties: z.record(z.string(), settingSchema) })
    .parse(z.toJSONSchema(settingsSchema, { io: 'input' }));
  return markdownTable(
    ['setting', 'values', 'default', 'what it does'],
    Object.entries(properties).map(([name, setting]) => [
      code(`counterweight.${name}`),
      settingValues(setting),
      code(JSON.stringify(setting.default)),
      setting.description,
    ]),
  );
}

function settingValues({
  type,
  enum: words,
  minimum,
  maximum,
}: z.infer<typeof settingSchema>): string {
  if (words) return words.map(code).join(', ');
  return minimum === undefined ? type : `${type} from ${minimum} to ${maximum}`;
}
