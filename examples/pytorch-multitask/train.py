"""Trains one trunk for three tasks on generated data: classification, depth and reconstruction.

Depth is in metres and its error is squared, so its loss is far larger than the others while all
weights are 1: look at the share of the gradient that is left to the other two.

    python3 train.py --config train.json
"""

import argparse
import json

import counterweight_probe
import torch
from torch import nn
from torch.nn import functional

LATENT, OBSERVED, HIDDEN, CLASSES = 4, 16, 64, 5
NOISE = 0.2


class Data:
    """x = tanh(u W) V + noise; the class is a direction of u, the depth in metres its length."""

    def __init__(self):
        fixed = torch.Generator().manual_seed(0)
        self.inner = torch.randn(LATENT, HIDDEN, generator=fixed)
        self.outer = torch.randn(HIDDEN, OBSERVED, generator=fixed) / HIDDEN**0.5
        self.directions = torch.randn(CLASSES, LATENT, generator=fixed)

    def batch(self, size, generator):
        u = torch.randn(size, LATENT, generator=generator)
        noise = torch.randn(size, OBSERVED, generator=generator)
        x = torch.tanh(u @ self.inner) @ self.outer + NOISE * noise
        return x, (u @ self.directions.T).argmax(dim=1), 5 * u.norm(dim=1)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Linear(OBSERVED, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU()
        )
        self.heads = nn.ModuleDict(
            {
                "class": nn.Linear(HIDDEN, CLASSES),
                "depth": nn.Linear(HIDDEN, 1),
                "reconstruction": nn.Linear(HIDDEN, OBSERVED),
            }
        )

    def losses(self, x, label, depth):
        features = self.trunk(x)
        logits, metres, again = (head(features) for head in self.heads.values())
        return {
            "class": functional.cross_entropy(logits, label),
            "depth": functional.mse_loss(metres.squeeze(1), depth),
            "reconstruction": functional.mse_loss(again, x),
        }, (logits.argmax(dim=1) == label).float().mean()


def train(config, run_dir, seed, steps):
    # The nets are tiny: a second thread costs more than it brings.
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    # The batches draw from their own generator, so that two runs with the same seed see the same
    # data whatever their weights are.
    data, batches = Data(), torch.Generator().manual_seed(seed + 1)
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=config["learning_rate"])
    weights = config["loss_weights"]
    # Of the trunk alone: the heads have one loss each, so there is nothing to share there.
    probe = counterweight_probe.Probe(
        model, every=config["probe_every"], out=run_dir, shared="trunk"
    )
    for step in range(1, steps + 1):
        losses, accuracy = model.losses(*data.batch(config["batch_size"], batches))
        total = sum(weights[name] * loss for name, loss in losses.items())
        optimizer.zero_grad()
        measured = probe.observe(losses, weights=weights, step=step)
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), config["clip_norm"])
        optimizer.step()
        if measured is not None:
            probe.log({"acc/class": accuracy}, step=step)
    probe.close()
    values = ", ".join(f"{name} {loss.item():.3f}" for name, loss in losses.items())
    print(f"step {steps}: {values}, accuracy {accuracy.item():.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", default="train.json")
    parser.add_argument("--run-dir", help="folder of the figures (default: log_dir of the config)")
    parser.add_argument("--seed", type=int, help="(default: seed of the config)")
    parser.add_argument("--steps", type=int, help="(default: steps of the config)")
    options = parser.parse_args()
    with open(options.config, encoding="utf-8") as file:
        config = json.load(file)
    train(
        config,
        options.run_dir or config["log_dir"],
        config["seed"] if options.seed is None else options.seed,
        config["steps"] if options.steps is None else options.steps,
    )


if __name__ == "__main__":
    main()
