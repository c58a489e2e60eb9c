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

/** As much without a weight. */
function plainSection(index: number): string {
  return `
class Block${index}(nn.Module):
    """Block ${index} of the encoder."""

    def __init__(self, width=${index}, depth=4, act="relu", dropout=0.1):
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=1e-5)
        self.layers = nn.ModuleList([nn.Linear(width, 2 * width) for _ in range(depth)])
        self.act = {"relu": nn.ReLU, "gelu": nn.GELU}[act]()
        self.dropout = dropout if dropout > 0 else None

    def forward(self, x, mask=None):
        skip = x
        for index, layer in enumerate(self.layers):
            x = self.act(layer(self.norm(x)))
            if mask is not None and index % 2 == 0:
                x = x * mask[:, None] + skip * (1 - mask[:, None])
            x = x.view(x.shape[0], -1, ${index}).mean(dim=1)
        return x + skip


def load_${index}(path, batch_size=32, shuffle=True):
    files = sorted(os.path.join(path, name) for name in os.listdir(path) if name.endswith(".png"))
    return DataLoader(Images(files, size=(${index}, 64)), batch_size, shuffle, num_workers=4)
`;
}

/** A YAML config of so many lines, or some more. */
export function longConfig(lines: number): string {
  return longText('seed: 1\n', configSection, lines);
}

/** A Python program of so many lines, or some more, a weight in every eight of them. */
export function denseProgram(lines: number): string {
  return longText('import torch\n', programSection, lines);
}

/**
 * The same with a weight in about 80 lines, as in real programs that were chosen for their weights
 * (173 in 14,600 lines).
 */
export function longProgram(lines: number): string {
  const section = (index: number): string =>
    index % 10 === 1 ? programSection(index) : plainSection(index);
  return longText('import torch\n', section, lines);
}

function longText(head: string, section: (index: number) => string, lines: number): string {
  const perSection = section(1).split('\n').length - 1;
  const sections = Math.ceil((lines - 1) / perSection);
  return head + Array.from({ length: sections }, (_, index) => section(index + 1)).join('');
}
