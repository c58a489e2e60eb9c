import { discoverTerms } from '../server/src/discovery/discoverTerms.ts';
import type { ConfigDocument } from '../server/src/syntax/configTree.ts';
import { parseConfig, parseConfigInSteps } from '../server/src/syntax/registry.ts';

/**
 * `node bench/pythonEdit.mts`: how long a Python program of 5,000 lines holds the server up: after an
 * edit of one character, parsed and with its loss weights found again, and when it is read for the
 * first time in steps. Processor time, which other programs disturb least.
 */
const lines = 5000;
const rounds = 60;
const warmUp = 20;

/** A class as training programs have them; no two are alike. */
function section(index: number): string {
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

function programOf(count: number): string {
  let text = 'import torch\n';
  for (let index = 1; text.split('\n').length < count; index += 1) text += section(index);
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

let text = programOf(lines);
let document: ConfigDocument | undefined = parseConfig('train.py', text);
const parsing: number[] = [];
const finding: number[] = [];
let terms = 0;
for (let round = 0; round < rounds; round += 1) {
  const at = text.indexOf('0.1 * gan', Math.floor((round / rounds) * text.length * 0.9));
  text = `${text.slice(0, at)}1${text.slice(at)}`;
  const start = processorTime();
  document = parseConfig('train.py', text, document);
  const parsed = processorTime();
  if (document) terms = discoverTerms(document).length;
  parsing.push(parsed - start);
  finding.push(processorTime() - parsed);
}
console.log(`${text.split('\n').length} lines, ${terms} loss terms, ${rounds - warmUp} edits`);
console.log(`  parse                ${summary(parsing)}`);
console.log(`  find the weights     ${summary(finding)}`);
console.log(
  `  both                 ${summary(parsing.map((time, index) => time + (finding[index] ?? 0)))}`,
);

let longest = 0;
let total = 0;
const steps = parseConfigInSteps('train.py', text);
for (let done = false; !done; ) {
  const start = processorTime();
  done = steps.next().done === true;
  total += processorTime() - start;
  longest = Math.max(longest, processorTime() - start);
}
console.log(
  `  the first time       longest step ${longest.toFixed(1)} ms of ${total.toFixed(0)} ms`,
);
