"""A report as a folder of one's own: its cells, run without Quarto, give the report's numbers."""

import ast
import csv
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import yaml
from kept_report import FOLDER

from trialtrace.base.paths import Project
from trialtrace.cli import main
from trialtrace.report.render.document import Cell, read_document
from trialtrace.report.render.embedded import INLINE
from trialtrace.report.shown.html_lines import html_lines
from trialtrace.report.shown.lines import is_trace

LINK = re.compile(r"\[([^\]]+)\]\((trace/[^)]+)\)")


@pytest.fixture(scope="module")
def written(whole: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own") / "mine"
    assert main(["--project", str(whole.root), "quarto-project", "mini", str(folder)]) == 0
    return folder


def plainly(text: str) -> str:
    """Letters and digits of a number in Markdown or HTML."""
    return re.sub(r"\W", "", unescape(text))


def executed(document: Path) -> Iterator[tuple[str, str]]:
    """The label of each cell and what it shows, run as plain Python in one namespace; then what
    expressions in sentences show."""
    space: dict[str, object] = {}
    for cell in read_document(document).cells:
        tree = ast.parse(cell.code)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, cell.label, "exec"), space)  # noqa: S102 - the document is code
        shown = None
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), cell.label, "eval"), space)  # noqa: S307
        yield cell.label, getattr(shown, "data", "")
    inline = INLINE.findall(document.read_text(encoding="utf-8"))
    yield "inline", " ".join(eval(one, space).data for one in inline)  # noqa: S307


def test_its_cells_give_the_numbers_of_the_report(whole: Project, written: Path, monkeypatch):
    monkeypatch.chdir(written)
    made = dict(executed(written / "extended.qmd"))
    own, inline = made.pop("own-table"), made.pop("inline")
    assert len(LINK.findall(inline)) == 1
    found = {(text, target) for one in made.values() for text, target in LINK.findall(one)}
    expected = {
        (text, target)
        for name in ("report", "supplement")
        for line in html_lines((whole.root / FOLDER / f"report/{name}.html").read_bytes())
        for piece in line.pieces
        for text, target in piece.links
        if is_trace(target)
    }
    assert len(expected) > 100
    assert {target for _, target in found} == {target for _, target in expected}
    numbers = {(plainly(text), target) for text, target in found}
    assert {(plainly(text), target) for text, target in expected} <= numbers
    assert len(LINK.findall(own)) > 3
    pages = {target.partition("#")[0] for _, target in found}
    assert all((written / page).is_file() for page in pages)


def test_it_is_marked_and_lies_beside_the_report(whole: Project, written: Path):
    text = (written / "extended.qmd").read_text(encoding="utf-8")
    document = read_document(written / "extended.qmd")
    assert document.meta["title"].startswith("Extended: ")
    before = text[: text.index("#| label: opening")]
    assert "not checked by trialtrace" in before
    labels = [cell.label for cell in document.cells]
    assert len(set(labels)) == len(labels) and all(labels)
    project = yaml.safe_load((written / "_quarto.yml").read_text(encoding="utf-8"))
    assert project["project"]["render"] == ["extended.qmd"]
    report = whole.root / FOLDER / "report/report.html"
    assert (written / "report.html").read_bytes() == report.read_bytes()
    assert all(isinstance(cell, Cell) for cell in document.cells)


def test_its_results_are_what_the_report_prints(written: Path):
    with (written / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["result_id"]: row for row in csv.DictReader(file)}
    share = rows["mini/relief_primary/proportion.wilson@placebo"]
    assert "33.3" in share["stat_text"] and share["link"].startswith("trace/relief_primary.html#")


def test_a_folder_with_files_is_refused(whole: Project, written: Path, capsys):
    assert main(["--project", str(whole.root), "quarto-project", "mini", str(written)]) == 1
    assert "a new folder" in capsys.readouterr().err


def test_results_of_another_run_are_refused(written: Path, tmp_path: Path):
    text = (written / "extended.qmd").read_text(encoding="utf-8")
    other = tmp_path / "extended.qmd"
    other.write_text(re.sub(r"^seal = '.*'$", "seal = 'another'", text, flags=re.MULTILINE))
    with pytest.raises(Exception, match="of another run"):
        list(executed(other))
