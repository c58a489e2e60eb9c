"""Times a PyTorch training loop with the probe, and with hand-made instrumentation, against itself.

`python3 probe_loops.py <net> <losses> <every> <pairs> <steps>` prints one JSON object: for each way of
measuring the ratios of its time to that of the same steps without it, taken one right after the
other; `control` is the loop against itself. The nets, their optimizer and their data are those of
bench/engine/torch_reference.py; all loops train the same net. The ways are `observe` and `combine`
of python/counterweight_probe.py, which also write their lines to a file, and `handMade`, the template
of seed 004: one pass back for each loss, its gradient norm read parameter by parameter, and the
update ratios of two heads. It has no cosines, no shares and no figures by group.
"""

import json
import os
import sys
import tempfile
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(here, "..", "engine"), os.path.join(here, "..", "..", "python")]

import torch
from torch_reference import Trainer, losses_of

from counterweight_probe import Probe

FIRST_STEPS = 3


class Loop:
    """The steps of one way of measuring."""

    def __init__(self, way, trainer, every, folder):
        self.way = way
        self.trainer = trainer
        self.every = every
        self.step = 0
        self.heads = list(trainer.net.children())[-2:]
        if way in ("observe", "combine"):
            self.probe = Probe(trainer.net, every=every, out=os.path.join(folder, way))

    def run(self, steps):
        take = getattr(self, self.way)
        started = time.perf_counter()
        for _ in range(steps):
            trainer = self.trainer
            trainer.step += 1
            values = losses_of(trainer.net, trainer.batches[trainer.step % len(trainer.batches)])
            take({f"loss{k}": value for k, value in enumerate(values)})
            self.step += 1
        return time.perf_counter() - started

    def plain(self, losses):
        optimizer = self.trainer.optimizer
        total = sum(losses.values())
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        optimizer.step()
        return total.item()

    control = plain

    def observe(self, losses):
        optimizer = self.trainer.optimizer
        total = sum(losses.values())
        optimizer.zero_grad(set_to_none=True)
        self.probe.observe(losses, step=self.step)
        total.backward()
        optimizer.step()
        return total.item()

    def combine(self, losses):
        optimizer = self.trainer.optimizer
        optimizer.zero_grad(set_to_none=True)
        total = self.probe.combine(losses, step=self.step)
        optimizer.step()
        return total.item()

    def handMade(self, losses):
        if self.step % self.every != 0:
            return self.plain(losses)
        trainer, figures = self.trainer, {}
        optimizer = trainer.optimizer
        for name, loss in losses.items():
            optimizer.zero_grad(set_to_none=True)
            loss.backward(retain_graph=True)
            figures[f"grad/{name}"] = trainer.gradient_norm()
        total = sum(losses.values())
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        figures["grad/total"] = trainer.gradient_norm()
        with torch.no_grad():
            before = [{p: p.detach().clone() for p in head.parameters()} for head in self.heads]
        optimizer.step()
        with torch.no_grad():
            for index, head in enumerate(before):
                ratios = [(p - base).norm() / (base.norm() + 1e-12) for p, base in head.items()]
                figures[f"step/head{index}_update_ratio"] = torch.stack(ratios).mean().item()
        return total.item()


def measure(net, losses, every, pairs, steps):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    trainer = Trainer(net, losses)
    ways = ["control", "observe", "combine", "handMade"]
    with tempfile.TemporaryDirectory() as folder:
        loops = {way: Loop(way, trainer, every, folder) for way in ["plain", *ways]}
        for loop in loops.values():
            loop.run(FIRST_STEPS)
            # A block begins with a measured step, so that each has as many as it has periods.
            loop.step = 0
            if hasattr(loop, "probe"):
                loop.probe.close()
                loop.probe = Probe(trainer.net, every=every, out=os.path.join(folder, loop.way))
        ratios = {way: [] for way in ways}
        plain = []
        for pair in range(pairs):
            for way in ways[pair % len(ways) :] + ways[: pair % len(ways)]:
                # Who comes first changes: a machine that slows down favours neither.
                if pair % 2:
                    measured = loops[way].run(steps)
                    alone = loops["plain"].run(steps)
                else:
                    alone = loops["plain"].run(steps)
                    measured = loops[way].run(steps)
                ratios[way].append(measured / alone)
                plain.append(1000 * alone / steps)
        for way in ("observe", "combine"):
            loops[way].probe.close()
    return {"torch": torch.__version__, "plain": plain, "ratios": ratios}


if __name__ == "__main__":
    name, *numbers = sys.argv[1:]
    print(json.dumps(measure(name, *(int(number) for number in numbers))))
