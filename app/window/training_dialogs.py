"""The dialogs of the Train tab: the pages of the recipes, and the sweep. The window stays usable beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.dialogs.help.help_keys import add_help_keys
from app.session.session import Session
from app.storage.paths import run_log_path, sweep_values_path
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES, Recipe
from nncore.experiments.run_log.log import RunSettings

if TYPE_CHECKING:
    from app.dialogs.sweep.sweep_dialog import SweepDialog
    from app.tabs.train.train_tab import TrainTab


class TrainingDialogs(QObject):
    """Opens the dialogs with the settings of the Train tab."""

    run_logged = Signal()
    """A sweep has added a run to the log."""
    recipe_chosen = Signal(Recipe)
    """The user wants to use this Recipe."""
    error_message = Signal(str)
    """One sentence: why a dialog could not be opened."""

    def __init__(self, session: Session, train_tab: TrainTab, window: QWidget) -> None:
        """window: the parent of the dialogs."""
        super().__init__(window)
        self._session = session
        self._train_tab = train_tab
        self._window = window
        self._sweep: SweepDialog | None = None

    def finish(self) -> bool:
        """Stop a sweep and wait for it; False if that takes too long."""
        return self._sweep is None or self._sweep.finish()

    @Slot()
    def open_sweep(self) -> None:
        """Open the sweep dialog, which trains a network for each combination of values; the window stays usable."""
        if self._sweep is not None:
            self._sweep.raise_()
            self._sweep.activateWindow()
            return
        from app.dialogs.sweep.sweep_dialog import SweepDialog

        settings = self._train_tab.settings
        try:
            spec, config, points = settings.spec(), settings.config(), settings.points()
        except SettingError as problem:
            self.error_message.emit(str(problem))
            return
        base = RunSettings(
            "sweep",
            spec,
            config,
            data="",
            recipe=settings.recipe.name,
            validation_fraction=settings.validation_fraction,
        )
        data = self._session.data if points is None else points.splits()
        self._sweep = SweepDialog.deleted_on_close(base, data, run_log_path(), self._window, sweep_values_path())
        if points is None:
            self._session.data_changed.connect(self._sweep.set_data)
        self._sweep.run_logged.connect(self.run_logged)
        self._sweep.destroyed.connect(self._forget_sweep)
        self._sweep.show()

    @Slot()
    def _forget_sweep(self) -> None:
        self._sweep = None

    @Slot()
    def ask_for_name(self) -> None:
        """Ask for the name under which the model of the run is kept."""
        from app.dialogs.keep_model import KeepModelDialog

        if self._session.outcome is not None:
            dialog = KeepModelDialog(self._session.outcome.trained.model.card.name, self._window)
            dialog.named.connect(self._session.keep_trained_model)
            dialog.open()

    @Slot(str)
    def show_recipe_page(self, name: str) -> None:
        """Open the page of a recipe in a separate window, which does not block."""
        from app.dialogs.recipes.recipe_page import RecipePage

        page = RecipePage(RECIPES.values())
        page.show_recipe(name)
        page.wanted.connect(self.recipe_chosen)
        dialog = QDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Recipes")
        add_help_keys(dialog, "train")
        layout = QVBoxLayout(dialog)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(page)
        page.wanted.connect(dialog.close)
        dialog.resize(900, 600)
        dialog.show()
