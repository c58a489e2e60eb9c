"""The nets of the benchmark in PyTorch, timed on request.

`python3 torch_reference.py` reads one JSON object a line, {"net", "losses", "form", "steps"}, takes
so many steps and answers {"milliseconds"}: the mean time of one. The forms are `plain`, `handMade`
(the loop that people write by hand to log the gradient norm of each loss) and `shared` (what
Counterweight does, written in PyTorch). `--golden` prints losses and gradient norms at fixed
parameters instead, which a unit test compares with the TensorFlow.js nets.
"""

import json
import math
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

BATCHES = 4


class MultilayerPerceptron(nn.Module):
    """64-256-256-256-64 with ReLU, batch 256."""

    input_shape = output_shape = (256, 64)

    def __init__(self):
        super().__init__()
        sizes = [64, 256, 256, 256, 64]
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x)


class TransformerBlock(nn.Module):
    """Pre-LN, width 128, 4 heads, ReLU feed-forward of four times the width, 256 tokens."""

    input_shape = output_shape = (256, 128)

    def __init__(self):
        super().__init__()
        self.attention_norm = nn.LayerNorm(128)
        self.query_key_value = nn.Linear(128, 384)
        self.projection = nn.Linear(128, 128)
        self.feed_forward_norm = nn.LayerNorm(128)
        self.expand = nn.Linear(128, 512)
        self.contract = nn.Linear(512, 128)

    def forward(self, x):
        query, key, value = (
            part.view(256, 4, 32).transpose(0, 1)
            for part in self.query_key_value(self.attention_norm(x)).chunk(3, dim=-1)
        )
        weights = torch.softmax(query @ key.transpose(1, 2) / math.sqrt(32), dim=-1)
        mixed = (weights @ value).transpose(0, 1).reshape(256, 128)
        hidden = x + self.projection(mixed)
        return hidden + self.contract(F.relu(self.expand(self.feed_forward_norm(hidden))))


class ConvolutionNet(nn.Module):
    """Three 3x3 convolutions, 3-16-16-3 channels with ReLU, on 32 pictures of 16x16."""

    input_shape = output_shape = (32, 16, 16, 3)

    def __init__(self):
        super().__init__()
        channels = [3, 16, 16, 3]
        self.layers = nn.ModuleList(
            nn.Conv2d(i, o, 3, padding="same") for i, o in zip(channels, channels[1:])
        )

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x)


NETS = {
    "mlp": MultilayerPerceptron,
    "transformer": TransformerBlock,
    "conv": ConvolutionNet,
}


def channels_first(x):
    """Pictures as PyTorch has them; everything else as it is."""
    return x.permute(0, 3, 1, 2).contiguous() if x.dim() == 4 else x


def losses_of(net, batch):
    output = net(batch["input"])
    return [F.mse_loss(output, target) for target in batch["targets"]]


class Trainer:
    """One net with its optimiser and some batches. All weights of the losses are 1."""

    def __init__(self, name, losses):
        kind = NETS[name]
        self.net = kind()
        self.parameters = list(self.net.parameters())
        self.optimizer = torch.optim.Adam(self.parameters, lr=1e-3)
        self.batches = [
            {
                "input": channels_first(torch.randn(kind.input_shape)),
                "targets": [
                    channels_first(torch.randn(kind.output_shape)) for _ in range(losses)
                ],
            }
            for _ in range(BATCHES)
        ]
        self.step = 0

    def take(self, form):
        self.step += 1
        losses = losses_of(self.net, self.batches[self.step % BATCHES])
        return getattr(self, form)(losses)

    def plain(self, losses):
        self.optimizer.zero_grad(set_to_none=True)
        sum(losses).backward()
        self.optimizer.step()
        return torch.stack(losses).tolist()

    def handMade(self, losses):
        """One backward pass for each loss, one for the sum, and the norm of each read at once."""
        norms = []
        for loss in losses:
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward(retain_graph=True)
            norms.append(self.gradient_norm())
        self.optimizer.zero_grad(set_to_none=True)
        sum(losses).backward()
        norms.append(self.gradient_norm())
        self.optimizer.step()
        return torch.stack(losses).tolist() + norms

    def gradient_norm(self):
        square = 0.0
        for parameter in self.parameters:
            if parameter.grad is not None:
                gradient = parameter.grad.detach()
                square += (gradient * gradient).sum().item()
        return square**0.5

    def shared(self, losses):
        """One backward pass for each loss; their sum is the step's gradient; one readback."""
        rows = [torch.autograd.grad(loss, self.parameters, retain_graph=True) for loss in losses]
        for index, parameter in enumerate(self.parameters):
            parameter.grad = sum(row[index] for row in rows)
        before = [parameter.detach().clone() for parameter in self.parameters]
        self.optimizer.step()
        products = [torch.stack(losses).detach()]
        for index, parameter in enumerate(self.parameters):
            start = before[index].flatten()
            vectors = [row[index].flatten() for row in rows]
            stacked = torch.stack([*vectors, start, parameter.detach().flatten() - start])
            products.append((stacked @ stacked.T).flatten())
        return torch.cat(products).tolist()


def wave(size, phase):
    """Fixed numbers in (-1, 1) that both languages can make."""
    return torch.sin(torch.arange(size, dtype=torch.float64) * 0.7 + phase).float()


def our_layout(tensor):
    """A weight as TensorFlow.js has it: inputs before outputs."""
    if tensor.dim() == 4:
        return tensor.permute(2, 3, 1, 0)
    return tensor.T if tensor.dim() == 2 else tensor


def golden(name, losses=3):
    """Losses and gradient norms by parameter, at parameters and data that are waves."""
    net = NETS[name]()
    with torch.no_grad():
        for index, parameter in enumerate(net.parameters()):
            ours = our_layout(parameter)
            ours.copy_(0.1 * wave(ours.numel(), index).view(ours.shape))
    shape = net.input_shape
    data = [channels_first(wave(math.prod(shape), 100 + i).view(shape)) for i in range(losses + 1)]
    values = losses_of(net, {"input": data[0], "targets": data[1:]})
    gradients = [
        torch.autograd.grad(loss, list(net.parameters()), retain_graph=True) for loss in values
    ]
    return {
        "losses": [loss.item() for loss in values],
        "gradientNorms": [[gradient.norm().item() for gradient in row] for row in gradients],
    }


def blas_name():
    """The library behind matrix products, as far as the system tells."""
    torch.ones(64, 64) @ torch.ones(64, 64)
    try:
        with open("/proc/self/maps", encoding="utf-8") as maps:
            return "OpenBLAS" if "openblas" in maps.read() else "not OpenBLAS"
    except OSError:
        return "unknown"


def answer_requests():
    torch.set_num_threads(1)
    trainers = {}
    print(json.dumps({"torch": torch.__version__, "blas": blas_name()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        key = (request["net"], request["losses"])
        if key not in trainers:
            trainers = {key: Trainer(*key)}
        trainer = trainers[key]
        started = time.perf_counter()
        for _ in range(request["steps"]):
            trainer.take(request["form"])
        elapsed = 1000 * (time.perf_counter() - started)
        print(json.dumps({"milliseconds": elapsed / request["steps"]}), flush=True)


if __name__ == "__main__":
    if "--golden" in sys.argv:
        print(json.dumps({name: golden(name) for name in NETS}, indent=2))
    else:
        answer_requests()
