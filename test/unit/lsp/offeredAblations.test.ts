import { expect, test } from 'vitest';

import { offeredAblations } from '../../../server/src/lsp/offeredAblations.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';

test.each([
  ['kl_weight: 0.1\nrecon_weight: 1.0\n', ['without', 'only', '×2', 'sweep…']],
  // What is off already cannot be taken out or doubled.
  ['kl_weight: 0.0\nrecon_weight: 1.0\n', ['sweep…']],
  ['kl_weight: 0.1\n', ['×2', 'sweep…']],
  ['kl_weight: "@{kl}"\nrecon_weight: 1.0\n', []],
])('beside the first weight of %j', (text, titles) => {
  const file = readConfigFile('file:///train.yaml', '/train.yaml', text, undefined);
  const [term] = file.terms;
  const offered = term ? offeredAblations(file, term) : [];
  expect(offered.map(([title]) => title)).toEqual(titles);
  for (const [, argument] of offered) {
    expect(argument).toMatchObject({ configUri: file.uri, term: term?.name });
  }
});
