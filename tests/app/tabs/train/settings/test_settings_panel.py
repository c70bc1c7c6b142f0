"""Settings are shown, read and checked together, and fit the recipe, the data and the run."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.settings_panel import SettingsPanel
from app.widgets.form import FormRow
from nncore.data.dataset import Dataset, Splits
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES
from nncore.experiments.run_log.log import RunSettings
from nncore.model.layers import INITIALIZATIONS, Activation, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from nncore.model.network import NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.training import TrainingConfig
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.rate_finder import RateFinderResult
from nncore.training.schedules import SCHEDULES
from tests.app.odd_texts import ODD_TEXTS
from tests.app.waiting import deliver_events


@pytest.fixture(autouse=True)
def steady_free_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system reports the same free memory at each call: messages name it, and other programs change it."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=8_000_000_000))


@pytest.fixture
def panel(qtbot: QtBot) -> SettingsPanel:
    panel = SettingsPanel()
    qtbot.addWidget(panel)
    panel.resize(panel.width(), 700)
    panel.show()
    return panel


def type_into(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)


def all_rows(panel: SettingsPanel) -> dict[str, FormRow]:
    forms = (panel.network, panel.curve, panel.learning, panel.loss, panel.augmentation, panel.stopping)
    return {field: row for form in forms for field, row in form.rows.items()}


def message(panel: SettingsPanel, field: str) -> str:
    row = all_rows(panel)[field]
    return row.message.text() if row.message.isVisible() else ""


def small_images(side: int, classes: tuple[str, ...]) -> Dataset:
    return Dataset(np.zeros((9, side, side), np.uint8), np.arange(9) % len(classes), classes, "small.npz")


def test_the_first_settings_are_those_of_the_quick_recipe(panel: SettingsPanel) -> None:
    assert panel.is_valid
    assert panel.spec() == NetworkSpec.dense((784, 128, 64, 10))
    assert panel.config() == RECIPES["quick"].config
    assert panel.summary.text() == "784 – 128 – 64 – 10 · 109,386 weights"


@given(
    widths=st.lists(st.integers(1, 300), max_size=4),
    data=st.data(),
    initialization=st.sampled_from(list(INITIALIZATIONS)),
    config=st.builds(
        TrainingConfig,
        optimizer=st.sampled_from(list(OPTIMIZERS)),
        learning_rate=st.floats(1e-9, 100).map(lambda rate: float(f"{rate:.6g}")),
        batch_size=st.none() | st.integers(1, 5000),
        epochs=st.integers(1, 1000),
        seed=st.integers(0, 2**32 - 1),
        schedule=st.sampled_from(list(SCHEDULES)),
        augmentation=st.none() | st.just(Augmentation(shift=1.0, rotation=5.0, noise=0.25)),
        loss=st.sampled_from([None, "cross_entropy"]),
        label_smoothing=st.sampled_from([0.0, 0.1]),
        weight_decay=st.sampled_from([0.0, 1e-4]),
        clip_norm=st.none() | st.sampled_from([0.5, 1.0]),
        steps=st.none() | st.integers(1, 10**9),
        seconds=st.none() | st.sampled_from([0.5, 60.0]),
        patience=st.none() | st.integers(1, 100),
        keep_best=st.booleans(),
    ),
)
@settings(max_examples=40)
def test_the_values_read_are_the_values_shown(
    panel: SettingsPanel, widths: list[int], data: st.DataObject, initialization: str, config: TrainingConfig
) -> None:
    names = st.sampled_from(["relu", "leaky_relu", "sigmoid", "tanh", "linear"])
    activations = data.draw(st.lists(names, min_size=len(widths), max_size=len(widths)))
    spec = NetworkSpec.dense((784, *widths, 10), activations, initialization)
    panel.set_values(spec, config)
    assert panel.is_valid
    assert panel.spec() == spec
    assert panel.config() == config


def test_a_spec_for_other_data_keeps_its_inputs_and_classes(panel: SettingsPanel) -> None:
    spec = NetworkSpec.dense((64, 5, 3), input_shape=(8, 8))
    panel.set_values(spec, TrainingConfig())
    assert panel.spec() == spec
    assert panel.summary.text() == f"64 – 5 – 3 · {spec.parameter_count} weights"


def entry(panel: SettingsPanel, field: str) -> QLineEdit:
    control = panel.learning.rows[field].control
    assert isinstance(control, QLineEdit)
    return control


@pytest.mark.parametrize(
    ("field", "typed", "expected_message"),
    [
        ("learning_rate", "0", "Learning rate must be above 0; got 0."),
        ("learning_rate", "-0.1", "Learning rate must be above 0; got -0.1."),
        ("learning_rate", "inf", "Learning rate must be a finite number, above 0; got infinity."),
        ("learning_rate", "nan", "must be a finite number, above 0; got not a number."),
        ("learning_rate", "fast", "must be a number, above 0; got “fast”."),
        ("batch_size", "0", "Batch size must be at least 1; got 0."),
        ("epochs", "2.5", "Epochs must be a whole number, from 1 to 1,000,000,000; got “2.5”."),
        ("seed", "-1", "Seed must be at least 0; got -1."),
    ],
)
def test_an_invalid_value_is_marked_at_its_field(
    panel: SettingsPanel, qtbot: QtBot, field: str, typed: str, expected_message: str
) -> None:
    with qtbot.waitSignal(panel.changed):
        type_into(qtbot, entry(panel, field), typed)
    assert expected_message in message(panel, field)
    assert not panel.is_valid
    assert panel.problem == message(panel, field)
    with pytest.raises(SettingError) as rejection:
        panel.config()
    assert rejection.value.field == field
    type_into(qtbot, entry(panel, field), "1")
    assert message(panel, field) == ""
    assert panel.is_valid


@pytest.mark.parametrize(
    ("field", "typed", "expected_message"),
    [
        ("label_smoothing", "1", "Label smoothing must be at least 0 and below 1; got 1."),
        ("weight_decay", "-1", "Weight decay must be at least 0; got -1."),
        ("clip_norm", "0", "Gradient clipping must be above 0; got 0."),
        ("steps", "0", "Maximum steps must be at least 1; got 0."),
        ("seconds", "soon", "Maximum seconds must be a number, above 0; got “soon”."),
        ("patience", "0.5", "Patience must be a whole number, at least 1; got “0.5”."),
        ("rotation", "181", "Rotation must be from 0 to 180; got 181."),
    ],
)
def test_an_invalid_value_opens_its_collapsed_group(
    panel: SettingsPanel, qtbot: QtBot, field: str, typed: str, expected_message: str
) -> None:
    panel.distort.setChecked(True)
    row = all_rows(panel)[field]
    assert not row.control.isVisible()
    assert isinstance(row.control, QLineEdit)
    row.control.setText(typed)
    assert expected_message in message(panel, field)  # the group has opened
    assert not panel.is_valid
    with pytest.raises(SettingError):
        panel.config()


def test_a_loss_that_does_not_fit_the_output_is_marked(panel: SettingsPanel, qtbot: QtBot) -> None:
    panel.loss.choices["loss"].choose("binary_cross_entropy")
    assert "output" in message(panel, "loss")
    assert not panel.is_valid
    panel.network.output.choose("sigmoid")
    assert panel.is_valid
    assert panel.spec().output == "sigmoid"


def test_choosing_a_recipe_again_restores_all_its_settings(panel: SettingsPanel, qtbot: QtBot) -> None:
    choice = panel.recipes.choice
    for name in ("convnet", "mlp"):
        choice.choose(name)
        choice.activated.emit(choice.currentIndex())  # as a click on the list does
        assert (panel.spec(), panel.config()) == (RECIPES[name].spec, RECIPES[name].config)
        assert panel.note.text().startswith(f"Expected: {RECIPES[name].result}. ")
    type_into(qtbot, panel.learning.edits["epochs"], "3")
    assert panel.recipe is RECIPES["mlp"]
    assert panel.note.text().startswith("A wide dense network, changed.")
    choice.activated.emit(choice.currentIndex())
    assert panel.config() == RECIPES["mlp"].config


@pytest.mark.parametrize("name", list(RECIPES))
def test_every_recipe_can_be_shown_and_read_back(panel: SettingsPanel, name: str) -> None:
    panel.choose_recipe(name)
    assert panel.is_valid
    assert (panel.spec(), panel.config()) == (RECIPES[name].spec, RECIPES[name].config)


def test_the_page_of_the_recipe_is_requested(panel: SettingsPanel, qtbot: QtBot) -> None:
    panel.choose_recipe("convnet")
    with qtbot.waitSignal(panel.page_requested) as request:
        qtbot.mouseClick(panel.recipes.page_button, Qt.MouseButton.LeftButton)
    assert request.args == ["convnet"]


def test_mixed_initializations_stay_until_one_is_chosen_for_all_layers(panel: SettingsPanel) -> None:
    spec = NetworkSpec((784,), (Dense(8, "uniform"), Dense(10, "he")))
    panel.set_values(spec, TrainingConfig())
    assert panel.spec() == spec
    panel.network.initialization.choose("zeros")
    assert [layer.initialization for layer in panel.spec().layers if isinstance(layer, Dense)] == ["zeros", "zeros"]


def test_other_data_keeps_the_hidden_layers(panel: SettingsPanel) -> None:
    panel.network.fit_data((8, 8), 3)
    assert panel.spec() == NetworkSpec.dense((64, 128, 64, 3), input_shape=(8, 8))


def test_the_error_of_a_layer_of_width_zero_is_shown_under_the_layers(panel: SettingsPanel, qtbot: QtBot) -> None:
    type_into(qtbot, panel.network.hidden_layers, "64 0")
    assert message(panel, "layers").startswith("The width of hidden layer 2 must be from 1")
    assert "109,386" not in panel.summary.text()
    with pytest.raises(SettingError):
        panel.spec()


def test_all_invalid_fields_are_marked_at_once(panel: SettingsPanel, qtbot: QtBot) -> None:
    for field in (panel.network.hidden_layers, panel.learning.learning_rate, panel.learning.edits["epochs"]):
        type_into(qtbot, field, "?")
    assert all(message(panel, field) for field in ("layers", "learning_rate", "epochs"))


def test_a_network_that_does_not_fit_into_memory_gives_an_error_with_both_figures(
    panel: SettingsPanel, qtbot: QtBot
) -> None:
    assert psutil.virtual_memory().available < 28e12
    type_into(qtbot, panel.network.hidden_layers, "1000000 1000000")
    assert message(panel, "layers").count(" GB") == 2
    assert not panel.is_valid


def test_one_sample_and_full_batch_need_no_batch_size(panel: SettingsPanel, qtbot: QtBot) -> None:
    type_into(qtbot, panel.learning.batch_size, "")
    assert not panel.is_valid
    qtbot.keyClick(panel.learning.batch, Qt.Key.Key_Down)
    assert panel.config().batch_size is None
    assert not panel.learning.batch_size.isEnabled()
    assert "Choose mini-batch" in panel.learning.batch_size.toolTip()
    qtbot.keyClick(panel.learning.batch, Qt.Key.Key_Down)
    assert panel.config().batch_size == 1


def test_during_a_run_only_the_learning_rate_is_not_locked(panel: SettingsPanel) -> None:
    panel.set_running(True)
    for name, row in all_rows(panel).items():
        assert row.control.isEnabled() == (name == "learning_rate")
        assert ("Locked during a run" in row.control.toolTip()) == (name != "learning_rate")
    assert not panel.distort.isEnabled()
    assert not panel.recipes.choice.isEnabled()
    assert "only the learning rate" in panel.note.text()
    panel.set_running(False)
    locked = [name for name, row in all_rows(panel).items() if not row.control.isEnabled()]
    assert locked == list(panel.augmentation.edits)  # no image is distorted
    assert panel.recipes.choice.isEnabled()


def test_a_learning_rate_applies_when_it_is_entered_not_while_it_is_typed(panel: SettingsPanel, qtbot: QtBot) -> None:
    panel.set_running(True)
    rates: list[float] = []
    panel.learning_rate_changed.connect(rates.append)
    type_into(qtbot, panel.learning_rate, "1e-4")
    assert rates == []
    assert message(panel, "learning_rate") == "Press Enter to apply it."
    qtbot.keyClick(panel.learning_rate, Qt.Key.Key_Return)
    assert rates == [1e-4]
    assert message(panel, "learning_rate") == ""
    qtbot.keyClick(panel.learning_rate, Qt.Key.Key_Up)
    assert rates == [1e-4, pytest.approx(2e-4)]


def test_a_rate_that_cannot_train_is_not_announced_and_the_run_continues(panel: SettingsPanel, qtbot: QtBot) -> None:
    panel.set_running(True)
    with qtbot.assertNotEmitted(panel.learning_rate_changed):
        for typed in ("0", "-1", "inf", "nan", "abc", ""):
            type_into(qtbot, panel.learning_rate, typed)
            qtbot.keyClick(panel.learning_rate, Qt.Key.Key_Return)
            assert message(panel, "learning_rate").endswith("The run continues with 0.003.")


def test_the_default_distortions_are_those_of_the_convnet_recipe(panel: SettingsPanel) -> None:
    panel.distort.setChecked(True)
    assert panel.config().augmentation is not None
    assert panel.config().augmentation == RECIPES["convnet"].config.augmentation


def test_the_data_line_is_below_the_summary_and_hidden_without_data(panel: SettingsPanel, qtbot: QtBot) -> None:
    assert not panel.data.isVisible()
    panel.set_data(Splits(small_images(28, tuple("0123456789"))))
    assert panel.data.isVisible()
    assert panel.data.text() == "small.npz: 9 images"
    qtbot.waitUntil(lambda: panel.data.y() >= panel.summary.geometry().bottom())


def test_a_long_data_line_is_elided_and_does_not_widen_the_panel(panel: SettingsPanel, qtbot: QtBot) -> None:
    before, name = panel.width(), "a very long name " * 20 + "<b>of a file</b>.csv"
    panel.set_data(Splits(replace(small_images(28, tuple("0123456789")), source=name)))
    deliver_events()
    assert panel.data.text().endswith("…")
    assert panel.data.fontMetrics().horizontalAdvance(panel.data.text()) <= panel.data.width()
    assert "&lt;b&gt;of a file" in panel.data.toolTip()
    assert panel.width() == before


def test_every_control_has_a_name_and_a_tooltip(panel: SettingsPanel) -> None:
    controls = [
        *panel.findChildren(QLineEdit),
        *panel.findChildren(QComboBox),
        *panel.findChildren(QAbstractButton),
    ]
    assert len(controls) > 15
    for control in controls:
        assert control.toolTip().removesuffix("</qt>").endswith(".")
        assert control.accessibleName() or getattr(control, "text", str)()


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_nothing_is_cut_off_in_any_font(
    panel: SettingsPanel, qtbot: QtBot, enlarge_font: Callable[[float], None], scale: float
) -> None:
    enlarge_font(scale)
    panel.resize(panel.width(), 400)
    deliver_events()
    assert panel.scroll_area.verticalScrollBar().isVisible()
    assert panel.form_groups.minimumSizeHint().width() <= panel.scroll_area.viewport().width()
    assert panel.minimumSizeHint().height() < 400


def test_the_network_fits_the_data_for_every_recipe(panel: SettingsPanel) -> None:
    panel.set_data(Splits(small_images(8, ("a", "b", "c"))))
    assert panel.data.full_text == "small.npz: 9 images"
    for name in ("mlp", "convnet"):
        panel.choose_recipe(name)
        assert panel.is_valid
        assert (panel.spec().input_shape, panel.spec().outputs) == ((8, 8), 3)
    panel.set_data(Splits(small_images(28, tuple("0123456789"))))
    assert panel.spec() == RECIPES["convnet"].spec


def test_the_curve_form_is_shown_for_recipes_that_fit_a_curve(panel: SettingsPanel, qtbot: QtBot) -> None:
    panel.set_data(Splits(small_images(28, tuple("0123456789"))))
    assert not panel.curve.isVisible()
    assert panel.points() is None
    panel.choose_recipe("sine")
    assert panel.curve.isVisible()
    assert panel.spec() == RECIPES["sine"].spec
    assert panel.data.full_text.startswith("500 points of 0.5 * (sin(x) + 1)")
    type_into(qtbot, panel.curve.function, "cos(x")
    assert "cannot be read" in message(panel, "function")
    assert not panel.is_valid
    qtbot.keyClicks(panel.curve.function, ")")
    assert panel.is_valid
    assert panel.note.text().startswith("Fitting a sine, changed.")
    points = panel.points()
    assert points is not None
    np.testing.assert_array_equal(points.y, np.cos(points.x))
    panel.curve.function.setText("?")
    panel.choose_recipe("quick")
    assert panel.is_valid  # a setting that is switched off is not checked


def test_a_logged_run_restores_its_curve(panel: SettingsPanel) -> None:
    recipe = RECIPES["sine"]
    run = RunSettings("1-1", recipe.spec, recipe.config, data="20 points of cos(x), x from 0 to pi", recipe="sine")
    points = panel.points_of(run)
    assert points is not None
    assert points.x[-1] == np.pi
    panel.set_values(run.spec, run.config, run)
    assert panel.curve.function.text() == "cos(x)"
    with pytest.raises(SettingError, match="are not in the log"):
        panel.points_of(replace(run, data="temperatures.csv"))
    assert panel.points_of(replace(run, recipe="quick", data="MNIST")) is None


def test_the_learning_rate_that_was_found_is_entered(panel: SettingsPanel, qtbot: QtBot) -> None:
    find, cancel = panel.learning.finding.start, panel.learning.finding.stop
    assert not cancel.isEnabled()
    with qtbot.waitSignal(panel.learning.find_requested):
        qtbot.mouseClick(find, Qt.MouseButton.LeftButton)
    panel.learning.set_finding(True)
    type_into(qtbot, panel.learning.edits["seed"], "7")
    assert message(panel, "learning_rate").startswith("Trying rates")
    assert not find.isEnabled()
    with qtbot.waitSignal(panel.learning.find_cancelled):
        qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    panel.learning.show_found(RateFinderResult(np.geomspace(1e-6, 10, 99), np.ones(99), 0.01234))
    panel.learning.set_finding(False)
    assert panel.config().learning_rate == 0.012
    assert message(panel, "learning_rate").startswith("The loss fell fastest at this rate. 99 rates from 0.000001")
    panel.set_running(True)
    assert not find.isEnabled()
    assert "Locked" in find.toolTip()


def test_the_message_of_a_search_disappears_at_its_end(panel: SettingsPanel) -> None:
    panel.learning.set_finding(True)
    panel.learning.set_finding(False)
    assert message(panel, "learning_rate") == ""
    panel.learning.show_finding_error("The loss never fell.")
    assert message(panel, "learning_rate") == "The loss never fell."


def test_settings_that_do_not_suit_the_data_are_marked_before_a_run(panel: SettingsPanel, qtbot: QtBot) -> None:
    panel.set_data(Splits(small_images(28, tuple("0123456789"))))
    panel.choose_recipe("numpynet")  # which holds nothing out
    type_into(qtbot, panel.stopping.edits["patience"], "3")
    assert "hold out some of it" in message(panel, "patience")
    assert not panel.is_valid
    panel.hold_out(0.2)
    assert panel.is_valid
    assert panel.validation_fraction == 0.2
    panel.choose_recipe("sine")
    assert not panel.augmentation.isVisible()
    panel.network.output.choose("softmax")
    panel.loss.choices["loss"].choose("")
    assert "the targets of this data are numbers" in message(panel, "loss")


def test_data_without_images_cannot_be_distorted(panel: SettingsPanel) -> None:
    panel.set_data(Splits(Dataset.from_floats(np.eye(6), np.arange(6) % 3, ("a", "b", "c"), "table.npz")))
    assert panel.is_valid
    panel.groups[4].open()
    panel.distort.click()
    assert "needs images of bytes" in message(panel, "augmentation")
    assert not any(message(panel, field) for field in panel.augmentation.edits)


def test_removing_all_layers_keeps_the_width_of_the_panel(panel: SettingsPanel, qtbot: QtBot) -> None:
    deliver_events()
    before = panel.width()
    type_into(qtbot, panel.network.hidden_layers, "")
    deliver_events()
    assert panel.width() == before


def test_the_panel_is_narrow_again_after_large_text(
    panel: SettingsPanel, qtbot: QtBot, enlarge_font: Callable[[float], None]
) -> None:
    enlarge_font(1.0)
    deliver_events()
    before = panel.width()
    enlarge_font(2.0)
    qtbot.waitUntil(lambda: panel.width() > before)
    enlarge_font(1.0)
    qtbot.waitUntil(lambda: panel.width() == before)


def check_odd_text(panel: SettingsPanel, typed: str) -> None:
    """Enter a text in each field in turn; it must be read, or rejected beside the field."""
    for number in range(len(panel.findChildren(QLineEdit))):
        edit = panel.findChildren(QLineEdit)[number]  # rows of layers may be new
        before = edit.text()
        edit.setText(typed)
        complaint = ""
        try:
            panel.spec(), panel.config(), panel.points()
        except SettingError as problem:
            complaint = str(problem)
        assert not (complaint and panel.is_valid)
        shown = {message(panel, field) for field in all_rows(panel)} | {""}
        assert {" ".join(each.split()) for each in (complaint, panel.problem)} <= shown  # a message is one line
        edit.setText(before)
    assert panel.is_valid


@pytest.mark.parametrize(
    "typed", [*ODD_TEXTS[:8], *(pytest.param(text, marks=pytest.mark.slow) for text in ODD_TEXTS[8:])]
)
def test_odd_text_in_any_field_is_read_or_rejected_beside_it(panel: SettingsPanel, typed: str) -> None:
    panel.distort.setChecked(True)
    layers = (Conv2D(8), Activation("relu"), MaxPool2D(), Dropout(0.3), Flatten(), Dense(32), Dense(10))
    panel.set_values(NetworkSpec((28, 28), layers), panel.config())
    check_odd_text(panel, typed)
    panel.choose_recipe("sine")
    check_odd_text(panel, typed)
