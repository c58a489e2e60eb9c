"""Times a PyTorch training loop with the probe, and with hand-made instrumentation, against itself.

`python3 probe_loops.py <net> <losses> <every> <rounds> <seconds> <clock>` prints one JSON object: for
each way of measuring the ratios of its time to that of the same steps without it, one for each round;
`control` is the loop against itself. In a round each way takes its steps in turns with the others, one
step each, so that a machine that slows down favours none; no round begins once the seconds are over. The
clock is `wall`, or `cpu` where other programs share the machine.

The nets, their optimizer and their data are those of bench/engine/torch_reference.py; all loops train
the same net. The ways are `observe` and `combine` of python/counterweight_probe.py, which also write
their lines to a file, and `handMade`, what the template of seed 004 measures of gradients and steps:
one pass back for each loss, its gradient norm read parameter by parameter, the norm of the total, and
the update ratios of two heads, parameter by parameter. It has no cosines, no shares, no figures by
group and no lines in a file. `sameFigures` is the same loop with cosines and contributions as people
write them: the gradients of each loss kept, and their inner products taken parameter by parameter.
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

# Not counted: they make memory and files.
FIRST_STEPS = 3
LEAST_ROUNDS = 3
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


class Loop:
    """The steps of one way of measuring."""

    def __init__(self, way, trainer, every, folder):
        self.take = getattr(self, way)
        self.trainer = trainer
        self.step = 0
        self.heads = list(trainer.net.children())[-2:]
        if way in ("observe", "combine"):
            self.probe = Probe(trainer.net, every=every, out=os.path.join(folder, way))

    def run(self):
        trainer = self.trainer
        values = losses_of(trainer.net, trainer.batches[self.step % len(trainer.batches)])
        self.take({f"loss{k}": value for k, value in enumerate(values)})
        self.step += 1

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

    def handMade(self, losses, all_figures=False):
        trainer, figures, kept = self.trainer, {}, {}
        optimizer = trainer.optimizer
        for name, loss in losses.items():
            optimizer.zero_grad(set_to_none=True)
            loss.backward(retain_graph=True)
            figures[f"grad/{name}"] = trainer.gradient_norm()
            if all_figures:
                kept[name] = [p.grad.detach().clone() for p in trainer.parameters]
                for other, gradients in kept.items():
                    products = [(a * b).sum().item() for a, b in zip(kept[name], gradients)]
                    figures[f"product/{other}~{name}"] = sum(products)
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

    def sameFigures(self, losses):
        return self.handMade(losses, all_figures=True)


def measure(net, losses, every, rounds, seconds, clock):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    trainer = Trainer(net, losses)
    ways = ["plain", "control", "observe", "combine"]
    if every == 1:
        ways += ["handMade", "sameFigures"]
    # A round has as many measured steps as it has periods; short ones are made longer.
    steps = max(every, 10)
    now = CLOCKS[clock]
    with tempfile.TemporaryDirectory() as folder:
        loops = {way: Loop(way, trainer, every, folder) for way in ways}
        for loop in loops.values():
            for _ in range(FIRST_STEPS):
                loop.run()
            loop.step = every
        ratios = {way: [] for way in ways[1:]}
        plain = []
        end = time.perf_counter() + seconds
        while len(plain) < rounds and (time.perf_counter() < end or len(plain) < LEAST_ROUNDS):
            spent = dict.fromkeys(ways, 0.0)
            for step in range(steps):
                first = step % len(ways)
                for way in ways[first:] + ways[:first]:
                    started = now()
                    loops[way].run()
                    spent[way] += now() - started
            plain.append(1000 * spent["plain"] / steps)
            for way in ratios:
                ratios[way].append(spent[way] / spent["plain"])
        for way in ("observe", "combine"):
            loops[way].probe.close()
    return {"torch": torch.__version__, "plain": plain, "ratios": ratios}


if __name__ == "__main__":
    name, *numbers, clock = sys.argv[1:]
    print(json.dumps(measure(name, *(int(number) for number in numbers), clock)))
