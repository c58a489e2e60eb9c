import { expect, test } from 'vitest';

import { discoverTerms } from '../../../server/src/discovery/discoverTerms.ts';
import { parseConfig } from '../../../server/src/syntax/registry.ts';

/** Ways in which frameworks write weights: those found are marked by `<` behind the value. */
const idioms: readonly { readonly about: string; readonly name?: string; readonly text: string }[] =
  [
    {
      about: 'detectron2',
      text: 'MODEL:\n  RPN:\n    LOSS_WEIGHT: 1.0<\n    BBOX_REG_LOSS_WEIGHT: 2.0<\n    SMOOTH_L1_BETA: 0.1\n    BBOX_REG_WEIGHTS: [1.0, 1.0]\n  RETINANET:\n    FOCAL_LOSS_GAMMA: 2.0\n    FOCAL_LOSS_ALPHA: 0.25\nSOLVER:\n  WEIGHT_DECAY_NORM: 0.0\n  WEIGHT_DECAY: 0.0001\n  GAMMA: 0.1\n',
    },
    {
      about: 'panoptic heads',
      text: 'MODEL:\n  SEM_SEG_HEAD:\n    LOSS_WEIGHT: 0.5<\n  PANOPTIC_DEEPLAB:\n    CENTER_LOSS_WEIGHT: 200.0<\n    OFFSET_LOSS_WEIGHT: 0.01<\n',
    },
    {
      about: 'mmdetection as JSON',
      name: 'a.json',
      text: '{"bbox_head": {"loss_cls": {"type": "FocalLoss", "gamma": 2.0, "alpha": 0.25, "loss_weight": 1.5<}, "bbox_coder": {"target_stds": [1, 1]}}, "train_cfg": {"assigner": {"cls_cost": {"weight": 2.0}}}}',
    },
    {
      about: 'DETR of Hugging Face',
      name: 'a.json',
      text: '{"bbox_cost": 5, "bbox_loss_coefficient": 5.5<, "giou_loss_coefficient": 2<, "class_cost": 1, "eos_coefficient": 0.1, "focal_alpha": 0.25, "dropout": 0.1}',
    },
    {
      about: 'a set criterion',
      text: 'SetCriterion:\n  weight_dict: {loss_vfl: 1<, loss_bbox: 5<, loss_giou: 2<}\n  alpha: 0.75\n  matcher:\n    weight_dict: {cost_class: 2, cost_bbox: 5}\n',
    },
    {
      about: 'YOLO',
      text: 'lr0: 0.01  # initial learning rate\nweight_decay: 0.0005  # optimizer weight decay 5e-4\nbox: 0.05<  # box loss gain\ncls: 0.5<  # cls loss gain\ncls_pw: 1.0  # cls BCELoss positive_weight\nfl_gamma: 0.0  # focal loss gamma\nmixup: 0.0  # image mixup (probability)\n',
    },
    {
      about: 'latent diffusion',
      text: 'model:\n  params:\n    scale_factor: 0.18215\n    original_elbo_weight: 0.5<\n    lossconfig:\n      target: LPIPSWithDiscriminator\n      params:\n        disc_start: 50001\n        kl_weight: 0.000001<\n        disc_weight: 0.5<\n        perceptual_weight: 2.0<\n',
    },
    { about: 'a quantizer', text: 'vqvae:\n  n_embed: 1024\n  beta: 0.25<\n  decay: 0.99\n' },
    {
      about: 'schedules of text-to-3D',
      text: 'system:\n  guidance:\n    guidance_scale: 100.\n    weighting_strategy: sds\n  loss:\n    lambda_sds: 1.<\n    lambda_orient: [0, 10., 1000., 5000]<\n    lambda_sparsity: 3.<\n  optimizer:\n    args: {lr: 0.01, betas: [0.9, 0.99]}\n',
    },
    {
      about: 'Gaussian splatting',
      name: 'a.toml',
      text: 'lambda_dssim = 0.2<\nposition_lr_init = 0.00016\ndensify_grad_threshold = 0.0002\nopacity_reset_interval = 3000\n',
    },
    {
      about: 'radiance fields',
      text: 'interlevel_loss_mult: 1.0<\ndistortion_loss_mult: 0.002<\nnear_plane: 0.05\nproposal_weights_anneal_slope: 10.0\nTV_weight_density: 0.1<\n',
    },
    {
      about: 'PPO',
      text: 'vf_coef: 0.5<\nent_coef: 0.01<\nclip_range: 0.2\ngae_lambda: 0.95\ngamma: 0.99\nmax_grad_norm: 0.5\n',
    },
    {
      about: 'RLlib',
      name: 'a.json',
      text: '{"vf_loss_coeff": 0.5<, "entropy_coeff": 0.02<, "kl_coeff": 0.2<, "lambda": 0.95, "clip_param": 0.3, "kl_target": 0.01}',
    },
    {
      about: 'PPO on many simulations',
      text: 'params:\n  config:\n    entropy_coef: 0.0<\n    critic_coef: 2<\n    bounds_loss_coef: 0.0001<\n    e_clip: 0.2\n    tau: 0.95\nenv:\n  reward_scales: {torques: -0.00001, action_rate: -0.01}\n',
    },
    {
      about: 'world models',
      text: 'loss_scales: {image: 1.0<, reward: 2.0<, dyn: 0.5<}\nreplay: {loss_scale: 1}\nopt: {lr: 1.0e-4, eps: 1.0e-8}\n',
    },
    {
      about: 'speech by vocoders',
      text: 'lambda_aux: 1.5<\nlambda_adv: 4.0<\nlambda_feat_match: 2.0<\ngenerator_scheduler_params: {gamma: 0.5}\ngenerator_optimizer_params: {weight_decay: 0.0, betas: [0.5, 0.9]}\n',
    },
    {
      about: 'end-to-end speech',
      name: 'a.json',
      text: '{"train": {"c_mel": 45<, "c_kl": 1.0<, "learning_rate": 2e-4, "betas": [0.8, 0.99], "eps": 1e-9, "segment_size": 8192}}',
    },
    {
      about: 'a toolkit for speech',
      name: 'a.json',
      text: '{"kl_loss_alpha": 1.0<, "mel_loss_alpha": 45.0<, "lr_gen": 0.0002, "mixup_alpha": 0.4, "lora_alpha": 16}',
    },
    {
      about: 'recognition of speech',
      text: 'model_conf:\n  ctc_weight: 0.3<\n  lsm_weight: 0.1\ndecode:\n  lm_weight: 0.5\n',
    },
    {
      about: 'an audio codec',
      text: 'lambdas:\n  mel/loss: 15.0<\n  adv/feat_loss: 2.0<\n  vq/commitment_loss: 0.25<\nAdamW.betas: [0.8, 0.99]\n',
    },
    {
      about: 'losses of an audio codec by name',
      text: 'losses:\n  adv: 4.<\n  feat: 4.5<\n  msspec: 2.<\nschedule: {lr_scheduler: cosine}\n',
    },
    {
      about: 'audio generation',
      name: 'a.json',
      text: '{"loss_configs": {"spectral": {"config": {"alpha": 3}, "weights": {"mrstft": 1.0<}}, "bottleneck": {"type": "kl", "weights": {"kl": 1e-4<}}}, "lr": 1e-4}',
    },
    {
      about: 'inpainting',
      text: 'losses:\n  l1: {weight_missing: 0<, weight_known: 10<}\n  perceptual: {weight: 2<}\n  adversarial: {kind: r1, weight: 11<, gp_coef: 0.001<, mask_as_fake_target: true}\n',
    },
    {
      about: 'unpaired translation',
      text: 'gan_w: 1<\nrecon_x_w: 10<\nrecon_kl_w: 0.01<\nvgg_w: 0<\nnew_size: 256\nbeta1: 0.5\n',
    },
    {
      about: 'style-based translation',
      text: 'lambda_reg: 1.0<\nlambda_sty: 1.5<\nw_hpf: 1\nlr: 1.0e-4\nstyle_dim: 64\n',
    },
    {
      about: 'super-resolution',
      text: 'train:\n  pixel_opt: {type: L1Loss, loss_weight: !!float 1e-2<, reduction: mean}\n  perceptual_opt:\n    layer_weights: {conv5_4: 1}\n    perceptual_weight: 1.0<\n    style_weight: 0<\n  ema_decay: 0.999\n',
    },
    {
      about: 'human poses',
      text: 'LOSS_WEIGHTS:\n  KEYPOINTS_3D: 0.05<\n  GLOBAL_ORIENT: 0.001<\n  BETAS: 0.0005<\nTRAIN: {WEIGHT_DECAY: 0.0001}\n',
    },
    {
      about: 'key points',
      text: 'LOSS:\n  HEATMAPS_LOSS_FACTOR: [1.0, 2.0]<\n  PUSH_LOSS_FACTOR: [0.001]<\n  WITH_AE_LOSS: [true, false]\n',
    },
    {
      about: 'segmentation with a second head',
      text: 'loss:\n  types:\n    - type: CrossEntropyLoss\n  coef: [1, 0.4]<\nlr_scheduler: {power: 0.9}\n',
    },
    {
      about: 'a combined loss',
      text: 'Loss:\n  name: CombinedLoss\n  loss_config_list:\n    - DistillationLoss: {weight: 1.5<, act: softmax}\n',
    },
    {
      about: 'PP-YOLOE',
      text: 'PPYOLOEHead:\n  loss_weight: {class: 1.0<, iou: 2.5<, dfl: 0.5<}\n  static_assigner_epoch: 30\n',
    },
    {
      about: 'self-supervision with DINO',
      text: 'dino:\n  loss_weight: 1.0<\n  koleo_loss_weight: 0.1<\n  head_n_prototypes: 65536\nteacher: {momentum_teacher: 0.992}\n',
    },
    {
      about: 'Lightning',
      text: 'model:\n  class_path: nets.Vae\n  init_args:\n    kl_weight: 1e-2<\n    lr: 1e-4\ntrainer: {gradient_clip_val: 1.0}\n',
    },
    {
      about: 'physics-informed',
      text: 'loss_weights: {pde: 1.0<, ic: 100.0<, bc: 10.0<}\nlambda_lr: 0.95\n',
    },
    {
      about: 'mixed precision',
      name: 'a.json',
      text: '{"fp16": {"loss_scale": 0, "loss_scale_window": 1000, "initial_scale_power": 16, "hysteresis": 2, "min_loss_scale": 1}}',
    },
    {
      about: 'data',
      text: 'datasets:\n  - {name: web, weight: 0.7}\nsampler: {weights: [1, 2]}\nclass_weights: [1.0, 2.0]\nlabel_smoothing: 0.1\nweights: best.pt\n',
    },
    {
      about: 'experts',
      name: 'a.json',
      text: '{"router_aux_loss_coef": 0.02<, "aux_loss_alpha": 0.001<, "initializer_range": 0.02, "rope_theta": 10000}',
    },
  ];

test.each(idioms)('$about', ({ text, name = 'config.yaml' }) => {
  const wanted: number[] = [];
  const plain = text.replaceAll('<', (_, offset: number) => {
    wanted.push(offset - wanted.length);
    return '';
  });
  const document = parseConfig(name, plain);
  expect(document?.problems).toEqual([]);
  const terms = document ? discoverTerms(document) : [];
  const ends = terms.map(({ valueRange }) => valueRange.start);
  const line = (offset: number): string => plain.slice(Math.max(0, offset - 24), offset);
  expect(terms.map(({ text: value, valueRange }) => line(valueRange.start + value.length))).toEqual(
    wanted.map(line),
  );
  expect(ends).toEqual([...ends].sort((a, b) => a - b));
});
