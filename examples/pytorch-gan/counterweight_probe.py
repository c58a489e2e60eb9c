"""Measures, inside a PyTorch training loop, how several losses share each step.

One file, no dependency beyond torch (1.13 to 2.x, Python 3.8 or newer). Put it beside your script
and add three lines:

    import counterweight_probe                                                      # 1
    probe = counterweight_probe.Probe(model, every=50, out="runs/vae")              # 2

    for step, batch in enumerate(loader):
        recon, kl = model.losses(batch)
        total = recon + beta * kl
        optimizer.zero_grad()
        probe.observe({"recon": recon, "kl": kl}, weights={"kl": beta}, step=step)  # 3
        total.backward()
        optimizer.step()

`observe` stands before `backward()`: it needs the graph of the losses. The losses are raw, before
their weights; a weight that is not named is 1. It draws nothing at random and leaves parameters,
`.grad`, buffers and the random generators as it found them.

Where a step is measured, each loss is taken back through the graph once. The figures come from the
inner products of the gradients g of the losses L with weights w, d = sum of w g:

    loss/<term>, loss/total, weight/<term>       L, the sum of w L, w
    value_share/<term>                           |w L| / sum of |w L|
    grad/<term>, grad/total                      |g| unweighted, |d|
    grad_weighted/<term>                         |w| |g|
    grad_share/<term>                            |w| |g| / sum of |w| |g|
    grad_contribution/<term>                     <w g, d> / |d|^2, signed; they sum to 1
    cos/<a>~<b>, cos/<a>~rest                    cosines; with the weighted sum of the others
    ...@<group>                                  the norms over a part of the parameters
    step/<group>_update_ratio                    |change| / |parameters| of the optimizer's step

Gradients are as `backward()` gives them: before clipping, without the scale of a GradScaler. The
change is what the optimizer made of them, so clipping is in it.
"""

import atexit
import contextlib
import json
import math
import operator
import os
import time
import warnings
import weakref
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Union,
)

import torch
from torch import Tensor, nn

__all__ = [
    "Probe",
    "ProbeError",
    "condition_gain",
    "endpoint_error",
    "entropies",
    "feature_spread",
    "posterior_statistics",
    "undisturbed",
    "vector_field",
]

# With more children than this (a Sequential of many layers) figures by child say little.
_MOST_GROUPS = 24
# At this many steps or fewer the memory of the gradients is held from one measured step to the next.
_OFTEN = 10
# After so many steps the graph is searched again for parameters that the probe does not know.
_SEARCHED_AGAIN = 50
# torch.utils.checkpoint without re-entry: before 2.1 what the first pass back has computed again
# serves the others, so that running values are updated as often with the probe as without it.
_RECOMPUTES_EACH_PASS = tuple(int(n) for n in torch.__version__.split(".")[:2]) >= (2, 1)
# Longer rows are gone through in pieces of this size on the CPU, which stay in its cache.
_PIECE = 1 << 15
# Longer inner products are summed in pieces of this size: float32 would lose digits.
_LONGEST = 1 << 17


class ProbeError(RuntimeError):
    """Says what the probe cannot do, why, and what to do instead."""


