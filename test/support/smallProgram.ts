/** A user's own training program, small: Node instead of Python, so that it runs everywhere. */
export interface SmallProgram {
  /** Files of a workspace with the program, its config and the `counterweight.yaml` that names it. */
  readonly files: Readonly<Record<string, string>>;
  /** The command line that the user is asked about, placeholders not filled in. */
  readonly command: readonly string[];
}

const config = `seed: 3
steps: 40
loss:
  velocity_loss_weight: 1.0
  render_loss_weight: 0.5
`;

/** Writes a line a step; the picture gets better only where the render loss has a weight. */
const trainsWell = `
const { readFileSync, appendFileSync } = require('node:fs');
const { join } = require('node:path');
const [config, folder, seed] = process.argv.slice(2);
const render = Number(/render_loss_weight: *(\\S+)/.exec(readFileSync(config, 'utf8'))[1]);
for (let step = 1; step <= 40; step += 1) {
  const values = { step, 'train/velocity_loss': 1 / step, 'train/render_loss': 2 / step };
  const psnr = 20 + (render > 0 ? step / 4 : 0) + Number(seed) / 100;
  appendFileSync(join(folder, 'log.jsonl'), JSON.stringify({ ...values, psnr }) + '\\n');
}
`;

const failsAtOnce = `
console.error('Traceback: no module named flows');
process.exit(7);
`;

const neverEnds = `
const { appendFileSync } = require('node:fs');
const { join } = require('node:path');
let step = 0;
setInterval(() => {
  step += 1;
  const line = JSON.stringify({ step, 'train/velocity_loss': 1 / step });
  appendFileSync(join(process.argv[3], 'log.jsonl'), line + '\\n');
}, 20);
`;

export const smallPrograms = {
  trainsWell: programOf(trainsWell),
  failsAtOnce: programOf(failsAtOnce),
  neverEnds: programOf(neverEnds),
} as const;

function programOf(source: string): SmallProgram {
  const command = [process.execPath, 'train.cjs', '{config}', '{run_dir}', '{seed}'];
  return {
    command,
    files: {
      'train.yaml': config,
      'train.cjs': source,
      'counterweight.yaml': `run:\n  command: ${JSON.stringify(command)}\n`,
    },
  };
}
