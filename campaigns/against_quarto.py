"""One document by both renderers, block by block (`make check-quarto`); --record keeps Quarto's.

The document, contract.qmd of tests/unit/report/render, has figures, tables, references, callouts
and parameters. A test holds the embedded renderer to the list of blocks beside it, wherever Quarto
is not installed.
"""

import argparse
import difflib
import sys
import tempfile
from pathlib import Path

RENDER = Path(__file__).parents[1] / "tests/unit/report/render"
sys.path[:0] = [str(RENDER)]

from render_blocks import alike, blocks_of  # noqa: E402

from conftest import DOT_SVG, dot_png  # noqa: E402
from trialtrace.base.errors import UserError  # noqa: E402
from trialtrace.report.render.api import render_document  # noqa: E402

RECORDED = RENDER / "contract.blocks.txt"


def blocks(renderer: str, folder: Path) -> list[str]:
    """The blocks of the document's page by a renderer."""
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    (figures / "dot.png").write_bytes(dot_png())
    (figures / "dot.svg").write_text(DOT_SVG)
    files = render_document(
        RENDER / "contract.qmd",
        inputs={"figures": figures},
        out_dir=folder / renderer,
        stem="contract",
        formats=("html",),
        renderer=renderer,
    )
    assert files.html is not None
    return alike(blocks_of(files.html.read_text(encoding="utf-8")))


def main() -> int:
    """Compare both, or record Quarto's; 1 where they differ."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--record", action="store_true")
    record = arguments.parse_args().record
    with tempfile.TemporaryDirectory() as scratch:
        try:
            theirs = blocks("quarto", Path(scratch))
        except UserError as error:
            print(error)
            return 1
        if record:
            RECORDED.write_text("\n".join(theirs) + "\n", encoding="utf-8")
            print(f"{len(theirs)} blocks: {RECORDED.name}")
            return 0
        ours = blocks("embedded", Path(scratch))
    told = [*difflib.unified_diff(theirs, ours, "quarto", "embedded", lineterm="")]
    print("\n".join(told) or f"{len(ours)} blocks, all alike")
    return 1 if told else 0


if __name__ == "__main__":
    raise SystemExit(main())