class Probe:
    """Writes loss and gradient figures of every so many steps to `<out>/counterweight.jsonl`.

    model         a module, or a mapping of names to modules that are trained by optimizers of their
                  own, such as {"generator": g, "discriminator": d}
    every         a step is measured where it is the first, or a multiple of this or more has come
                  since the last measured one; 1 measures each step
    out           the folder of the run, or a file that ends in .jsonl; None writes no file
    groups        parts of the parameters whose figures are given apart: a mapping of names to
                  modules, parameters or lists of them. By default the direct children of the
                  model, or the modules of the mapping; {} for none
    shared        the group that the figures without `@` are of (default: all parameters)
    scaler        the GradScaler of mixed precision in float16, so that small gradients do not vanish
    writer        a TensorBoard SummaryWriter of yours (anything with add_scalar), which gets the same
    reduce        with DistributedDataParallel: True gives gradients after the all-reduce, as the
                  optimizer sees them, and each line says so; False those of rank 0 alone, whose
                  names end in @rank0. Every rank calls `observe`; rank 0 writes
    update_ratio  False spares a copy of the parameters while a step is measured
    gramian       True also writes gramian/<a>~<b>, the inner products of unweighted gradients
    """

    def __init__(
        self,
        model: Union[nn.Module, Mapping[str, nn.Module]],
        every: int = 50,
        out: Optional[str] = "runs/counterweight",
        *,
        groups: Optional[Mapping[str, Any]] = None,
        shared: Optional[str] = None,
        scaler: Optional[Any] = None,
        writer: Optional[Any] = None,
        reduce: bool = True,
        update_ratio: bool = True,
        gramian: bool = False,
    ) -> None:
        named = dict(model) if isinstance(model, Mapping) else {"": model}
        for name, module in named.items():
            _refuse_module(name, module)
        self._every = _positive(every, "every")
        self._modules = {name: _unwrapped(module) for name, module in named.items()}
        self._parameters = _distinct(p for m in self._modules.values() for p in m.parameters())
        if not self._parameters:
            raise ProbeError("The model has no parameters: there is nothing to take gradients of.")
        self._groups = _find_groups(self._modules, self._parameters, groups)
        if shared is not None and shared not in self._groups:
            raise ProbeError(
                f"shared={shared!r} is not a group; the groups are {_listed(self._groups)}."
            )
        self._shared = shared
        self._scaler = scaler
        self._writer = writer
        self._update_ratio = update_ratio
        self._gramian = gramian
        self._ranks = _Ranks(named.values(), reduce)
        self._objectives: Dict[Optional[str], _Objective] = {}
        self._last: Dict[str, float] = {}
        self._told: set = set()
        self._lines: Optional[_Lines] = None
        if out is not None and self._ranks.writes:
            self._lines = _Lines(out, self._header())
        # A plain reference would keep the model alive to the end of the program.
        atexit.register(_close_at_exit, weakref.ref(self))

    def due(self, step: Optional[int] = None, of: Optional[str] = None) -> bool:
        """Whether the next `observe` or `combine` measures: for figures worth computing only then."""
        objective = self._objective(of)
        if objective.measuring is not None:
            return objective.measuring
        return self._is_due(objective, objective.count if step is None else _index(step))

    def observe(
        self,
        losses: Mapping[str, Any],
        weights: Optional[Mapping[str, Any]] = None,
        *,
        step: Optional[int] = None,
        of: Optional[str] = None,
        accumulating: bool = False,
    ) -> Optional[Dict[str, float]]:
        """Measures, where the step is due, and changes nothing. Call it before `backward()`.

        losses        raw scalar losses by term, with their graph
        weights       what each is multiplied with in your total; 1 where not named
        step          number of the optimizer's step; counted from 0 where not given
        of            with several modules, the one that these losses train, such as "generator"
        accumulating  True for all but the last micro-batch of an optimizer's step: the figures are
                      of the mean of its micro-batches, in one line. Hand over the losses undivided
        returns       the figures by metric name, on the last micro-batch of a step that is due and
                      on the rank that writes; else None
        """
        objective, number, measures = self._begin(step, of)
        if not measures:
            objective.end(accumulating)
            return None
        began = time.perf_counter()
        terms = _check_terms(losses, weights, objective.order)
        # Checkpointed parts run forward again.
        with _kept(list(self._modules.values()) if _RECOMPUTES_EACH_PASS else []):
            self._take_back(objective, terms, accumulating)
        return self._finish(objective, number, accumulating, began)

    def combine(
        self,
        losses: Mapping[str, Any],
        weights: Optional[Mapping[str, Any]] = None,
        *,
        step: Optional[int] = None,
        of: Optional[str] = None,
        accumulating: bool = False,
        divide: float = 1.0,
    ) -> Tensor:
        """Stands in the place of `total.backward()`: measures, where the step is due, and adds the
        gradient of the weighted sum to `.grad`, from the same passes back. That spares one pass of
        `observe`; the gradients agree with those of `total.backward()` within rounding.

        Only parameters of the probe's modules (of the one that `of` names) receive gradients. With
        a GradScaler in the probe they are scaled, as its `unscale_` and `step` expect. The other
        arguments are those of `observe`.

        divide   what you divide the total by, such as the number of micro-batches
        returns  the weighted sum, undivided and detached
        """
        objective, number, measures = self._begin(step, of)
        began = time.perf_counter()
        terms = _check_terms(losses, weights, objective.order)
        self._refuse_combine(objective, terms)
        total = _weighted_sum(terms)
        if not measures:
            self._back_at_once(objective, total, divide)
            objective.end(accumulating)
        else:
            supply = _Supply(1.0 / divide)
            self._take_back(objective, terms, accumulating, supply)
            if objective.sums is not None:
                supply.add_to(objective.sums)
            self._finish(objective, number, accumulating, began)
        return total.detach()

    def log(self, figures: Mapping[str, Any], step: Optional[int] = None) -> None:
        """Writes figures of yours, or of the functions below, at a step (default: the newest)."""
        if not self._ranks.writes:
            return
        if step is None:
            step = max((o.newest for o in self._objectives.values()), default=0)
        for name, value in figures.items():
            _check_number(value, f"The figure {name}")
            if name in ("step", "wall_time"):
                raise ProbeError(f"{name} cannot be the name of a figure: each line has one already.")
        names = list(figures)
        self._write(_index(step), dict(zip(names, _read([figures[name] for name in names]))))

    @property
    def last(self) -> Dict[str, float]:
        """The figures of the newest measured step; empty on ranks that do not write."""
        return dict(self._last)

    def close(self) -> None:
        """Writes what is pending and closes the file. The end of the program does it as well."""
        self._settle()
        for objective in self._objectives.values():
            objective.snapshot = None
        if self._lines is not None:
            self._lines.close()

    def __enter__(self) -> "Probe":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _objective(self, of: Optional[str]) -> "_Objective":
        found = self._objectives.get(of)
        if found is not None:
            return found
        names = list(self._groups)
        parameters = self._parameters
        if of is not None:
            if "" in self._modules or of not in self._modules:
                raise ProbeError(
                    f"of={of!r} names no module of this probe. Build it with names, such as "
                    'Probe({"generator": g, "discriminator": d}), and pass one of them.'
                )
            parameters = _distinct(self._modules[of].parameters())
            inside = {id(p) for p in parameters}
            names = [n for n in names if any(id(p) in inside for p in self._groups[n])]
        allowed = {id(p) for p in parameters}
        groups = {n: [p for p in self._groups[n] if id(p) in allowed] for n in names}
        made = _Objective(of, parameters, groups)
        self._objectives[of] = made
        return made

    def _is_due(self, objective: "_Objective", step: int) -> bool:
        return self._ranks.are_ready(objective.count) and objective.is_due(step)

    def _begin(self, step: Optional[int], of: Optional[str]) -> Tuple["_Objective", int, bool]:
        objective = self._objective(of)
        number = objective.count if step is None else _index(step)
        if objective.count > 0 and not objective.newest <= number <= objective.newest + 1:
            self._leave_steps_out()
        self._settle()
        if objective.measuring is None:
            objective.measuring = self._is_due(objective, number)
        if objective.measuring:
            _refuse_capture()
        objective.newest = number
        return objective, number, objective.measuring

    def _take_back(
        self,
        objective: "_Objective",
        terms: "_Terms",
        accumulating: bool,
        supply: Optional["_Supply"] = None,
    ) -> None:
        """Takes each loss back through the graph and adds what it finds to the objective's sums."""
        scale = self._scale()
        self._tell_half_precision()
        sums = objective.sums
        if objective.next_due is None:
            _refuse_hidden(terms.losses)
        if sums is None or sums.names != terms.names:
            if sums is not None:
                raise ProbeError("The micro-batches of one step have different losses.")
            at_once = not accumulating and not self._ranks.reduce
            sums = _Sums(
                terms.names, objective.trainable(), objective.groups, objective.kept, at_once
            )
            objective.sums = sums
        parameters = sums.parameters
        with_graph = [k for k, loss in enumerate(terms.losses) if _has_graph(loss)]
        with torch.no_grad(), _autocast_off(parameters):
            for k in with_graph:
                loss, weight = terms.losses[k], terms.weights[k]
                # The scaler keeps w L in the range of float16; L alone may be far out of it.
                factor = scale * (weight if scale != 1.0 and weight != 0.0 else 1.0)
                keep = supply is None or k != with_graph[-1]
                gradients = _gradients(loss, factor, parameters, keep)
                rows = sums.add(k, gradients, factor)
                if supply is not None and weight != 0.0:
                    supply.add(rows, gradients, weight * scale, stay=sums.batches == 0)
                # Freed before the next pass, or two sets of gradients are held at once.
                del gradients
        sums.add_values(terms)

    def _finish(
        self, objective: "_Objective", step: int, accumulating: bool, began: float
    ) -> Optional[Dict[str, float]]:
        if accumulating:
            return None
        sums = objective.sums
        assert sums is not None
        objective.sums = None
        objective.measured(step, self._every)
        # Memory that is fresh has to be cleared by the system first: where steps are measured often
        # the rows are kept for the next.
        objective.kept = sums.rows if self._every <= _OFTEN else []
        with torch.no_grad():
            reading = sums.read(self._ranks)
            if self._ranks.writes and self._update_ratio:
                spent = objective.snapshot or objective.spent
                objective.snapshot = _Snapshot(step, sums.parameters, sums.parts, spent)
                objective.snapshot.is_current = False
        objective.end(accumulating)
        if not self._ranks.writes:
            return None
        figures = self._figures(objective, reading)
        figures["time/probe_ms"] = (time.perf_counter() - began) * 1000
        self._write(step, figures)
        self._last = figures
        return dict(figures)

    def _figures(self, objective: "_Objective", reading: "_Reading") -> Dict[str, float]:
        total = "total" if objective.of is None else f"total@{objective.of}"
        figures = _value_figures(reading, total)
        losses_are_finite = all(math.isfinite(loss) for loss in reading.losses)
        if self._scale() != 1.0 and losses_are_finite and not reading.is_finite():
            self._tell(
                "overflow",
                "A gradient is too large for float16 with the present scale of the GradScaler, "
                "which leaves such steps out; their gradient figures are left out as well.",
            )
            return figures
        rank = "" if self._ranks.are_whole else "rank0"
        whole = reading.gramians[self._shared] if self._shared in reading.gramians else reading.all
        self._tell_paths(reading, self._shared if self._shared in reading.gramians else None)
        path = reading.paths.get(self._shared, reading.any_path)
        figures.update(_norms(reading, whole, path, total, rank))
        figures.update(_directions(reading, whole, rank))
        if self._gramian:
            figures.update(_inner_products(reading, whole, rank))
        for name, products in reading.gramians.items():
            if name == self._shared or reading.is_everything(name):
                continue
            suffix = f"{name}_{rank}" if rank else name
            figures.update(_norms(reading, products, reading.paths[name], "total", suffix))
        return figures

    def _leave_steps_out(self) -> None:
        """The numbers of steps have jumped: what has changed since is the work of several steps."""
        for objective in self._objectives.values():
            if objective.snapshot is not None:
                objective.snapshot = None
                self._tell(
                    "jump",
                    "step/<group>_update_ratio is left out where the numbers of steps go on by more "
                    "than 1 or go back: it is of one step. Call the probe in every step, with the "
                    "number of the optimizer's step; it measures only those that are due.",
                )

    def _settle(self) -> None:
        """Writes the update ratios of measured steps that the optimizer has taken since."""
        for objective in self._objectives.values():
            if objective.spent is not None:
                objective.spent.is_current = False
            snapshot = objective.snapshot
            ratios = None if snapshot is None else snapshot.ratios()
            if snapshot is None or ratios is None:
                continue
            objective.snapshot = None
            objective.spent = snapshot if self._every <= _OFTEN else None
            figures = {f"step/{name}_update_ratio": ratio for name, ratio in ratios.items()}
            if figures:
                self._write(snapshot.step, figures)
                self._last.update(figures)

    def _write(self, step: int, figures: Mapping[str, float]) -> None:
        if self._lines is not None:
            note = {} if self._ranks.note is None else {"gradients": self._ranks.note}
            self._lines.write({"step": step, "wall_time": time.time(), **note, **figures})
        if self._writer is not None and self._ranks.writes:
            for name, value in figures.items():
                self._writer.add_scalar(name, value, step)

    def _header(self) -> Dict[str, Any]:
        header: Dict[str, Any] = {
            "counterweight": 1,
            "source": "counterweight_probe",
            "sharedGroup": self._shared or "all parameters",
            "torch": str(torch.__version__),
        }
        if self._ranks.note is not None:
            header["gradients"] = self._ranks.note
        return header

    def _scale(self) -> float:
        return 1.0 if self._scaler is None else float(self._scaler.get_scale())

    def _tell(self, subject: str, text: str) -> None:
        if subject not in self._told and self._ranks.writes:
            self._told.add(subject)
            warnings.warn(f"counterweight_probe: {text}", RuntimeWarning, stacklevel=2)

    def _tell_half_precision(self) -> None:
        if self._scaler is not None or not torch.is_autocast_enabled():
            return
        if hasattr(torch, "get_autocast_dtype"):
            kind = torch.get_autocast_dtype("cuda")
        else:
            kind = torch.get_autocast_gpu_dtype()
        if kind == torch.float16:
            self._tell(
                "scaler",
                "autocast computes in float16 and the probe has no scaler: small gradients vanish. "
                "Pass your GradScaler: Probe(..., scaler=scaler).",
            )

    def _tell_paths(self, reading: "_Reading", group: Optional[str]) -> None:
        paths = reading.any_path if group is None else reading.paths[group]
        for name, path in zip(reading.names, paths):
            if not path:
                where = "the parameters" if group is None else f"the parameters of {group}"
                self._tell(
                    f"path {name}",
                    f"the loss {name} has no path to {where}: its gradient there is not zero, "
                    "there is none. Its graph may be detached.",
                )

    def _back_at_once(self, objective: "_Objective", total: Tensor, divide: float) -> None:
        if not total.requires_grad:
            return
        if divide != 1.0:
            total = total / divide
        if self._scaler is not None:
            total = self._scaler.scale(total)
        with _in_words():
            torch.autograd.backward(total, inputs=objective.trainable())

    def _refuse_combine(self, objective: "_Objective", terms: "_Terms") -> None:
        if self._ranks.is_wrapped:
            raise ProbeError(
                "combine() cannot stand in for backward() under DistributedDataParallel, whose "
                "all-reduce runs inside backward(). Use observe() before total.backward()."
            )
        if terms.learned:
            raise ProbeError(
                f"combine() would leave the learned weight of {_listed(terms.learned)} without a "
                "gradient. Use observe() before total.backward(), or pass plain numbers."
            )
        if any(getattr(p, "_post_accumulate_grad_hooks", None) for p in objective.parameters):
            raise ProbeError(
                "combine() sets .grad itself, so hooks after the accumulation of gradients (an "
                "optimizer inside backward, for example) would not run. Use observe()."
            )
        if any(p._backward_hooks for p in objective.parameters):
            raise ProbeError(
                "combine() takes each loss back by itself, so hooks on parameters would see parts of "
                "their gradients, or nothing (torch before 2.0). Use observe() before "
                "total.backward()."
            )
        if self._scaler is not None:
            # The scaler makes its scale at the first call of scale().
            self._scaler.scale(torch.zeros((), device=objective.parameters[0].device))
        # The graph is searched where the first step is measured, and now and then.
        if objective.measuring and objective.count % _SEARCHED_AGAIN == 0:
            known = {id(p) for p in self._parameters}
            for leaf in _leaves(terms.losses):
                if isinstance(leaf, nn.Parameter) and id(leaf) not in known:
                    raise ProbeError(
                        f"The losses also train a parameter of shape {list(leaf.shape)} that is not "
                        "in the probe's model; combine() would leave it without a gradient. Build "
                        'the probe with its module too: Probe({"model": model, "criterion": '
                        "criterion}). A network that only judges must not require gradients."
                    )


