/** A config of each task, by its name, that is small enough for a GPU made of the processor. */
export const smallConfigs = {
  'flow-edit': `
task: flow-edit
batch_size: 16
model:
  transformer:
    editor:
      width: 12
      flow_matching: {velocity_loss_weight: 1.0, render_loss_weight: 0.5}
  renderer: {width: 12}
`,
} as const;
