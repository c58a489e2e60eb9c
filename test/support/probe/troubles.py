"""What can go wrong around a training: files, processes, jumps of the step, hooks, other layouts."""

import json
import math
import os
import tempfile
import warnings

from results import close, refusal, run_checks, same

import torch
from torch import nn

from counterweight_probe import Probe


def make():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def losses_of(model, x=None):
    y = model(torch.ones(5, 3) if x is None else x)
    return {"a": y[:, 0].square().mean(), "b": (y[:, 1] - 1).square().mean()}


def train(probe, model, steps, numbers=None):
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for step in range(steps):
        losses = losses_of(model)
        optimizer.zero_grad()
        if numbers is None or numbers(step):
            probe.observe(losses, step=step)
        sum(losses.values()).backward()
        optimizer.step()


def warned(function):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        function()
    return [str(one.message) for one in told if "counterweight_probe" in str(one.message)]


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def no_folder():
    """a place that cannot be written costs the figures, not the training, and is told once"""
    with tempfile.TemporaryDirectory() as folder:
        blocked = os.path.join(folder, "file")
        open(blocked, "w").close()
        model = make()
        probe = Probe(model, every=1, out=os.path.join(blocked, "run"))
        told = warned(lambda: train(probe, model, 4))
        same(len(told), 1)
        assert blocked in told[0] and "training goes on" in told[0], told[0]
        assert probe.last["grad/a"] > 0
        os.remove(blocked)
        # The file is written as soon as it can be.
        same(warned(lambda: probe.observe(losses_of(model), step=4)), [])
        probe.close()
        # First the header and the update ratio of the step before.
        same([line.get("step") for line in lines_of(os.path.join(blocked, "run", "counterweight.jsonl"))],
             [None, 3, 4])


def full_disk():
    """a disk that is full costs the figures, not the training"""
    if not os.path.exists("/dev/full"):
        return
    with tempfile.TemporaryDirectory() as folder:
        os.symlink("/dev/full", os.path.join(folder, "counterweight.jsonl"))
        model = make()
        probe = Probe(model, every=1, out=folder)
        told = warned(lambda: (train(probe, model, 3), probe.close()))
        same(len(told), 1)
        assert "No space left" in told[0], told[0]


def forked():
    """a process that was forked off writes nothing to the file"""
    if not hasattr(os, "fork"):
        return
    with tempfile.TemporaryDirectory() as folder:
        model = make()
        probe = Probe(model, every=1, out=folder)
        train(probe, model, 2)
        child = os.fork()
        if child == 0:
            probe.close()
            probe.log({"psnr": 1.0})
            os._exit(0)
        os.waitpid(child, 0)
        probe.close()
        lines = lines_of(os.path.join(folder, "counterweight.jsonl"))
        same([line.get("step") for line in lines], [None, 0, 0, 1, 1])


def jumps():
    """an update ratio is of one step: where calls leave steps out there is none, and it is told"""
    with tempfile.TemporaryDirectory() as folder:
        model = make()
        probe = Probe(model, every=5, out=folder)
        told = warned(lambda: train(probe, model, 11, lambda step: step % 5 == 0))
        same(len(told), 1)
        assert "Call the probe in every step" in told[0], told[0]
        lines = lines_of(os.path.join(folder, "counterweight.jsonl"))
        same([line.get("step") for line in lines], [None, 0, 5, 10])
        assert not any("ratio" in name for line in lines for name in line)
    with tempfile.TemporaryDirectory() as folder:
        model = make()
        probe = Probe(model, every=5, out=folder)
        same(warned(lambda: train(probe, model, 8)), [])
        lines = lines_of(os.path.join(folder, "counterweight.jsonl"))
        same([line.get("step") for line in lines], [None, 0, 0, 5, 5])


class Ratios:
    """A writer that keeps the update ratios only."""

    def __init__(self):
        self.found = {}

    def add_scalar(self, name, value, step):
        if name.endswith("update_ratio"):
            self.found[step] = value


def ratios():
    """each update ratio is that of its own step, also where each step is measured and some freeze"""
    model, writer, wanted = make(), Ratios(), []
    probe = Probe(model, every=1, out=None, writer=writer, groups={"all": model})
    optimizer = torch.optim.Adam(model.parameters(), 0.05)
    for step in range(8):
        # Different parameters of the same number, one after the other.
        model[0].bias.requires_grad_(step not in (3, 4))
        model[2].weight.requires_grad_(step not in (5, 6))
        losses = losses_of(model)
        optimizer.zero_grad()
        probe.observe(losses, step=step)
        trained = [p for p in model.parameters() if p.requires_grad]
        before = torch.cat([p.detach().reshape(-1).clone() for p in trained])
        sum(losses.values()).backward()
        optimizer.step()
        after = torch.cat([p.detach().reshape(-1) for p in trained])
        wanted.append(((after - before).norm() / before.norm()).item())
    probe.close()
    same(sorted(writer.found), list(range(8)))
    for step, value in enumerate(wanted):
        close(writer.found[step], value, 1e-5)


