"""What the probe measures, writes and refuses, against values worked out by hand."""

import gc
import json
import math
import os
import sys
import tempfile
import types
import weakref

from results import close, refusal, run_checks, same

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

import counterweight_probe
from counterweight_probe import Probe


class Pair(nn.Module):
    """Two vectors; the losses below have gradients that are known without autograd."""

    def __init__(self, dtype=torch.float64):
        super().__init__()
        self.left = nn.Linear(2, 1, bias=False, dtype=dtype)
        self.right = nn.Linear(2, 1, bias=False, dtype=dtype)
        with torch.no_grad():
            self.left.weight.copy_(torch.tensor([[3.0, 4.0]]))
            self.right.weight.copy_(torch.tensor([[1.0, -2.0]]))

    def losses(self):
        l, r = self.left.weight, self.right.weight
        # Gradients: a (6, 8, 0, 0), b (1, 0, 0, -1), c (0, 0, 2, -4).
        return {"a": l.square().sum(), "b": l[0, 0] - r[0, 1], "c": r.square().sum()}


def lines_of(folder):
    with open(os.path.join(folder, "counterweight.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def norms_and_shares():
    """norms, shares, contributions and cosines are those of gradients worked out by hand"""
    model = Pair()
    with tempfile.TemporaryDirectory() as folder:
        probe = Probe(model, every=1, out=folder, gramian=True)
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        losses = model.losses()
        found = probe.observe(losses, {"a": 0.5, "b": -2.0}, step=7)
        same([p.grad for p in model.parameters()], [None, None])
        (0.5 * losses["a"] - 2 * losses["b"] + losses["c"]).backward()
        optimizer.step()
        probe.close()
        lines = lines_of(folder)
    # d = 0.5 a - 2 b + c = (3 - 2, 4, 2, -4 + 2)
    wanted = {
        "loss/a": 25, "loss/b": 5, "loss/c": 5, "loss/total": 7.5,
        "weight/a": 0.5, "weight/b": -2, "weight/c": 1,
        "value_share/a": 12.5 / 27.5, "value_share/b": 10 / 27.5, "value_share/c": 5 / 27.5,
        "grad/a": 10, "grad/b": math.sqrt(2), "grad/c": math.sqrt(20), "grad/total": 5,
        "grad_weighted/a": 5, "grad_weighted/b": math.sqrt(8), "grad_weighted/c": math.sqrt(20),
        "grad_contribution/a": 19 / 25, "grad_contribution/b": -6 / 25,
        "grad_contribution/c": 12 / 25,
        "cos/a~b": 6 / (10 * math.sqrt(2)), "cos/a~c": 0, "cos/b~c": 4 / math.sqrt(40),
        "cos/a~rest": -12 / (10 * math.sqrt(12)), "cos/c~rest": (-8) / math.sqrt(20 * 21),
        "cos/b~rest": (3 + 4) / math.sqrt(2 * (9 + 16 + 4 + 16)),
        "gramian/a~a": 100, "gramian/a~b": 6, "gramian/a~c": 0, "gramian/b~b": 2,
        "gramian/b~c": 4, "gramian/c~c": 20,
        "grad/a@left": 10, "grad/b@left": 1, "grad/b@right": 1, "grad/c@right": math.sqrt(20),
        "grad_weighted/a@left": 5, "grad_weighted/b@left": 2, "grad_weighted/b@right": 2,
        "grad_weighted/c@right": math.sqrt(20),
        "grad/total@left": math.sqrt(17), "grad/total@right": math.sqrt(8),
    }
    sizes = 5 + math.sqrt(8) + math.sqrt(20)
    for name in "abc":
        wanted[f"grad_share/{name}"] = wanted[f"grad_weighted/{name}"] / sizes
    del found["time/probe_ms"]
    same(sorted(found), sorted(wanted))
    for name, value in wanted.items():
        close(found[name], value)
    same([line.get("step") for line in lines], [None, 7, 7])
    close(lines[2]["step/left_update_ratio"], 0.1 * math.sqrt(17) / 5)
    close(lines[2]["step/right_update_ratio"], 0.1 * math.sqrt(8) / math.sqrt(5))


def shared_group():
    """with a shared group the plain names are of it, and the others are given apart"""
    model = Pair()
    probe = Probe(model, every=1, out=None, shared="left")
    found = probe.observe({name: model.losses()[name] for name in "ab"})
    close(found["grad/b"], 1)
    close(found["grad/b@right"], 1)
    close(found["cos/a~b"], 0.6)
    assert "grad/b@left" not in found and "grad/a@right" not in found


def single_precision():
    """long sums in float32 keep their digits"""
    torch.manual_seed(0)
    layer = nn.Linear(1500, 1500, bias=False)
    probe = Probe(layer, every=1, out=None, groups={})
    x = torch.rand(1500)
    found = probe.observe({"a": layer(x).sum(), "b": (layer.weight * 1e-3).sum()})
    close(found["grad/a"], x.double().norm().item() * math.sqrt(1500), 1e-5)
    close(found["cos/a~b"], x.double().mean().item() / x.double().square().mean().sqrt().item(), 1e-5)


def micro_batches():
    """micro-batches give the figures of the whole batch, in one line"""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1)).double()
    x = torch.randn(12, 4, dtype=torch.float64)

    def losses(rows):
        y = model(rows)
        return {"fit": (y - 1).square().mean(), "size": y.abs().mean()}

    whole = Probe(model, every=1, out=None).observe(losses(x), {"size": 0.1})
    probe = Probe(model, every=1, out=None)
    parts = [
        probe.observe(losses(rows), {"size": 0.1}, step=i, accumulating=i < 2)
        for i, rows in enumerate(x.chunk(3))
    ]
    same(parts[:2], [None, None])
    for name, value in whole.items():
        if name != "time/probe_ms":
            close(parts[2][name], value, 1e-9)


