import type { Loss } from '../server/src/training/loss.ts';
import { code, markdownTable } from './markdownTable.mts';
import { optionTable } from './optionTable.mts';

/** A section for each loss: what it is, its source, its trap, its inputs and its options. */
export function lossSections(losses: readonly Loss[]): string {
  return losses.map(lossSection).join('\n\n');
}

function lossSection(loss: Loss): string {
  const parts = [
    `### ${code(loss.name)}`,
    `${loss.description} Source: ${loss.source}`,
    ...(loss.trap === undefined ? [] : [`**Trap.** ${loss.trap}`]),
    inputTable(loss),
    optionTable(loss.options),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function inputTable({ inputs }: Loss): string {
  return markdownTable(
    ['input', 'shape', 'what it is'],
    Object.entries(inputs).map(([name, { shape, meaning, constant }]) => [
      code(name),
      code(`[${shape.join(', ')}]`),
      constant ? `${meaning} No gradient flows to it.` : meaning,
    ]),
  );
}
