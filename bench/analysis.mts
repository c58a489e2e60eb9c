import { discoverTerms } from '../server/src/discovery/discoverTerms.ts';
import type { ConfigDocument } from '../server/src/syntax/configTree.ts';
import { parseConfig, parseConfigInSteps } from '../server/src/syntax/registry.ts';

/**
 * `npm run bench:analysis`: how long a file holds the server up after an edit of one character,
 * parsed and with its loss weights found again: a YAML config of 2,000 lines and a Python program
 * of 5,000. Also the time of the first reading, of a program in the longest of its steps. Processor
 * time, which other programs disturb least.
 */
const rounds = 80;
const warmUp = 20;

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

interface Subject {
  readonly path: string;
  readonly head: string;
  readonly section: (index: number) => string;
  readonly lines: number;
  /** In front of which a digit is written. */
  readonly edited: string;
}

const subjects: readonly Subject[] = [
  {
    path: 'config.yaml',
    head: 'seed: 1\n',
    section: configSection,
    lines: 2000,
    edited: '0.1\n',
  },
  {
    path: 'train.py',
    head: 'import torch\n',
    section: programSection,
    lines: 5000,
    edited: '0.1 * gan',
  },
];

function textOf({ head, section, lines }: Subject): string {
  let text = head;
  for (let index = 1; text.split('\n').length < lines; index += 1) text += section(index);
  return text;
}

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function summary(times: readonly number[]): string {
  const sorted = times.slice(warmUp).toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * sorted.length)] ?? 0).toFixed(1);
  return `median ${at(0.5)} ms, least ${at(0)} ms, 9 of 10 below ${at(0.9)} ms`;
}

function measureEdits(subject: Subject): void {
  let text = textOf(subject);
  let document: ConfigDocument | undefined = parseConfig(subject.path, text);
  const parsing: number[] = [];
  const finding: number[] = [];
  let terms = 0;
  for (let round = 0; round < rounds; round += 1) {
    const from = Math.floor((round / rounds) * text.length * 0.9);
    const at = text.indexOf(subject.edited, from);
    text = `${text.slice(0, at)}1${text.slice(at)}`;
    const start = processorTime();
    document = parseConfig(subject.path, text, document);
    const parsed = processorTime();
    if (document) terms = discoverTerms(document).length;
    parsing.push(parsed - start);
    finding.push(processorTime() - parsed);
  }
  const lines = text.split('\n').length;
  console.log(`${subject.path}: ${lines} lines, ${terms} loss terms, n = ${rounds - warmUp} edits`);
  console.log(`  parse              ${summary(parsing)}`);
  console.log(`  find the weights   ${summary(finding)}`);
  const both = parsing.map((time, index) => time + (finding[index] ?? 0));
  console.log(`  both               ${summary(both)}`);
}

function measureFirst(subject: Subject): void {
  const steps = parseConfigInSteps(subject.path, textOf(subject));
  let longest = 0;
  let total = 0;
  for (let done = false; !done; ) {
    const start = processorTime();
    done = steps.next().done === true;
    const time = processorTime() - start;
    total += time;
    longest = Math.max(longest, time);
  }
  console.log(
    `  read as a whole    ${total.toFixed(0)} ms, the longest step ${longest.toFixed(1)} ms`,
  );
}

for (const subject of subjects) {
  measureEdits(subject);
  measureFirst(subject);
}
