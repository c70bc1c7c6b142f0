"""The settings with which a model was trained, from its file."""

from __future__ import annotations

import re
from dataclasses import fields

from nncore.errors import ModelFileError, SettingError
from nncore.experiments.recipes import RECIPES, VALIDATION_FRACTION
from nncore.experiments.run_log.logged_run import Rates, RunSettings
from nncore.files.json_header import dataclass_from
from nncore.files.model_header import RATES_FIELD, ModelCard
from nncore.model.network import NetworkSpec
from nncore.training.config import TrainingConfig

DATA_PATTERN = re.compile(r"(.*): ([\d,]+) images to train(?:, ([\d,]+) more to validate)?", re.DOTALL)
"""The text that `nncore.files.model_file.trained_model` writes."""


def settings_of_model(spec: NetworkSpec, card: ModelCard) -> RunSettings:
    """Return the settings of the run that trained a model; settings of other programs in the card are left out.

    Raises SettingError if the card has none, or has values that Digit Lab does not allow.
    """
    names = {each.name for each in fields(TrainingConfig)}
    stated = {name: value for name, value in card.settings.items() if name in names}
    if not stated:
        raise SettingError("layers", f"The file of {card.name} does not say with which settings it was trained.")
    try:
        config = dataclass_from(TrainingConfig, stated, "settings")
    except ModelFileError as problem:
        raise SettingError("layers", f"The settings of {card.name} cannot be used: {problem}") from None
    recipe = card.recipe if card.recipe in RECIPES else ""
    source, fraction = _data_and_fraction(card.data, recipe)
    return RunSettings(
        card.name,
        spec,
        config,
        data=source,
        machine="",
        recipe=recipe,
        validation_fraction=fraction,
        parent=None,
        rates=_rates(card.settings.get(RATES_FIELD)),
    )


def _data_and_fraction(text: str, recipe: str) -> tuple[str, float]:
    """Return the source of the data, and the fraction of the images that was held out."""
    fraction = RECIPES[recipe].validation_fraction if recipe else VALIDATION_FRACTION
    match = DATA_PATTERN.fullmatch(text)
    if match is None:
        return text, fraction
    trained, held_out = (int((number or "0").replace(",", "")) for number in match.groups()[1:])
    examples = trained + held_out
    return match[1], round(held_out / examples, 4) if examples else fraction


def _rates(stated: object) -> Rates:
    """Return the changes of the learning rate, {step: rate} in a card; those that cannot be used are left out."""
    if not isinstance(stated, dict):
        return ()
    found = [(int(step), float(rate)) for step, rate in stated.items() if str(step).isdecimal() and _is_rate(rate)]
    return tuple(change for change in sorted(found) if change[0] > 1)


def _is_rate(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
