"""The Data tab shows the data set, and reads other data sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.storage.paths import own_ink_path
from app.tabs.data.data_tab import DataTab
from app.tabs.data.sample_view import CONFLICTS, DUPLICATES
from nncore.data.dataset import Dataset, Splits
from nncore.data.formats.unipen_writer import write_ink
from nncore.handwriting.synthetic import digits
from tests.app.odd_texts import ODD_TEXTS
from tests.nncore.example_data import small_mnist


@pytest.fixture
def tab(qtbot: QtBot) -> Iterator[DataTab]:
    tab = DataTab()
    qtbot.addWidget(tab)
    tab.resize(1350, 640)
    tab.show()
    yield tab
    assert tab.finish()


@pytest.fixture
def counted(tab: DataTab, qtbot: QtBot) -> DataTab:
    """The tab with MNIST, with some duplicates and one conflicting label."""
    some = small_mnist().training.take(slice(0, 300))
    images = np.concatenate([some.images, some.images[:2]])
    labels = np.concatenate([some.labels, [some.labels[0], (some.labels[1] + 1) % 10]])
    tab.set_data(Splits(Dataset(images, labels, source="some digits"), test=small_mnist().test))
    qtbot.waitUntil(lambda: tab.statistics is not None)
    return tab


def press(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_without_data_it_shows_a_message(tab: DataTab) -> None:
    assert "still being read" in tab.sizes.text()
    assert not tab.samples.again_button.isEnabled()


def test_name_sizes_and_statistics_are_shown(counted: DataTab) -> None:
    assert "302 in the training part · 500 in the test part" in counted.sizes.text()
    assert counted.statistics is not None
    assert counted.classes.description(3).startswith(f"3: {counted.statistics.counts[3]} examples")
    assert "302 examples of 28 x 28 pixels" in counted.statistics_label.text()
    pixels = counted.data.training.images / 255 if counted.data is not None else np.zeros(1)
    assert f"pixels: mean {pixels.mean():.3f}, standard deviation {pixels.std():.3f}" in counted.statistics_label.text()
    assert "2 duplicates" in counted.statistics_label.text()
    assert "1 duplicates with conflicting labels" in counted.statistics_label.text()


def test_samples_are_of_the_selected_class(counted: DataTab, qtbot: QtBot) -> None:
    data = counted.data
    assert data is not None
    samples = counted.samples
    samples.class_choice.setCurrentIndex(samples.class_choice.findData(4))
    assert samples.grid.rows
    assert (data.training.labels[samples.grid.rows] == 4).all()
    before = samples.grid.rows
    press(qtbot, samples.again_button)
    assert samples.grid.rows != before
    assert (data.training.labels[samples.grid.rows] == 4).all()


def test_duplicates_and_conflicting_labels_can_be_shown(counted: DataTab) -> None:
    samples = counted.samples
    samples.class_choice.setCurrentIndex(samples.class_choice.findData(DUPLICATES))
    assert samples.grid.rows == [0, 300, 1, 301]
    samples.class_choice.setCurrentIndex(samples.class_choice.findData(CONFLICTS))
    assert samples.grid.rows == [1, 301]


def test_the_selected_part_is_counted(counted: DataTab, qtbot: QtBot) -> None:
    counted.samples.part.setCurrentIndex(1)
    qtbot.waitUntil(lambda: counted.statistics is not None and counted.statistics.count == 500)
    assert counted.samples.chosen_part == "test"


def test_synthetic_digits_replace_or_extend_the_data(counted: DataTab, qtbot: QtBot) -> None:
    counted.panel.count.setText("30")
    with qtbot.waitSignal(counted.data_chosen) as chosen:
        press(qtbot, counted.panel.synthetic)
    (data,) = chosen.args or []
    assert len(data.training) == 30
    assert np.bincount(data.training.labels).tolist() == [3] * 10
    counted.panel.add.setChecked(True)
    with qtbot.waitSignal(counted.data_chosen) as chosen:
        press(qtbot, counted.panel.synthetic)
    (joined,) = chosen.args or []
    assert len(joined.training) == 332
    np.testing.assert_array_equal(joined.training.images[302:], data.training.images)
    assert joined.test is small_mnist().test


def test_an_invalid_count_is_marked(counted: DataTab, qtbot: QtBot) -> None:
    counted.panel.count.setText("many")
    with qtbot.assertNotEmitted(counted.data_chosen, wait=50):
        press(qtbot, counted.panel.synthetic)
    assert counted.panel.count.property("error")
    assert "whole number" in counted.panel.problem.text()


def test_own_ink_is_used_if_there_is_any(counted: DataTab, qtbot: QtBot) -> None:
    press(qtbot, counted.panel.own_ink)
    qtbot.waitUntil(lambda: "You have no drawings yet" in counted.panel.problem.text())
    own_ink_path().parent.mkdir(parents=True)
    write_ink(digits(5, np.random.default_rng(0)), own_ink_path())
    with qtbot.waitSignal(counted.data_chosen) as chosen:
        press(qtbot, counted.panel.own_ink)
    (data,) = chosen.args or []
    assert (len(data.training), data.training.source) == (5, "my own ink")
    assert counted.panel.problem.isHidden()


def test_ink_files_and_folders_of_pictures_are_read(counted: DataTab, qtbot: QtBot, tmp_path: Path) -> None:
    write_ink(digits(7, np.random.default_rng(1)), tmp_path / "hand.unipen")
    with qtbot.waitSignal(counted.data_chosen) as chosen:
        counted.open_path(tmp_path / "hand.unipen")
    assert len((chosen.args or [])[0].training) == 7
    for row in range(3):
        (tmp_path / "set" / str(row)).mkdir(parents=True)
        Image.fromarray(small_mnist().training.images[row]).save(tmp_path / "set" / str(row) / "a.png")
    (tmp_path / "set" / "0" / "bad.png").write_bytes(b"x")
    with qtbot.waitSignal(counted.data_chosen) as chosen:
        counted.open_path(tmp_path / "set")
    assert len((chosen.args or [])[0].training) == 3
    assert "1 picture was skipped" in counted.panel.note.text()


def test_an_unreadable_file_gives_a_message_and_changes_nothing(counted: DataTab, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "digits.csv").write_text("no digits here")
    with qtbot.assertNotEmitted(counted.data_chosen, wait=100):
        counted.open_path(tmp_path / "digits.csv")
        qtbot.waitUntil(lambda: bool(counted.panel.problem.text()))
    assert "digits.csv" in counted.panel.problem.text()


def test_reading_can_be_cancelled(counted: DataTab, qtbot: QtBot) -> None:
    counted.panel.count.setText("100000")
    with qtbot.assertNotEmitted(counted.data_chosen, wait=100):
        press(qtbot, counted.panel.synthetic)
        qtbot.waitUntil(lambda: counted.panel.cancel.isVisible())
        press(qtbot, counted.panel.cancel)
        qtbot.waitUntil(lambda: "Cancelled" in counted.panel.note.text())


def test_reading_a_file_can_be_cancelled(counted: DataTab, qtbot: QtBot, tmp_path: Path) -> None:
    sample = '.SEGMENT DIGIT 0 ? "8"\n.PEN_DOWN\n1 2\n.PEN_UP\n'
    (tmp_path / "ink.unipen").write_text(sample * 50_000)
    with qtbot.assertNotEmitted(counted.data_chosen):
        counted.open_path(tmp_path / "ink.unipen")
        qtbot.waitUntil(lambda: counted.panel.progress.value() > 0)
        press(qtbot, counted.panel.cancel)
        qtbot.waitUntil(lambda: "Cancelled" in counted.panel.note.text())


def test_the_validation_fraction_is_emitted(counted: DataTab, qtbot: QtBot) -> None:
    counted.panel.fraction.setFocus()
    counted.panel.fraction.selectAll()
    with qtbot.waitSignal(counted.fraction_chosen) as chosen:
        qtbot.keyClicks(counted.panel.fraction, "20")
        qtbot.keyClick(counted.panel.fraction, Qt.Key.Key_Return)
    assert chosen.args == [0.2]


def test_a_test_part_can_be_held_out(tab: DataTab, qtbot: QtBot) -> None:
    whole = Splits(small_mnist().training)
    tab.data_chosen.connect(tab.set_data)
    tab.set_data(whole)
    count, entry = len(whole.training), tab.panel.test_fraction

    def hold_out(fraction: str) -> None:
        entry.setFocus()
        entry.selectAll()
        with qtbot.waitSignal(tab.data_chosen):
            qtbot.keyClicks(entry, fraction)
            qtbot.keyClick(entry, Qt.Key.Key_Return)

    hold_out("20")
    assert f"{count * 4 // 5:,} in the training part · {count // 5:,} in the test part" in tab.sizes.text()
    hold_out("50")  # a fraction of the original data, not of the remaining part
    assert tab.data is not None
    assert tab.data.test is not None
    assert (len(tab.data.training), len(tab.data.test), entry.text()) == (count // 2, count // 2, "50")
    hold_out("0")
    assert tab.data is whole
    tab.set_data(small_mnist())
    assert not entry.isEnabled()
    assert "of its own" in entry.toolTip()


def test_data_without_images_is_shown_as_numbers(tab: DataTab, qtbot: QtBot) -> None:
    tab.set_data(Splits(Dataset.from_floats(np.arange(20.0), np.arange(20.0), source="a line")))
    qtbot.waitUntil(lambda: tab.statistics is not None)
    assert "20 examples of 1 number\n" in tab.statistics_label.text()
    assert not tab.grab().isNull()
    assert "Example" in tab.samples.grid.description(0)


@pytest.mark.parametrize("typed", ODD_TEXTS)
def test_odd_text_in_any_field_is_read_or_rejected(tab: DataTab, typed: str) -> None:
    panel, chosen = tab.panel, []
    for signal in (panel.synthetic_requested, panel.fraction_chosen, panel.test_fraction_chosen):
        signal.disconnect()
        signal.connect(lambda *values: chosen.append(values))
    for entry in (panel.count, panel.seed, panel.fraction, panel.test_fraction):
        before = entry.text()
        chosen.clear()
        entry.setText(typed)
        for entered in (entry.returnPressed, entry.editingFinished):
            entered.emit()
        assert bool(chosen) != bool(panel.problem.text())
        entry.setText(before)
