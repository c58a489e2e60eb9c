/** A config as model zoos have them: no two parts are alike. */
function configSection(index: number): string {
  return `
model_${index}:
  type: Generator${index}  # the one of the paper
  backbone:
    name: resnet${index}
    channels: [64, 128, ${index}]
    norm: {type: bn, eps: 1.0e-05}
    pretrained: "weights/resnet${index}.pth"
  criterion:
    weights: {recon: 1.0, kl: ${index}.0e-03}
    perceptual_weight: 0.${index}
  losses:
    - name: adversarial
      weight: 0.1
    # only of the last stage
    - name: tv
      weight: ${index}
  lambda_gp: 10
  optimizer:
    lr: 2.0e-04
    betas: [0.5, 0.999]
    weight_decay: 0.01
  data:
    root: /data/set_${index}
    batch_size: 16
    note: |
      cut to squares,
      as before
`;
}

/** A class as training programs have them. */
function programSection(index: number): string {
  return `
class Trainer${index}(Base):
    """Trains model ${index}."""

    kl_weight: float = ${index}e-3  # of the prior
    layers = [${index}, 64, {"size": ${index}, "act": "relu"}]

    def __init__(self, args, width=${index}, lambda_l1=0.5):
        super().__init__()
        self.lambda_l1 = lambda_l1
        self.net = build(width, depth=[1, 2, ${index}], norm=dict(type="bn", eps=1e-5))
        if args.cuda and not args.debug:
            self.net = self.net.cuda()

    def step(self, batch, epoch):
        x, y = batch["x"].float(), batch["y"]
        for index, (image, label) in enumerate(zip(x, y)):
            pred = self.net(image[:, ${index}:], label, mode=f"train-{epoch}")
            l1_loss = (pred - label).abs().mean(dim=(1, 2))
            kl_loss = -0.5 * torch.sum(1 + self.logvar - self.mu ** 2 - self.logvar.exp())
            loss = l1_loss * self.lambda_l1 + self.kl_weight * kl_loss + 0.1 * gan_loss(pred)
            loss.backward()
            self.log({"loss": loss.item(), "lr": self.schedule(epoch) * 2})
        return loss
`;
}

/** A YAML config of so many lines, or some more. */
export function longConfig(lines: number): string {
  return longText('seed: 1\n', configSection, lines);
}

/** A Python program of so many lines, or some more. */
export function longProgram(lines: number): string {
  return longText('import torch\n', programSection, lines);
}

function longText(head: string, section: (index: number) => string, lines: number): string {
  const perSection = section(1).split('\n').length - 1;
  const sections = Math.ceil((lines - 1) / perSection);
  return head + Array.from({ length: sections }, (_, index) => section(index + 1)).join('');
}
