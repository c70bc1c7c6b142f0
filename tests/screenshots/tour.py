"""Goes through all states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from app.style.theme import Appearance, apply_appearance
from tests.screenshots.stage import new_stage, settle, used_stage
from tests.screenshots.states import NEW_STATES, USED_STATES


def all_states(
    application: QApplication, appearances: Sequence[Appearance], words: Sequence[str] = ("",)
) -> Iterator[tuple[str, Appearance, QWidget]]:
    """Show the states whose names contain one of `words`: the name, the appearance, and the widget to look at."""
    for make_stage, states in ((new_stage, NEW_STATES), (used_stage, USED_STATES)):
        chosen = {name: show for name, show in states.items() if any(word in name for word in words)}
        if not chosen:
            continue
        apply_appearance(application, appearances[0])
        with make_stage() as stage:
            for appearance in appearances:
                apply_appearance(application, appearance)
                settle()
                for name, show in chosen.items():
                    shown = show(stage)
                    settle()
                    yield name, appearance, shown
                    stage.close_dialogs()


def take_pictures(
    application: QApplication, folder: Path, appearances: Sequence[Appearance], words: Sequence[str]
) -> None:
    """Write the pictures of all states to `folder`, as "dark 150/draw digit.png"."""
    for name, appearance, widget in all_states(application, appearances, words):
        mode = " projector" if appearance.projector else ""
        path = folder / f"{appearance.theme.value} {100 * appearance.text_scale:.0f}{mode}" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        widget.grab().save(str(path))
        print(path, flush=True)
