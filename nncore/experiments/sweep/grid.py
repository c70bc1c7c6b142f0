"""The runs of a sweep: every combination of the chosen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any

from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.model.checks import check_fit
from nncore.model.layers import ACTIVATIONS, Activation
from nncore.model.network import Network, NetworkSpec
from nncore.training import TrainingConfig, check_settings, hold_out_validation
from nncore.training.config import SETTINGS
from nncore.training.memory import check_memory
from nncore.training.settings import MAX_UNITS, NumberRange, Setting

MAX_JOBS = 1000
"""Largest number of runs of one sweep."""

NETWORK_SETTINGS = {
    "hidden": Setting(
        "hidden layers", "widths", "network", "Widths of the hidden layers; each value is a different network",
        "wide layers learn more and take longer", NumberRange(1, MAX_UNITS), examples="64 128-64 none", in_dialog=True,
        name="hidden",
    ),
    "activation": Setting(
        "activation", "choice", "network", "The activation of all hidden layers",
        "with sigmoid or tanh in deep networks the gradients get small", choices={name: name for name in ACTIVATIONS},
        in_dialog=True, name="activation",
    ),
}  # fmt: skip
"""Settings of a sweep that are not fields of TrainingConfig: the widths of the hidden layers, and their activation."""

SWEPT = {name: setting for name, setting in SETTINGS.items() if setting.swept} | NETWORK_SETTINGS
"""The settings that a sweep can vary, by name."""


@dataclass(frozen=True)
class SweepJob:
    """One run of a sweep.

    Attributes:
        index: its position in the sweep, from 0.
        settings: the settings that the sweep varies, with their values in this run.
        name: the differences from the other runs: "learning rate 0.01, batch size 32".
    """

    index: int
    spec: NetworkSpec
    config: TrainingConfig
    settings: tuple[tuple[str, Any], ...] = ()
    name: str = ""

    @property
    def work(self) -> int:
        """An estimate of its duration relative to other jobs: multiplications for one example, in all epochs."""
        return self.spec.multiplications * self.config.epochs


def grid(spec: NetworkSpec, config: TrainingConfig, values: Mapping[str, Sequence[Any]]) -> list[SweepJob]:
    """Return a job for each combination of `values`, the last one varying fastest; other settings are not changed.

    values: for a field of TrainingConfig its values; for "hidden" the widths of the hidden layers, each a tuple, ()
    for no hidden layer; for "activation" names. A value given twice counts once. Raises SettingError that names the
    setting if a setting or value is not valid, or if there would be more than MAX_JOBS runs.
    """
    for setting, chosen in values.items():
        if setting not in SWEPT:
            raise SettingError(setting, f"A sweep cannot vary {setting!r}; choose from {', '.join(SWEPT)}.")
        if not chosen:
            raise SettingError(setting, f"{SWEPT[setting].title} must have at least one value; got 0 values.")
    axes = [list(dict.fromkeys(chosen)) for chosen in values.values()]
    count = prod(map(len, axes))
    if count > MAX_JOBS:
        longest = max(values, key=lambda setting: len(values[setting]))
        raise SettingError(longest, f"A sweep must have at most {MAX_JOBS:,} runs; these values make {count:,}.")
    varied = [setting for setting, axis in zip(values, axes, strict=True) if len(axis) > 1]
    return [
        _job(index, spec, config, dict(zip(values, chosen, strict=True)), varied)
        for index, chosen in enumerate(product(*axes))
    ]


def _job(
    index: int, spec: NetworkSpec, config: TrainingConfig, chosen: dict[str, Any], varied: Sequence[str]
) -> SweepJob:
    settings = {name: value for name, value in chosen.items() if name not in NETWORK_SETTINGS}
    network = {name: value for name, value in chosen.items() if name in NETWORK_SETTINGS}
    name = ", ".join(f"{SWEPT[each].label} {SWEPT[each].in_words(chosen[each])}" for each in varied)
    return SweepJob(index, _network(spec, **network), replace(config, **settings), tuple(chosen.items()), name)


def _network(spec: NetworkSpec, hidden: Sequence[int] | None = None, activation: str | None = None) -> NetworkSpec:
    """The dense network `spec` with other hidden layers."""
    if hidden is None and activation is None:
        return spec
    if not spec.is_dense:
        raise SettingError("hidden", f"A sweep can vary the layers of a dense network only, not of {spec.summary}.")
    widths = spec.widths if hidden is None else (spec.widths[0], *hidden, spec.widths[-1])
    functions = [layer.function for layer in spec.layers if isinstance(layer, Activation)]
    dense = NetworkSpec.dense(
        widths, activation or (functions[0] if functions else "relu"), input_shape=spec.input_shape
    )
    return replace(dense, output=spec.output)


def check_jobs(jobs: Sequence[SweepJob], data: Splits, validation_fraction: float = 0.0) -> None:
    """Raise SettingError, naming the run, if `data` does not suit one of the jobs."""
    if not jobs:
        raise SettingError("sweep", "The sweep has no runs: give at least one value.")
    split = hold_out_validation(data, validation_fraction, 0)  # the sizes of the parts are the same for every seed
    for job in jobs:
        try:
            check_memory(job.spec, job.config)
            network = Network(job.spec)
            for part in (split.training, split.validation, split.test):
                if part is not None:
                    check_fit(network, part)
            check_settings(job.spec, split, job.config)
        except SettingError as problem:
            run = f"Run {job.index + 1} of the sweep ({job.name})" if job.name else "The sweep"
            raise SettingError(problem.field, f"{run}: {problem}") from None
