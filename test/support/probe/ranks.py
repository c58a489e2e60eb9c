"""Two processes that train together over gloo: `ranks.py` starts them, `ranks.py <rank> …` is one."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import types

from results import close, refusal, run_checks, same

import torch
import torch.distributed as distributed
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from counterweight_probe import Probe

WEIGHTS = {"fit": 1.0, "size": 0.2}
STEPS = 6


def make():
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.BatchNorm1d(8), nn.Linear(8, 2))
    # Figures of two halves are those of the whole batch where normalisation does not mix its rows.
    net[2].eval()
    return net


def losses_of(model, x):
    y = model(x)
    return {"fit": (y[:, 0] - x[:, 0]).square().mean(), "size": y[:, 1].square().mean()}


def batches():
    drawn = torch.Generator().manual_seed(2)
    return [torch.randn(8, 4, generator=drawn) for _ in range(STEPS)]


def train(model, rank, probe):
    optimizer = torch.optim.SGD(model.parameters(), 0.2, momentum=0.9)
    values = []
    for x in batches():
        losses = losses_of(model, x.chunk(2)[rank])
        optimizer.zero_grad()
        if probe:
            probe.observe(losses, WEIGHTS)
        total = losses["fit"] + 0.2 * losses["size"]
        total.backward()
        optimizer.step()
        values.append(total.item())
    if probe:
        probe.close()
    return values + [p.tolist() for p in model.parameters()]


class Uneven(nn.Module):
    """With a layer that no loss reaches, as find_unused_parameters is for."""

    def __init__(self):
        super().__init__()
        self.net = make()
        self.spare = nn.Linear(2, 2)

    def forward(self, x):
        return self.net(x)


def accumulate(model, rank, probe):
    """Two micro-batches a step, the first without an all-reduce."""
    optimizer = torch.optim.SGD(model.parameters(), 0.2)
    values = []
    for x in batches():
        optimizer.zero_grad()
        parts = x.chunk(2)[rank].chunk(2)
        for last, part in enumerate(parts):
            with contextlib.nullcontext() if last else model.no_sync():
                losses = losses_of(model, part)
                if probe:
                    probe.observe(losses, WEIGHTS, accumulating=not last)
                total = (losses["fit"] + 0.2 * losses["size"]) / 2
                total.backward()
            values.append(total.item())
        optimizer.step()
    return values + [p.tolist() for p in model.parameters()]


# What may change in how a model is wrapped, and its loop.
WRAPPINGS = {
    "unused": (Uneven, {"find_unused_parameters": True}, train),
    "static": (Uneven, {"static_graph": True}, train),
    "accumulated": (make, {}, accumulate),
}


def wrapped(name, rank):
    """Whether the probe changes a bit, and the steps that it measured on rank 0."""
    kind, options, loop = WRAPPINGS[name]
    torch.manual_seed(1)
    plain = loop(DistributedDataParallel(kind(), **options), rank, None)
    torch.manual_seed(1)
    model = DistributedDataParallel(kind(), **options)
    steps = set()
    writer = types.SimpleNamespace(add_scalar=lambda name, value, step: steps.add(step))
    found = loop(model, rank, Probe(model, every=2, out=None, writer=writer))
    return found == plain, sorted(steps)


def be(rank, port, folder):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=port)
    distributed.init_process_group("gloo", rank=rank, world_size=2)
    plain = train(DistributedDataParallel(make()), rank, None)
    results = {}
    for name, reduce in (("reduced", True), ("local", False)):
        model = DistributedDataParallel(make())
        out = os.path.join(folder, f"{name}{rank}")
        probe = Probe(model, every=2, out=out, reduce=reduce)
        results[name] = train(model, rank, probe) == plain
        results[f"{name} writes"] = os.path.exists(out)
    refusal(lambda: probe.combine(losses_of(model, batches()[0])), "DistributedDataParallel", "observe()")
    for name in WRAPPINGS:
        results[name] = wrapped(name, rank)
    with open(os.path.join(folder, f"rank{rank}.json"), "w", encoding="utf-8") as file:
        json.dump(results, file)
    distributed.barrier()


def start(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-B", __file__]
    ranks = [subprocess.Popen([*command, str(rank), port, folder]) for rank in (0, 1)]
    try:
        deadline = time.monotonic() + 90
        same([rank.wait(max(1, deadline - time.monotonic())) for rank in ranks], [0, 0])
    finally:
        for rank in ranks:
            rank.kill()
    with open(os.path.join(folder, "rank0.json"), encoding="utf-8") as a:
        with open(os.path.join(folder, "rank1.json"), encoding="utf-8") as b:
            return json.load(a), json.load(b)


def lines_of(folder, name):
    with open(os.path.join(folder, name, "counterweight.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


FOUND = {}


def bits():
    """observing changes no bit with DistributedDataParallel, and rank 0 alone writes"""
    with tempfile.TemporaryDirectory() as folder:
        for rank, results in enumerate(start(folder)):
            same([results["reduced"], results["local"]], [True, True])
            same([results["reduced writes"], results["local writes"]], [rank == 0] * 2)
            for name in WRAPPINGS:
                FOUND.setdefault(name, []).append(results[name])
        FOUND.update({name: lines_of(folder, f"{name}0") for name in ("reduced", "local")})


def unused():
    """observing changes no bit with find_unused_parameters"""
    same(FOUND["unused"], [[True, [0, 2, 4]], [True, []]])


def static():
    """observing changes no bit with static_graph, whose first pass back is left alone"""
    same(FOUND["static"], [[True, [1, 2, 4]], [True, []]])


def accumulated():
    """observing changes no bit with micro-batches and no_sync"""
    same(FOUND["accumulated"], [[True, [0, 2, 4]], [True, []]])


def reduced():
    """gradients after the all-reduce are those of the whole batch, and each line says so"""
    model = make()
    probe = Probe(model, every=2, out=None)
    wanted = probe.observe(losses_of(model, batches()[0]), WEIGHTS)
    header, line = FOUND["reduced"][:2]
    same(header["gradients"], "after the all-reduce, the mean of 2 ranks")
    same(line["gradients"], header["gradients"])
    for name, value in wanted.items():
        if name != "time/probe_ms":
            close(line[name], value, 2e-6, 1e-7)


def local():
    """gradients of one rank are named after it"""
    model = make()
    wanted = Probe(model, every=2, out=None).observe(losses_of(model, batches()[0].chunk(2)[0]), WEIGHTS)
    line = FOUND["local"][1]
    same(line["gradients"], "before the all-reduce, of rank 0 of 2 alone")
    same([name for name in line if "grad" in name and "rank0" not in name], ["gradients"])
    close(line["grad/fit@rank0"], wanted["grad/fit"], 1e-6)
    close(line["grad/fit@0_rank0"], wanted["grad/fit@0"], 1e-6)
    close(line["cos/fit~size@rank0"], wanted["cos/fit~size"], 1e-6)
    close(line["loss/fit"], wanted["loss/fit"])


if __name__ == "__main__":
    torch.set_num_threads(1)
    if len(sys.argv) > 1:
        be(int(sys.argv[1]), sys.argv[2], sys.argv[3])
    elif not (distributed.is_available() and distributed.is_gloo_available()):
        print(json.dumps({"name": "no gloo in this PyTorch", "failure": ""}))
    else:
        run_checks([bits, unused, static, accumulated, reduced, local])
