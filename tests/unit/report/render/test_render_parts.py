"""A report of two documents: which page has what, links from one to another, numbers."""

import re
from pathlib import Path

import pytest

from trialtrace.report.render.api import render_document
from trialtrace.report.render.parts import Part, linked
from trialtrace.run.trial.settings import Report

BODY = """\
Before.

## One {#sec-one}

See @tbl-far, @tbl-near and [there](#sec-two).

::: {#tbl-near}

| a | b |
|---|---|
| 1 | 2 |

Near.

:::

## Three {#sec-three}

More.
"""
SUPPLEMENT = """\
## Two {#sec-two}

### Inner {#sec-inner}

See @tbl-near.

::: {#tbl-far}

| a | b |
|---|---|
| 3 | 4 |

Far.

:::

### Last {#sec-last}

The end.

"""
FRONT = "title: T\nformat:\n  html: {number-sections: true, toc: true}\nexecute: {echo: false}"


def both(write) -> tuple[Path, Path]:
    report = write(BODY, FRONT)
    other = report.with_name("supplement.qmd")
    other.write_text(f"---\n{FRONT}\n---\n\n{SUPPLEMENT}", encoding="utf-8")
    return report, other


@pytest.fixture
def made(write, tmp_path: Path):
    files = render_document(
        *both(write),
        out_dir=tmp_path / "out",
        stem="report",
        renderer="embedded",
        beside=[("Audit", "audit.html")],
    )
    return {file.name: file for file in files.files}


def test_each_page_is_a_file_in_each_format(made):
    assert set(made) == {"report.html", "supplement.html", "report.docx", "supplement.docx"}


def test_what_follows_may_be_made_in_fewer_formats(write, tmp_path: Path):
    files = render_document(
        *both(write), out_dir=tmp_path, stem="report", of_further=["html"]
    ).files
    assert {one.name for one in files} == {"report.html", "supplement.html", "report.docx"}


@pytest.mark.parametrize(
    ("supplement", "formats"), [(["html"], ["html"]), (["pdf"], ["html", "docx"]), (None, None)]
)
def test_a_supplement_is_made_in_some_format_whatever_is_asked(supplement, formats):
    assert Report(formats=["html", "docx"], supplement=supplement).of_supplement == (
        formats or ["html", "docx"]
    )


def test_sections_stand_on_the_page_that_they_name(made):
    report, supplement = (made[f"{n}.html"].read_text() for n in ("report", "supplement"))
    assert "Before." in report and "More." in report and "The end." not in report
    assert "The end." in supplement and "Before." not in supplement
    assert "<title>Supplement: T</title>" in supplement and "<title>T</title>" in report
    for page in (report, supplement):
        assert '<a href="audit.html">Audit</a>' in page
    assert '<a href="supplement.html">Supplement</a>' in report
    assert '<span aria-current="page">Supplement</span>' in supplement


def test_numbers_of_a_supplement_are_its_own(made):
    report, supplement = (made[f"{n}.html"].read_text() for n in ("report", "supplement"))
    assert "Table 1: Near." in report.replace("\N{NO-BREAK SPACE}", " ")
    assert "Table S1: Far." in supplement.replace("\N{NO-BREAK SPACE}", " ")
    numbers = re.findall(r'<h\d.*?header-section-number">([^<]+)<', supplement)
    assert numbers == ["S1", "S1.1", "S1.2"]
    assert re.findall(r'<h2.*?header-section-number">([^<]+)<', report) == ["1", "2"]


def test_links_lead_to_the_page_that_has_their_target(made):
    report, supplement = (made[f"{n}.html"].read_text() for n in ("report", "supplement"))
    assert 'href="supplement.html#tbl-far"' in report
    assert 'href="supplement.html#sec-two"' in report and 'href="#tbl-near"' in report
    assert 'href="report.html#tbl-near"' in supplement


def test_a_place_that_both_documents_have_is_that_of_the_own():
    """As Quarto has it, which renders each by itself: a list of references in both, say."""
    note, other = '["note",[],[]]', '["other",[],[]]'
    link = '["#note",""],["#other",""]'
    pages = [Part("report", f"[{note},{link}]"), Part("supplement", f"[{note},{other},{link}]")]
    led = [linked(pages, page, "html")[-2:] for page in pages]
    assert led == [
        [["#note", ""], ["supplement.html#other", ""]],
        [["#note", ""], ["#other", ""]],
    ]