class _Objective:
    """What is trained together: its parameters and groups, and how far it has come."""

    def __init__(
        self, of: Optional[str], parameters: List[Tensor], groups: Dict[str, List[Tensor]]
    ) -> None:
        self.of = of
        self.parameters = parameters
        self.groups = groups
        # Names of losses in the order in which they were first seen: cos/a~b never becomes cos/b~a.
        self.order: Dict[str, int] = {}
        self.count = 0
        self.newest = 0
        self.next_due: Optional[int] = None
        self.last_measured = 0
        # Whether the step in progress is measured; None between steps.
        self.measuring: Optional[bool] = None
        self.sums: Optional["_Sums"] = None
        self.snapshot: Optional["_Snapshot"] = None
        # Memory of the last measured step, where it is held for the next.
        self.kept: List[Tensor] = []
        self.spent: Optional["_Snapshot"] = None

    def trainable(self) -> List[Tensor]:
        return [p for p in self.parameters if p.requires_grad]

    def is_due(self, step: int) -> bool:
        # A step before the last measured one belongs to a run that was restarted.
        return self.next_due is None or step >= self.next_due or step < self.last_measured

    def measured(self, step: int, every: int) -> None:
        self.last_measured = step
        self.next_due = (step // every + 1) * every

    def end(self, accumulating: bool) -> None:
        if not accumulating:
            self.count += 1
            self.measuring = None


class _Terms:
    """Losses with their weights, in the order in which their names were first seen."""

    def __init__(
        self,
        names: List[str],
        losses: List[Any],
        weights: List[float],
        learned: List[str],
    ) -> None:
        self.names = names
        self.losses = losses
        self.weights = weights
        self.learned = learned


class _Part:
    """Parameters of one group on one device, by their places, one after the other in a row."""

    def __init__(self, group: Optional[str], places: List[int], parameters: List[Tensor]) -> None:
        self.group = group
        self.places = places
        self.lengths = [_length(parameters[i]) for i in places]
        first = parameters[places[0]]
        self.device = first.device
        wide = any(parameters[i].dtype in (torch.float64, torch.complex128) for i in places)
        self.dtype = torch.float64 if wide else torch.float32

    def empty(self, rows: int) -> Tensor:
        return torch.empty(rows, sum(self.lengths), dtype=self.dtype, device=self.device)

    def fits(self, rows: Tensor, count: int) -> bool:
        shape = (count, sum(self.lengths))
        return rows.shape == shape and rows.dtype == self.dtype and rows.device == self.device

    def row(
        self,
        tensors: Sequence[Optional[Tensor]],
        out: Optional[Tensor] = None,
        orders: Optional["_Orders"] = None,
    ) -> Tensor:
        """The tensors of these places, flat, one after the other; zeros where there is none."""
        pieces = []
        for place, length in zip(self.places, self.lengths):
            tensor = tensors[place]
            if tensor is None:
                pieces.append(torch.zeros(1, dtype=self.dtype, device=self.device).expand(length))
            else:
                laid = tensor if orders is None else orders.lay(place, tensor)
                pieces.append(_flat(laid, self.dtype))
        return torch.cat(pieces, out=out)


class _Orders:
    """The axes of gradients as the first one of each parameter lies in memory.

    That of a linear layer lies transposed: taken in its own order it becomes a row without a copy
    more, and inner products are the same in any order.
    """

    def __init__(self) -> None:
        # None for those that lie as a row does.
        self._axes: Dict[int, Optional[List[int]]] = {}

    def lay(self, place: int, gradient: Tensor) -> Tensor:
        if gradient.is_sparse:
            gradient = gradient.to_dense()
        if place not in self._axes:
            self._axes[place] = _axes(gradient)
        axes = self._axes[place]
        return gradient if axes is None else gradient.permute(axes)

    def put_back(self, place: int, row: Tensor, parameter: Tensor) -> Tensor:
        """A piece of a row as a gradient of the parameter."""
        if parameter.is_complex():
            return torch.view_as_complex(row.view(*parameter.shape, 2))
        axes = self._axes.get(place)
        if axes is None:
            return row.view(parameter.shape)
        laid = row.view([parameter.shape[axis] for axis in axes])
        return laid.permute([axes.index(axis) for axis in range(len(axes))])


class _Sums:
    """Gradients and values of the micro-batches of one step."""

    def __init__(
        self,
        names: List[str],
        parameters: List[Tensor],
        groups: Dict[str, List[Tensor]],
        kept: List[Tensor],
        at_once: bool,
    ) -> None:
        if not parameters:
            raise ProbeError("No parameter requires a gradient: all are frozen.")
        self.names = names
        self.parameters = parameters
        self.group_names = [n for n, ps in groups.items() if any(p.requires_grad for p in ps)]
        self.parts = _parts(parameters, groups)
        fit = len(kept) == len(self.parts) and all(
            part.fits(rows, len(names)) for part, rows in zip(self.parts, kept)
        )
        self.rows = kept if fit else [part.empty(len(names)) for part in self.parts]
        self.orders = _Orders()
        self.batches = 0
        self.values: List[List[Any]] = []
        self.weights: List[List[float]] = []
        # has_path[part][loss]
        self.has_path = [[False] * len(names) for _ in self.parts]
        # products[part][loss], where nothing will be added: taken while the row is in the cache.
        self.at_once = at_once
        self.products: List[List[List[Any]]] = [[[]] * len(names) for _ in self.parts]

    def add(
        self, k: int, gradients: Sequence[Optional[Tensor]], factor: float
    ) -> List[Optional[Tensor]]:
        """Adds the gradients of a loss and returns them, without the factor, in a row for each part."""
        added: List[Optional[Tensor]] = [None] * len(self.parts)
        for index, part in enumerate(self.parts):
            if all(gradients[i] is None for i in part.places):
                continue
            is_first = not self.has_path[index][k]
            self.has_path[index][k] = True
            row = self.rows[index][k]
            fresh = part.row(gradients, row if is_first else None, self.orders)
            if factor != 1.0:
                fresh.div_(factor)
            if not is_first:
                row.add_(fresh)
            elif self.at_once:
                self.products[index][k] = _products(self.rows[index], k)
            added[index] = fresh
        return added

    def add_values(self, terms: _Terms) -> None:
        self.batches += 1
        self.values.append([v.detach() if torch.is_tensor(v) else v for v in terms.losses])
        self.weights.append(terms.weights)

    def read(self, ranks: "_Ranks") -> "_Reading":
        count = len(self.names)
        flat = _read([value for row in self.values for value in row])
        losses = [sum(flat[k::count]) / self.batches for k in range(count)]
        weights = [sum(row[k] for row in self.weights) / self.batches for k in range(count)]
        for rows, path in zip(self.rows, self.has_path):
            for k in range(count):
                if ranks.reduce and not path[k]:
                    rows[k].zero_()
            if self.batches > 1:
                rows.div_(self.batches)
        paths = [[float(path) for path in row] for row in self.has_path]
        losses, paths = ranks.mean(self.rows, losses, paths)
        products = [
            product
            for rows, taken in zip(self.rows, self.products)
            for k in range(count)
            for product in taken[k] or _products(rows, k)
        ]
        return _Reading(self, losses, weights, _read(products), paths)


class _Reading:
    """What one measured step gave, as plain numbers."""

    def __init__(
        self,
        sums: _Sums,
        losses: List[float],
        weights: List[float],
        products: List[float],
        paths: List[List[float]],
    ) -> None:
        count = len(sums.names)
        self.names = sums.names
        self.losses = losses
        self.weights = weights
        self.all = [[0.0] * count for _ in range(count)]
        self.any_path = [False] * count
        self.gramians = {n: [[0.0] * count for _ in range(count)] for n in sums.group_names}
        self.paths = {n: [False] * count for n in sums.group_names}
        self.sizes: Dict[Optional[str], int] = {}
        take = iter(products)
        for part, path in zip(sums.parts, paths):
            self.sizes[part.group] = self.sizes.get(part.group, 0) + sum(part.lengths)
            targets = [self.all] if part.group is None else [self.all, self.gramians[part.group]]
            for a in range(count):
                for b in range(a + 1):
                    product = next(take)
                    # Where there is no path a row may hold anything.
                    if path[a] == 0 or path[b] == 0:
                        continue
                    for target in targets:
                        target[a][b] += product
                        if a != b:
                            target[b][a] += product
                if path[a] > 0:
                    self.any_path[a] = True
                    if part.group is not None:
                        self.paths[part.group][a] = True

    def is_finite(self) -> bool:
        return all(math.isfinite(value) for row in self.all for value in row)

    def is_everything(self, group: str) -> bool:
        return self.sizes[group] == sum(self.sizes.values())


class _Supply:
    """The gradient of the weighted sum, in the making, in rows as those of the single gradients."""

    def __init__(self, factor: float) -> None:
        self._factor = factor
        # By part: rows and what each is multiplied with.
        self._rows: Dict[int, List[Tuple[Tensor, float]]] = {}
        self._reached: set = set()

    def add(
        self,
        rows: Sequence[Optional[Tensor]],
        gradients: Sequence[Optional[Tensor]],
        weight: float,
        stay: bool,
    ) -> None:
        """`stay` says that the rows are held anyway, until `add_to`."""
        for index, gradient in enumerate(gradients):
            if gradient is not None:
                if gradient.is_sparse:
                    raise ProbeError(
                        "combine() supplies dense gradients and a parameter has sparse ones, as "
                        "of nn.Embedding(sparse=True). Use observe() before total.backward()."
                    )
                self._reached.add(index)
        for index, row in enumerate(rows):
            if row is not None:
                terms = self._rows.setdefault(index, [])
                terms.append((row, weight * self._factor))
                if not stay:
                    terms[:] = [(_weighted_row(terms), 1.0)]

    def add_to(self, sums: _Sums) -> None:
        with torch.no_grad():
            for index, rows in self._rows.items():
                part = sums.parts[index]
                for place, piece in zip(part.places, _weighted_row(rows).split(part.lengths)):
                    if place in self._reached:
                        parameter = sums.parameters[place]
                        _add_gradient(parameter, sums.orders.put_back(place, piece, parameter))


def _weighted_row(rows: Sequence[Tuple[Tensor, float]]) -> Tensor:
    """The weighted sum of rows, piece by piece, so that it stays in the cache meanwhile."""
    # A row of weight 1 comes first: it needs no product.
    (_, first), *others = rows = sorted(rows, key=lambda term: term[1] != 1.0)
    result = torch.empty_like(rows[0][0])
    for target, piece, *pieces in zip(_pieces(result), *(_pieces(row) for row, _ in rows)):
        if first != 1.0 or not pieces:
            piece = torch.mul(piece, first, out=target)
        for other, (_, weight) in zip(pieces, others):
            piece = torch.add(piece, other, alpha=weight, out=target)
    return result


def _add_gradient(parameter: Tensor, gradient: Tensor) -> None:
    if gradient.dtype is not parameter.dtype:
        gradient = gradient.to(parameter.dtype)
    if parameter.grad is not None:
        parameter.grad.add_(gradient)
    elif gradient.stride() == parameter.stride():
        parameter.grad = gradient
    else:
        # Optimizers are fastest where gradients lie in memory as parameters do.
        parameter.grad = torch.empty_like(parameter).copy_(gradient)


class _Snapshot:
    """The parameters before the optimizer's step, to tell how far it moved them."""

    def __init__(
        self,
        step: int,
        parameters: List[Tensor],
        parts: List[_Part],
        spent: Optional["_Snapshot"] = None,
    ) -> None:
        self.step = step
        self._parameters = parameters
        # Parameters outside of all groups have no name to be told by; without groups all are one.
        self._parts = [part for part in parts if part.group is not None] or parts
        # Whether the rows are the parameters of this moment.
        self.is_current = False
        if spent is not None and spent._shapes() == self._shapes():
            self._rows = spent._rows
            self.is_current = spent.is_current and all(
                map(operator.is_, spent._parameters, parameters)
            )
        else:
            # The parameters as they were, and room for them as they will be.
            self._rows = [list(part.empty(2)) for part in self._parts]
        if not self.is_current:
            for part, rows in zip(self._parts, self._rows):
                part.row(parameters, rows[0])
        self._versions = [p._version for p in parameters]

    def _shapes(self) -> List[Tuple[Any, ...]]:
        return [(p.places, p.lengths, p.dtype, p.device) for p in self._parts]

    def ratios(self) -> Optional[Dict[str, float]]:
        """|change| / |parameters| by group; None while no optimizer has stepped.

        By the norms of the whole group: the mean over tensors would be ruled by whichever bias is
        zero. A group whose parameters are all zero has none.
        """
        with torch.no_grad():
            for part, (_, now) in zip(self._parts, self._rows):
                part.row(self._parameters, now)
            # Optimizers that write to .data leave no trace in the versions, only in the values.
            if [p._version for p in self._parameters] == self._versions and all(
                torch.equal(before, now) for before, now in self._rows
            ):
                return None
            values = [value for before, now in self._rows for value in _change(before, now)]
        for rows in self._rows:
            rows.reverse()
        self.is_current = True
        numbers = _read(values)
        changes: Dict[str, float] = {}
        sizes: Dict[str, float] = {}
        for part, change, size in zip(self._parts, numbers[0::2], numbers[1::2]):
            name = part.group or "model"
            changes[name] = changes.get(name, 0.0) + change
            sizes[name] = sizes.get(name, 0.0) + size
        return {n: math.sqrt(changes[n] / sizes[n]) for n in changes if sizes[n] != 0}


def _change(before: Tensor, now: Tensor) -> List[Any]:
    """The squared norms of the change and of what was before; writes over the latter."""
    if before.device.type != "cpu":
        size = before.square().sum()
        return [before.sub_(now).square().sum(), size]
    change = size = 0.0
    for old, new in zip(_pieces(before), _pieces(now)):
        size += torch.dot(old, old).item()
        old.sub_(new)
        change += torch.dot(old, old).item()
    return [change, size]


class _Ranks:
    """This process among those that train together."""

    def __init__(self, modules: Iterable[nn.Module], reduce: bool) -> None:
        wrapped = [m for m in modules if type(m).__name__ == "DistributedDataParallel"]
        self.is_wrapped = bool(wrapped)
        self.writes = True
        self.are_whole = True
        self.note: Optional[str] = None
        # Its first pass back settles which parameters take part; the probe's must not be that one.
        self._is_static = any(getattr(m, "static_graph", False) for m in wrapped)
        self._group: Any = None
        self._size = 1
        distributed = torch.distributed
        if not distributed.is_available() or not distributed.is_initialized():
            return
        self.writes = distributed.get_rank() == 0
        size = distributed.get_world_size()
        if size == 1:
            return
        if wrapped and reduce:
            self._group = wrapped[0].process_group
            self._size = distributed.get_world_size(self._group)
            self.note = f"after the all-reduce, the mean of {self._size} ranks"
        else:
            self.are_whole = False
            self.note = f"before the all-reduce, of rank 0 of {size} alone"

    @property
    def reduce(self) -> bool:
        """Whether figures are of the mean over several ranks."""
        return self._size > 1

    def are_ready(self, count: int) -> bool:
        """Whether gradients may be taken after so many steps."""
        return count > 0 or not self._is_static

    def mean(
        self, rows: List[Tensor], losses: List[float], paths: List[List[float]]
    ) -> Tuple[List[float], List[List[float]]]:
        """The mean over the ranks, where gradients are taken after the all-reduce."""
        if not self.reduce:
            return losses, paths
        for row in rows:
            torch.distributed.all_reduce(row, group=self._group)
            row.div_(self._size)
        flat = losses + [value for row in paths for value in row]
        values = torch.tensor(flat, dtype=torch.float32, device=rows[0].device)
        torch.distributed.all_reduce(values, group=self._group)
        shared = (values / self._size).tolist()
        count = len(losses)
        places = range(count, len(shared), count)
        return shared[:count], [shared[at : at + count] for at in places]


class _Lines:
    """A file of JSON lines, opened at the first one; each is in the file when `write` returns.

    A file that cannot be written costs figures, never the training.
    """

    def __init__(self, out: str, header: Dict[str, Any]) -> None:
        path = os.fspath(out)
        self._path = path if path.endswith(".jsonl") else os.path.join(path, "counterweight.jsonl")
        self._header = header
        self._file: Any = None
        self._has_failed = False
        self._process = os.getpid()

    def write(self, line: Mapping[str, Any]) -> None:
        # Processes that were forked off, by a data loader for example, leave the file alone.
        if os.getpid() != self._process:
            return
        try:
            text = _json_line(line)
            if self._file is None:
                text = self._open() + text
            self._file.write(text.encode("utf-8", "backslashreplace"))
            self._file.flush()
        except OSError as error:
            self.close()
            self._tell(error)

    def close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def _open(self) -> str:
        """What stands before the first line of this process."""
        os.makedirs(os.path.dirname(self._path) or ".", exist_ok=True)
        # A run that goes on appends; a last line that was cut short must not swallow the next.
        cut = False
        if os.path.exists(self._path) and os.path.getsize(self._path) > 0:
            with open(self._path, "rb") as file:
                file.seek(-1, os.SEEK_END)
                cut = file.read(1) != b"\n"
        self._file = open(self._path, "ab")
        # Each process that goes on with a run says what it measures.
        return ("\n" if cut else "") + _json_line(self._header)

    def _tell(self, error: OSError) -> None:
        if not self._has_failed:
            self._has_failed = True
            warnings.warn(
                f"counterweight_probe: {self._path} cannot be written: {error.strerror or error}. The "
                "training goes on; its figures are lost until the file can be written again.",
                RuntimeWarning,
                stacklevel=2,
            )


# The figures, from the inner products of the gradients.


def _value_figures(reading: _Reading, total: str) -> Dict[str, float]:
    # A weight of 0 leaves the term out of the sum, even where its loss is not finite.
    weighted = [w * v if w != 0 else 0.0 for w, v in zip(reading.weights, reading.losses)]
    magnitude = sum(abs(value) for value in weighted)
    figures = {f"loss/{total}": sum(weighted)}
    for name, loss, weight, value in zip(reading.names, reading.losses, reading.weights, weighted):
        figures[f"loss/{name}"] = loss
        figures[f"weight/{name}"] = weight
        if magnitude != 0:
            figures[f"value_share/{name}"] = abs(value) / magnitude
    return figures


def _norms(
    reading: _Reading, products: List[List[float]], paths: List[bool], total: str, suffix: str
) -> Dict[str, float]:
    at = f"@{suffix}" if suffix else ""
    figures: Dict[str, float] = {}
    for k, name in enumerate(reading.names):
        # A loss without a path to these parameters has no norm here, not the norm 0.
        if not paths[k]:
            continue
        norm = _root(products[k][k])
        weight = reading.weights[k]
        figures[f"grad/{name}{at}"] = norm
        figures[f"grad_weighted/{name}{at}"] = abs(weight) * norm if weight != 0 else 0.0
    figures[f"grad/{total}{at}"] = _root(_form(products, reading.weights))
    return figures


def _directions(reading: _Reading, products: List[List[float]], suffix: str) -> Dict[str, float]:
    at = f"@{suffix}" if suffix else ""
    names, weights = reading.names, reading.weights
    figures: Dict[str, float] = {}
    norms = [abs(w) * _root(products[k][k]) if w != 0 else 0.0 for k, w in enumerate(weights)]
    whole = sum(norms)
    projections = [
        w * _pull(row, weights) if w != 0 else 0.0 for w, row in zip(weights, products)
    ]
    squared = sum(projections)
    for k, name in enumerate(names):
        if whole != 0:
            figures[f"grad_share/{name}{at}"] = norms[k] / whole
        if not squared <= 0:
            figures[f"grad_contribution/{name}{at}"] = projections[k] / squared
        rest = [0.0 if j == k else w for j, w in enumerate(weights)]
        length = _root(products[k][k]) * _root(_form(products, rest))
        if length != 0:
            figures[f"cos/{name}~rest{at}"] = _cosine(_pull(products[k], rest), length)
        for j in range(k + 1, len(names)):
            length = _root(products[k][k]) * _root(products[j][j])
            if length != 0:
                figures[f"cos/{name}~{names[j]}{at}"] = _cosine(products[k][j], length)
    return figures


def _inner_products(
    reading: _Reading, products: List[List[float]], suffix: str
) -> Dict[str, float]:
    at = f"@{suffix}" if suffix else ""
    return {
        f"gramian/{a}~{b}{at}": products[i][j]
        for i, a in enumerate(reading.names)
        for j, b in enumerate(reading.names)
        if i <= j
    }


def _form(products: List[List[float]], weights: Sequence[float]) -> float:
    """The squared norm of a weighted sum of gradients; a weight of 0 leaves one out."""
    return sum(w * _pull(row, weights) for w, row in zip(weights, products) if w != 0)


def _pull(row: Sequence[float], weights: Sequence[float]) -> float:
    """The inner product of one gradient with a weighted sum of them."""
    return sum(w * product for w, product in zip(weights, row) if w != 0)


def _root(square: float) -> float:
    # Rounding can push the square of a norm that vanishes just below zero.
    return 0.0 if square < 0 else math.sqrt(square)


def _cosine(product: float, length: float) -> float:
    quotient = product / length
    return quotient if math.isnan(quotient) else max(-1.0, min(1.0, quotient))


# Losses, parameters and their gradients.


def _check_terms(
    losses: Mapping[str, Any], weights: Optional[Mapping[str, Any]], order: Dict[str, int]
) -> _Terms:
    if not isinstance(losses, Mapping) or not losses:
        raise ProbeError('The losses are a mapping of names, such as {"recon": recon, "kl": kl}.')
    given = {} if weights is None else weights
    unknown = [name for name in given if name not in losses]
    if unknown:
        raise ProbeError(
            f"There is a weight of {_listed(unknown)} and no such loss; the losses are "
            f"{_listed(losses)}."
        )
    for name, loss in losses.items():
        if name not in order:
            _check_name(name, "loss")
            order[name] = len(order)
        if torch.is_tensor(loss) and loss.numel() != 1:
            raise ProbeError(
                f"The loss {name} has the shape {list(loss.shape)}; hand over a scalar, as "
                "backward() needs one: loss.mean(), for example."
            )
    names = sorted(losses, key=lambda name: order[name])
    learned = [n for n in names if torch.is_tensor(given.get(n)) and given[n].requires_grad]
    for name, weight in given.items():
        _check_number(weight, f"The weight of {name}")
    numbers = _read([given.get(name, 1.0) for name in names])
    return _Terms(names, [losses[name] for name in names], numbers, learned)


def _check_name(name: Any, kind: str) -> None:
    if not isinstance(name, str) or name == "" or any(c in "/@~ \t\n" for c in name):
        raise ProbeError(
            f"{name!r} cannot be the name of a {kind}: names of metrics are made of it, so it has "
            'no "/", "@", "~" and no spaces.'
        )


def _check_number(value: Any, what: str) -> None:
    if torch.is_tensor(value):
        if value.numel() != 1:
            raise ProbeError(f"{what} has the shape {list(value.shape)}; it is one number.")
    elif not hasattr(value, "__float__"):
        raise ProbeError(f"{what} is {value!r}; it is one number.")


def _weighted_sum(terms: _Terms) -> Tensor:
    total: Any = None
    for loss, weight in zip(terms.losses, terms.weights):
        if weight != 0:
            value = loss.reshape(()) if torch.is_tensor(loss) and loss.dim() > 0 else loss
            weighted = value if weight == 1.0 else weight * value
            total = weighted if total is None else total + weighted
    return total if torch.is_tensor(total) else torch.tensor(float(total or 0.0))


def _has_graph(loss: Any) -> bool:
    return torch.is_tensor(loss) and loss.requires_grad


def _gradients(
    loss: Tensor, factor: float, parameters: Sequence[Tensor], keep_graph: bool
) -> Tuple[Optional[Tensor], ...]:
    """The gradients of factor x loss. The factor goes in at the end of the graph, without a copy."""
    seed = torch.full_like(loss, factor, dtype=loss.dtype) if factor != 1.0 else None
    with _in_words():
        return torch.autograd.grad(
            loss,
            parameters,
            grad_outputs=seed,
            retain_graph=keep_graph,
            allow_unused=True,
        )


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Says what to do about errors of autograd that a probe can meet."""
    try:
        yield
    except RuntimeError as error:
        text = str(error)
        if "second time" in text:
            reason = (
                "The graph of a loss is gone: observe() comes before backward(), and combine() in "
                "its place."
            )
        elif "donated buffer" in text:
            reason = _compiled_reason("A loss comes from a compiled function")
        elif "heckpoint" in text and ("not compatible" in text or "incompatible" in text):
            reason = _REENTRANT
        elif "inplace operation" in text:
            reason = (
                "Something that the graph of a loss needs was changed in place, such as parameters "
                "by an optimizer's step between the forward pass and the probe. Call the probe "
                "right before backward()."
            )
        else:
            raise
        raise ProbeError(reason) from error


_REENTRANT = (
    "Activation checkpointing with use_reentrant=True hides its parameters from gradients of single "
    "losses. Pass use_reentrant=False to torch.utils.checkpoint."
)


def _refuse_hidden(losses: Sequence[Any]) -> None:
    # Parameters inside of it would seem to have no path, and no error would tell.
    if any("CheckpointFunction" in type(node).__name__ for node in _nodes(losses)):
        raise ProbeError(_REENTRANT)


def _leaves(losses: Sequence[Any]) -> Iterator[Tensor]:
    """The tensors at which the graphs of the losses end."""
    for node in _nodes(losses):
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            yield leaf


def _nodes(losses: Sequence[Any]) -> Iterator[Any]:
    waiting = [loss.grad_fn for loss in losses if _has_graph(loss)]
    seen = set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        yield node
        waiting.extend(following for following, _ in node.next_functions)


def _parts(parameters: List[Tensor], groups: Dict[str, List[Tensor]]) -> List[_Part]:
    group_of = {id(p): name for name, members in groups.items() for p in members}
    places: Dict[Tuple[Optional[str], Any, bool], List[int]] = {}
    for index, parameter in enumerate(parameters):
        wide = parameter.dtype in (torch.float64, torch.complex128)
        key = (group_of.get(id(parameter)), parameter.device, wide)
        places.setdefault(key, []).append(index)
    return [_Part(key[0], indices, parameters) for key, indices in places.items()]


def _axes(gradient: Tensor) -> Optional[List[int]]:
    if gradient.is_contiguous() or gradient.is_complex():
        return None
    strides = gradient.stride()
    return sorted(range(gradient.dim()), key=lambda axis: -strides[axis])


def _length(parameter: Tensor) -> int:
    return parameter.numel() * (2 if parameter.is_complex() else 1)


def _flat(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor.resolve_conj())
    flat = tensor.reshape(-1)
    return flat if flat.dtype is dtype else flat.to(dtype)


def _pieces(row: Tensor) -> Sequence[Tensor]:
    return row.split(_PIECE) if row.device.type == "cpu" else (row,)


def _products(rows: Tensor, k: int) -> List[Any]:
    """The inner products of row k with those up to it: numbers on the CPU, else tensors that are to
    be read with others."""
    if rows.device.type != "cpu":
        # Products and a sum, never a matrix product: that could be in TF32.
        return [(row * rows[k]).sum() for row in rows[: k + 1]]
    pieces = rows[: k + 1].split(_LONGEST, dim=1)
    products = [torch.mv(piece, piece[k]).tolist() for piece in pieces]
    return products[0] if len(products) == 1 else [sum(numbers) for numbers in zip(*products)]


def _read(values: Sequence[Any]) -> List[float]:
    """Numbers of numbers and scalar tensors, with one transfer from each device."""
    places: Dict[Any, List[int]] = {}
    result = [math.nan] * len(values)
    for index, value in enumerate(values):
        if not torch.is_tensor(value):
            result[index] = float(value)
        elif value.device.type == "cpu":
            result[index] = float(value.item())
        else:
            places.setdefault(value.device, []).append(index)
    for device, indices in places.items():
        # MPS has no float64.
        dtype = torch.float32 if device.type == "mps" else torch.float64
        stacked = torch.stack([values[i].detach().reshape(()).to(dtype) for i in indices])
        for index, number in zip(indices, stacked.tolist()):
            result[index] = number
    return result


@contextlib.contextmanager
def _autocast_off(parameters: Sequence[Tensor]) -> Iterator[None]:
    """Passes back run in the types that the forward pass chose, the sums in those of the rows."""
    with contextlib.ExitStack() as stack:
        for kind in {p.device.type for p in parameters}:
            if _autocasts(kind):
                stack.enter_context(torch.autocast(kind, enabled=False))
        yield


def _autocasts(kind: str) -> bool:
    if hasattr(torch, "get_autocast_dtype"):
        # Since 2.4, which knows more devices and warns about the names of the older ones.
        with contextlib.suppress(RuntimeError):
            return torch.is_autocast_enabled(kind)
        return False
    return torch.is_autocast_cpu_enabled() if kind == "cpu" else torch.is_autocast_enabled()


@contextlib.contextmanager
def _kept(modules: Sequence[nn.Module]) -> Iterator[None]:
    """Puts the buffers of these modules back, and the random generators."""
    buffers = _distinct(b for module in modules for b in module.buffers())
    values = [buffer.detach().clone() for buffer in buffers]
    state, cuda = torch.get_rng_state(), _cuda_states()
    try:
        yield
    finally:
        for buffer, value in zip(buffers, values):
            if not torch.equal(buffer, value):
                # .data: the graph that backward() still needs may watch the version of the buffer.
                buffer.data.copy_(value)
        if not torch.equal(torch.get_rng_state(), state):
            torch.set_rng_state(state)
        for index, (before, after) in enumerate(zip(cuda, _cuda_states())):
            if not torch.equal(before, after):
                torch.cuda.set_rng_state(before, index)


def _cuda_states() -> List[Tensor]:
    return torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []


# What can be measured, and what not.


def _refuse_module(name: str, module: Any) -> None:
    if name != "":
        _check_name(name, "module")
    if not isinstance(module, nn.Module):
        raise ProbeError(
            f"The model is a {type(module).__name__}; hand over a torch.nn.Module, or a mapping of "
            'names to modules: Probe({"generator": g, "discriminator": d}).'
        )
    kinds = {base.__name__ for part in module.modules() for base in type(part).__mro__}
    for kind in ("FullyShardedDataParallel", "FSDPModule", "DeepSpeedEngine"):
        if kind in kinds:
            raise ProbeError(
                f"{kind} keeps parameters and gradients in shards: no process has the gradient of "
                "a loss. Measure in a short run of one process, or with DistributedDataParallel."
            )
    if any(type(p.detach()).__name__ in ("DTensor", "ShardedTensor") for p in _plain(module)):
        raise ProbeError(
            "Parameters are sharded over processes (DTensor): no process has the gradient of a "
            "loss. Measure in a short run of one process, or with DistributedDataParallel."
        )
    if any(p.device.type == "meta" for p in _plain(module)):
        raise ProbeError("Parameters are on the device meta: build the probe once they are real.")
    if _is_compiled(module) and _donates_buffers():
        raise ProbeError(_compiled_reason("The model is compiled"))


def _plain(module: nn.Module) -> Iterator[Tensor]:
    """The parameters that have a shape by now: those of lazy modules get it in the first pass."""
    return (p for p in module.parameters() if not nn.parameter.is_lazy(p))


def _is_compiled(module: nn.Module) -> bool:
    return any(
        "_orig_mod" in part._modules or getattr(part, "_compiled_call_impl", None) is not None
        for part in module.modules()
    )


def _donates_buffers() -> bool:
    """Whether a compiled pass back destroys what it used (torch 2.6 and later, unless told not to)."""
    try:
        from torch._functorch import config
    except ImportError:
        return False
    return bool(getattr(config, "donated_buffer", False))


def _compiled_reason(what: str) -> str:
    return (
        f"{what}, and torch.compile lets a pass back destroy what it used, so that a graph can be "
        "gone through only once; the probe does so once for each loss. Either set "
        "torch._functorch.config.donated_buffer = False before the model is compiled, or build the "
        "probe with the model as it is before torch.compile and, where probe.due(step) is true, "
        "compute the losses of that step with it."
    )


def _refuse_capture() -> None:
    if torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing():
        raise ProbeError(
            "A CUDA graph is being captured: figures cannot be read back inside of it. Take the "
            "steps that probe.due(step) names without the graph."
        )


def _unwrapped(module: nn.Module) -> nn.Module:
    while type(module).__name__ in ("DistributedDataParallel", "DataParallel"):
        module = module.module  # type: ignore[assignment]
    return module


def _find_groups(
    modules: Dict[str, nn.Module], parameters: List[Tensor], given: Optional[Mapping[str, Any]]
) -> Dict[str, List[Tensor]]:
    if given is None and "" not in modules:
        given = modules
    elif given is None:
        children = dict(modules[""].named_children())
        given = {n: c for n, c in children.items() if any(True for _ in c.parameters())}
        if len(given) > _MOST_GROUPS:
            given = {}
    known = {id(p) for p in parameters}
    taken: set = set()
    groups: Dict[str, List[Tensor]] = {}
    for name, part in given.items():
        _check_name(name, "group")
        members = _distinct(_parameters_of(part, name))
        if any(id(p) not in known for p in members):
            raise ProbeError(f"The group {name} has parameters that are not in the model.")
        # A parameter that two groups share counts in the first.
        groups[name] = [p for p in members if id(p) not in taken]
        taken.update(id(p) for p in members)
    return {name: members for name, members in groups.items() if members}


def _parameters_of(part: Any, name: str) -> Iterator[Tensor]:
    if isinstance(part, nn.Module):
        yield from _unwrapped(part).parameters()
    elif torch.is_tensor(part):
        yield part
    elif isinstance(part, Iterable) and not isinstance(part, (str, bytes)):
        for piece in part:
            yield from _parameters_of(piece, name)
    else:
        raise ProbeError(
            f"The group {name} is {part!r}; hand over a module, a parameter or a list of them."
        )


def _distinct(tensors: Iterable[Tensor]) -> List[Tensor]:
    return list({id(tensor): tensor for tensor in tensors}.values())


def _positive(value: Any, name: str) -> int:
    number = _index(value, name)
    if number < 1:
        raise ProbeError(f"{name} is {value}; it is a number of steps, 1 or more.")
    return number


def _index(value: Any, name: str = "step") -> int:
    try:
        return int(operator.index(value))
    except TypeError:
        raise ProbeError(f"{name} is {value!r}; it is a whole number.") from None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def _json_line(values: Mapping[str, Any]) -> str:
    try:
        return _ENCODER.encode(values) + "\n"
    except ValueError:
        return _ENCODER.encode({key: _json_value(value) for key, value in values.items()}) + "\n"


def _json_value(value: Any) -> Any:
    """JSON knows no NaN and no infinities; they are written as words."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _close_at_exit(reference: "weakref.ReferenceType[Probe]") -> None:
    probe = reference()
    if probe is not None:
        probe.close()


# Measurements of your own tensors. They take no gradients and draw from generators of their own.


@contextlib.contextmanager
def undisturbed(*modules: nn.Module) -> Iterator[None]:
    """For passes that are only measured: no gradients, modules in eval mode; afterwards their
    modes, buffers and the random generators are as they were.

        with counterweight_probe.undisturbed(model):
            probe.log({"val/psnr": psnr(model(x), x)})
    """
    modes = [(part, part.training) for module in modules for part in module.modules()]
    with _kept(modules), torch.no_grad():
        try:
            for module in modules:
                module.eval()
            yield
        finally:
            for part, mode in modes:
                part.training = mode


def entropies(
    student: Tensor,
    teacher: Tensor,
    *,
    student_temperature: float = 0.1,
    teacher_temperature: float = 0.04,
    center: Optional[Tensor] = None,
) -> Dict[str, float]:
    """Entropies in nats of softened outputs, from logits [..., outputs].

    ent/teacher, of (logits - center) / temperature as the loss uses it; ent/student; of the mean
    output of the teacher, ent/teacher_marginal: 0 where all samples are one prototype; and their
    maximum, ent/max = log(outputs). The temperatures are DINO's by default.
    """
    with torch.no_grad():
        shifted = teacher.detach().float() - (0.0 if center is None else center.detach().float())
        sharp = torch.softmax(shifted / teacher_temperature, dim=-1)
        soft = torch.softmax(student.detach().float() / student_temperature, dim=-1)
        marginal = sharp.reshape(-1, sharp.shape[-1]).mean(dim=0)
        values = _read([_entropy(sharp), _entropy(soft), _entropy(marginal)])
    names = ["ent/teacher", "ent/student", "ent/teacher_marginal"]
    return {**dict(zip(names, values)), "ent/max": math.log(student.shape[-1])}


def _entropy(probabilities: Tensor) -> Tensor:
    return torch.special.entr(probabilities).sum(dim=-1).mean()


def feature_spread(features: Tensor) -> Dict[str, float]:
    """feat/std of features [samples, size]: the mean deviation of a dimension of the features at
    length 1, times the root of their size. 1: spread over the sphere; below 0.2: collapsed."""
    with torch.no_grad():
        unit = nn.functional.normalize(features.detach().float().flatten(1), dim=1)
        spread = unit.std(dim=0, unbiased=False).mean() * math.sqrt(unit.shape[1])
    return {"feat/std": _read([spread])[0]}


# A dimension is active where its mean varies more than this (Burda et al., ICLR 2016).
_ACTIVE_VARIANCE = 0.01
# A dimension with fewer nats than this is the prior.
_COLLAPSED_NATS = 0.01


def posterior_statistics(
    mean: Tensor, log_variance: Tensor, sample: Optional[Tensor] = None
) -> Dict[str, float]:
    """How a diagonal Gaussian posterior lies to the standard normal prior; all [samples, ...].

    mu/abs_mean, mu/rms, logvar/mean, std/mean|min|max; of a draw (made apart where none is given)
    z_init/mean|var|std_per_dim_mean; mu/active_units and mu/active_share, dimensions whose mean
    varies over the samples by more than 0.01; and in nats kl/dim_mean, kl/dim_max and
    kl/collapsed_share, the share of dimensions under 0.01.
    """
    with torch.no_grad():
        mu = mean.detach().float().flatten(1)
        logvar = log_variance.detach().float().flatten(1)
        std = (0.5 * logvar).exp()
        if sample is None:
            own = torch.Generator().manual_seed(0)
            z = mu + std * torch.randn(mu.shape, generator=own).to(mu.device)
        else:
            z = sample.detach().float().flatten(1)
        nats = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).mean(dim=0)
        active = (mu.var(dim=0, unbiased=False) > _ACTIVE_VARIANCE).float()
        values = {
            "mu/abs_mean": mu.abs().mean(),
            "mu/rms": mu.square().mean().sqrt(),
            "mu/active_units": active.sum(),
            "mu/active_share": active.mean(),
            "logvar/mean": logvar.mean(),
            "std/mean": std.mean(),
            "std/min": std.min(),
            "std/max": std.max(),
            "z_init/mean": z.mean(),
            "z_init/var": z.var(unbiased=False),
            "z_init/std_per_dim_mean": z.std(dim=0, unbiased=False).mean(),
            "kl/dim_mean": nats.mean(),
            "kl/dim_max": nats.max(),
            "kl/collapsed_share": (nats < _COLLAPSED_NATS).float().mean(),
        }
    return dict(zip(values, _read(list(values.values()))))


