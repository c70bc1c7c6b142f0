"""A window that has been used for an hour: with runs, models, a handwriting test, and a drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.session.run_events import RunState
from app.session.session import Session
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences
from nncore.experiments.recipes import RECIPES
from nncore.handwriting.personal_test.handwriting_test import HandwritingTest, new_test
from nncore.preprocessing.ink import Ink
from tests.nncore.example_data import small_mnist

SCREEN = 1366, 700
"""Width and height of a laptop's screen without a title bar and the desktop's panel, in pixels."""

LONGEST_WAIT_MILLISECONDS = 120_000

SHAPES = {
    0: (((0.5, 0.2), (0.3, 0.5), (0.5, 0.8), (0.7, 0.5), (0.5, 0.2)),),
    1: (((0.5, 0.2), (0.5, 0.8)),),
    2: (((0.3, 0.3), (0.5, 0.2), (0.7, 0.35), (0.3, 0.8), (0.7, 0.8)),),
    3: (((0.3, 0.2), (0.6, 0.2), (0.45, 0.45), (0.65, 0.65), (0.3, 0.8)),),
    4: (((0.35, 0.2), (0.3, 0.55), (0.7, 0.55)), ((0.6, 0.2), (0.6, 0.8))),
    5: (((0.7, 0.2), (0.35, 0.2), (0.35, 0.45), (0.65, 0.6), (0.3, 0.8)),),
    6: (((0.6, 0.2), (0.35, 0.5), (0.4, 0.8), (0.65, 0.7), (0.4, 0.55)),),
    7: (((0.3, 0.25), (0.7, 0.25), (0.45, 0.8)),),
    8: (((0.6, 0.25), (0.4, 0.35), (0.62, 0.65), (0.45, 0.8), (0.4, 0.65), (0.6, 0.35), (0.5, 0.2)),),
    9: (((0.65, 0.3), (0.45, 0.2), (0.4, 0.45), (0.65, 0.35), (0.6, 0.8)),),
}
"""The strokes of each digit, as fractions of the canvas."""

SCRIBBLE = (tuple((0.5 + 0.3 * np.cos(2.4 * n), 0.5 + 0.3 * np.sin(2.4 * n)) for n in range(24)),)


def ink_of(*shapes: tuple[tuple[tuple[float, float], ...], ...]) -> Ink:
    """Digits beside each other, each as large as fits."""
    width = 1 / len(shapes)
    strokes = []
    for place, shape in enumerate(shapes):
        for stroke in shape:
            points = np.concatenate([np.linspace(*pair, 12) for pair in pairwise(stroke)])
            strokes.append(np.array((place * width, 0.5 - width / 2), np.float32) + width * points.astype(np.float32))
    return Ink(tuple(strokes))


def settle() -> None:
    """Let all layouts take their final sizes."""
    for _ in range(4):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        QApplication.processEvents()


def wait(milliseconds: int) -> None:
    """Handle events for this time."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(is_reached: Callable[[], bool]) -> None:
    """Handle events until the condition holds. Raises TimeoutError."""
    for _ in range(LONGEST_WAIT_MILLISECONDS // 10):
        if is_reached():
            return
        wait(10)
    raise TimeoutError(f"{is_reached} has not become true")


class Stage:
    """The main window, and the dialogs that a state has opened."""

    def __init__(self) -> None:
        self.window = MainWindow(Session(), WindowPreferences())
        self.window.resize(*SCREEN)
        self.window.show()
        self.dialogs: list[QWidget] = []
        settle()

    @property
    def session(self) -> Session:
        """The session of the window."""
        return self.window.session

    def close_dialogs(self) -> None:
        """Close what a state has opened above the window."""
        self.window.messages.hide()
        for dialog in self.dialogs:
            if isValid(dialog):
                dialog.close()
        self.dialogs.clear()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def opened(self, dialog: QWidget) -> QWidget:
        """Show a dialog, no larger than the screen, until `close_dialogs` is called."""
        self.dialogs.append(dialog)
        dialog.show()
        settle()
        dialog.resize(min(dialog.width(), SCREEN[0]), min(dialog.height(), SCREEN[1]))
        return dialog

    def use_digits_and_model(self) -> None:
        """Some digits of MNIST, and the model in the box."""
        self.session.use_data(small_mnist())
        self.session.open_bundled_model()
        until(lambda: self.session.model is not None)

    def draw(self, *shapes: tuple[tuple[tuple[float, float], ...], ...]) -> None:
        """Put digits on the canvas, and wait for the answer; without any, clear it."""
        draw = self.window.draw_tab
        if shapes:
            draw.canvas.set_ink(ink_of(*shapes))
        else:
            draw.canvas.clear()
        until(lambda: not draw.throttle.has_pending_request)
        wait(300)  # the bars move to their values

    def choose_recipe(self, name: str, **changes: object) -> None:
        """Show the settings of a recipe with some changes."""
        train, recipe = self.window.train_tab, RECIPES[name]
        train.choose_recipe(name)
        if changes:
            train.settings.set_values(recipe.spec, replace(recipe.config, **changes))  # type: ignore[arg-type]

    def train(self) -> None:
        """Train with the settings shown until the end of the run."""
        self.window.train_tab.buttons.train_button.click()
        until(lambda: self.session.run_state is not RunState.IDLE)
        until(lambda: self.session.run_state is RunState.IDLE)

    def write_handwriting_test(self, model_reads: bool = True) -> None:
        """Write all digits of a test; without `model_reads` all but the last three."""
        tab = self.window.my_hand_tab
        test = new_test(3)
        count = len(test.prompts) if model_reads else len(test.prompts) - 3
        drawings = tuple(ink_of(SCRIBBLE if n in (4, 11) else SHAPES[test.prompts[n]]) for n in range(count))
        tab._write(HandwritingTest(test.prompts, drawings))
        tab._keep_unfinished(tab.writing.test)
        if model_reads:
            until(lambda: tab.pages.currentWidget() is tab.result)
        until(lambda: not tab.tasks.is_busy)


def prepare(stage: Stage) -> None:
    """Use the window: three runs of one recipe, one that diverges, one of a curve, and a handwriting test."""
    stage.use_digits_and_model()
    stage.window.tabs.setCurrentWidget(stage.window.train_tab)
    stage.draw(SHAPES[7])
    stage.choose_recipe("rate-too-high")
    stage.train()
    stage.choose_recipe("sine", epochs=3)
    stage.train()
    for seed in (1, 2, 3):
        stage.choose_recipe("quick", epochs=3, seed=seed)
        stage.train()
    stage.window.tabs.setCurrentWidget(stage.window.my_hand_tab)
    stage.write_handwriting_test()
    stage.write_handwriting_test(model_reads=False)


@contextmanager
def new_stage() -> Iterator[Stage]:
    """A window just after its first start, before data and model are there; it is closed at the end."""
    stage = Stage()
    yield stage
    stage.close_dialogs()
    stage.window.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@contextmanager
def used_stage() -> Iterator[Stage]:
    """A window that has been used."""
    with new_stage() as stage:
        prepare(stage)
        yield stage
