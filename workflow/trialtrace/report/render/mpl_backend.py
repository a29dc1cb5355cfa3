"""A matplotlib backend whose `show` hands the open figures to the running document.

Chosen through MPLBACKEND, it imports matplotlib; nothing else imports this module.
"""

import io

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

SCREEN_DPI = 96


class FigureManager(FigureManagerBase):
    """Holds a figure without a window."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """`plt.show()`: display every open figure in order of creation, then close it."""
        from trialtrace.report.render.session import show

        for manager in Gcf.get_all_fig_managers():
            figure = manager.canvas.figure
            Gcf.destroy(manager)
            show(figure)


class FigureCanvas(FigureCanvasAgg):
    """Agg's canvas with the manager above."""

    manager_class = FigureManager


def png(figure: Figure) -> bytes:
    """The figure at twice the density of a screen, with no text that varies by version."""
    return _saved(figure, "png", dpi=2 * SCREEN_DPI, metadata={"Software": None})


def svg(figure: Figure) -> str:
    """The figure as SVG without date and creator."""
    metadata = {"Date": None, "Creator": None}
    return _saved(figure, "svg", metadata=metadata).decode("utf-8")


def _saved(figure, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, bbox_inches="tight", **options)
    return buffer.getvalue()
