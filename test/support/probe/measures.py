"""The helpers for tensors of the user's own, against values worked out by hand."""

import math

from results import close, refusal, run_checks, same

import torch
from torch import nn

import counterweight_probe as probe


def posterior():
    """statistics of a posterior"""
    mean = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [2.0, 0.0], [-2.0, 0.0]])
    log_variance = torch.tensor([[0.0, 0.0]] * 3 + [[-2.0, 0.0]])
    sample = torch.tensor([[1.0, 3.0], [-1.0, 1.0], [1.0, 3.0], [-1.0, 1.0]])
    found = probe.posterior_statistics(mean, log_variance, sample)
    close(found["mu/abs_mean"], 0.75)
    close(found["mu/rms"], math.sqrt(10 / 8))
    same((found["mu/active_units"], found["mu/active_share"]), (1.0, 0.5))
    close(found["logvar/mean"], -0.25)
    close(found["std/mean"], (7 + math.exp(-1)) / 8)
    close(found["std/min"], math.exp(-1))
    close(found["std/max"], 1)
    close(found["z_init/mean"], 1)
    close(found["z_init/var"], 2)
    close(found["z_init/std_per_dim_mean"], 1)
    nats = 0.5 * (10 + 3 + math.exp(-2) + 2 - 4) / 4
    close(found["kl/dim_mean"], nats / 2)
    close(found["kl/dim_max"], nats)
    same(found["kl/collapsed_share"], 0.5)


def outputs():
    """entropies with centre and temperatures, and the spread of features"""
    teacher = torch.tensor([[1.0, 5.0, 5.0], [5.0, 1.0, 5.0], [5.0, 5.0, 1.0]])
    centered = probe.entropies(teacher, teacher, student_temperature=1e6, teacher_temperature=1e-3,
                               center=torch.tensor([4.0, 0.0, 0.0]))
    close(centered["ent/student"], math.log(3), 1e-5)
    # Less the centre the first row is (-3, 5, 5): two equal peaks; the others have one.
    close(centered["ent/teacher"], (math.log(2) + 0 + math.log(1)) / 3, 1e-5)
    close(centered["ent/max"], math.log(3))
    same_rows = torch.tensor([[9.0, 0.0]] * 4)
    found = probe.entropies(same_rows, same_rows)
    close(found["ent/teacher_marginal"], 0, 0, 1e-6)
    close(probe.feature_spread(torch.tensor([[2.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -5.0]]))["feat/std"], 1)
    close(probe.feature_spread(torch.ones(4, 2))["feat/std"], 0, 0, 1e-6)


def field():
    """alignment of a vector field, with both ends of the way in the slices"""
    target = torch.tensor([[1.0, 0.0], [0.0, 2.0], [2.0, 0.0], [0.0, 0.0]])
    predicted = torch.tensor([[2.0, 0.0], [0.0, 4.0], [0.0, 2.0], [1.0, 0.0]])
    times = torch.tensor([0.0, 1.0, 0.3, 0.5]).view(4, 1)
    found = probe.vector_field(predicted, target, times)
    close(found["flow/nmse"], (1 + 4 + 8 + 1) / 9)
    close(found["flow/cos"], 2 / 3)
    close(found["flow/speed_ratio"], (2 + 2 + 1) / 3)
    close(found["flow/slope"], (2 + 8) / (4 + 16 + 4 + 1))
    same([found[f"flow/count_t{i}"] for i in range(10)], [1, 0, 0, 1, 0, 1, 0, 0, 0, 1])
    close(found["flow/nmse_t9"], 1)
    close(found["flow/cos_t0"], 1)
    assert "flow/nmse_t1" not in found
    refusal(lambda: probe.vector_field(target, target[:, 0]), "shape")


