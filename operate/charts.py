"""Bars as geometry for SVG; the page's template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

from operate.figures import Bar

WIDTH, LABELS, NUMBERS, ROW, THICK = 480, 160, 50, 28, 16
"""Units of the picture: whole width, what labels and numbers take of it, a row's height, a bar's."""


@dataclass(frozen=True)
class Drawn:
    """A bar: `y` is its top, `middle` where its texts stand, `width` its length."""

    label: str
    count: int
    y: float
    middle: float
    width: float


@dataclass(frozen=True)
class Chart:
    """`name` is for ids in the page; `says` tells in words what the picture shows."""

    name: str
    title: str
    head: str
    bars: Sequence[Drawn]

    @property
    def height(self) -> int:
        """Of the picture."""
        return len(self.bars) * ROW

    @property
    def says(self) -> str:
        """The same in words."""
        return "; ".join(f"{bar.label}: {bar.count}" for bar in self.bars) + "."


def chart_of(name: str, title: str, head: str, bars: Sequence[Bar]) -> Chart:
    """Lengths in proportion; the longest fills the space."""
    most = max((bar.count for bar in bars), default=0)
    room = WIDTH - LABELS - NUMBERS
    drawn = [
        Drawn(
            label=bar.label,
            count=bar.count,
            y=number * ROW + (ROW - THICK) / 2,
            middle=number * ROW + ROW / 2,
            width=round(room * bar.count / most, 1) if most else 0,
        )
        for number, bar in enumerate(bars)
    ]
    return Chart(name, title, head, drawn)
