"""A DOCX of a whole report, mailed without its folder: no link of it is dead."""

import re
import zipfile
from pathlib import Path

from kept_report import FOLDER

from trialtrace.base.paths import Project
from trialtrace.report.links import bookmark_link
from trialtrace.report.material import Material
from trialtrace.report.report import chains
from trialtrace.report.shown.docx_lines import docx_lines
from trialtrace.report.shown.lines import BOOKMARK
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trial.load import load_settings, load_trial

ROW = re.compile(r"<w:tr>.*?</w:tr>", re.DOTALL)


def parts(whole: Project, name: str) -> tuple[Path, str, str]:
    path = whole.root / FOLDER / "report" / f"{name}.docx"
    with zipfile.ZipFile(path) as archive:
        text = archive.read("word/document.xml").decode()
        return path, text, archive.read("word/_rels/document.xml.rels").decode()


def test_a_number_leads_to_its_short_id_in_the_line_of_its_method(whole: Project):
    path, text, _ = parts(whole, "report")
    trial, settings = load_trial("mini", whole), load_settings(whole)
    material = Material(trial, settings, whole.results / "mini", {})
    by_mark = {bookmark_link(short_id(name)): name for name in material.tracer.results}
    told = {anchor: row for row in chains(material)["rows"] for anchor in row["anchors"]}
    rows = ROW.findall(text)
    links = {
        target
        for line in docx_lines(path.read_bytes()).lines
        for piece in line.pieces
        for _, target in piece.links
        if target in by_mark
    }
    assert len(links) > 20
    for link in links:
        result = material.tracer.results[by_mark[link]]
        (row,) = [one for one in rows if f'w:name="{link[1:]}"' in one]
        # In a name of code stand spaces of no width, where a line may end.
        shown = re.sub(r"<[^>]+>|\u200b", "", row)
        assert result["stat_label"] in shown
        assert told[link.removeprefix(BOOKMARK)]["check"].split(":")[0] in shown
        assert link.removeprefix(BOOKMARK) in shown
