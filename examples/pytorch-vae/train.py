"""Trains a small variational autoencoder on generated data: reconstruction + KL + perceptual.

The data has two true latent dimensions, bent by a tanh layer into sixteen observed ones, plus
noise. With reconstruction and KL at 1 their sum is the negative evidence lower bound in nats, and
the model should keep about two of its six latent dimensions. The perceptual loss compares features
of a frozen net, as LPIPS does with images.

The three lines of counterweight_probe.py measure what each of them does to the gradient.

    python3 train.py --config train.yaml
"""

import argparse
import json
import os

import counterweight_probe
import torch
from torch import nn

OBSERVED, TRUE_LATENT, LATENT, HIDDEN = 16, 2, 6, 64
NOISE = 0.3  # standard deviation of the observation noise


def read_config(path):
    """Reads `key: value` pairs; PyYAML where it is installed, else plain lines are enough here."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        import yaml
    except ImportError:
        print("PyYAML is not installed; reading the config as plain 'key: value' lines.")
        lines = [line.split("#", 1)[0] for line in text.splitlines()]
        pairs = [line.split(":", 1) for line in lines if ":" in line]
        return {key.strip(): value.strip() for key, value in pairs}
    return yaml.safe_load(text)


class Data:
    """x = tanh(u W) V + noise, with u from a standard normal; W and V are the same for every seed."""

    def __init__(self):
        fixed = torch.Generator().manual_seed(0)
        self.inner = torch.randn(TRUE_LATENT, HIDDEN, generator=fixed)
        self.outer = torch.randn(HIDDEN, OBSERVED, generator=fixed) / HIDDEN**0.5

    def batch(self, size, generator):
        u = torch.randn(size, TRUE_LATENT, generator=generator)
        noise = torch.randn(size, OBSERVED, generator=generator)
        return torch.tanh(u @ self.inner) @ self.outer + NOISE * noise


def perceptron(inputs, outputs):
    return nn.Sequential(
        nn.Linear(inputs, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, outputs),
    )


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = perceptron(OBSERVED, 2 * LATENT)
        self.decoder = perceptron(LATENT, OBSERVED)

    def losses(self, x, features, generator):
        """Reconstruction and KL, both in nats per example, and the distance of features."""
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        epsilon = torch.randn(mean.shape, generator=generator)
        z = mean + (0.5 * log_variance).exp() * epsilon
        again = self.decoder(z)
        recon = ((again - x).square().sum(dim=1) / (2 * NOISE**2)).mean()
        # Kingma and Welling 2014, appendix B.
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1).mean()
        perceptual = (features(again) - features(x)).square().sum(dim=1).mean()
        return recon, kl, perceptual


def frozen_features():
    """A net with random weights that nobody trains; the same for every seed."""
    fixed = torch.Generator().manual_seed(1)
    inner = torch.randn(OBSERVED, HIDDEN, generator=fixed) / OBSERVED**0.5
    return lambda x: torch.tanh(x @ inner)


def train(config, run_dir, seed, steps):
    # The nets are tiny: a second thread costs more than it brings.
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    # The batches and the sampling draw from their own generators, so that two runs with the same
    # seed see the same data whatever their weights are.
    data, batches = Data(), torch.Generator().manual_seed(seed + 1)
    sampling = torch.Generator().manual_seed(seed + 2)
    features = frozen_features()
    model = Autoencoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=float(config["learning_rate"]))
    recon_weight = float(config["recon_loss_weight"])
    kl_weight = float(config["kl_loss_weight"])
    perceptual_weight = float(config["perceptual_loss_weight"])
    log_every = int(config["log_every"])
    probe = counterweight_probe.Probe(model, every=int(config["probe_every"]), out=run_dir)

    os.makedirs(run_dir, exist_ok=True)
    with open(os.path.join(run_dir, "metrics.jsonl"), "w", encoding="utf-8") as log:
        for step in range(1, steps + 1):
            x = data.batch(int(config["batch_size"]), batches)
            recon, kl, perceptual = model.losses(x, features, sampling)
            total = recon_weight * recon + kl_weight * kl + perceptual_weight * perceptual
            optimizer.zero_grad()
            probe.observe(
                {"recon": recon, "kl": kl, "perceptual": perceptual},
                weights={"recon": recon_weight, "kl": kl_weight, "perceptual": perceptual_weight},
                step=step,
            )
            total.backward()
            optimizer.step()
            if step % log_every == 0 or step == steps:
                row = {
                    "step": step,
                    "recon_loss": recon.item(),
                    "kl_loss": kl.item(),
                    "perceptual_loss": perceptual.item(),
                    "total_loss": total.item(),
                }
                log.write(json.dumps(row) + "\n")
                log.flush()
    probe.close()
    print(
        f"step {steps}: recon {recon.item():.3f}, kl {kl.item():.3f}, "
        f"perceptual {perceptual.item():.3f}, total {total.item():.3f}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", default="train.yaml")
    parser.add_argument("--run-dir", help="folder of metrics.jsonl (default: log_dir of the config)")
    parser.add_argument("--seed", type=int, help="(default: seed of the config)")
    parser.add_argument("--steps", type=int, help="(default: steps of the config)")
    options = parser.parse_args()
    config = read_config(options.config)
    train(
        config,
        options.run_dir or str(config["log_dir"]),
        int(config["seed"]) if options.seed is None else options.seed,
        int(config["steps"]) if options.steps is None else options.steps,
    )


if __name__ == "__main__":
    main()
