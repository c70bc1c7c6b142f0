"""Shows text with formulas, which are images in the font size and colour of the text."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from PySide6.QtCore import QEvent, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QFont, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from app.style.theme import GAP, GROUP_GAP, colours_of
from app.widgets.formula_image import formula_image

EM_SPACE = "\u2003"
"""Wide space between the formulas of a line, where the line may break."""

MIN_FORMULA_WIDTH = 120
"""A wide formula is not made narrower than this, in pixels."""


def formula_html(line: str) -> str:
    """A line of words as HTML; its formulas in LaTeX stay between dollar signs for `FormulaView.show_page`."""
    parts = line.split("$")
    parts[::2] = (escape(words, quote=False).replace("  ", EM_SPACE) for words in parts[::2])
    return "$".join(parts)


class FormulaView(QTextBrowser):
    """A page of HTML with formulas in LaTeX between dollar signs; it follows the theme and the font.

    Each formula must be one of those that `resources.build_formulas` rendered.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = ""
        self._is_rendering = False

    def show_page(self, page: str) -> None:
        """Show a page of HTML. Raises KeyError if there is no picture of a formula."""
        if page != self._page:
            self._page = page
            self._render()

    def _render(self) -> None:
        colours, document, place = colours_of(self), self.document(), self.verticalScrollBar().value()
        document.setDefaultStyleSheet(
            f"p, li, td {{ color: {colours.text}; line-height: 140%; margin-bottom: {GAP}px; }}"
            f"h2, h3 {{ color: {colours.text}; margin-top: {GROUP_GAP}px; margin-bottom: {GAP // 2}px; }}"
            f".quiet {{ color: {colours.quiet_text}; }}"
            f".formula {{ margin-left: {GROUP_GAP}px; line-height: 100%; white-space: pre-wrap; }}"
            f".line {{ margin-bottom: 0px; line-height: 100%; }}"
        )
        self._is_rendering = True  # a scroll bar that appears changes the width
        parts = self._page.split("$")
        parts[1::2] = map(self._image_html, parts[1::2])
        self.setHtml("".join(parts))
        self.verticalScrollBar().setValue(place)
        self._is_rendering = False

    def _image_html(self, latex: str) -> str:
        font, colour, ratio = QFont(self.font()), QColor(colours_of(self).text), self.devicePixelRatioF()
        image = formula_image(latex, font, colour, ratio)
        room = self._room
        if image.deviceIndependentSize().width() > room:
            font.setPointSizeF(font.pointSizeF() * room / image.deviceIndependentSize().width())
            image = formula_image(latex, font, colour, ratio)
        size, name = image.deviceIndependentSize().toSize(), f"formula:{quote(latex)}"
        self.document().addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), image)
        return f'<img src="{name}" width="{size.width()}" height="{size.height()}" style="vertical-align: middle">'

    @property
    def _room(self) -> float:
        """The width of a line in pixels; a wider formula is made smaller."""
        return max(MIN_FORMULA_WIDTH, self.viewport().width() - 2 * self.document().documentMargin())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the formulas to the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and not self._is_rendering:
            self._render()

    def changeEvent(self, event: QEvent) -> None:
        """Render the page again for a new theme or font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._render()


class FormulaLabel(FormulaView):
    """A FormulaView as high as its page, without a frame; it is not reached with Tab, like a label."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Its height depends on its width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of the page in pixels in a column of this width."""
        page = self.document().clone(self)
        page.setTextWidth(width)
        height = round(page.size().height() + 0.5)
        page.deleteLater()
        return height

    def sizeHint(self) -> QSize:
        """The height at the present width."""
        return QSize(0, self.heightForWidth(max(1, self.width())))

    def minimumSizeHint(self) -> QSize:
        """No width of its own, so that the column decides."""
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height that the new width needs."""
        super().resizeEvent(event)
        self.verticalScrollBar().setValue(0)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def show_page(self, page: str) -> None:
        """Show a page of HTML, and ask for its height."""
        super().show_page(page)
        self.updateGeometry()
