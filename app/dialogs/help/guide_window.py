"""The window of the guide: the contents, the page, back and forward, and a search through all pages."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QUrl, Slot
from PySide6.QtGui import QImage, QKeySequence, QShortcut, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSizePolicy,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.help.guide_pages import GUIDE_PAGES, guide_pages, guide_picture
from app.style.theme import DARK, GAP, GROUP_GAP, PAGE_MARGIN, colours_of
from app.widgets.elements import push_button, row_of, set_style

GUIDE_SIZE = QSize(920, 640)
"""The size of the window at first, in pixels."""

PICTURE_WIDTH = 600
"""Width at which a wider picture is shown, in logical pixels."""

CONTENTS_LETTERS = 24
"""Width of the contents, in letters of the body font."""

FindFlag = QTextDocument.FindFlag


class GuideBrowser(QTextBrowser):
    """Shows one page. Its pictures follow the theme, and the size of its text follows the window's."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Page of the guide")
        self.setToolTip("Click a link to open its page. Ctrl and the mouse wheel change the size of the text.")
        self.setOpenExternalLinks(False)
        self.document().setDocumentMargin(PAGE_MARGIN)
        self._is_dark = colours_of(self) is DARK

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Read a page or a picture of the guide; anything else is empty."""
        path = QUrl(name).path().rpartition("/")[2]
        if kind == QTextDocument.ResourceType.ImageResource.value:
            picture = QImage.fromData(guide_picture(path, "dark" if colours_of(self) is DARK else "light"))
            ratio = self.devicePixelRatioF()
            width = round(ratio * PICTURE_WIDTH)
            if picture.width() > width:  # Qt would scale it without smoothing
                picture = picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
            picture.setDevicePixelRatio(max(1.0, picture.width() / PICTURE_WIDTH))
            return picture
        return next((page.text for page in guide_pages() if f"{page.name}.md" == path), "")

    def doSetSource(
        self, name: QUrl | str, type: QTextDocument.ResourceType = QTextDocument.ResourceType.UnknownResource
    ) -> None:
        """Show a page, with space above its headings and pictures, which Markdown has not."""
        super().doSetSource(name, type)
        block = self.document().begin()
        while block.isValid():
            form = block.blockFormat()
            if form.headingLevel() > 1 or "\ufffc" in block.text():  # a picture
                form.setTopMargin(GROUP_GAP)
                form.setBottomMargin(GAP)
                QTextCursor(block).setBlockFormat(form)
            block = block.next()

    def changeEvent(self, event: QEvent) -> None:
        """Read the pictures of the other theme when the theme changes; the place on the page stays."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and (colours_of(self) is DARK) != self._is_dark:
            self._is_dark = not self._is_dark
            place = self.verticalScrollBar().value()
            self.reload()
            self.verticalScrollBar().setValue(place)


