"""Trains a small conditional GAN on generated data, with two optimizers and four weights.

To each direction on the circle belong two points, one at half and one at one and a half times its
length. A generator that is pulled to the target of each example by a distance alone lands between
the two; the adversarial loss pulls it onto one of them. So the two fight: look at their cosine.

    python3 train.py --run-dir runs/gan
"""

import argparse
import math

import counterweight_probe
import torch
from torch import nn
from torch.nn import functional

NOISE_SIZE, HIDDEN = 4, 64
SHORT, LONG, SPREAD = 0.5, 1.5, 0.05


def draw(size, generator):
    """Directions on the circle, and for each a target at one of its two lengths."""
    angle = 2 * math.pi * torch.rand(size, generator=generator)
    direction = torch.stack([angle.cos(), angle.sin()], dim=1)
    is_long = torch.rand(size, 1, generator=generator) < 0.5
    length = torch.where(is_long, torch.tensor(LONG), torch.tensor(SHORT))
    return direction, direction * length + SPREAD * torch.randn(size, 2, generator=generator)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(2 + NOISE_SIZE, HIDDEN),
            nn.LeakyReLU(0.2),
            nn.Linear(HIDDEN, HIDDEN),
            nn.LeakyReLU(0.2),
            nn.Linear(HIDDEN, 2),
        )

    def forward(self, direction, noise):
        return self.layers(torch.cat([direction, noise], dim=1))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Linear(4, HIDDEN), nn.LeakyReLU(0.2), nn.Linear(HIDDEN, HIDDEN), nn.LeakyReLU(0.2)
        )
        self.head = nn.Linear(HIDDEN, 1)

    def forward(self, direction, point):
        features = self.features(torch.cat([direction, point], dim=1))
        return self.head(features), features


def discriminator_losses(discriminator, direction, target, fake):
    """The logistic loss, and the R1 penalty (Mescheder, Geiger and Nowozin 2018): the squared slope
    at real points."""
    target = target.clone().requires_grad_()
    on_real, _ = discriminator(direction, target)
    on_fake, _ = discriminator(direction, fake.detach())
    logistic = (functional.softplus(-on_real) + functional.softplus(on_fake)).mean()
    (slope,) = torch.autograd.grad(on_real.sum(), target, create_graph=True)
    return {"discriminator": logistic, "gradient_penalty": slope.square().sum(dim=1).mean() / 2}


def generator_losses(discriminator, direction, target, fake):
    """To be taken for real, to have the features of the real, and to be where the real is."""
    on_fake, fake_features = discriminator(direction, fake)
    with torch.no_grad():
        _, real_features = discriminator(direction, target)
    return {
        "adversarial": functional.softplus(-on_fake).mean(),
        "feature_matching": functional.l1_loss(fake_features.mean(0), real_features.mean(0)),
        "reconstruction": functional.mse_loss(fake, target),
    }


def weighted_sum(losses, weights):
    return sum(weights.get(name, 1.0) * loss for name, loss in losses.items())


def train(options):
    # The nets are tiny: a second thread costs more than it brings.
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    # Data and noise draw from a generator of their own, so that two runs with the same seed see the
    # same data whatever their weights are.
    drawing = torch.Generator().manual_seed(options.seed + 1)
    generator, discriminator = Generator(), Discriminator()
    optimizers = {
        "generator": torch.optim.Adam(generator.parameters(), lr=2e-3, betas=(0.5, 0.99)),
        "discriminator": torch.optim.Adam(discriminator.parameters(), lr=2e-3, betas=(0.5, 0.99)),
    }
    generator_weights = {
        "adversarial": options.adversarial_weight,
        "feature_matching": options.feature_matching_weight,
        "reconstruction": options.reconstruction_weight,
    }
    discriminator_weights = {"gradient_penalty": options.gradient_penalty_weight}
    modules = {"generator": generator, "discriminator": discriminator}
    probe = counterweight_probe.Probe(modules, every=options.probe_every, out=options.run_dir)

    for step in range(1, options.steps + 1):
        direction, target = draw(options.batch_size, drawing)
        noise = torch.randn(options.batch_size, NOISE_SIZE, generator=drawing)
        fake = generator(direction, noise)

        losses = discriminator_losses(discriminator, direction, target, fake)
        optimizers["discriminator"].zero_grad()
        probe.observe(losses, weights=discriminator_weights, step=step, of="discriminator")
        weighted_sum(losses, discriminator_weights).backward()
        optimizers["discriminator"].step()

        losses = generator_losses(discriminator, direction, target, fake)
        optimizers["generator"].zero_grad()
        measured = probe.observe(losses, weights=generator_weights, step=step, of="generator")
        weighted_sum(losses, generator_weights).backward()
        optimizers["generator"].step()

        if measured is not None:
            probe.log(quality(fake.detach()), step=step)
    probe.close()
    figures = ", ".join(f"{name} {value:.3f}" for name, value in quality(fake.detach()).items())
    print(f"step {options.steps}: {figures}")


def quality(fake):
    """How far the points lie from the nearer of the two lengths, and the share of the long ones: 0.04
    and 0.5 are as good as the data; 0.5 is the distance of what lies between the two."""
    length = fake.norm(dim=1)
    distance = torch.minimum((length - SHORT).abs(), (length - LONG).abs()).mean()
    return {"length_error": distance.item(), "long_share": (length > 1).float().mean().item()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--adversarial-weight", type=float, default=1.0)
    parser.add_argument("--feature-matching-weight", type=float, default=1.0)
    parser.add_argument("--reconstruction-weight", type=float, default=0.5)
    parser.add_argument("--gradient-penalty-weight", type=float, default=0.1)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--run-dir", default="runs/gan", help="folder of the figures")
    parser.add_argument("--probe-every", type=int, default=10)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
