"""The hint about a run, and its remedy: a change of the settings that a button applies."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from app.dialogs.help.help_keys import add_help_keys
from app.session.run_events import RunState
from app.tabs.train.run_controls import ProgressLine, RunButtons
from app.tabs.train.setting_changes import SettingChange, Settings, changes_in_words, setting_changes
from app.tabs.train.settings.settings_panel import SettingsPanel
from nncore.errors import SettingError
from nncore.training.diagnosis.advice import Adviser
from nncore.training.diagnosis.hint import Hint
from nncore.training.events import Diverged, EpochDone


class Advice(QObject):
    """Watches a run with an `Adviser`, shows the hint beside the progress, and applies its remedy.

    A learning rate is applied to the running run. Any other remedy needs a new run: it asks before it ends the present
    one. Then the changed settings are shown and marked.
    """

    remedy_chosen = Signal(Hint)
    """The remedy of this Hint was applied, to the run or to the settings of the next one."""
    settings_changed = Signal(str)
    """The settings have the remedy now; the changes in words."""
    stop_requested = Signal()
    """Stop the run in progress."""

    def __init__(self, settings: SettingsPanel, progress: ProgressLine, buttons: RunButtons, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        self._progress = progress
        self._buttons = buttons
        self._window = parent
        self.run: Settings = settings.network.spec(), settings.config()
        """The settings of the run that is watched, or was watched last."""
        self._adviser = Adviser(*self.run)
        self._after_run: Hint | None = None
        self.hint: Hint | None = None
        """The hint shown now; None for no hint."""
        progress.remedy_chosen.connect(self._on_remedy)

    def begin(self, run: Settings) -> None:
        """Watch a new run with these settings."""
        self.run = run
        self._adviser = Adviser(*run)
        self._after_run = None
        self.show_hint(None)

    def set_learning_rate(self, rate: float) -> None:
        """The run has a different learning rate now; a schedule may scale it down."""
        self._adviser.learning_rate = rate
        if self.hint is not None and self.hint.changes_only_learning_rate:
            self.show_hint(None)

    def after_epoch(self, epoch: EpochDone) -> None:
        """Look for problems after an epoch. The hint stays while the pointer is about to press its button."""
        hint = self._adviser.after_epoch(epoch)
        button = self._progress.remedy_button
        if self._after_run is None and not (button.isVisible() and button.underMouse()):
            self.show_hint(hint)

    def after_divergence(self, diverged: Diverged) -> Hint:
        """Show the hint for a run that diverged, and return it."""
        hint = self._adviser.after_divergence(diverged)
        self.show_hint(hint)
        return hint

    def show_hint(self, hint: Hint | None) -> None:
        """Show this hint and offer its remedy; None hides it."""
        self.hint = hint
        self._progress.offer(hint.remedy if hint else "", self._tip(hint))

    def end_run(self) -> None:
        """The run has ended: apply a remedy that waited for this, or offer the present one for the next run."""
        waiting, self._after_run = self._after_run, None
        if waiting is not None:
            self._change_settings(waiting)
        else:
            self.show_hint(self.hint)

    @property
    def _is_idle(self) -> bool:
        return self._buttons.state is RunState.IDLE

    def _tip(self, hint: Hint | None) -> str:
        if hint is None:
            return ""
        changes = f"Change {changes_in_words(self._changes(hint))}"
        if self._is_idle:
            return f"{changes}. Then press Train."
        return (
            f"{changes} now."
            if hint.changes_only_learning_rate
            else f"{changes}. This ends the run; Digit Lab asks first."
        )

    def _changes(self, hint: Hint) -> tuple[SettingChange, ...]:
        before = self._base()
        return setting_changes(before, hint.apply(*before))

    def _base(self) -> Settings:
        """What a remedy changes: the settings of the form between runs if they are valid, else those of the run."""
        if self._is_idle:
            try:
                return self._settings.spec(), self._settings.config()
            except SettingError:
                pass  # edited after the start; the settings of the run are valid
        return self.run

    @Slot()
    def _on_remedy(self) -> None:
        hint = self.hint
        if hint is None:
            return
        if self._is_idle:
            self._change_settings(hint)
        elif hint.changes_only_learning_rate:
            self._change_rate(hint)
        else:
            self._ask(hint)

    def _change_rate(self, hint: Hint) -> None:
        """Apply a learning rate to the running run."""
        changes = setting_changes(self.run, hint.apply(*self.run))
        self.show_hint(None)
        self._settings.learning.enter_rate(hint.settings["learning_rate"])
        self._settings.mark(changes)
        self._buttons.main_button.setFocus()
        self.remedy_chosen.emit(hint)

    def _ask(self, hint: Hint) -> None:
        """Ask whether to end the run for this remedy; the run continues until then."""
        box = QMessageBox(
            QMessageBox.Icon.Question, "End the run?", "This remedy needs a new run.", parent=self._window
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(
            f"It changes {changes_in_words(self._changes(hint))}. The present run ends now; its network is kept."
        )
        end = box.addButton("End the run", QMessageBox.ButtonRole.AcceptRole)
        end.setToolTip("End the run, and change the settings of the next one.")
        keep = box.addButton("Keep training", QMessageBox.ButtonRole.RejectRole)
        keep.setToolTip("Continue the run as it is.")
        add_help_keys(box, "train")
        box.setDefaultButton(end)
        box.buttonClicked.connect(lambda button: self._end_run_for(hint) if button is end else None)
        box.open()

    def _end_run_for(self, hint: Hint) -> None:
        if self._is_idle:  # it has ended while the question was open
            self._change_settings(hint)
            return
        self._after_run = hint
        self.show_hint(None)
        self.stop_requested.emit()

    def _change_settings(self, hint: Hint) -> None:
        """Apply the remedy to the settings of the next run, and show what has changed."""
        self.show_hint(None)
        before = self._base()
        after = hint.apply(*before)
        changes = setting_changes(before, after)
        self._settings.set_values(*after)
        self._settings.mark(changes)
        self._buttons.train_button.setFocus()
        self.settings_changed.emit(changes_in_words(changes))
        self.remedy_chosen.emit(hint)