def due_steps():
    """the first step is measured, then the first at or after each multiple"""
    model = Pair()
    probe = Probe(model, every=10, out=None)
    steps = range(3, 60, 4)
    measured = []
    for step in steps:
        expected = probe.due(step)
        found = probe.observe(model.losses(), step=step)
        same(found is not None, expected)
        measured += [step] * (found is not None)
    same(measured, [3, 11, 23, 31, 43, 51])
    same(probe.due(2), True)  # A run that was restarted.
    counted = Probe(model, every=3, out=None)
    same([counted.observe(model.losses()) is not None for _ in range(7)], [True, False, False] * 2 + [True])


def no_path():
    """a loss without a path is told from one whose gradient is zero"""
    model = Pair()
    losses = {**model.losses(), "cut": model.losses()["a"].detach(), "zero": 0 * model.losses()["a"], "number": 2.5}
    import warnings

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = Probe(model, every=1, out=None).observe(losses)
    same(found["loss/cut"], 25.0)
    same(found["loss/number"], 2.5)
    same(found["grad/zero"], 0.0)
    assert "grad/cut" not in found and "cos/a~zero" not in found
    texts = " ".join(str(w.message) for w in told)
    assert "cut has no path" in texts and "zero" not in texts.replace("not zero", "")


def not_finite():
    """NaN and infinities are written as words, in JSON that any parser reads"""
    model = Pair()
    with tempfile.TemporaryDirectory() as folder:
        probe = Probe(model, every=1, out=folder)
        losses = {"bad": model.left.weight.sum() * math.nan, "far": model.right.weight.sum() * math.inf}
        probe.observe(losses, {"far": 0.0})
        text = open(os.path.join(folder, "counterweight.jsonl"), encoding="utf-8").read()
        line = json.loads(text.splitlines()[1], parse_constant=lambda name: 1 / 0)
        probe.close()
    same(line["loss/bad"], "NaN")
    same(line["loss/far"], "-Infinity")
    same(line["grad_share/far"], "NaN")


class Writer:
    def __init__(self):
        self.scalars = []

    def add_scalar(self, name, value, step):
        self.scalars.append((name, value, step))


def lines_and_writer():
    """lines are in the file at once, a run that goes on appends, and TensorBoard gets the same"""
    model = Pair()
    writer = Writer()
    with tempfile.TemporaryDirectory() as folder:
        probe = Probe(model, every=1, out=folder, writer=writer)
        found = probe.observe(model.losses(), step=0)
        lines = lines_of(folder)
        same(lines[0]["counterweight"], 1)
        same({k: v for k, v in lines[1].items() if k not in ("step", "wall_time")}, found)
        same(sorted(writer.scalars), sorted((k, v, 0) for k, v in found.items()))
        probe.log({"psnr": torch.tensor(30.5)})
        same(lines_of(folder)[2]["psnr"], 30.5)
        probe.close()
        with open(os.path.join(folder, "counterweight.jsonl"), "a", encoding="utf-8") as file:
            file.write('{"step": 1, "loss/a"')
        again = Probe(model, every=1, out=os.path.join(folder, "counterweight.jsonl"))
        again.observe(model.losses(), step=1)
        again.close()
        text = open(os.path.join(folder, "counterweight.jsonl"), encoding="utf-8").read()
        same(len(text.splitlines()), 6)
        same(json.loads(text.splitlines()[-1])["step"], 1)


