"""The picture of any view can be copied and saved, by the context menu and by keys, without its buttons."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.style.theme import LIGHT, ThemeChoice
from app.widgets.confusion_matrix import ConfusionMatrix
from app.widgets.pictures.focus_border import FocusBorder
from app.widgets.pictures.picture_actions import PictureActions
from app.widgets.pictures.rendering import rendered_image, svg_of
from app.widgets.plot import Plot
from tests.app.theme_choice import apply_theme
from tests.app.waiting import deliver_events

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

View = TypeVar("View", bound=QWidget)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)


@pytest.fixture
def plot(qtbot: QtBot) -> Plot:
    plot = Plot("Noise", "")
    plot.set_axes((0, 10), (0, 1), "strength", "accuracy (%)")
    plot.plot.box.addItem(pg.PlotCurveItem([0, 5, 10], [1, 0.5, 0.2], pen="#ff0000"))
    plot.plot.box.addItem(pg.ScatterPlotItem([5], [0.5], brush="#00ff00"))
    return shown(qtbot, plot)


def shown(qtbot: QtBot, view: View) -> View:
    qtbot.addWidget(view)
    view.resize(400, 300)
    with qtbot.waitExposed(view):
        view.show()
    return view


def has_colour(image: QImage, red: int, green: int, blue: int) -> bool:
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return any((pixel.red(), pixel.green(), pixel.blue()) == (red, green, blue) for pixel in pixels)


def test_the_key_for_copy_puts_the_picture_on_the_clipboard(plot: Plot, qtbot: QtBot) -> None:
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (800, 600)
    assert has_colour(image, 255, 0, 0)
    assert b"<svg" in data.data("image/svg+xml").data()


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_key_for_saving_asks_for_a_file(plot: Plot, qtbot: QtBot, tmp_path: Path, suffix: str) -> None:
    plot.setFocus()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(plot, Qt.Key.Key_E, both)
    dialog = plot.findChild(QFileDialog)
    assert dialog is not None
    assert Path(dialog.selectedFiles()[0]).name == "Noise.png"
    path = tmp_path / f"picture{suffix}"
    field = dialog.findChild(QLineEdit)
    assert field is not None
    field.setText(str(path))
    dialog.accept()
    content = path.read_bytes()
    if suffix == ".png":
        assert has_colour(QImage.fromData(content), 255, 0, 0)
    else:
        assert ElementTree.fromstring(content).tag == f"{SVG}svg"


def test_the_context_menu_offers_both(plot: Plot, qtbot: QtBot) -> None:
    viewport = plot.plot.viewport()
    place = viewport.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["Copy picture", "Save picture as…"]
    assert menu.actions()[1].shortcut().toString() == "Ctrl+Shift+E"
    menu.close()


def test_an_svg_has_lines_shapes_and_text_but_no_images(plot: Plot) -> None:
    root = ElementTree.fromstring(svg_of(plot))
    assert root.get("viewBox") == "0 0 400 300"
    assert not list(root.iter(f"{SVG}image"))
    texts = {"".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")}
    assert {"Noise", "0.2", "2"} <= texts
    assert any(element.get("stroke") == "#ff0000" for element in root.iter())


def test_the_cell_colours_of_a_matrix_are_in_the_picture(qtbot: QtBot) -> None:

    matrix = ConfusionMatrix(lambda row, column, count, fraction: "")
    matrix.set_counts(np.array([[9, 1], [2, 8]]), ("a", "b"))
    shown(qtbot, matrix)
    texts = {"".join(each.itertext()).strip() for each in ElementTree.fromstring(svg_of(matrix)).iter(f"{SVG}text")}
    assert {"9", "1", "2", "8"} <= texts
    assert rendered_image(matrix).pixelColor(1, 1).isValid()


def test_buttons_and_the_border_of_the_focus_are_not_in_the_picture(qtbot: QtBot) -> None:
    view = QWidget()
    button = QPushButton("Keep")
    button.setStyleSheet("background: #ff0000; border: none")
    QVBoxLayout(view).addWidget(button)
    PictureActions(view, "view")
    shown(qtbot, view)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    border = view.findChild(FocusBorder)
    assert border is not None
    assert border.isVisible()
    before = button.geometry()
    image = rendered_image(view)
    assert image.pixelColor(QPoint(0, 0)).name().upper() == LIGHT.surface
    assert not has_colour(image, 255, 0, 0)
    assert button.isVisible()
    assert border.isVisible()
    deliver_events()
    assert button.geometry() == before


def test_a_click_shows_no_border(plot: Plot, qtbot: QtBot) -> None:
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton)
    border = plot.findChild(FocusBorder)
    assert border is not None
    assert not border.isVisible()


def test_a_picture_that_cannot_be_saved_is_reported(plot: Plot, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    plot.pictures.save_picture(tmp_path / "file" / "picture.png")
    box = plot.findChild(QMessageBox)
    assert box is not None
    assert box.isVisible()
    box.close()
