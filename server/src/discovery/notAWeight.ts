import { isLossWord } from './keyWords.ts';

/** A word in a key that says that the number beside it weighs something other than a loss. */
const otherThings = new Set([
  // Optimisers.
  ...['momentum', 'ema', 'gae', 'td', 'discount', 'clip', 'damping', 'betas', 'eps', 'norm'],
  // Classes, samples and data: they weigh inside one loss or before it.
  ...['class', 'classes', 'sample', 'samples', 'sampler', 'sampling', 'data', 'dataset', 'eos'],
  ...['pos', 'positive', 'neg', 'negative', 'fg', 'bg', 'label', 'labels', 'object', 'matcher'],
  ...['cost', 'node', 'edge', 'layer', 'layers', 'token', 'sequence'],
  // Files, formats and inference.
  ...['pretrained', 'bits', 'dim', 'guidance', 'cfg', 'lora', 'adapter', 'quant', 'teacher'],
  ...['font', 'scale', 'min', 'max', 'vocab', 'file', 'dir', 'std', 'sigma'],
  // Parts of one loss, and what is no loss but looks like one.
  ...['code', 'codes', 'anchor', 'smoothing', 'lsm', 'reward', 'rewards', 'ctrl', 'advantage'],
  ...['mixup', 'cutmix', 'polyak', 'lm', 'decode', 'beam', 'fp16', 'amp'],
]);
/** Words that rule a weight out even where the key names a loss: `kl_loss_weight_decay`. */
const neverWeights = new Set([
  ...['decay', 'lr', 'rate', 'warmup', 'schedule', 'scheduler', 'init', 'dtype'],
  ...['total', 'type', 'mode', 'steps', 'epochs', 'interval', 'every', 'start', 'begin', 'end'],
  ...['step', 'epoch', 'iter', 'iters', 'freq', 'threshold', 'thresh', 'anneal', 'annealing'],
  ...['name', 'names', 'shape', 'size', 'eps', 'window'],
]);
/** A key that begins so asks yes or no. */
const asks = new Set(['use', 'with', 'enable', 'has', 'is', 'learn', 'learnable', 'normalize']);

/** True where the words of a key name a weight of something that is no loss. */
export function namesSomethingElse(words: readonly string[]): boolean {
  // The `init` of `init_kl_coef` is the value that a controller begins with.
  const meant = words[0] === 'init' && words.length > 2 ? words.slice(1) : words;
  if (neverWeighs(meant)) return true;
  // `class_loss_weight` weighs a loss, `class_weight` does not.
  return !words.some(isLossWord) && words.some((word) => otherThings.has(word));
}

/** True where no company makes a weight of it. */
export function neverWeighs(words: readonly string[]): boolean {
  return asks.has(words[0] ?? '') || words.some((word) => neverWeights.has(word));
}

/** A list of data sets or samplers, below which `weight` is a share of the data. */
const otherPlaces = new Set([
  ...['sampler', 'samplers', 'dataset', 'datasets', 'data', 'dataloader', 'train_data', 'mixture'],
  ...['optimizer', 'optimizers', 'scheduler', 'lr_scheduler', 'matcher', 'class_weights'],
  ...['optimizer_params', 'scheduler_params', 'lr_policy', 'augmentation', 'augmentations'],
  ...[
    'hungarianmatcher',
    'hungarian_matcher',
    'box_coder',
    'bbox_coder',
    'assigner',
    'layer_weights',
  ],
  ...['reward', 'rewards', 'reward_scales', 'class_weight', 'fp16', 'amp', 'ema', 'inference'],
  ...['eval', 'evaluation', 'metrics', 'checkpoint', 'best_checkpoint'],
  ...['lr_config', 'optimizer_config', 'grad_scaler', 'data_mixture', 'train_datasets'],
]);

/** True where the keys above lead into a part of the config that has no losses. */
export function standsElsewhere(parents: readonly string[]): boolean {
  return parents.some((key) => otherPlaces.has(key.toLowerCase()));
}

/** True for texts that are the name of a file: `weights: last.pt`. */
export function looksLikePath(text: string): boolean {
  return /[/\\]|\.(?:pt|pth|pkl|ckpt|safetensors|bin|h5|npz?|onnx|csv|json|ya?ml|txt)$/i.test(text);
}
