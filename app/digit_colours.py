"""Ten colours, one a digit, for plots in which every digit stands for itself.

After P. Tol's "muted" scheme and Okabe and Ito's, made for colour-blind eyes, and darker or lighter where a thin figure
would be lost on the surface. Ten colours cannot all be told apart by everybody: whoever uses them writes the digit too.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.theme import DARK, colours_of

ON_LIGHT = (
    "#332288", "#C2556A", "#117733", "#882255", "#0072B2", "#946600", "#1F8A7A", "#C85200", "#AA4499", "#6B7078",
)  # fmt: skip
ON_DARK = (
    "#A99BF5", "#EE8899", "#5FCB7A", "#E667A3", "#56B4E9", "#DDCC77", "#66D9C6", "#F0803C", "#CC85DB", "#C8CCD4",
)  # fmt: skip


def digit_colours(widget: QWidget) -> tuple[str, ...]:
    """The ten colours on the surface that `widget` is shown on."""
    return ON_DARK if colours_of(widget) is DARK else ON_LIGHT