def gain():
    """a condition that is used is told from one that is not, by a derangement"""
    torch.manual_seed(0)
    kinds = torch.randint(0, 4, (64,))
    condition = nn.functional.one_hot(kinds, 4).float()
    target = condition @ torch.randn(4, 6)
    table = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 6))
    seen = []

    def used(given):
        table(given)
        seen.append(given)
        return given @ torch.linalg.lstsq(condition, target).solution

    before = [b.clone() for b in table.buffers()], torch.get_rng_state().tolist()
    found = probe.condition_gain(used, condition, target, modules=[table])
    same(torch.get_rng_state().tolist(), before[1])
    assert all(torch.equal(a, b) for a, b in zip(before[0], table.buffers())) and table[2].training
    assert (seen[0].argmax(1) != seen[1].argmax(1)).all(), "somebody kept his condition"
    assert found["flow/cond_gain_t"] > 2 and found["flow/cond_gain_nmse"] > 0.01
    assert found["flow/cond_gain_cos"] > 0
    unused = probe.condition_gain(lambda given: torch.ones(64, 6), condition, target)
    same((unused["flow/cond_gain_nmse"], unused["flow/cond_gain_t"]), (0.0, 0.0))
    same(probe.condition_gain(lambda given: given, torch.ones(8, 6), torch.ones(8, 6)), {})
    # Most have one condition: only as many as there are others can be exchanged.
    lopsided = torch.tensor([0.0] * 6 + [1.0] * 2).view(8, 1)
    swapped = []
    probe.condition_gain(lambda g: swapped.append(g) or g, lopsided, torch.ones(8, 1))
    same(int((swapped[0] != swapped[1]).sum()), 4)


def endpoints():
    """endpoint errors fall with the order of the scheme"""
    source = torch.linspace(0.5, 2, 8, dtype=torch.float64).view(8, 1)
    target = source * math.exp(-1)

    def decay(x, t):
        same(list(t.shape), [8, 1])
        return -x

    for scheme, order in (("euler", 1), ("midpoint", 2), ("heun", 2)):
        found = probe.endpoint_error(decay, source, target, scheme=scheme)
        suffix = "" if scheme == "euler" else f"_{scheme}"
        close(found[f"flow/order{suffix}@8"], order, 0.1)
        assert found[f"flow/endpt_rmse{suffix}@64"] < found[f"flow/endpt_rmse{suffix}@8"]
        assert f"flow/self_error{suffix}@32" in found and f"flow/self_error{suffix}@64" not in found
    scale = source.square().mean().sqrt().item()
    found = probe.endpoint_error(decay, source, target, steps=[8])
    close(found["flow/endpt_rmse@8"], scale * abs((1 - 1 / 8) ** 8 - math.exp(-1)), 1e-5)
    refusal(lambda: probe.endpoint_error(decay, source, target, steps=[8, 12]), "twice")
    refusal(lambda: probe.endpoint_error(decay, source, target, scheme="rk4"), "euler, heun, midpoint")


def randomness():
    """no helper draws from the generators of the training"""
    torch.manual_seed(0)
    before = torch.get_rng_state().tolist()
    x = torch.ones(6, 4, requires_grad=True)
    probe.posterior_statistics(x * 1, x * 1)
    probe.entropies(x * 1, x * 1)
    probe.vector_field(x * 1, x * 1)
    probe.condition_gain(lambda c: c, torch.eye(6, 4), torch.ones(6, 4))
    with probe.undisturbed(nn.Dropout()) as _:
        torch.randn(3)
        assert not torch.is_grad_enabled()
    same(torch.get_rng_state().tolist(), before)
    assert torch.is_grad_enabled()


class Counting(nn.Module):
    """Keeps a running value of its own, which eval mode does not stop."""

    def __init__(self):
        super().__init__()
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x):
        self.seen += len(x)
        return x


def buffers():
    """passes that are only measured leave modes and running values as they were"""
    module = nn.Sequential(Counting(), nn.BatchNorm1d(4))
    module[1].eval()
    with probe.undisturbed(module):
        module(torch.randn(6, 4))
        same([part.training for part in module.modules()], [False] * 3)
    same([part.training for part in module.modules()], [True, True, False])
    same(module[0].seen.item(), 0)
    probe.condition_gain(module, torch.eye(6, 4), torch.ones(6, 4), modules=[module])
    same(module[0].seen.item(), 0)


if __name__ == "__main__":
    run_checks([posterior, outputs, field, gain, endpoints, randomness, buffers])
