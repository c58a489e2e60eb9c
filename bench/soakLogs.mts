// `npm run soak:logs -- --inputs 10000000 --seed 2`: the inputs of the readers' fuzz test, and as many
// more as asked for, in rounds with a seed each. It ends at the first input that breaks a promise, and
// says what repeats it.
import { parseArgs } from 'node:util';

import { runCampaign } from '../test/unit/readers/fuzz/campaign.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
  },
});
const inputs = Number(values.inputs);
const firstSeed = Number(values.seed);
if (!(Number.isInteger(inputs) && inputs > 0 && Number.isInteger(firstSeed))) {
  throw new Error('--inputs takes a number of inputs, --seed a whole number.');
}
const roundInputs = 100_000;
let tried = 0;
for (let seed = firstSeed; tried < inputs; seed += 1) {
  const started = process.cpuUsage();
  const result = runCampaign(Math.min(roundInputs, inputs - tried), seed);
  const { user, system } = process.cpuUsage(started);
  const kinds = [...result.byKind].map(([kind, count]) => `${count} ${kind}`).join(', ');
  tried += result.inputs;
  console.log(
    `${tried} inputs (${kinds}) from ${result.seeds} files, seed ${seed}: ${((user + system) / 1e6).toFixed(1)} s`,
  );
}
