"""Documents that a person renders by Quarto, in the project reports/, outside of any run.

Their folder has neither figures nor pages of the run: the filter leads pictures to them, and after
all is rendered the pages behind the numbers are copied beside it. They are a website: before that
its sidebar is written, from the documents that lie there and the pages that a run made.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from trialtrace.base.errors import Problem, ProblemsError, UserError
from trialtrace.base.paths import Project
from trialtrace.base.store import write_json, write_text
from trialtrace.report.links import CHANGES_PAGE, SUMMARY_PAGE
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
# In that, as the file of the project names it; Quarto reads it again after it is written.
SIDEBAR = "sidebar.json"
CHANGES = "Changes since the run before"
# Before all else of a page, by the style of a run's pages and by Quarto's own.
SKIP = (
    '<nav aria-label="Skip"><a class="skip visually-hidden-focusable" href="#title-block-header">'
    "To the text</a></nav>"
)
_BODY = re.compile(r"<body[^>]*>")
# A link to the page of a number, and its place there and here.
_NUMBER = re.compile(r'<a ((?:class="field" )?href="trace/[^"#]+#([^"/]+)")')


def made_by_hand(document: nodes.Node, folder: Path) -> None:
    """Lead the pictures of a document in `folder` to those of the run; a note at its head."""
    at = Project(folder.parents[1])
    report = at.results / folder.name / "report"
    nodes.walk(document, {"Image": lambda image: _led(image, folder, report)})
    callout = nodes.div(
        [nodes.paragraph([nodes.word(NOTE)])], nodes.attributes(classes=["callout-warning"])
    )
    document["blocks"] = [callout, *document["blocks"]]


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


def _finished(text: str) -> str:
    """A page that begins with a way past its sidebar, whose drawings have their links, and whose
    first link to a number is a place, as in a run's."""
    text = with_links(text).replace("<svg role=", '<svg class="img-fluid" role=')
    if SKIP not in text:
        text = _BODY.sub(rf"\g<0>\n{SKIP}", text, count=1)
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
            write_sidebar(at)
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


def write_sidebar(at: Project) -> None:
    """What the site has of each trial: its documents, also those that a person added, and the pages
    beside them."""
    contents = [{"section": name, "contents": [*_of_trial(at, name)]} for name in _trials(at)]
    if (at.site / CHANGES_PAGE).is_file():
        contents.append({"text": CHANGES, "href": CHANGES_PAGE})
    file = at.reports / SCRATCH / SIDEBAR
    write_json(file, {"website": {"sidebar": {"contents": contents}}})


def _of_trial(at: Project, name: str) -> Iterator[dict[str, str]]:
    """The pages of a trial, its summary first; a document by its source, which Quarto renders."""
    documents = sorted(at.reports.glob(f"{name}/*.qmd"))
    sources = {path.stem: f"{name}/{path.name}" for path in documents}
    pages = read_state(at, name).get("pages", ())
    for title, page in sorted(pages, key=lambda step: step[1] != SUMMARY_PAGE):
        source = sources.pop(page.removesuffix(".html"), None)
        if source or (at.results / name / "report" / page).is_file():
            yield {"text": title, "href": source or f"{name}/{page}"}
    yield from ({"href": source} for source in sources.values())


def copy_pages(at: Project) -> None:
    """Put what a run made beside what Quarto rendered, and nothing in the place of that, be it now
    or since the run; the pages of numbers find their way back."""
    rendered = {(at.reports / one).resolve() for one in os.environ[RENDERED].splitlines()}
    for page in rendered:
        if page.suffix == ".html":
            write_text(page, _finished(page.read_text(encoding="utf-8")))
    for name in _trials(at):
        out = at.reports / OUTPUT / name
        for path in sorted((at.results / name / "report").rglob("*")):
            copy = out / path.relative_to(at.results / name / "report")
            if path.is_file() and copy.resolve() not in rendered and not _later(copy, path):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
    if (at.site / CHANGES_PAGE).is_file():
        shutil.copyfile(at.site / CHANGES_PAGE, at.reports / OUTPUT / CHANGES_PAGE)


def _later(copy: Path, path: Path) -> bool:
    return copy.is_file() and copy.stat().st_mtime >= path.stat().st_mtime