def nothing_is_held():
    """a graph is not held after the step"""
    model = nn.Linear(4, 1)
    probe = Probe(model, every=1, out=None)
    loss = model(torch.randn(8, 4)).square().mean()
    probe.observe({"a": loss})
    loss.backward()
    seen = weakref.ref(loss)
    del loss
    gc.collect()
    assert seen() is None


class Scaler:
    """A GradScaler as seen by a probe; the real one is for CUDA."""

    def __init__(self, scale):
        self.value = scale

    def get_scale(self):
        return self.value

    def scale(self, value):
        return value * self.value


def scaled_gradients():
    """a GradScaler's scale is taken out, and what it leaves out is left out"""
    model = Pair(torch.float32)
    plain = Probe(model, every=1, out=None).observe(model.losses(), {"b": 0.25, "c": 0.0})
    found = Probe(model, every=1, out=None, scaler=Scaler(1024.0)).observe(model.losses(), {"b": 0.25, "c": 0.0})
    for name, value in plain.items():
        if name != "time/probe_ms":
            close(found[name], value, 1e-6, 1e-9)
    probe = Probe(model, every=1, out=None, scaler=Scaler(3e38))
    over = probe.observe(model.losses())
    same(over["loss/a"], 25.0)
    same([name for name in over if "grad" in name or "cos" in name], [])
    probe = Probe(model, every=1, out=None, scaler=Scaler(1024.0))
    probe.combine(model.losses(), {"a": 0.5, "b": -2.0})
    same(model.left.weight.grad.tolist(), [[1024.0, 4096.0]])
    same(model.right.weight.grad.tolist(), [[2048.0, -2048.0]])


def skipped_step():
    """a step that the optimizer leaves out has no update ratio; one of size zero has 0"""
    model = Pair()
    probe = Probe(model, every=5, out=None)
    optimizer = torch.optim.SGD(model.parameters(), 0.0)
    for step in range(3):
        losses = model.losses()
        probe.observe(losses)
        assert "step/left_update_ratio" not in probe.last
        sum(losses.values()).backward()
    optimizer.step()
    probe.observe(model.losses())
    same(probe.last["step/left_update_ratio"], 0.0)


def sparse_and_complex():
    """sparse gradients, complex and half parameters, shared and frozen ones"""

    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(5, 3, sparse=True)
            self.wave = nn.Parameter(torch.tensor([1 + 2j, 3j]))
            self.small = nn.Parameter(torch.tensor([1.0, 2.0], dtype=torch.bfloat16))
            self.frozen = nn.Linear(2, 2)
            self.frozen.requires_grad_(False)
            self.twin = self.table

    model = Odd()
    probe = Probe(model, every=1, out=None, groups={"table": model.table, "twin": model.twin})

    def losses():
        return {
            "table": model.table(torch.tensor([1, 1, 3])).sum(),
            "wave": (model.wave * model.wave.conj()).real.sum(),
            "small": model.small.float().square().sum(),
            "both": model.table(torch.tensor([1])).sum() + model.small.float().sum(),
        }

    found = probe.observe(losses())
    close(found["grad/table"], math.sqrt(15))
    close(found["grad/wave"], math.sqrt(4 + 16 + 36))
    close(found["grad/small"], math.sqrt(4 + 16))
    close(found["cos/table~both"], 6 / math.sqrt(15 * 5))
    refusal(lambda: probe.combine(losses()), "sparse", "observe()")
    model.table.sparse = False
    probe.combine(losses())
    same(model.table.weight.grad[:, 0].tolist(), [0, 3, 0, 1, 0])
    same(model.small.grad.tolist(), [3.0, 5.0])
    same(model.small.grad.dtype, torch.bfloat16)
    same(model.wave.grad.tolist(), [2 + 4j, 6j])
    assert model.frozen.weight.grad is None


