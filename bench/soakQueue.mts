// `npm run soak:queue -- --kills 50 --seed 2`: kills a server at random moments while the runs of an
// experiment begin and end, as `test/integration/killedServer.test.ts` does ten times, and looks after
// each kill at what is on the disk. It says what was lost or trained again, and what repeats it. Writes
// nothing but to a temporary folder.
import { parseArgs } from 'node:util';

import { killOverAndOver } from '../test/support/experiments/killedServers.ts';
import { bundleServer } from '../test/support/experiments/serverLife.ts';
import { TemporaryWorkspace } from '../test/support/temporaryWorkspace.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
  },
});
const kills = Number(values.kills);
const seed = Number(values.seed);
if (!(Number.isInteger(kills) && kills > 0 && Number.isInteger(seed))) {
  throw new Error('--kills takes a number of kills, --seed a whole number.');
}
using bundled = new TemporaryWorkspace();
using workspace = new TemporaryWorkspace({ 'train.yaml': '' });
const server = bundled.path('server.cjs');
await bundleServer(server);
const began = performance.now();
const report = await killOverAndOver({ server, folder: workspace.root, kills, seed });
const { problems, cutShort, finished } = report;
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(
  `${kills} kills with seed ${seed}, ${cutShort} of them amid runs, in ${seconds} s: ${finished} results, ${problems.length} problems`,
);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