class GuideWindow(QDialog):
    """Shows the guide beside the window, which stays usable. Esc closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Guide to Digit Lab")
        self.browser, self.contents = GuideBrowser(), QListWidget()
        self.find_field = QLineEdit()
        self.back = self._button("Back", "Show the previous page (Alt+Left).", self.browser.backward)
        self.forward = self._button("Forward", "Show the next page again (Alt+Right).", self.browser.forward)
        self.next_button = self._button("Find next", "Find the next place in all pages (Enter, or F3).", self.find_next)
        self._fill_contents()
        self._connect()
        self._lay_out()
        self.resize(GUIDE_SIZE)

    @property
    def page(self) -> str:
        """The name of the page that is shown."""
        return _page_of(self.browser.source())

    def open_page(self, name: str) -> None:
        """Show the page called `name`, one of `guide_pages.GUIDE_PAGES`."""
        if name != self.page:
            self.browser.setSource(QUrl(f"{name}.md"), QTextDocument.ResourceType.MarkdownResource)

    @Slot()
    def find_next(self) -> None:
        """Select the next place where the text to find is, on this page or on a later one; then from the start."""
        self._find(backwards=False)

    @Slot()
    def find_previous(self) -> None:
        """Select the place before."""
        self._find(backwards=True)

    def _find(self, *, backwards: bool) -> None:
        text = self.find_field.text()
        flags = FindFlag.FindBackward if backwards else FindFlag(0)
        found = bool(text) and (self.browser.find(text, flags) or self._find_on_other_pages(text, flags))
        set_style(self.find_field, "error", enabled=bool(text) and not found)
        self.find_field.setToolTip(
            f"“{text}” is on no page." if text and not found else "Find a word on all pages (Ctrl+F)."
        )

    def _find_on_other_pages(self, text: str, flags: FindFlag) -> bool:
        step = -1 if flags else 1
        start = GUIDE_PAGES.index(self.page)
        for distance in range(1, len(GUIDE_PAGES) + 1):
            page = guide_pages()[(start + step * distance) % len(GUIDE_PAGES)]
            document = QTextDocument()
            document.setMarkdown(page.text)
            if not document.find(text).isNull():
                self.open_page(page.name)
                self.browser.moveCursor(QTextCursor.MoveOperation.End if flags else QTextCursor.MoveOperation.Start)
                return self.browser.find(text, flags)
        return False

    def _button(self, text: str, tool_tip: str, on_click: Any) -> QPushButton:
        button = push_button(text, tool_tip, on_click)
        button.setAutoDefault(False)  # Enter is for the field
        return button

    def _fill_contents(self) -> None:
        self.contents.addItems([page.title for page in guide_pages()])
        self.contents.setSpacing(GAP // 4)
        self.contents.setAccessibleName("Contents of the guide")
        self.contents.setToolTip("The pages of the guide. Select one to read it.")
        self.contents.setMaximumWidth(CONTENTS_LETTERS * self.fontMetrics().averageCharWidth())
        self.find_field.setPlaceholderText("Find")
        self.find_field.setAccessibleName("Find in the guide")
        self.find_field.setToolTip("Find a word on all pages (Ctrl+F).")
        self.find_field.setClearButtonEnabled(True)

    def _connect(self) -> None:
        self.back.setEnabled(False)
        self.forward.setEnabled(False)
        self.browser.backwardAvailable.connect(self.back.setEnabled)
        self.browser.forwardAvailable.connect(self.forward.setEnabled)
        self.browser.sourceChanged.connect(self._show_place)
        self.contents.currentRowChanged.connect(self._open_row)
        self.find_field.returnPressed.connect(self.find_next)
        for key, slot, purpose in (
            ("Ctrl+F", self._focus_find, "Find a word"),
            ("F3", self.find_next, "Find the next place"),
            ("Shift+F3", self.find_previous, "Find the place before"),
            ("Alt+Left", self.browser.backward, "Back"),
            ("Alt+Right", self.browser.forward, "Forward"),
        ):
            QShortcut(QKeySequence(key), self, slot).setWhatsThis(purpose)

    def _lay_out(self) -> None:
        self.find_field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addLayout(row_of(self.back, self.forward, self.find_field, self.next_button))
        right.addWidget(self.browser, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GROUP_GAP, GROUP_GAP, GROUP_GAP, GROUP_GAP)
        layout.setSpacing(GROUP_GAP)
        layout.addWidget(self.contents)
        layout.addLayout(right, 1)
        self.browser.setFocus()

    @Slot(QUrl)
    def _show_place(self, source: QUrl) -> None:
        """Select the page that is shown in the contents."""
        self.contents.setCurrentRow(GUIDE_PAGES.index(_page_of(source)))

    @Slot(int)
    def _open_row(self, row: int) -> None:
        self.open_page(GUIDE_PAGES[row])

    @Slot()
    def _focus_find(self) -> None:
        self.find_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.find_field.selectAll()


def _page_of(source: QUrl) -> str:
    return source.path().rpartition("/")[2].removesuffix(".md")
