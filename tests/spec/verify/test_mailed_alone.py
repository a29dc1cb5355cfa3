"""A DOCX of a whole report, mailed without its folder: no link of it is dead."""

import csv
import zipfile
from pathlib import Path

from kept_report import FOLDER

from trialtrace.base.paths import Project
from trialtrace.base.store import read_parquet
from trialtrace.report.links import NUMBERS_TABLE, bookmark_link
from trialtrace.report.shown.docx_lines import docx_lines
from trialtrace.report.shown.lines import BOOKMARK
from trialtrace.run.trace.short_id import short_id


def parts(whole: Project, name: str) -> tuple[Path, str, str]:
    path = whole.root / FOLDER / "report" / f"{name}.docx"
    with zipfile.ZipFile(path) as archive:
        text = archive.read("word/document.xml").decode()
        return path, text, archive.read("word/_rels/document.xml.rels").decode()


def test_a_number_leads_to_where_it_stands_first(whole: Project):
    """A paper copy has no register of short ids: numbers.csv beside the report is one."""
    path, text, _ = parts(whole, "report")
    results = read_parquet(whole.results / "mini/analysis/results.parquet", ["result_id"])
    names = results["result_id"].to_pylist()
    marks = {bookmark_link(short_id(name)) for name in names}
    shown = docx_lines(path.read_bytes()).lines
    links = {target for line in shown for piece in line.pieces for _, target in piece.links} & marks
    assert len(links) > 20
    assert all(text.count(f'w:name="{link[1:]}"') == 1 for link in links)
    assert not any(link.removeprefix(BOOKMARK) in line.text for link in links for line in shown)
    with (path.parent / NUMBERS_TABLE).open(encoding="utf-8", newline="") as lines:
        register = {row["id"]: row["result"] for row in csv.DictReader(lines)}
    assert register == {short_id(name): name for name in names}
