"""The model card shows what is known about a model and leaves out the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QFormLayout, QLabel
from pytestqt.qtbot import QtBot

from app.dialogs.model_card import ModelCardDialog, card_rows
from nncore.experiments.recipes import RECIPES
from nncore.files.model_file import Model, bundled_model_path, load_model
from nncore.reporting.number_text import percent_text


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(bundled_model_path())


def test_the_card_describes_the_model_and_its_accuracy(model: Model) -> None:
    rows = dict(card_rows(model))
    assert model.card.test_accuracy is not None
    assert rows["Accuracy"].startswith(percent_text(model.card.test_accuracy))
    assert rows["Network"] == "28x28 – conv 24 – norm – conv 64 – norm – 128 – norm – 10, 442,778 weights"
    assert "MNIST" in rows["Data"]
    assert rows["Recipe"] == RECIPES["handwriting"].title
    assert rows["Seed"] == str(model.card.seed)
    assert "learning rate 0.005" in rows["Settings"]
    assert "augmentation (shift 1.5, rotation 10, size 0.1" in rows["Settings"]
    assert "optimizer Adam" in rows["Settings"]
    assert "schedule one cycle" in rows["Settings"]


def test_unknown_values_are_left_out(model: Model) -> None:
    unknown = replace(model.card, test_accuracy=None, recipe="", seed=None, created="", notes="", settings={})
    rows = dict(card_rows(replace(model, card=unknown)))
    assert rows["Accuracy"] == "not tested"
    assert rows["Recipe"] == "settings of the Train tab"
    assert not {"Seed", "Created", "Notes", "Settings"} & set(rows)
    assert all(rows.values())


def test_settings_that_are_off_are_left_out(model: Model) -> None:
    settings = {"batch_size": None, "learning_rate": 0.00025, "clip_norm": None, "weight_decay": 0.0, "keep_best": True}
    card = replace(model.card, settings=settings | {"augmentation": {"shift": 1.5, "noise": 0.0}})
    shown = dict(card_rows(replace(model, card=card)))["Settings"]
    assert shown == "batch size full, learning rate 0.00025, keep the best epoch, augmentation (shift 1.5)"


def test_writers_are_listed_with_mean_and_lowest_accuracy(model: Model) -> None:
    card = replace(model.card, writer_accuracy={"anna": 0.99, "7": 0.95})
    assert dict(card_rows(replace(model, card=card)))["Unseen writers"] == (
        "97.00 % on average, 95.00 % at lowest; each of 2 writers was read by a network trained without that writer.\n"
        "anna: 99.0 %, 7: 95.0 %"
    )
    nobody = replace(model.card, writer_accuracy={})
    assert "Unseen writers" not in dict(card_rows(replace(model, card=nobody)))


def test_the_dialog_shows_every_row_and_closes(model: Model, qtbot: QtBot) -> None:
    dialog = ModelCardDialog(model)
    qtbot.addWidget(dialog)
    dialog.show()
    form = dialog.findChild(QFormLayout)
    assert form is not None
    assert form.rowCount() == len(card_rows(model))
    values = {label.accessibleName(): label for label in dialog.findChildren(QLabel) if label.accessibleName()}
    assert {name: label.text() for name, label in values.items()} == dict(card_rows(model))
    selectable = Qt.TextInteractionFlag.TextSelectableByMouse
    assert all(label.textInteractionFlags() & selectable for label in values.values())
    buttons = dialog.findChild(QDialogButtonBox)
    assert buttons is not None
    with qtbot.waitSignal(dialog.destroyed):
        buttons.button(QDialogButtonBox.StandardButton.Close).click()


def test_the_text_of_a_card_is_shown_literally(model: Model, qtbot: QtBot) -> None:
    card = replace(model.card, name="<b>bold</b>", notes="<img src='http://example.org/x.png'>", data="<i>mine</i>")
    dialog = ModelCardDialog(replace(model, card=card))
    qtbot.addWidget(dialog)
    foreign = [label for label in dialog.findChildren(QLabel) if "<" in label.text()]
    assert len(foreign) == 3
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in foreign)


def test_the_settings_of_the_model_are_opened_or_the_reason_is_shown(model: Model, qtbot: QtBot) -> None:
    dialog = ModelCardDialog(model)
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(dialog.settings_requested) as requested:
        qtbot.mouseClick(dialog.settings_button, Qt.MouseButton.LeftButton)
    assert requested.args is not None
    assert (requested.args[0].recipe, requested.args[0].config.epochs) == ("handwriting", 24)
    without = ModelCardDialog(replace(model, card=replace(model.card, settings={})))
    qtbot.addWidget(without)
    assert not without.settings_button.isEnabled()
    assert "does not say" in without.settings_button.toolTip()
