"""The My hand tab: start a handwriting test, write it, see the result; earlier tests are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from secrets import randbits

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.background.task_queue import TaskQueue, is_cancelled
from app.storage.paths import handwriting_tests_folder
from app.tabs.my_hand.drawing_explanation import DrawingExplanation, explain_drawing
from app.tabs.my_hand.intro_page import IntroPage
from app.tabs.my_hand.result_page import ResultPage
from app.tabs.my_hand.status_line import StatusLine
from app.tabs.my_hand.writing_page import WritingPage
from app.tabs.tab import Tab
from app.widgets.elements import without_margins
from app.widgets.file_dialogs import ask_for_file, ask_where_to_save
from app.widgets.layouts.page_stack import PageStack
from app.widgets.layouts.scroll_page import ScrollPage
from nncore.data.formats import file_patterns
from nncore.evaluation.recognition import why_cannot_read
from nncore.handwriting.personal_test.handwriting_test import HandwritingTest, new_test
from nncore.handwriting.personal_test.history import Entry, HandwritingTestHistory
from nncore.handwriting.personal_test.import_export import CSV_SUFFIX, INK_SUFFIX, export_test, import_test
from nncore.handwriting.personal_test.result import HandwritingTestResult, ReadDrawing, read_test
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink

NO_MODEL_TO_TEST = "No model is open. Train or open one to test how well it reads your handwriting."
EXPORT_FILTERS = f"Table with strokes and answers (*{CSV_SUFFIX});;UNIPEN ink, strokes only (*{INK_SUFFIX})"
IMPORT_FILTERS = f"Handwriting tests and ink (*{CSV_SUFFIX} {file_patterns('ink')});;All files (*)"


class MyHandTab(Tab):
    """Holds the test being written and the result shown; slow work runs in order on a thread.

    `teach_requested` carries ink and its digit, `show_requested` ink for the canvas of the Draw tab. Call `finish`
    before the tab is destroyed.
    """

    teach_requested = Signal(Ink, int)
    show_requested = Signal(Ink)

    def __init__(self, parent: QWidget | None = None, seed: Callable[[], int] | None = None) -> None:
        """`seed` returns the seed for the order of each new test; random by default."""
        super().__init__(parent)
        self._seed = seed or partial(randbits, 32)
        self.network: Network | None = None
        self._model = ""
        self._test: HandwritingTest | None = None
        self._test_being_read: HandwritingTest | None = None
        self._deleted: list[Path] = []
        self._history = HandwritingTestHistory(handwriting_tests_folder())
        # A long import must not delay saving the test in progress.
        self.tasks, self.imports = TaskQueue(self), TaskQueue(self)
        whole, place = QWidget(), QWidget()
        self.status, self.pages = StatusLine(place, whole), PageStack()
        self.intro = IntroPage()
        self.writing = WritingPage()
        self.result = ResultPage()
        for page in (self.intro, self.writing, self.result):
            self.pages.addWidget(page)
        layout = without_margins(QVBoxLayout(whole), spacing=0)
        layout.addWidget(place)
        layout.addWidget(self.pages)
        without_margins(QVBoxLayout(self)).addWidget(ScrollPage(whole))
        self._connect()
        self.set_network(None)
        self._run("purge", self._history.purge)
        self._run("unfinished", self._history.unfinished, self._offer_unfinished)
        self._list()

    @Slot(str)
    def rename_model(self, name: str) -> None:
        """The model that reads has this name now."""
        self._model = name or "unnamed model"

    def set_network(self, network: Network | None, name: str = "") -> None:
        """Use `network`, called `name`; results already shown stay unchanged."""
        self.network, self._model = network, name or "unnamed model"
        self.intro.set_obstacle(NO_MODEL_TO_TEST if network is None else why_cannot_read(network) or "")
        if self.pages.currentWidget() is self.result:
            self._explain(self.result.view.drawing)

    def focus(self) -> None:
        """Give the focus to the main control of the current page."""
        page = self.pages.currentWidget()
        if page is self.writing:
            self.writing.canvas.setFocus()
        elif page is self.result:
            self.result.focus()
        else:
            self.intro.focus()

    def finish(self) -> bool:
        """Cancel reading tasks and wait for saving tasks; False if that takes too long."""
        self.writing.throttle.flush()
        self.imports.cancel("import")
        self.tasks.cancel("list", "open", "explain")
        finished = [self.imports.finish(), self.tasks.finish()]
        return all(finished)

    def _connect(self) -> None:
        intro, writing, result = self.intro, self.writing, self.result
        intro.start_requested.connect(self.start)
        intro.continue_requested.connect(self.continue_test)
        intro.import_requested.connect(self.ask_import)
        intro.undo_requested.connect(self._restore)
        intro.list.opened.connect(self._open)
        intro.list.deleted.connect(self._delete)
        writing.written.connect(self._keep_unfinished)
        writing.later_requested.connect(self.show_intro)
        result.chosen.connect(self._explain)
        result.again_requested.connect(self.start)
        result.export_requested.connect(self.ask_export)
        result.import_requested.connect(self.ask_import)
        result.back_requested.connect(self.show_intro)
        result.view.teach_requested.connect(self.teach_requested)
        result.view.show_requested.connect(self.show_requested)
        self.status.cancelled.connect(self._cancel_import)

    # ---------------------------------------------------------------- pages

    @Slot()
    def start(self) -> None:
        """Start a new test."""
        if self.intro.obstacle.text():
            self.show_intro()  # it shows why no test can start
        else:
            self._write(new_test(self._seed()))

    @Slot()
    def continue_test(self) -> None:
        """Continue the unfinished test; read it if all digits are written."""
        if self._test is not None:
            self._write(self._test)
            if self._test.is_complete:
                self._read(self._test)

    @Slot()
    def show_intro(self) -> None:
        """Show the first page, with the earlier tests."""
        self.writing.throttle.flush()
        self.intro.set_unfinished(self._test)
        self.pages.setCurrentWidget(self.intro)
        self.intro.focus()

    def _write(self, test: HandwritingTest) -> None:
        self.status.clear()
        self.pages.setCurrentWidget(self.writing)
        self.writing.show_test(test)

    def _show_result(self, result: HandwritingTestResult) -> None:
        self.status.clear()
        self.pages.setCurrentWidget(self.result)
        self.result.show_result(result)
        self.result.focus()

    # ------------------------------------------------------- the current test

    @Slot(object)
    def _keep_unfinished(self, test: HandwritingTest) -> None:
        self._test = test
        self._run("keep", partial(self._history.store_unfinished, test), latest_only=True)
        if test.is_complete:
            self._read(test)

    def _read(self, test: HandwritingTest) -> None:
        if not test.written:
            self._test = None
            self._run("keep", partial(self._history.store_unfinished, None), latest_only=True)
            self.show_intro()
            self.status.show_message("All digits were skipped, so there is no result.")
            return
        if self.network is None:
            self._show_reading_error(NO_MODEL_TO_TEST)
            return
        if self._test_being_read is not test:
            self._test_being_read = test
            work = partial(read_test, self.network, test.written, model=self._model, date=_now())
            self.tasks.add("read", work, partial(self._finish_reading, test), self._show_reading_error)

    def _finish_reading(self, test: HandwritingTest, result: HandwritingTestResult) -> None:
        self._test_being_read = None
        if self._test is test:
            self._test = None
            self._show_result(result)
            self._run("add", partial(self._history.finish, result))
            self._list()
        else:  # another test was started meanwhile
            self._add(result)

    def _show_reading_error(self, sentence: str) -> None:
        self._test_being_read = None
        self.show_intro()
        self.status.show_error(f"{sentence} Your drawings are kept.")

    def _offer_unfinished(self, test: HandwritingTest | None) -> None:
        if self._test is None and self.pages.currentWidget() is self.intro:
            self._test = test
            self.intro.set_unfinished(test)

    # ------------------------------------------------------------ the history

    def _list(self) -> None:
        self._run("list", self._history.entries, self._use_entries, latest_only=True)

    def _use_entries(self, found: tuple[list[Entry], list[str]]) -> None:
        entries, problems = found
        self.intro.set_entries(entries)
        if problems:
            self.status.show_error(" ".join(problems[:3]))

    def _add(self, result: HandwritingTestResult) -> None:
        self._run("add", partial(self._history.add, result))
        self._list()

    @Slot(object)
    def _open(self, path: Path) -> None:
        self._run("open", partial(self._history.load, path), self._show_result)
        self._list()  # a damaged test is no longer in it

    @Slot(object)
    def _delete(self, path: Path) -> None:
        self._run("delete", partial(self._history.delete, path), self._remember_deleted)
        self._list()

    def _remember_deleted(self, path: Path) -> None:
        self._deleted.append(path)
        self.intro.undo_button.show()
        self.status.show_message("Test deleted. Undo restores it until Digit Lab is closed.")

    @Slot()
    def _restore(self) -> None:
        if self._deleted:
            path = self._deleted.pop()
            self.intro.undo_button.setVisible(bool(self._deleted))
            self.status.clear()
            self._run("restore", partial(self._history.restore, path))
            self._list()

    # ------------------------------------------------------- export and import

    @Slot()
    def ask_export(self) -> QFileDialog | None:
        """Ask where to save the result shown."""
        result = self.result.result
        if result is None:
            return None
        name = f"handwriting {result.date[:16].replace(':', '-').replace('T', ' ')}"
        proposed = Path.home() / f"{name}{CSV_SUFFIX}"
        export = partial(self.export_to, result)
        return ask_where_to_save(self, "Export the handwriting test", EXPORT_FILTERS, proposed, export)

    def export_to(self, result: HandwritingTestResult, path: Path) -> None:
        """Save `result` to `path`, as CSV or UNIPEN by its suffix."""
        work = partial(export_test, result, path)
        self._run("export", work, lambda _: self.status.show_message(f"Saved as {path}."))

    @Slot()
    def ask_import(self) -> QFileDialog:
        """Ask for a test file to import."""
        return ask_for_file(self, "Import a handwriting test", IMPORT_FILTERS, self.import_from)

    def import_from(self, path: Path) -> None:
        """Read a test from `path`, add it to the list and show it."""
        work = partial(import_test, path, self.network, model=self._model, date=_now(), cancelled=is_cancelled)
        self.status.show_message(f"Reading {path.name} …", cancellable=True)
        self.imports.add("import", work, self._use_imported, self.status.show_error)

    def _use_imported(self, result: HandwritingTestResult) -> None:
        self._add(result)
        if self.pages.currentWidget() is self.writing:
            self.status.show_message("The imported test is in the list of tests.")
        else:
            self._show_result(result)

    @Slot()
    def _cancel_import(self) -> None:
        self.status.clear()
        self.imports.cancel("import")

    # ---------------------------------------------------------------- a drawing

    @Slot(object)
    def _explain(self, drawing: ReadDrawing | None) -> None:
        """Compute which part the current model's answer depends on."""
        if drawing is not None:
            work = partial(explain_drawing, self.network, drawing)
            self._run("explain", work, partial(self._use_explanation, drawing), latest_only=True)

    def _use_explanation(self, drawing: ReadDrawing, explanation: DrawingExplanation) -> None:
        if drawing is self.result.view.drawing:
            self.result.view.show_explanation(explanation)

    def _run(
        self,
        kind: str,
        work: Callable[[], object],
        on_result: Callable[..., None] = lambda _: None,
        *,
        latest_only: bool = False,
    ) -> None:
        """Run `work` on the thread; then call `on_result` with its result, or show its error."""
        self.tasks.add(kind, work, on_result, self.status.show_error, latest_only=latest_only)


def _now() -> str:
    return datetime.now().isoformat(timespec="seconds")
