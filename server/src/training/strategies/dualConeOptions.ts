import { z } from 'zod';

/** Options of the strategies that project onto the directions that go down for all losses. */
export const dualConeOptions = z.strictObject({
  norm_eps: z
    .number()
    .min(0)
    .default(0)
    .describe('A trace of the Gramian below this counts as 0; TorchJD 0.0001.'),
  reg_eps: z
    .number()
    .min(0)
    .default(0)
    .describe('Added to the diagonal of the normalised Gramian; TorchJD 0.0001. 0 is exact.'),
});
