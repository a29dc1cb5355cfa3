"""Documents by both renderers, block by block (`make check-quarto`); --record keeps Quarto's.

Without the name of a trial it is contract.qmd of tests/unit/report/render, which has figures,
tables, references, callouts and parameters. A test holds the embedded renderer to the list of
blocks beside it, wherever Quarto is not installed. Of a trial that has run it is the documents of
the run: their blocks, and the links with their words and where they lead.
"""

import argparse
import difflib
import os
import re
import sys
import tempfile
from pathlib import Path

RENDER = Path(__file__).parents[1] / "tests/unit/report/render"
sys.path[:0] = [str(RENDER)]

from render_blocks import alike, blocks_of, links_of  # noqa: E402

from conftest import DOT_SVG, dot_png  # noqa: E402
from trialtrace.base.errors import UserError  # noqa: E402
from trialtrace.base.paths import project  # noqa: E402
from trialtrace.report.cells import FOLDER as DOCUMENTS  # noqa: E402
from trialtrace.report.cells import PROJECT, SUMMARY  # noqa: E402
from trialtrace.report.render.api import render_document  # noqa: E402
from trialtrace.run.trial.reported import REPORT, SUPPLEMENT  # noqa: E402

RECORDED = RENDER / "contract.blocks.txt"
# The embedded renderer numbers a supplement S1, S2; Quarto, to which it is a document, 1, 2.
_LETTER = re.compile(r"\b(h\d: |Table |Figure |Section )S(?=\d)")


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


def pages(trial: str, renderer: str, folder: Path) -> dict[str, list[str]]:
    """The blocks and the links of each document of a trial's last run by a renderer."""
    at = project(None)
    os.environ[PROJECT] = str(at.root)
    documents = at.results / trial / DOCUMENTS
    for names in (REPORT, SUPPLEMENT), (SUMMARY,):
        render_document(
            *(documents / f"{name}.qmd" for name in names),
            inputs={"figures": at.results / trial / "report/figures"},
            out_dir=folder / renderer,
            stem=names[0],
            formats=("html",),
            renderer=renderer,
        )
    found = {}
    for name in (REPORT, SUPPLEMENT, SUMMARY):
        text = (folder / renderer / f"{name}.html").read_text(encoding="utf-8")
        found[name] = [_LETTER.sub(r"\1", block) for block in alike(blocks_of(text))]
        found[f"links of the {name}"] = links_of(text)
    return found


def compared(theirs: list[str], ours: list[str], what: str) -> bool:
    """Print how two lists differ, or how long both are; whether they are the same."""
    told = [*difflib.unified_diff(theirs, ours, "quarto", "embedded", lineterm="", n=1)]
    print("\n".join(told) or f"{what}: {len(ours)}, all alike")
    return not told


def main() -> int:
    """Compare both, or record Quarto's; 1 where they differ."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("trials", nargs="*")
    arguments.add_argument("--record", action="store_true")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        try:
            if given.record:
                theirs = blocks("quarto", folder)
                RECORDED.write_text("\n".join(theirs) + "\n", encoding="utf-8")
                print(f"{len(theirs)} blocks: {RECORDED.name}")
                return 0
            if not given.trials:
                return not compared(blocks("quarto", folder), blocks("embedded", folder), "blocks")
            same = True
            for trial in given.trials:
                both = [pages(trial, name, folder / trial) for name in ("quarto", "embedded")]
                for what, theirs in both[0].items():
                    same &= compared(theirs, both[1][what], f"{trial}, {what}")
        except UserError as error:
            print(error)
            return 1
    return not same


if __name__ == "__main__":
    raise SystemExit(main())