def vector_field(
    predicted: Tensor, target: Tensor, time: Optional[Tensor] = None
) -> Dict[str, float]:
    """How a predicted vector field [samples, ...] agrees with its target.

    flow/nmse = sum |p - v|^2 / sum |v|^2; flow/cos and flow/speed_ratio, means over the samples of
    the cosine and of |p| / |v|; flow/slope = sum <p, v> / sum <p, p>: 1 for a least-squares fit,
    1/c where p is c times too fast, -1 where time runs backwards. With the time of each sample in
    [0, 1] also flow/nmse_t0 ... cos_t9 by tenths, t = 0 and t = 1 among them, and flow/count_t0 ...
    """
    samples = _FlowSamples(predicted, target)
    whole = samples.figures(None)
    figures = {f"flow/{name}": value for name, value in whole.items()}
    if time is None:
        return figures
    # Compared in float64, or 0.3 in float32 would lie now below, now above the border.
    moments = time.detach().to("cpu", torch.float64).reshape(samples.count, -1)[:, 0].contiguous()
    borders = torch.tensor([tenth / 10 for tenth in range(1, 10)], dtype=torch.float64)
    slices = torch.bucketize(moments, borders, right=True)
    for index in range(10):
        inside = slices == index
        figures[f"flow/count_t{index}"] = float(inside.sum())
        if not inside.any():
            continue
        values = samples.figures(inside)
        figures[f"flow/nmse_t{index}"] = values["nmse"]
        figures[f"flow/cos_t{index}"] = values["cos"]
    return figures


