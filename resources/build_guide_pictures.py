"""Make the pictures of the guide and of the README: `python -m resources.build_guide_pictures`.

It draws a 7, trains the first recipe, and writes each picture of the guide in the light and in the dark theme.
Takes about a minute, and needs no screen. Run it again when a tab looks different.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QPoint, QRect, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.session.run_events import RunState
from app.session.session import Session
from app.style.theme import GAP, Appearance, ThemeChoice, apply_appearance
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences

GUIDE = Path(__file__).parent / "guide"

SCREENSHOTS, README_SIZE = Path(__file__).parent / "screenshots", (1366, 860)
"""The folder of the pictures in the README, and the size of the window in them."""

WIDTH = 900
"""Largest width of a picture in pixels: sharp at the width at which the guide shows it, even on a fine screen."""

COLOURS = 128
"""Colours of a picture: enough for text and charts, and a third of the bytes."""

SEVEN = ((0.3, 0.25), (0.7, 0.25), (0.45, 0.8))
"""The corners of the 7 that is drawn, as shares of the canvas."""

WAIT_MILLISECONDS = 20

MARGIN = GAP // 2
"""Pixels around a part of a tab; with more, the text of the next row would be seen in part."""

Part = Callable[[MainWindow], QWidget]
"""Gives a part of the window."""


def main() -> int:
    """Write all pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["DIGITLAB_HOME"] = folder
        application = QApplication(["digitlab"])
        apply_appearance(application, Appearance(theme=ThemeChoice.LIGHT))
        window = MainWindow(Session(), WindowPreferences())
        window.resize(1280, 760)
        window.show()
        prepare(window)
        for theme in (ThemeChoice.LIGHT, ThemeChoice.DARK):
            window.set_appearance(Appearance(theme))
            for name, picture in PICTURES.items():
                write(picture(window), GUIDE / theme.value / f"{name}.png")
        window.set_appearance(Appearance(ThemeChoice.LIGHT))
        window.resize(*README_SIZE)
        window.train_tab.charts.health_group.open()
        for name, tab in (("train", window.train_tab), ("draw", window.draw_tab)):
            window.tabs.setCurrentWidget(tab)
            wait(1000)  # the window is laid out, and the bars move to their values
            write(picture_in(window, window.rect()), SCREENSHOTS / f"{name}.png", README_SIZE[0])
        window.close()
    return 0


def prepare(window: MainWindow) -> None:
    """Draw a 7, train the first recipe, and let the tabs show their results."""
    session = window.session
    session.load_bundled_data()
    wait_until(lambda: session.data is not None)
    window.tabs.setCurrentWidget(window.draw_tab)
    wait(1000)  # the window is laid out
    draw_seven(window.draw_tab.canvas)
    wait_until(lambda: window.draw_tab.image is not None)
    window.training_actions.show_first_recipe()
    QTest.keyClick(window.train_tab.buttons.train_button, Qt.Key.Key_Space)
    wait_until(lambda: session.run_state is RunState.RUNNING)
    wait_until(lambda: session.run_state is RunState.IDLE)
    window.train_tab.outcome_bar.try_button.click()
    for tab in (window.evaluate_tab, window.data_tab, window.runs_tab, window.my_hand_tab):
        window.tabs.setCurrentWidget(tab)
        wait(200)
    window.tabs.setCurrentWidget(window.evaluate_tab)
    wait_until(lambda: window.evaluate_tab.stack.currentWidget() is window.evaluate_tab.pages)
    QTest.keyClick(window.my_hand_tab.intro.start_button, Qt.Key.Key_Space)
    window.tabs.setCurrentWidget(window.models_tab)
    models = window.models_tab.list
    wait_until(lambda: bool(models.shown))
    models.select({models.shown[0].path})
    wait(1000)  # its picture is made


def draw_seven(canvas: QWidget) -> None:
    """Draw a 7 with the mouse."""
    corners = np.array(SEVEN)
    path = np.concatenate([np.linspace(*pair, 12) for pair in pairwise(corners)])
    points = [QPoint(*(share * canvas.width()).astype(int).tolist()) for share in path]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=points[0])
    for point in points:
        QTest.mouseMove(canvas, point, WAIT_MILLISECONDS)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=points[-1])


def wait(milliseconds: int) -> None:
    """Handle events for this time; unlike QTest.qWait, it lets the training run meanwhile."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_until(is_reached: Callable[[], bool]) -> None:
    """Handle events until the condition holds."""
    while not is_reached():
        wait(WAIT_MILLISECONDS)


def picture_of(tab: Part, *parts: Part) -> Callable[[MainWindow], Image.Image]:
    """A function that grabs a tab, or the smallest rectangle of it with all `parts`."""

    def grab(window: MainWindow) -> Image.Image:
        page = tab(window)
        window.tabs.setCurrentWidget(page)
        wait(500)  # the bars move to their values
        area = QRect()
        for part in (each(window) for each in parts or (tab,)):
            area |= QRect(part.mapTo(page, QPoint(0, 0)), part.size()) if part is not page else page.rect()
        area = area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN) & page.rect()
        return picture_in(page, area)

    return grab


def picture_in(widget: QWidget, area: QRect) -> Image.Image:
    """What is shown in an area of a widget."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    widget.grab(area).save(buffer, "PNG")
    return Image.open(BytesIO(buffer.data().data())).convert("RGB")


def write(picture: Image.Image, path: Path, width: int = WIDTH) -> None:
    """Scale a picture down to `width` if it is wider, and write it with few colours."""
    if picture.width > width:
        picture = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    path.parent.mkdir(exist_ok=True)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


PICTURES: dict[str, Callable[[MainWindow], Image.Image]] = {
    "epochs": picture_of(lambda w: w.draw_tab, lambda w: w.draw_tab.snapshot_row),
    "misread": picture_of(lambda w: w.draw_tab, lambda w: w.draw_tab.teach_row),
    "draw": picture_of(lambda w: w.draw_tab),
    "inside": picture_of(lambda w: w.inside_tab, lambda w: w.inside_tab.view),
    "train": picture_of(lambda w: w.train_tab, lambda w: w.train_tab.curves, lambda w: w.train_tab.progress),
    "my_hand": picture_of(lambda w: w.my_hand_tab),
    "evaluate": picture_of(lambda w: w.evaluate_tab, lambda w: w.evaluate_tab.mistakes.matrix),
    "data": picture_of(lambda w: w.data_tab, lambda w: w.data_tab.samples),
    "runs": picture_of(lambda w: w.runs_tab),
    "models": picture_of(lambda w: w.models_tab),
}
"""What each picture shows; the pages name them as "draw.png"."""

if __name__ == "__main__":
    sys.exit(main())
