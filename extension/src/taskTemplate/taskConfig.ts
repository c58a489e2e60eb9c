/** A config for the task of the template. */
export function taskConfig(name: string): string {
  return `# Trains ${name} beside this file: start it with "run training" above.

${`task: ./${name}`.padEnd(25)} # the module that says what is trained, as seen from this folder

seed: 0                   # decides the initial parameters and the data of each step
steps: 600                # steps of the optimizer in the run
evaluate_every: 50        # steps between two calls of evaluate in the module

loss_weights:             # every loss that the module declares, by name; 0 leaves one out
  fit: 1.0
  smooth: 0.01

options:                  # handed to create in the module as it stands
  width: 32               # units of the hidden layer
  samples: 64             # samples in a step

optimizer:
  name: adam              # sgd, adam or adamw
  learning_rate: 0.01     # size of the steps
`;
}
