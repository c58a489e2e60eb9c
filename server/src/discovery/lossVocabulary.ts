/**
 * Words by which people name losses. A weight that bears one of them is surely a loss weight; a
 * key whose value is not even a number is taken for one only then.
 */
const lossNames = new Set([
  ...['adv', 'adversarial', 'align', 'bbox', 'bce', 'box', 'ce', 'charbonnier', 'cl', 'clip'],
  ...['cls', 'codebook', 'color', 'commit', 'commitment', 'con', 'consistency', 'content'],
  ...['contrastive', 'cyc', 'cycle', 'depth', 'dice', 'dino', 'distill', 'elbo', 'encoder'],
  ...['ent', 'entropy', 'eikonal', 'feat', 'feature', 'flow', 'focal', 'gan', 'gate', 'giou'],
  ...['gp', 'gram', 'id', 'identity', 'iou', 'kd', 'kl', 'kld', 'l1', 'l2', 'lpips', 'mae'],
  ...['mask', 'matching', 'mmd', 'mse', 'nll', 'normal', 'orthogonal', 'pde', 'perc', 'percep'],
  ...['perceptual', 'photo', 'pix', 'pixel', 'policy', 'rec', 'recon', 'reconstruction', 'reg'],
  ...['regularization', 'render', 'rgb', 'seg', 'smooth', 'smoothness', 'ssim', 'style', 'sty'],
  ...['tc', 'tv', 'value', 'velocity', 'vf', 'vgg', 'vq'],
  ...['adversal', 'bc', 'boundary', 'center', 'centerness', 'chamfer', 'commit', 'cov', 'critic'],
  ...['ctc', 'ctr', 'dfl', 'disc', 'discriminator', 'distillation', 'distortion', 'dssim', 'dur'],
  ...['entropies', 'fm', 'generator', 'heatmap', 'ibot', 'ic', 'interlevel', 'itc', 'itm', 'kobj'],
  ...['koleo', 'kpt', 'laplacian', 'mel', 'mlm', 'msssim', 'obj', 'objectness', 'offset'],
  ...['orientation', 'photometric', 'physics', 'pose', 'prior', 'push', 'pull', 'r1', 'residual'],
  ...['sds', 'segmentation', 'silog', 'sim', 'sisnr', 'sparsity', 'ssl', 'stft', 'tri', 'triplet'],
  ...['vfl', 'vsd', 'wasserstein', 'zloss', 'ranking', 'deformation', 'eqv', 'equivariance'],
  ...['force', 'forces', 'energy', 'stress', 'det', 'traj'],
]);

/** True where one of the words names a loss that people train with. */
export function namesKnownLoss(words: readonly string[]): boolean {
  return words.some((word) => lossNames.has(word) || /^\w+loss$/.test(word));
}