class _FlowSamples:
    """|p|^2, |v|^2, <p, v> and |p - v|^2 of each sample."""

    def __init__(self, predicted: Tensor, target: Tensor) -> None:
        if predicted.shape != target.shape:
            raise ProbeError(
                f"The prediction has the shape {list(predicted.shape)} and the target "
                f"{list(target.shape)}; they are compared number by number."
            )
        with torch.no_grad():
            p = predicted.detach().flatten(1).float()
            v = target.detach().flatten(1).float()
            # The error apart: |p|^2 - 2 <p, v> + |v|^2 loses all digits where the two agree.
            sums = [p.square(), v.square(), p * v, (p - v).square()]
            rows = torch.stack([s.sum(dim=1) for s in sums]).cpu().double()
        self.own, self.other, self.both, self.error = rows
        self.count = int(rows.shape[1])

    def figures(self, inside: Optional[Tensor]) -> Dict[str, float]:
        """Samples whose target vanishes are left out of the means, for the cosine also those whose
        prediction does; a quotient of nothing is NaN."""
        rows = [self.own, self.other, self.both, self.error]
        own, other, both, error = rows if inside is None else [row[inside] for row in rows]
        aimed = other > 0
        directed = aimed & (own > 0)
        cosines = both[directed] / (own[directed].sqrt() * other[directed].sqrt())
        return {
            "nmse": float(error.sum() / other.sum()),
            "cos": float(cosines.mean()),
            "speed_ratio": float((own[aimed] / other[aimed]).sqrt().mean()),
            "slope": float(both.sum() / own.sum()),
        }


