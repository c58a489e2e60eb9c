import { backends } from '../../server/src/training/backends/registry.ts';
import type { Experiment } from './experiment.mts';
import { type Order, type Outcome, orderSchema } from './order.mts';
import { experiments } from './registry.mts';
import { ArmTrainer } from './trainArm.mts';

process.once('message', (message) => {
  void carryOut(orderSchema.parse(message));
});

async function carryOut({ names, seeds, backend: wanted }: Order): Promise<void> {
  try {
    const backend = backends.find(({ name }) => name === wanted);
    if (!backend) throw new Error(`There is no backend ${wanted}.`);
    const chosen = names.length === 0 ? experiments : names.map(findExperiment);
    const trainer = await ArmTrainer.create(backend);
    for (const { name, title, claim, setup, run } of chosen) {
      const started = performance.now();
      const progress = (text: string): void => void process.stderr.write(`${name}: ${text}\n`);
      const found = await run({ trainer, seeds, progress });
      const minutes = (performance.now() - started) / 60_000;
      const outcome: Outcome = { name, title, claim, setup, found, minutes };
      process.send?.(outcome);
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  } finally {
    process.disconnect();
  }
}

function findExperiment(name: string): Experiment {
  const experiment = experiments.find((known) => known.name === name);
  const known = experiments.map((each) => each.name).join(', ');
  if (!experiment) throw new Error(`There is no experiment ${name}; there are ${known}.`);
  return experiment;
}
