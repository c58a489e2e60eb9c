"""Training with the probe and without it: bit by bit the same where it observes (rule R26 of the
science), the same within rounding where it supplies the gradient."""

import contextlib
import random

from results import run_checks, same

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from counterweight_probe import Probe

STEPS = 7


class Net(nn.Module):
    """With what draws at random and what keeps running values."""

    def __init__(self, checkpointed=False):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(6, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Dropout(0.3), nn.Linear(12, 8)
        )
        self.head = nn.Linear(8, 3)
        self.other = nn.Linear(8, 2)
        self.spare = nn.Linear(2, 2)  # No loss reaches it.
        self.checkpointed = checkpointed

    def losses(self, x):
        if self.checkpointed:
            hidden = checkpoint(self.body, x, use_reentrant=False)
        else:
            hidden = self.body(x)
        noise = torch.randn_like(hidden)
        first = (self.head(hidden + 0.1 * noise) - x[:, :3]).square().mean()
        second = (self.other(hidden).abs() - 1).square().mean()
        third = hidden.square().mean()
        return {"fit": first, "edge": second, "size": third}


WEIGHTS = {"fit": 1.0, "edge": 0.3, "size": 0.01}


def total_of(losses):
    return sum(WEIGHTS[name] * loss for name, loss in losses.items())


def state_of(*modules):
    """Everything that a step could change, in bits."""
    tensors = [t for m in modules for t in m.state_dict().values()]
    grads = [p.grad for m in modules for p in m.parameters()]
    bits = [None if t is None else t.detach().double().tolist() for t in tensors + grads]
    return [bits, torch.get_rng_state().tolist(), random.getstate()]


def measuring(mode, model, **options):
    return None if mode == "plain" else Probe(model, every=options.pop("every", 2), out=None, **options)


def back(probe, mode, losses, total, **options):
    """The pass back in each way; `total` is what the plain loop takes back."""
    if mode == "combine":
        probe.combine(losses, WEIGHTS, **options)
        return
    if mode == "observe":
        options.pop("divide", None)
        before = [None if p.grad is None else p.grad.clone() for p in probe._parameters]
        probe.observe(losses, WEIGHTS, **options)
        for parameter, grad in zip(probe._parameters, before):
            same((parameter.grad is None), (grad is None))
            assert grad is None or torch.equal(parameter.grad, grad)
    total.backward()


def train(mode, make_optimizer, *, net=None, clip=False, micro=1, cast=False, every=2):
    torch.manual_seed(3)
    random.seed(3)
    model = net() if net else Net()
    optimizer = make_optimizer(model.parameters())
    probe = measuring(mode, model, every=every)
    values = []
    for step in range(STEPS):
        optimizer.zero_grad(set_to_none=step % 2 == 0)
        for part in range(micro):
            x = torch.randn(16, 6)
            context = torch.autocast("cpu", torch.bfloat16) if cast else contextlib.nullcontext()
            with context:
                losses = model.losses(x)
                total = total_of(losses) / micro
                if cast and step % 2 == 0:
                    # Inside of autocast and outside of it.
                    back(probe, mode, losses, total, divide=micro, accumulating=part < micro - 1)
            if not (cast and step % 2 == 0):
                back(probe, mode, losses, total, divide=micro, accumulating=part < micro - 1)
            values.append(total.item())
        if clip:
            nn.utils.clip_grad_norm_(model.parameters(), 0.05)
        optimizer.step()
    if probe:
        assert probe.last, "nothing was measured"
    return values, state_of(model)


def train_two(mode, every=2):
    """A generator and a discriminator with an optimizer each."""
    torch.manual_seed(4)
    generator = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 2))
    judge = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(), nn.Dropout(0.2), nn.Linear(8, 1))
    optimizers = [torch.optim.Adam(m.parameters(), 1e-3, (0.5, 0.9)) for m in (generator, judge)]
    probe = measuring(mode, {"generator": generator, "judge": judge}, every=every)
    values = []
    softplus = nn.functional.softplus
    for _ in range(STEPS):
        real, noise = torch.randn(16, 2) + 1, torch.randn(16, 3)
        fake = generator(noise)
        losses = {
            "real": softplus(-judge(real)).mean(),
            "fake": softplus(judge(fake.detach())).mean(),
        }
        optimizers[1].zero_grad()
        total = losses["real"] + losses["fake"]
        if mode == "combine":
            probe.combine(losses, of="judge")
        else:
            if probe:
                probe.observe(losses, of="judge")
            total.backward()
        optimizers[1].step()
        losses = {"fool": softplus(-judge(fake)).mean(), "mean": fake.mean(0).square().sum()}
        optimizers[0].zero_grad()
        total = losses["fool"] + 0.5 * losses["mean"]
        if mode == "combine":
            probe.combine(losses, {"mean": 0.5}, of="generator")
        else:
            if probe:
                probe.observe(losses, {"mean": 0.5}, of="generator")
            total.backward()
        optimizers[0].step()
        values.append(total.item())
    return values, state_of(generator, judge)


