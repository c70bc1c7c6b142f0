"""The settings of runs as text, and which settings differ between runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from nncore.experiments.run_log.logged_run import Rates, RunSettings
from nncore.model.layers.activation import ACTIVATIONS
from nncore.model.layers.initialization import INITIALIZATIONS
from nncore.model.network import NetworkSpec
from nncore.preprocessing.augmentation import DISTORTION_LABELS, Augmentation
from nncore.reporting.number_text import decimal_text
from nncore.training.config import SETTINGS, TrainingConfig


def settings_in_words(settings: RunSettings, *, has_names: bool = False) -> dict[str, str]:
    """Return all settings of a run as text, {label: value}, in the order of a report.

    Recipes, activations and initializations have the titles of the forms; has_names: the names that the command line
    takes, for tables that programs read.
    """
    held_out = f"{decimal_text(100 * settings.validation_fraction, 6)} %"
    return {
        "recipe": (settings.recipe if has_names else recipe_title(settings.recipe)) or "none",
        **_network_in_words(settings.spec, has_names),
        **{setting.label: _shown(name, getattr(settings.config, name)) for name, setting in SETTINGS.items()},
        "learning rate": _rates_in_words(settings),
        "held out": held_out,
        "data": settings.data,
    }


def recipe_title(name: str) -> str:
    """Return the title of the recipe called `name`; the name itself if there is no such recipe."""
    from nncore.experiments.recipes import RECIPES

    return RECIPES[name].title if name in RECIPES else name


def differing_settings(runs: Sequence[RunSettings]) -> dict[str, tuple[str, ...]]:
    """Return the settings in which `runs` differ: {label: a value for each run}."""
    described = [settings_in_words(run) for run in runs]
    names = dict.fromkeys(name for each in described for name in each if name != "weights")  # the network shows it
    values = {name: tuple(each.get(name, "–") for each in described) for name in names}
    return {name: each for name, each in values.items() if len(set(each)) > 1}


def labels_by_difference(runs: Sequence[RunSettings]) -> list[str]:
    """Return for each run the settings in which `runs` differ: "learning rate 0.01, seed 3"; "" for a single run."""
    differences = differing_settings(runs)
    return [", ".join(f"{name} {values[index]}" for name, values in differences.items()) for index in range(len(runs))]


NO_ACTIVATIONS = "none"
"""The activations of a network without hidden layers."""


@lru_cache(maxsize=4096)
def changed_settings(config: TrainingConfig, recipe: str, rates: Rates = ()) -> str:
    """Return the settings that differ from the recipe of the run, or from the defaults without a recipe.

    rates: (step, learning rate) where the rate was changed during the run.
    """
    from nncore.experiments.recipes import RECIPES

    default = RECIPES[recipe].config if recipe in RECIPES else TrainingConfig()
    changed = {name: value for name, value in vars(config).items() if value != getattr(default, name)}
    words = [f"{SETTINGS[name].label} {_shown(name, value)}" for name, value in changed.items()]
    return ", ".join([*words, *(f"from step {step:,} rate {decimal_text(rate, 6)}" for step, rate in rates)])


@lru_cache(maxsize=4096)
def title_and_differences(settings: RunSettings) -> str:
    """Return the title of the recipe of a run, and what differs from it: "A first network: 64 64, rate 0.5".

    "64 64" are the hidden layers of a dense network; another network is named by its layers. Without a recipe, the
    differences are those from the default settings.
    """
    from nncore.experiments.recipes import RECIPES

    recipe = RECIPES.get(settings.recipe)
    network = _network_difference(settings.spec, recipe.spec if recipe else None)
    changed = changed_settings(settings.config, settings.recipe, settings.rates).replace("learning rate ", "rate ")
    differences = ", ".join(filter(None, (network, changed)))
    title = recipe_title(settings.recipe) or "No recipe"
    return f"{title}: {differences}" if differences else title


def _network_difference(spec: NetworkSpec, default: NetworkSpec | None) -> str:
    """Return what differs in the network, in short; "" if nothing does."""
    if default is not None and spec == default:
        return ""
    hidden = " ".join(map(str, spec.widths[1:-1])) or "no hidden layer"
    layers = hidden if spec.is_dense else spec.summary
    if default is None:
        return layers
    own, usual = _network_in_words(spec), _network_in_words(default)
    differing = (own[name] for name in own if name not in ("network", "weights") and own[name] != usual.get(name))
    others = [value for value in differing if value != NO_ACTIVATIONS]
    return ", ".join([*([layers] if spec.summary != default.summary else []), *others]) or layers


@lru_cache(maxsize=512)
def _network_in_words(spec: NetworkSpec, has_names: bool = False) -> dict[str, str]:
    described = spec.to_json()
    layers = described.pop("layers")
    functions = [layer["function"] for layer in layers if layer["kind"] == "activation"]
    initializations = [layer["initialization"] for layer in layers if "initialization" in layer]
    if not has_names:
        functions = [ACTIVATIONS[name].label for name in functions]
        initializations = [INITIALIZATIONS[name].label for name in initializations]
    del described["input_shape"]
    return {
        "network": spec.summary,
        "weights": f"{spec.parameter_count:,}",
        "activations": _once(functions),
        "initialization": _once(initializations),
        **{name.replace("_", " "): str(value) for name, value in described.items()},
    }


def _rates_in_words(settings: RunSettings) -> str:
    """Return the learning rates, such as "1, from step 501 0.5"."""
    changes = [rate if step == 1 else f"from step {step:,} {decimal_text(rate, 6)}" for step, rate in settings.rates]
    first = [] if settings.rates and settings.rates[0][0] == 1 else [settings.config.learning_rate]
    return ", ".join(decimal_text(each, 6) if isinstance(each, float) else each for each in (*first, *changes))


def _once(names: Sequence[str]) -> str:
    """Return the name once if all are the same, else each of them; "none" for an empty list."""
    return ", ".join(names if len(set(names)) > 1 else names[:1]) or NO_ACTIVATIONS


def _shown(field: str, value: Any) -> str:
    return distortions_in_words(asdict(value)) if isinstance(value, Augmentation) else SETTINGS[field].in_words(value)


def distortions_in_words(amounts: Mapping[str, float]) -> str:
    """Return the distortions of an augmentation that are not 0: "shift 1.5, size 0.1"; "none" if all are."""
    used = {DISTORTION_LABELS.get(name, name): amount for name, amount in amounts.items() if amount}
    return ", ".join(f"{label} {decimal_text(amount, 6)}" for label, amount in used.items()) or "none"
