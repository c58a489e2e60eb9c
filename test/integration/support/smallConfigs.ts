/** A config of each task, by its name, that is small enough for a GPU made of the processor. */
export const smallConfigs = {
  'face-template': `
task: face-template
batch_size: 8
negatives: 2
model: {width: 12}
loss: {center_loss_weight: 0.02, guidance_loss_weight: 0.001}
sampler: {steps: 3}
`,
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
  'multimodal-emotion': `
task: multimodal-emotion
batch_size: 16
model: {width: 12, feature_size: 6, code_size: 6}
`,
  'semantic-vae-flow': `
task: semantic-vae-flow
batch_size: 16
model: {width: 12, latent: 4, prototypes: 8}
`,
} as const;
