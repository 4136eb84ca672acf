"""A sheet to draw on in pixels, from the top left corner. It never fails on letters that its font lacks."""

from __future__ import annotations

from io import BytesIO
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal, get_args

from bot.safety.text import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

DPI = 100
POINTS = 72 / DPI
"""Points in a pixel."""
READ_LENGTH = 240
"""Characters of a text that are looked at: more never fit in two lines."""
DOT = 24
LINE = 1.25
"""Distance between lines, in font sizes."""

Weight = Literal["normal", "bold"]
Align = Literal["left", "center", "right"]


class Sheet:
    """One picture with a background of its own. Belongs to one thread; several sheets may be drawn at once."""

    def __init__(self, width: int, height: int, paper: str) -> None:
        # Half a second, and only when somebody looks at figures.
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
        from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415

        figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=paper)
        self._canvas: Any = FigureCanvasAgg(figure)
        self._axes = figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set(xlim=(0, width), ylim=(height, 0))
        self._new_font = FontProperties
        fonts = (get_font(findfont(FontProperties(weight=weight))) for weight in get_args(Weight))
        self._glyphs = set.intersection(*(set(font.get_charmap()) for font in fonts))

    def box(self, x: float, y: float, width: float, height: float, colour: str, *, radius: float = 0) -> None:
        """Fill a rectangle with round corners."""
        from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415

        style = f"round,pad=0,rounding_size={min(radius, width / 2, height / 2)}"
        self._axes.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=style, facecolor=colour, linewidth=0))

    def bar(
        self, x: float, y: float, width: float, height: float, colour: str, *, hatch: str = "", ink: str = ""
    ) -> None:
        """Fill a rectangle, hatched in `ink` where it must be told apart without colour."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415

        patch = Rectangle((x, y), width, height, facecolor=colour, linewidth=0, hatch=hatch or None)
        patch.set_edgecolor(ink or colour)
        patch.set_hatch_linewidth(2)
        self._axes.add_patch(patch)

    def dot(self, x: float, y: float, marker: str, colour: str, *, rim: str) -> None:
        """Draw one of matplotlib's markers, DOT pixels wide."""
        wide = DOT * POINTS
        self._axes.plot([x], [y], marker, markersize=wide, color=colour, markeredgecolor=rim, markeredgewidth=2)

    def write(
        self,
        x: float,
        y: float,
        lines: str | Sequence[str],
        size: float,
        colour: str,
        *,
        weight: Weight = "normal",
        align: Align = "left",
        behind: str | None = None,
    ) -> float:
        """Write lines whose middle is at `y`, aligned at `x`, on the colour `behind`; return how wide they are."""
        rows = [self.drawable(line) for line in ([lines] if isinstance(lines, str) else lines)]
        for place, row in enumerate(rows):
            self._axes.text(
                x,
                y + (place - (len(rows) - 1) / 2) * size * LINE,
                row,
                fontsize=size * POINTS,
                color=colour,
                weight=weight,
                ha=align,
                va="center_baseline",
                parse_math=False,  # people write about $ as well
                bbox={"facecolor": behind, "linewidth": 0, "pad": 2} if behind else None,
            )
        return max(self._width(row, size, weight) for row in rows)

    def can_draw(self, text: str) -> bool:
        """Tell whether the font has every letter and digit of a text."""
        return all(ord(sign) in self._glyphs for sign in text if sign.isalnum())

    def drawable(self, text: str) -> str:
        """Return a text without what the font has no glyph for (it would be shown as boxes)."""
        return " ".join("".join(sign for sign in " ".join(text.split()) if ord(sign) in self._glyphs).split())

    def fit(self, text: str, width: float, size: float, *, lines: int = 1, weight: Weight = "normal") -> list[str]:
        """Return a text as at most `lines` lines that are at most `width` pixels wide, with an ellipsis where cut."""
        text = self.drawable(text[:READ_LENGTH])
        wide = self._width(text, size, weight)
        if wide <= width:
            return [text]
        characters = max(2, int(len(text) * width / wide))
        rows = wrap(text, characters, max_lines=lines, placeholder="…") if lines > 1 else [text]
        return [self._cut(row, width, size, weight) for row in rows]

    def png(self) -> bytes:
        """Return the picture."""
        file = BytesIO()
        self._canvas.print_png(file)
        return file.getvalue()

    def _cut(self, text: str, width: float, size: float, weight: Weight) -> str:
        fitting = text
        while len(fitting) > 1 and self._width(fitting, size, weight) > width:
            fitting = cut(text, len(fitting) - 1)
        return fitting

    def _width(self, text: str, size: float, weight: Weight) -> float:
        font = self._new_font(size=size * POINTS, weight=weight)
        return float(self._canvas.get_renderer().get_text_width_height_descent(text, font, ismath=False)[0])