def two_optimizers(mode):
    """One loss for parameters of two optimizers."""
    torch.manual_seed(5)
    model = Net()
    optimizers = [
        torch.optim.SGD(model.body.parameters(), 0.1, momentum=0.9),
        torch.optim.AdamW([*model.head.parameters(), *model.other.parameters()], 1e-2),
    ]
    probe = measuring(mode, model, groups={"body": model.body, "heads": [model.head, model.other]})
    values = []
    for _ in range(STEPS):
        losses = model.losses(torch.randn(16, 6))
        total = total_of(losses)
        for optimizer in optimizers:
            optimizer.zero_grad()
        back(probe, mode, losses, total)
        for optimizer in optimizers:
            optimizer.step()
        values.append(total.item())
    return values, state_of(model)


def learned_weights(mode):
    """Weights that are trained themselves, by the uncertainty of each task."""
    torch.manual_seed(6)
    model = Net()
    logs = nn.Parameter(torch.zeros(3))
    optimizer = torch.optim.Adam([*model.parameters(), logs], 1e-2)
    probe = measuring(mode, model, every=1)
    values = []
    for _ in range(STEPS):
        losses = model.losses(torch.randn(16, 6))
        weights = {name: torch.exp(-logs[k]) for k, name in enumerate(losses)}
        total = sum(weights[name] * losses[name] for name in losses) + logs.sum()
        optimizer.zero_grad()
        if probe:
            probe.observe(losses, weights)
        total.backward()
        optimizer.step()
        values.append(total.item())
    return values, state_of(model)


def sgd(parameters):
    return torch.optim.SGD(parameters, 0.1, momentum=0.9, weight_decay=1e-3)


def adam(parameters):
    return torch.optim.Adam(parameters, 1e-2)


LOOPS = {
    "SGD with momentum": lambda mode: train(mode, sgd),
    "Adam": lambda mode: train(mode, adam),
    "Adam, each step measured": lambda mode: train(mode, adam, every=1),
    "clipped gradients": lambda mode: train(mode, adam, clip=True),
    "three micro-batches a step": lambda mode: train(mode, adam, micro=3),
    "autocast in bfloat16": lambda mode: train(mode, adam, cast=True),
    "two optimizers": two_optimizers,
    "a generator and a discriminator": train_two,
    "a generator and a discriminator, each step measured": lambda mode: train_two(mode, 1),
    "activation checkpointing": lambda mode: train(
        mode, adam, net=lambda: Net(checkpointed=True), every=1
    ),
    "learned weights": learned_weights,
}
# Batch normalisation of a part that runs once more in each pass back depends on their number, and
# learned weights need the pass back of the total.
OBSERVED_ONLY = ("activation checkpointing", "learned weights")


def observes(name, loop):
    def check():
        (values, state), (wanted, without) = loop("observe"), loop("plain")
        same(values, wanted)
        assert state == without, "parameters, buffers, gradients or random states differ"

    check.__doc__ = f"observing changes no bit: {name}"
    return check


def combines(name, loop):
    def check():
        (values, state), (wanted, without) = loop("combine"), loop("plain")
        for found, value in zip(values, wanted):
            # Rounding of bfloat16 gradients, and Adam, which divides small ones by themselves.
            assert abs(found - value) <= (2e-2 if "bfloat16" in name else 2e-5) * abs(value)
        same(state[1:], without[1:])
        same([bits is None for bits in state[0]], [bits is None for bits in without[0]])

    check.__doc__ = f"combining trains the same within rounding: {name}"
    return check


if __name__ == "__main__":
    torch.set_num_threads(1)
    run_checks(
        [observes(name, loop) for name, loop in LOOPS.items()]
        + [combines(name, loop) for name, loop in LOOPS.items() if name not in OBSERVED_ONLY]
    )
