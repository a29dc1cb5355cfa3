"""Pages of the gallery: their blocks run as they stand, their pictures drawn from the results."""

import doctest
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from trialtrace.report.figures.canvas import STYLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLOCK = re.compile(r"^```(pycon|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pictures(name: str, text: str) -> Iterator[tuple[int, "Figure"]]:
    """What each `python` block of a page draws, with the place where the block ends.

    `pycon` blocks share their names, which a drawing has too. Raises `ValueError` where one prints
    something else than the page shows.
    """
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    names: dict[str, object] = {}
    style = STYLE | {"figure.constrained_layout.use": True, "figure.figsize": (6, 3.5)}
    with plt.rc_context(style), TemporaryDirectory() as folder:
        script = Path(folder) / f"{name}.py"
        for block in _BLOCK.finditer(text):
            kind, code = block.groups()
            if kind == "pycon":
                _compare(name, code, text.count("\n", 0, block.start(2)), names)
                continue
            script.write_text(code, encoding="utf-8")
            runpy.run_path(str(script), names)
            yield block.end(), plt.gcf()
            plt.close("all")


def _compare(name: str, code: str, line: int, names: dict[str, object]) -> None:
    test = doctest.DocTestParser().get_doctest(code, {}, name, name, line)
    test.globs = names
    said: list[str] = []
    doctest.DocTestRunner().run(test, out=said.append, clear_globs=False)
    if said:
        raise ValueError("".join(said))


def draw(page: Path) -> None:
    """Draw the pictures of a page beside it, and show each below its block."""
    text = page.read_text(encoding="utf-8")
    shown, begin = [], 0
    for number, (end, figure) in enumerate(pictures(page.name, text), 1):
        file = page.with_name(f"{page.stem}-{number}.svg")
        figure.savefig(file, metadata={"Date": None})
        shown += [text[begin:end], f"\n\n![{figure.axes[0].get_title()}]({file.name})"]
        begin = end
    page.write_text("".join([*shown, text[begin:]]), encoding="utf-8")
