/** A line to add to a script that trains. */
export interface ProbeLine {
  /** Where it goes, and what in it is to be named as the script does. */
  readonly where: readonly string[];
  readonly line: string;
}

/**
 * The lines that make a script use the probe. The snippets of `extension/snippets/python.json` are
 * the same, with places to fill in.
 *
 * @param script name of the script, such as `train.py`
 */
export function probeLines(script: string): readonly ProbeLine[] {
  const run = script.replace(/\.pyw?$/, '').replaceAll(/[\\"]/g, '_');
  return [
    {
      where: ['1. With the other imports:'],
      line: 'import counterweight_probe',
    },
    {
      where: [
        '2. Once the model is made. `out` is the folder of the run,',
        '   where your other logs are. With several optimizers, give',
        '   {"generator": generator, "discriminator": discriminator}.',
      ],
      line: `probe = counterweight_probe.Probe(model, every=50, out="runs/${run}")`,
    },
    {
      where: [
        '3. In the loop, before backward(): each loss as it is before its',
        '   weight, by the name that the weight has in the config, and the',
        '   weights that are not 1. With several modules, of="generator".',
      ],
      line: 'probe.observe({"recon": recon, "kl": kl}, weights={"kl": kl_weight}, step=step)',
    },
  ];
}

/** What is shown beside the script: Python, so that it can be copied as it stands. */
export function guideText(script: string): string {
  const parts = probeLines(script).map(({ where, line }) => [
    ...where.map((words) => `# ${words}`),
    line,
    '',
  ]);
  return [
    `# Three lines for ${script}.`,
    '# Type counterweight there to insert them.',
    '',
    ...parts.flat(),
    '# The training goes on as without it: same losses, bit by bit. What',
    '# it measures appears on the lines of the weights, in the trends and',
    '# in the reports as soon as it is written. All options stand at the',
    '# top of counterweight_probe.py.',
    '',
  ].join('\n');
}
