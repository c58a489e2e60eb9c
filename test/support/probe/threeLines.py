"""The loop of docs/pytorch.md, with the probe in three lines; writes to the folder that it is given."""

import sys

import results  # noqa: F401  (puts the probe on the path)

import torch
from torch import nn

import counterweight_probe  # 1


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(8, 4)
        self.decoder = nn.Linear(2, 8)

    def losses(self, x):
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        z = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1).mean()
        return (self.decoder(z) - x).square().sum(dim=1).mean(), kl


model = Autoencoder()
optimizer = torch.optim.Adam(model.parameters())
beta = 0.1
probe = counterweight_probe.Probe(model, every=2, out=sys.argv[1], groups={"encoder": model.encoder})  # 2
for step in range(5):
    recon, kl = model.losses(torch.randn(16, 8))
    total = recon + beta * kl
    optimizer.zero_grad()
    probe.observe({"recon": recon, "kl": kl}, weights={"kl": beta}, step=step)  # 3
    total.backward()
    optimizer.step()
