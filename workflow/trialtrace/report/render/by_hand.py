"""Documents that a person renders by Quarto, in the project reports/, outside of any run.

Their folder has neither figures nor pages of the run: the filter leads pictures to them, and after
all is rendered the pages behind the numbers are copied beside it.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterable
from html import escape
from pathlib import Path

from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import write_text
from trialtrace.report.links import Step
from trialtrace.report.own_documents import read_state
from trialtrace.report.render.pandoc import with_links
from trialtrace.report.render.tree import nodes

NOTE = (
    "Rendered by hand from the last run of the trial: trialtrace verify knows the report of the "
    "run alone. What is marked is its author's own, and nothing checked it."
)
OUTPUT = "_site"
RENDERED = "QUARTO_PROJECT_OUTPUT_FILES"
# Quarto's own folder within a project, which git ignores.
SCRATCH = ".quarto"
SKIP = '<nav aria-label="Skip"><a class="skip" href="#title-block-header">To the text</a></nav>'
# A link to the page of a number, and its place there and here.
_NUMBER = re.compile(r'<a ((?:class="field" )?href="trace/[^"#]+#([^"/]+)")')
PAGES = '<nav class="pages" aria-label="Pages of this report">{}</nav>'


def made_by_hand(document: nodes.Node, kind: str, folder: Path) -> None:
    """Lead the pictures of a document in `folder` to those of the run; a note at its head, and in
    HTML the row of pages."""
    at = Project(folder.parents[1])
    report = at.results / folder.name / "report"
    nodes.walk(document, {"Image": lambda image: _led(image, folder, report)})
    callout = nodes.div(
        [nodes.paragraph([nodes.word(NOTE)])], nodes.attributes(classes=["callout-warning"])
    )
    pages = read_state(at, folder.name).get("pages", ())
    row = [nodes.raw_block("html", _pages(report, pages))] if "html" in kind else []
    document["blocks"] = [*row, callout, *document["blocks"]]


def _led(image: nodes.Node, folder: Path, report: Path) -> None:
    target = image["c"][2]
    picture = report / target[0]
    if not target[0].startswith("figures/") or (folder / target[0]).exists():
        return
    if picture.is_file():  # typst reads nothing outside of the project
        copies = folder.parent / SCRATCH / folder.name / "figures"
        copies.mkdir(parents=True, exist_ok=True)
        for file in picture.parent.glob(f"{picture.stem}.*"):
            shutil.copyfile(file, copies / file.name)
        target[0] = os.path.relpath(copies / picture.name, folder)


def _pages(report: Path, pages: Iterable[Step]) -> str:
    links = " ".join(
        f'<a href="{escape(page)}">{escape(title)}</a>'
        for title, page in pages
        if (report / page).is_file()
    )
    return f"{SKIP}\n{PAGES.format(links)}"


def _with_places(text: str) -> str:
    """A page whose drawings have their links, and whose first link to a number is a place, as in a
    run's."""
    text = with_links(text).replace("<svg role=", '<svg class="img-fluid" role=')
    places = {*re.findall(r' id="([^"]+)"', text)}

    def placed(link: re.Match[str]) -> str:
        if link[2] in places:
            return link[0]
        places.add(link[2])
        return f'<a id="{link[2]}" {link[1]}'

    return _NUMBER.sub(placed, text)


def main() -> None:
    """As Quarto calls it: without files that it has rendered before, with them after."""
    at = Project(Path.cwd().parent)
    try:
        if RENDERED in os.environ:
            copy_pages(at)
        else:
            refuse_without_run(at)
    except UserError as error:
        print(f"\n{error}\n", file=sys.stderr)
        raise SystemExit(1) from None


def _trials(at: Project) -> list[str]:
    return sorted({path.parent.name for path in at.reports.glob("*/*.qmd")})


def refuse_without_run(at: Project) -> None:
    """Raises ProblemsError for each trial that has documents and no run."""
    problems = [
        Problem(f"reports/{name}/", "the trial has not run", do=f"trialtrace run {name}")
        for name in _trials(at)
        if not (at.results / name / "quarto" / "cells.json").is_file()
    ]
    if problems:
        raise ProblemsError(problems)


def copy_pages(at: Project) -> None:
    """Put what a run made beside what Quarto rendered, and nothing in the place of that, be it now
    or since the run; the pages of numbers find their way back."""
    rendered = {(at.reports / one).resolve() for one in os.environ[RENDERED].splitlines()}
    for page in rendered:
        if page.suffix == ".html":
            write_text(page, _with_places(page.read_text(encoding="utf-8")))
    for name in _trials(at):
        out = at.reports / OUTPUT / name
        for path in sorted((at.results / name / "report").rglob("*")):
            copy = out / path.relative_to(at.results / name / "report")
            if path.is_file() and copy.resolve() not in rendered and not _later(copy, path):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)


def _later(copy: Path, path: Path) -> bool:
    return copy.is_file() and copy.stat().st_mtime >= path.stat().st_mtime
