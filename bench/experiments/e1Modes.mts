import { comparisonTable } from './comparisonTable.mts';
import type { Experiment } from './experiment.mts';
import { flowEditConfig, renderError } from './flowEditArms.mts';
import { type ArmPlan, armsOf, lastOf, trainGrid } from './trainGrid.mts';

const editors = [16, 64];
const steps = 2000;

/** The baseline comes first. */
const modes = [
  { label: 'joint', more: { mode: 'joint' } },
  { label: 'detached in the render path', more: { mode: 'detached' } },
  { label: 'two-stage, same steps', more: { mode: 'two-stage' } },
  { label: 'two-stage, twice the steps', more: { mode: 'two-stage', exposure: 'equal' } },
  { label: 'alternating, same steps', more: { mode: 'alternating' } },
  { label: 'alternating, twice the steps', more: { mode: 'alternating', exposure: 'equal' } },
  { label: 'joint, normalised', more: { normalize_losses: true } },
];

const metrics = [
  { name: 'render MSE@8', of: renderError },
  { name: 'endpoint RMSE@8', of: lastOf('flow/endpt_rmse@8') },
];

/** Seed 000's claims about joint training. */
export const e1Modes: Experiment = {
  name: 'e1',
  title: 'E1: is training on both losses jointly better than apart or in turn?',
  claim:
    '"Joint loss is better than optimising separately or alternating: the gradients coordinate, it optimises the goal directly, at less cost and more stably" (seed 000).',
  setup: `The task \`flow-edit\` (editor 16 or 64 units wide, renderer 64, batch 128, ${steps} steps of Adam at a constant 0.002, so that no arm ends at a lower rate than another). All arms of a seed share initial values and data. Decides: the error of the picture rendered after 8 Euler steps from the source (lower is better); the latent error beside it tells what the flow pays. *Twice the steps* lets each loss be seen as often as in joint, for twice the updates.`,
  async run(context) {
    const sections: string[] = [];
    for (const editor of editors) {
      const plans = modes.map(
        ({ label, more }): ArmPlan => ({
          label,
          config: (seed) => flowEditConfig({ seed, editor, steps, more }),
        }),
      );
      const trained = await trainGrid(context, plans);
      for (const { name, of } of metrics) {
        sections.push(
          `## Editor ${editor} wide: ${name}`,
          comparisonTable(armsOf(plans, trained, of), name),
        );
      }
    }
    return sections.join('\n\n');
  },
};
