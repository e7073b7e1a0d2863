"""Axes to draw on, and figures as Markdown, for pages that take no files."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from geo.errors import GeoError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["axes_or_new", "bare", "markdown_picture", "new_axes"]

_SIZE = (6.4, 4.4)


def new_axes(*, size: tuple[float, float] = _SIZE) -> Axes:
    """Axes of a figure that no window and no notebook shows by itself.

    Parameters
    ----------
    size : tuple of float
        Width and height in inches.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="compressed")
    FigureCanvasAgg(figure)
    return figure.subplots()


def axes_or_new(ax: Axes | None) -> Axes:
    """`ax`, or the Axes of a new figure by pyplot, which a notebook shows."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    made: Axes = plt.subplots(figsize=_SIZE, layout="compressed")[1]
    return made


def bare(ax: Axes) -> None:
    """Leave out the frame above and to the right, which tells nothing."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def markdown_picture(ax: Axes, alt: str, *, max_bytes: int = 200_000) -> str:
    """Markdown image with the figure of `ax` inside it as a data URI.

    Parameters
    ----------
    ax : Axes
        On the figure to show.
    alt : str
        What the picture shows, in words.
    max_bytes : int
        Largest size of the result.

    Returns
    -------
    str
        Markdown; drawn coarser where the picture would be larger than `max_bytes`, and its words
        alone where that does not help, since no run should fail for a preview.

    Raises
    ------
    GeoError
        If `ax` is on no figure.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        raise GeoError("`ax` is on no figure any more: it was removed from it.")
    words = alt.replace("[", "(").replace("]", ")")
    for dpi in (110, 75, 50):
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
        data = base64.b64encode(buffer.getvalue()).decode()
        image = f"![{words}](data:image/png;base64,{data})"
        if len(image) <= max_bytes:
            return image
    return f"*{words}* ({len(image):,} bytes: too large to show here)"