def condition_gain(
    field: Callable[[Tensor], Tensor],
    condition: Tensor,
    target: Tensor,
    modules: Iterable[nn.Module] = (),
) -> Dict[str, float]:
    """What a prediction loses when samples get each other's conditions.

    field      gives the prediction [samples, ...] for conditions [samples, ...]
    modules    what `field` goes through: in eval mode meanwhile, and left as it was (`undisturbed`)

    flow/cond_gain_cos, the cosine with the own condition less that with another's;
    flow/cond_gain_nmse, the NMSE with another's less that with the own: exactly 0 says that the
    condition is not connected; flow/cond_gain_t, its mean over up to 20 parts of the samples by its
    standard error. A condition is used where t > 2 and the gain in NMSE is over 0.01; a gain above
    0 in one batch says nothing. Nobody keeps his own condition or gets an equal one; samples for
    which there is no other are left out, and {} comes back where all conditions are equal.
    """
    own = torch.Generator().manual_seed(condition.shape[0])
    partners = _partners(condition.detach().cpu(), own)
    pairs = [i for i, partner in enumerate(partners) if partner != i]
    if len(pairs) < 2:
        return {}
    places = torch.tensor(partners, device=condition.device)
    with undisturbed(*modules):
        kept = _FlowSamples(field(condition), target)
        swapped = _FlowSamples(field(condition[places]), target)
    chosen = torch.tensor(pairs)[torch.randperm(len(pairs), generator=own)]
    whole = _gain(kept, swapped, chosen)
    parts = min(20, len(pairs) // 2)
    gains = [_gain(kept, swapped, chosen[part::parts])[1] for part in range(parts)]
    return {
        "flow/cond_gain_cos": whole[0],
        "flow/cond_gain_nmse": whole[1],
        "flow/cond_gain_t": _t_statistic(gains),
    }


def _gain(kept: _FlowSamples, swapped: _FlowSamples, chosen: Tensor) -> Tuple[float, float]:
    own, other = kept.figures(chosen), swapped.figures(chosen)
    return own["cos"] - other["cos"], other["nmse"] - own["nmse"]


def _t_statistic(values: List[float]) -> float:
    if all(value == 0 for value in values):
        return 0.0
    if len(values) < 2:
        return math.nan
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return math.copysign(math.inf, mean) if variance == 0 else mean / math.sqrt(
        variance / len(values)
    )


def _partners(condition: Tensor, generator: torch.Generator) -> List[int]:
    """For each sample another with a different condition; itself where there is none."""
    _, kinds = torch.unique(condition.flatten(1), dim=0, return_inverse=True)
    shuffled = torch.randperm(len(kinds), generator=generator).tolist()
    # Equal conditions stand together; a turn by the largest set of them takes each into another,
    # except where that set is more than half of all.
    order = sorted(shuffled, key=lambda place: int(kinds[place]))
    turn = int(torch.bincount(kinds).max())
    partners = list(range(len(order)))
    for place, sample in enumerate(order):
        other = order[(place + turn) % len(order)]
        if kinds[other] != kinds[sample]:
            partners[sample] = other
    return partners


# The rules for one step of an ordinary differential equation; Euler has order 1, the others 2.
_SCHEMES = ("euler", "heun", "midpoint")
# A difference of two rollouts below this share of their size is rounding of float32.
_ROUNDING = 5e-6


def endpoint_error(
    field: Callable[[Tensor, Tensor], Tensor],
    source: Tensor,
    target: Tensor,
    *,
    steps: Sequence[int] = (8, 16, 32, 64),
    scheme: str = "euler",
    modules: Iterable[nn.Module] = (),
) -> Dict[str, float]:
    """Where integration from `source` at t = 0 to t = 1 ends, in K equal steps.

    field    gives dx/dt for x [samples, ...] and t [samples, 1, ..., 1]
    steps    numbers of steps, each twice the one before it
    scheme   euler, midpoint or heun; the last two stand in the names: flow/order_heun@8
    modules  what `field` goes through: in eval mode meanwhile, and left as it was (`undisturbed`)

    flow/endpt_rmse@K to the paired ends, which need not fall with K where ends are not determined by
    starts; flow/self_error@K = rms |z_K - z_2K|, which does; and flow/order@K = log2 of its ratio to
    the next, near 1 for Euler and 2 for the others where K is large enough for the field.
    """
    if scheme not in _SCHEMES:
        raise ProbeError(f"scheme is {scheme!r}; it is one of {_listed(_SCHEMES)}.")
    if not steps or any(b != 2 * a for a, b in zip(steps, steps[1:])):
        raise ProbeError(f"steps is {list(steps)}; each number is twice the one before it.")
    with undisturbed(*modules):
        ends = [_integrate(field, source.detach(), scheme, count).float() for count in steps]
        products = [(end - target.detach().float()).square().mean() for end in ends]
        products += [(a - b).square().mean() for a, b in zip(ends, ends[1:])]
        products += [end.square().mean() for end in ends]
    roots = [math.sqrt(value) for value in _read(products)]
    count = len(steps)
    errors, own, sizes = roots[:count], roots[count : 2 * count - 1], roots[2 * count - 1 :]
    suffix = "" if scheme == "euler" else f"_{scheme}"
    figures = {f"flow/endpt_rmse{suffix}@{k}": error for k, error in zip(steps, errors)}
    for index, error in enumerate(own):
        figures[f"flow/self_error{suffix}@{steps[index]}"] = error
        following = own[index + 1] if index + 1 < len(own) else 0.0
        if following > 0 and error > 0 and following >= _ROUNDING * sizes[index + 1]:
            figures[f"flow/order{suffix}@{steps[index]}"] = math.log2(error / following)
    return figures


def _integrate(
    field: Callable[[Tensor, Tensor], Tensor], start: Tensor, scheme: str, steps: int
) -> Tensor:
    state, width = start, 1.0 / steps
    shape = [start.shape[0]] + [1] * (start.dim() - 1)

    def at(time: float) -> Tensor:
        return torch.full(shape, time, dtype=start.dtype, device=start.device)

    for step in range(steps):
        time = step * width
        slope = field(state, at(time))
        if scheme == "midpoint":
            slope = field(state + slope * (width / 2), at(time + width / 2))
        elif scheme == "heun":
            slope = (slope + field(state + slope * width, at(time + width))) / 2
        state = state + slope * width
    return state