def parameter_hooks():
    """combine refuses hooks on parameters, which would not run as in backward()"""
    model = make()
    handle = model[0].weight.register_hook(lambda gradient: gradient * 0)
    refusal(lambda: Probe(model, out=None).combine(losses_of(model)), "hooks on parameters", "observe()")
    handle.remove()
    Probe(model, out=None).combine(losses_of(model))
    assert model[0].weight.grad.norm() > 0


class Tied(nn.Module):
    """A table whose rows are looked up, sparsely, and whose transpose ends the net."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(6, 4, sparse=True)

    def losses(self):
        hidden = self.table(torch.tensor([[0, 2, 3], [1, 1, 5]]))
        logits = hidden.detach() @ self.table.weight.t()
        return {"out": logits.logsumexp(-1).mean(), "in": hidden.square().sum()}


def tied():
    """sparse and dense gradients of one parameter, in whatever order they lie in memory"""
    torch.manual_seed(0)
    model = Tied()
    found = Probe(model, every=1, out=None).observe(model.losses())
    gradients = [torch.autograd.grad(loss, model.table.weight)[0] for loss in model.losses().values()]
    out, inside = [g.to_dense().double().reshape(-1) for g in gradients]
    close(found["grad/out"], out.norm().item(), 1e-5)
    close(found["grad/in"], inside.norm().item(), 1e-5)
    close(found["cos/out~in"], (out @ inside / out.norm() / inside.norm()).item(), 1e-5)


def sequences():
    """norms, cosines and supplied gradients of layers whose gradients lie transposed in memory"""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 5), nn.GELU(), nn.Linear(5, 4))
    x = torch.randn(3, 7, 6)

    def losses():
        y = model(x)
        return {"a": y.square().mean(), "b": y.abs().mean(), "c": y[..., 0].exp().mean()}

    weights = {"a": 0.5, "b": 0.0, "c": -2.0}
    found = Probe(model, every=1, out=None).observe(losses(), weights)
    flat = {
        name: torch.cat([g.reshape(-1) for g in torch.autograd.grad(losses()[name], list(model.parameters()))])
        for name in weights
    }
    for name, g in flat.items():
        close(found[f"grad/{name}"], g.norm().item(), 1e-5)
    d = 0.5 * flat["a"] - 2 * flat["c"]
    close(found["grad/total"], d.norm().item(), 1e-5)
    close(found["cos/a~b"], (flat["a"] @ flat["b"] / flat["a"].norm() / flat["b"].norm()).item(), 1e-5)
    close(found["grad_contribution/c"], (-2 * flat["c"] @ d / (d @ d)).item(), 1e-5)
    for part in (1, 2, 3):
        model.zero_grad(set_to_none=True)
        probe = Probe(model, every=1, out=None)
        for micro in range(part):
            probe.combine(losses(), weights, accumulating=micro < part - 1, divide=part)
        made = torch.cat([p.grad.reshape(-1) for p in model.parameters()])
        close((made - d).abs().max().item(), 0, absolute=1e-6)


def one_number():
    """weights and figures are one number each"""
    model = make()
    probe = Probe(model, out=None)
    refusal(lambda: probe.observe(losses_of(model), {"a": torch.ones(2)}), "weight of a", "one number")
    refusal(lambda: probe.observe(losses_of(model), {"a": "1"}), "weight of a", "one number")
    refusal(lambda: probe.log({"psnr": [1.0]}), "figure psnr", "one number")
    refusal(lambda: probe.log({"step": 1.0}), "step cannot be the name")
    found = probe.observe(losses_of(model), {"a": torch.tensor(2), "b": True})
    same((found["weight/a"], found["weight/b"]), (2.0, 1.0))


def bad_loss_alone():
    """a loss that is not a number leaves the figures of the others as they are"""
    model = make()
    good = Probe(model, every=1, out=None).observe(losses_of(model))
    losses = losses_of(model)
    found = Probe(model, every=1, out=None).observe({**losses, "bad": losses["a"] * math.nan}, {"bad": 0.0})
    for name in ("grad/a", "grad/b", "grad/total", "cos/a~b", "grad_share/b", "grad_contribution/a"):
        close(found[name], good[name])
    assert math.isnan(found["grad/bad"]) and math.isnan(found["cos/a~bad"])


if __name__ == "__main__":
    torch.set_num_threads(1)
    run_checks(
        [no_folder, full_disk, forked, jumps, ratios, parameter_hooks, tied, sequences, one_number]
        + [bad_loss_alone]
    )
