"""Tables and figures one by one, as DOCX."""

import re
import zipfile
from pathlib import Path

import mini_run
import pytest

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.report.cells import Cells
from trialtrace.report.figures.make import draw_figures
from trialtrace.report.floats import write_floats
from trialtrace.report.material import Material
from trialtrace.report.own_documents import read_state
from trialtrace.run.trial.load import load_settings

PARAGRAPH, TEXT = re.compile(r"<w:p[ >].*?</w:p>", re.DOTALL), re.compile(r"<w:t[^>]*>([^<]*)")


OWN_TABLE = """
::: {#tbl-own}
| Site | Patients |
|:-----|---------:|
| A    |    41,177 |

By site
:::
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> tuple[Material, dict[str, list[str]]]:
    """A run, and the paragraphs of each file."""
    folder: Path = tmp_path_factory.mktemp("floats")
    run = mini_run.run_mini(folder)
    material = Material(run.trial, load_settings(run.at), run.folder, {"analyse_plan": "0" * 64})
    drawn = draw_figures(material, run.folder / "report" / "figures")
    cells = Cells(material, drawn, {})
    cells.write()
    names = write_floats(cells, folder / "out")
    return material, {name: _paragraphs(folder / "out" / name) for name in names}


def _paragraphs(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as docx:
        body = docx.read("word/document.xml").decode()
        assert b"trace/" not in docx.read("word/_rels/document.xml.rels")
    return ["".join(TEXT.findall(each)) for each in PARAGRAPH.findall(body)]


def test_each_numbered_table_and_figure_is_a_file_with_its_title(written):
    _, files = written
    assert {"table-1.docx", "figure-1.docx"} <= {*files}
    for name, (title, *_) in files.items():
        kind, number = name.removesuffix(".docx").split("-")
        assert title.replace("\xa0", " ").startswith(f"{kind.capitalize()} {number}: ")


def test_of_an_analysis_population_source_and_numbers_stand_with_it(written):
    material, files = written
    (analysis, *_) = material.trial.plan.analyses.values()
    population = material.trial.populations[analysis.estimand.population].label
    own = [each for each in files.values() if f"analysis {analysis.name}." in each[-1]]
    row = next(one for one in material.results if one["analysis_id"] == analysis.name)
    assert own and all(f"Population: {population}." == each[-2] for each in own)
    assert any(row["stat_text"] in text for each in own for text in each)
    assert all(each[-1].startswith("Source: trialtrace ") for each in files.values())


def test_a_caption_keeps_its_notes_and_loses_its_files(written):
    _, files = written
    figures = [each for name, each in files.items() if name.startswith("figure")]
    assert any(len(each) > 3 for each in figures)
    assert not any(re.search(r"\b[a-z_]+_[0-9]\b", text) for each in figures for text in each)


def test_a_table_of_the_author_of_a_document_is_not_said_to_be_of_the_run(tmp_path):
    run = mini_run.run_mini(tmp_path)
    material = Material(run.trial, load_settings(run.at), run.folder, {"analyse_plan": "0" * 64})
    cells = Cells(material, draw_figures(material, run.folder / "report" / "figures"), {})
    cells.write()
    # A run has no reports/ of its own, but a link to those of the checkout.
    run.at.reports.unlink()
    own = run.at.reports / run.trial.name / "report.qmd"
    own.parent.mkdir(parents=True)
    written = (run.folder / "quarto" / "report.qmd").read_text()
    own.write_text(written + OWN_TABLE)
    names = write_floats(cells, tmp_path / "out")
    sources = {name: _paragraphs(tmp_path / "out" / name) for name in names}
    (authored,) = [each for each in sources.values() if "41,177" in each]
    assert authored[-1].startswith("Source: the author of the document")
    others = [each[-1] for each in sources.values() if each is not authored]
    assert others and all(each.startswith("Source: trialtrace ") for each in others)


def test_results_of_an_earlier_version_are_told_to_be_made_anew(tmp_path):
    state = tmp_path / "results" / "mini" / "quarto" / "cells.json"
    state.parent.mkdir(parents=True)
    for text, what in (("{}", "another version"), (None, "no results")):
        state.unlink(missing_ok=True) if text is None else state.write_text(text)
        with pytest.raises(UserError, match=what) as raised:
            read_state(Project(tmp_path), "mini")
        assert "trialtrace run mini" in str(raised.value)
