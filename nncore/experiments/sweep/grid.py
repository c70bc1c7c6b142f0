"""Which runs a sweep makes: every combination of the values that were chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from math import prod
from typing import Any

from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.experiments.run_log.descriptions import ABSENT, LABELS
from nncore.model.checks import check_fit
from nncore.model.layers import Activation
from nncore.model.network import Network, NetworkSpec
from nncore.training import TrainingConfig, check_settings, hold_out_validation
from nncore.training.memory import check_memory

MOST_JOBS = 1000
"""Runs of one sweep."""

NETWORK_SETTINGS = ("hidden", "activation")
"""Settings of a sweep that are no fields of TrainingConfig: the widths of the hidden layers, and their activation."""

SWEPT = (*NETWORK_SETTINGS, *(field.name for field in fields(TrainingConfig) if field.name != "augmentation"))
"""What may be varied."""


@dataclass(frozen=True)
class SweepJob:
    """One run of a sweep.

    number: from 0. settings: those chosen for the sweep and their values here, in its order. name: what tells it apart
    from the others: "learning rate 0.01, batch size 32".
    """

    number: int
    spec: NetworkSpec
    config: TrainingConfig
    settings: tuple[tuple[str, Any], ...] = ()
    name: str = ""

    @property
    def work(self) -> int:
        """How long it takes compared with others, roughly: multiplications for each example, in all epochs."""
        return self.spec.multiplications * self.config.epochs


def grid(spec: NetworkSpec, config: TrainingConfig, values: Mapping[str, Sequence[Any]]) -> list[SweepJob]:
    """A job for every combination of `values`, the last setting varying fastest; `spec` and `config` say the rest.

    values: for a field of TrainingConfig its values; for "hidden" the widths of the hidden layers, each a tuple, ()
    for none; for "activation" names. A value given twice counts once. Raises SettingError naming the setting, also if
    a value is none for it, or there would be more than MOST_JOBS.
    """
    for setting, wanted in values.items():
        if setting not in SWEPT:
            raise SettingError(setting, f"{setting!r} is nothing that can be varied: choose of {', '.join(SWEPT)}.")
        if not wanted:
            raise SettingError(setting, f"{setting.replace('_', ' ').capitalize()}: expected one value or more.")
    axes = [list(dict.fromkeys(wanted)) for wanted in values.values()]
    count = prod(map(len, axes))
    if count > MOST_JOBS:
        most = max(values, key=lambda setting: len(values[setting]))
        raise SettingError(most, f"{count:,} runs are too many: {MOST_JOBS:,} at most.")
    varied = [setting for setting, axis in zip(values, axes, strict=True) if len(axis) > 1]
    return [
        _job(number, spec, config, dict(zip(values, chosen, strict=True)), varied)
        for number, chosen in enumerate(product(*axes))
    ]


def _job(
    number: int, spec: NetworkSpec, config: TrainingConfig, chosen: dict[str, Any], varied: Sequence[str]
) -> SweepJob:
    settings = {name: value for name, value in chosen.items() if name not in NETWORK_SETTINGS}
    network = {name: value for name, value in chosen.items() if name in NETWORK_SETTINGS}
    name = ", ".join(f"{setting_in_words(each)} {value_in_words(each, chosen[each])}" for each in varied)
    return SweepJob(number, _network(spec, **network), replace(config, **settings), tuple(chosen.items()), name)


def _network(spec: NetworkSpec, hidden: Sequence[int] | None = None, activation: str | None = None) -> NetworkSpec:
    """The dense network `spec` with other hidden layers."""
    if hidden is None and activation is None:
        return spec
    if not spec.is_dense:
        raise SettingError("hidden", f"The layers of {spec.summary} are its own: only a dense network's are varied.")
    widths = spec.widths if hidden is None else (spec.widths[0], *hidden, spec.widths[-1])
    functions = [layer.function for layer in spec.layers if isinstance(layer, Activation)]
    dense = NetworkSpec.dense(
        widths, activation or (functions[0] if functions else "relu"), input_shape=spec.input_shape
    )
    return replace(dense, output=spec.output)


def check_jobs(jobs: Sequence[SweepJob], data: Splits, validation_share: float = 0.0) -> None:
    """Raise SettingError, naming the run, if one of the jobs could not be done with `data`."""
    if not jobs:
        raise SettingError("sweep", "There is no run to make: choose one value or more.")
    split = hold_out_validation(data, validation_share, 0)  # whether some is held out is the same for every seed
    for job in jobs:
        try:
            check_memory(job.spec, job.config)
            network = Network(job.spec)
            for part in (split.training, split.validation, split.test):
                if part is not None:
                    check_fit(network, part)
            check_settings(job.spec, split, job.config)
        except SettingError as problem:
            run = f"Run {job.number + 1} of the sweep ({job.name})" if job.name else "The sweep"
            raise SettingError(problem.field, f"{run}: {problem}") from None


def setting_in_words(setting: str) -> str:
    """A setting as a reader calls it."""
    return {"hidden": "hidden layers"}.get(setting) or LABELS.get(setting, setting.replace("_", " "))


def value_in_words(setting: str, value: Any) -> str:
    """A value of a setting as a reader writes it."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    if value is None:
        return ABSENT.get(setting, "none")
    return f"{value:g}" if isinstance(value, float) else str(value)