def refusals():
    """what cannot be measured is refused in words that say what to do"""
    model = Pair()
    probe = Probe(model, every=1, out=None)
    losses = model.losses()
    refusal(lambda: Probe("net"), "torch.nn.Module")
    refusal(lambda: Probe(nn.ReLU()), "no parameters")
    refusal(lambda: Probe(model, every=0), "every is 0", "1 or more")
    refusal(lambda: Probe(model, every=0.5), "whole number")
    refusal(lambda: Probe(model, shared="middle"), "middle", "left, right")
    refusal(lambda: Probe(model, groups={"x": nn.Linear(1, 1)}), "not in the model")
    refusal(lambda: Probe(model, groups={"x": 3}), "a module, a parameter")
    refusal(lambda: probe.observe([]), "mapping")
    refusal(lambda: probe.observe({"a": losses["a"].expand(3)}), "shape [3]", "mean()")
    refusal(lambda: probe.observe(losses, {"k": 1}), "weight of k", "a, b, c")
    refusal(lambda: probe.observe({"train/kl": losses["a"]}), '"/"')
    refusal(lambda: probe.observe(losses, of="left"), "names no module", "generator")
    refusal(lambda: probe.observe(losses, step=1.5), "step is 1.5")
    frozen = Pair().requires_grad_(False)
    refusal(lambda: Probe(frozen, out=None).observe({"a": 1.0}), "frozen")
    losses["a"].backward()
    refusal(lambda: Probe(model, out=None).observe({"a": losses["a"]}), "before backward()")
    x = torch.randn(2, 2, dtype=torch.float64, requires_grad=True)
    again = checkpoint(model.left, x, use_reentrant=True).sum()
    refusal(lambda: Probe(model, out=None).observe({"a": again}), "use_reentrant=False")
    stepped = (model.left.weight.exp() * model.left.weight).square().sum()
    with torch.no_grad():
        model.left.weight.add_(1.0)
    refusal(lambda: Probe(model, out=None).observe({"a": stepped}), "right before backward()")


def combine_refusals():
    """combine refuses what it would leave without a gradient"""
    model = Pair()
    probe = Probe(model, every=1, out=None)
    scale = nn.Parameter(torch.ones((), dtype=torch.float64))
    refusal(lambda: probe.combine({"a": scale * model.losses()["a"]}), "not in the probe's model")
    refusal(lambda: probe.combine(model.losses(), {"a": scale}), "learned weight of a", "observe()")
    model.left.weight._post_accumulate_grad_hooks = {0: print}
    refusal(lambda: Probe(model, out=None).combine(model.losses()), "inside backward")


def sharded_models():
    """sharded models are refused with the reason"""
    for kind in ("FullyShardedDataParallel", "DeepSpeedEngine"):
        model = type(kind, (Pair,), {})()
        refusal(lambda: Probe(model), kind, "shards")


class Compiled(nn.Module):
    """As torch.compile wraps a module; this check runs where there is no torch.compile, too."""

    def __init__(self, module):
        super().__init__()
        self._orig_mod = module

    def losses(self):
        return self._orig_mod.losses()


def compiled_models():
    """compiled models are refused where a graph can be gone through only once"""
    fake = types.ModuleType("torch._functorch")
    fake.config = types.SimpleNamespace(donated_buffer=True)
    kept = sys.modules.get("torch._functorch")
    sys.modules["torch._functorch"] = fake
    try:
        refusal(lambda: Probe(Compiled(Pair())), "torch.compile", "donated_buffer = False", "probe.due(step)")
        refusal(lambda: Probe(nn.Sequential(Compiled(Pair()))), "torch.compile")
        fake.config.donated_buffer = False
        model = Compiled(Pair())
        close(Probe(model, out=None).observe(model.losses())["grad/a"], 10)
    finally:
        sys.modules.pop("torch._functorch")
        if kept is not None:
            sys.modules["torch._functorch"] = kept


    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            raise RuntimeError("compiled with non-empty donated buffers which requires ...")

    model = Pair()
    loss = Once.apply(model.losses()["a"])
    refusal(lambda: Probe(model, out=None).observe({"a": loss}), "compiled function", "donated_buffer")


CHECKS = [
    norms_and_shares, shared_group, single_precision, micro_batches, due_steps, no_path, not_finite,
    lines_and_writer, nothing_is_held, scaled_gradients, skipped_step, sparse_and_complex, refusals,
    combine_refusals, sharded_models, compiled_models,
]

if __name__ == "__main__":
    run_checks(CHECKS)
