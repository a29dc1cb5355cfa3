"""A document whose sections name pages: which page has what, links from one to another, numbers."""

import re
from pathlib import Path

import pytest

from trialtrace.report.render import parts
from trialtrace.report.render.api import render_document
from trialtrace.report.render.parts import Numbered, Part, elsewhere
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

## Two {#sec-two page=supplement}

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

## Three {#sec-three}

More.
"""
FRONT = "title: T\nformat:\n  html: {number-sections: true, toc: true}\nexecute: {echo: false}"


@pytest.fixture
def made(write, tmp_path: Path):
    files = render_document(
        write(BODY, FRONT),
        out_dir=tmp_path / "out",
        stem="report",
        renderer="embedded",
        beside=[("Audit", "audit.html")],
    )
    return {file.name: file for file in files.files}


def test_each_page_is_a_file_in_each_format(made):
    assert set(made) == {"report.html", "supplement.html", "report.docx", "supplement.docx"}


def test_what_follows_may_be_made_in_fewer_formats(write, tmp_path: Path):
    source = write(BODY, FRONT)
    files = render_document(source, out_dir=tmp_path, stem="report", of_further=["html"]).files
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
    pages = [
        Part("", 1, 1, (note,)),
        Part("supplement", 1, 2, (other,)),
        Part("supplement", 2, 2, (note,)),
    ]
    led = [elsewhere(pages, page, "report", "html") for page in pages]
    assert led == [
        {"other": "supplement.html"},
        {"note": "supplement-2.html"},
        {"other": "supplement.html"},
    ]


def numbered(tmp_path: Path, count: int) -> Numbered:
    def header(level: int, name: str) -> dict:
        pairs = [["page", "supplement"]] if level == 2 else []
        return {"t": "Header", "c": [level, [name, [], pairs], [{"t": "Str", "c": name}]]}

    blocks = [header(2, "sec-a")]
    for number in range(count):
        blocks += [header(3, f"sec-{number}"), {"t": "Para", "c": [{"t": "Str", "c": "x" * 900}]}]
    document = {"pandoc-api-version": [1, 23], "meta": {}, "blocks": blocks}
    return Numbered(document, tmp_path)


@pytest.mark.parametrize("count", [1, 5, 30])
def test_a_page_that_would_be_too_large_is_cut_between_sections(tmp_path: Path, count: int):
    largest = 5_000
    own, *supplement = numbered(tmp_path, count).parts(largest)
    assert own.blocks == () and [part.number for part in supplement] == list(
        range(1, len(supplement) + 1)
    )
    for part in supplement:
        assert sum(map(len, part.blocks)) * parts.OF_JSON <= largest
    text = "".join(block for part in supplement for block in part.blocks)
    found = [f"sec-{number}" for number in range(count)]
    assert re.findall(r'\["(sec-\d+)"', text) == found
    # Each page after the first begins with its section, once more without its anchor.
    for part in supplement[1:]:
        assert "(continued)" in part.blocks[0] and '["",[],[]]' in part.blocks[0]


def test_no_page_ends_with_the_header_of_a_section(tmp_path: Path):
    whole = numbered(tmp_path, 4)
    header, *rest = whole.document["blocks"]
    second = {"t": "Header", "c": [2, ["sec-b", [], header["c"][1][2]], header["c"][2]]}
    whole.document["blocks"] = [header, *rest[:2], second, *rest[2:]]
    # The first section and the header of the second would fit on a page, its first part not.
    _, first, *later = whole.parts(1_000)
    assert '"sec-0"' in first.blocks[-2] and '"sec-b"' in later[0].blocks[0]
