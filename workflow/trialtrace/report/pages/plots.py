"""What pages of pictures and rows share that are not of a report: style, cells, a drawing."""

from collections.abc import Iterable, Sequence
from html import escape

from trialtrace.report.figures.canvas import INK

# The width that coordinates of a drawing are in.
WIDTH = 960.0
STYLE = """svg { width: 100%; min-width: 44rem; height: auto; }
figure { margin: 1rem 0; overflow-x: auto; }
figcaption { color: var(--soft); font-size: 0.9rem; }
.wrap { white-space: normal; min-width: 16rem; }
tbody th { text-align: left; padding-top: 0.8rem; }
"""


def drawing(title: str, height: float, parts: Sequence[str]) -> str:
    """Parts of a drawing as a picture with a title for who cannot see it."""
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{escape(title)}" '
        f'font-size="11" fill="{INK}">\n' + "\n".join(parts) + "\n</svg>"
    )


def figure(picture: str, caption: str) -> str:
    """A picture with its caption."""
    return f"<figure>\n{picture}\n<figcaption>{caption}</figcaption>\n</figure>"


def row(plain: Iterable[object] = (), *wrapped: str, first: str = "", anchor: str = "") -> str:
    """A row of a table: a long text first, cells that stay on one line, long texts behind them."""
    at = f' id="{anchor}"' if anchor else ""
    texts = [_long(first)] if first else []
    texts += [f"<td>{escape(str(text))}</td>" for text in plain]
    return f"<tr{at}>{''.join([*texts, *map(_long, wrapped)])}</tr>"


def _long(text: str) -> str:
    return f'<td class="wrap">{escape(text)}</td>'
