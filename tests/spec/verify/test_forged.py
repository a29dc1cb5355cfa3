"""What somebody would do who wants a report to say something else."""

import base64
import json
import re
import zipfile
from collections.abc import Callable
from itertools import pairwise

import pytest
from kept_report import FOLDER, repacked

from trialtrace.base.paths import Project
from trialtrace.report.links import trace_link
from trialtrace.report.verify.verified import Verified, verified

Spoil = Callable[[str, bytes], Verified]
HTML, DOCX = "report/report.html", "report/report.docx"
P_PAGE = trace_link("mini/relief_primary/p_value.fisher@drug-placebo")
RATIO_PAGE = trace_link("mini/relief_primary/risk_ratio.katz_log@drug-placebo")


def of(whole: Project, name: str) -> bytes:
    return (whole.root / FOLDER / name).read_bytes()


def in_html(whole: Project, spoil: Spoil, old: str, new: str) -> Verified:
    text = of(whole, HTML).decode()
    assert old in text
    return spoil(HTML, text.replace(old, new, 1).encode())


def in_docx(whole: Project, spoil: Spoil, old: str, new: str, part: str = "word/document.xml"):
    def change(name: str, data: bytes) -> bytes:
        assert name != part or old in data.decode()
        return data.replace(old.encode(), new.encode(), 1) if name == part else data

    return spoil(DOCX, repacked(of(whole, DOCX), change))


def link_of(whole: Project, page: str) -> str:
    """The text of the first link to a page."""
    found = re.search(rf'href="{re.escape(page)}">([^<]+)<', of(whole, HTML).decode())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("forge", [in_html, in_docx])
def test_a_number_is_told_with_its_result_and_both_values(whole: Project, spoil: Spoil, forge):
    (one,) = (found for found in forge(whole, spoil, ">33.3", ">13.3").found)
    assert one.what == "number"
    assert one.result == "mini/relief_primary/proportion.wilson@placebo"
    assert "3/9 (13.3%)" in str(one.shown) and "3/9 (33.3%)" in str(one.kept)


def test_a_number_with_the_title_of_its_link(whole: Project, spoil: Spoil):
    shown = link_of(whole, P_PAGE)
    told = in_html(whole, spoil, f'href="{P_PAGE}">{shown}', f'href="{P_PAGE}" title="0.001">0.001')
    assert {one.what for one in told.found} == {"number"}


@pytest.mark.parametrize("forge", [in_html, in_docx])
def test_a_number_without_a_link(whole: Project, spoil: Spoil, forge):
    told = forge(whole, spoil, "level of 0.05", "level of 0.50")
    assert [one.what for one in told.found] == ["number"]


@pytest.mark.parametrize("forge", [in_html, in_docx])
def test_a_sentence(whole: Project, spoil: Spoil, forge):
    told = forge(whole, spoil, "No effect of drug", "An effect of drug")
    assert [one.what for one in told.found] == ["text"]
    assert "No effect" in str(told.found[0].kept)


def test_a_row_is_deleted(whole: Project, spoil: Spoil):
    text = of(whole, HTML).decode()
    row = next(r for r in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if ">33.3" in r)
    told = in_html(whole, spoil, row, "")
    assert [one.what for one in told.found] == ["missing"]
    assert "33.3" in str(told.found[0].kept)


def test_a_row_is_added(whole: Project, spoil: Spoil):
    text = of(whole, HTML).decode()
    row = next(r for r in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if ">33.3" in r)
    told = in_html(whole, spoil, row, row + row.replace("33.3", "13.3"))
    assert [one.what for one in told.found] == ["extra"]


def test_two_numbers_change_places_with_their_links(whole: Project, spoil: Spoil):
    text = of(whole, HTML).decode()
    cells = re.findall(r'<a [^>]*"trace/baseline[^"]*"[^>]*>[^<]+</a>', text)
    first, second = next((a, b) for a, b in pairwise(cells) if a[-9:] != b[-9:])
    at, then = text.index(first), text.index(second)
    new = text[:at] + second + text[at + len(first) : then] + first + text[then + len(second) :]
    told = spoil(HTML, new.encode())
    assert len([one for one in told.found if one.what in ("number", "link")]) >= 2


def test_a_link_leads_to_another_number(whole: Project, spoil: Spoil):
    told = in_html(whole, spoil, f'href="{P_PAGE}"', f'href="{RATIO_PAGE}"')
    assert [one.what for one in told.found] == ["link"]


def test_the_hash_in_the_box(whole: Project, spoil: Spoil):
    seal = json.loads(of(whole, "seal.json"))["seal"]
    told = in_html(whole, spoil, seal[:8], "0" * 8)
    assert {one.what for one in told.found} <= {"text", "number"} and told.found


def test_a_figure(whole: Project, spoil: Spoil):
    text = of(whole, HTML).decode()
    found = re.search(r'data:image/svg\+xml;base64,([^"]+)', text)
    assert found is not None
    drawing = base64.b64decode(found[1]).replace(b"</svg", b"<g/></svg")
    told = in_html(whole, spoil, found[1], base64.b64encode(drawing).decode())
    assert [(one.what, one.place) for one in told.found] == [("figure", "3.1 Pain, Figure 3")]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("</svg>", "<g></g></svg>", "figure"),
        (r'(class="field"[^>]*href=")trace/[^"]*', r"\1trace/pain.html#aaaaaaaa", "link"),
        (r"(<title>[^<]*)\.[0-9]", r"\1.99", "number"),
    ],
)
def test_a_figure_with_links(whole: Project, spoil: Spoil, old: str, new: str, what: str):
    """Its marks, where a link leads, and what it says."""
    text = of(whole, HTML).decode()
    found = re.search(old, text[text.index("<svg") :])
    assert found is not None
    start = text.index("<svg") + found.start()
    altered = re.sub(old, new, found[0])
    told = spoil(HTML, (text[:start] + altered + text[start + len(found[0]) :]).encode())
    assert [(one.what, one.place) for one in told.found] == [(what, "A small trial, Figure 1")]


def test_a_figure_in_a_docx_under_its_caption(whole: Project, spoil: Spoil):
    """Told as the figure, with nothing of its caption."""
    with zipfile.ZipFile(whole.root / FOLDER / DOCX) as archive:
        name = next(one for one in archive.namelist() if one.startswith("word/media/"))

    def change(part: str, data: bytes) -> bytes:
        return b"another picture" if part == name else data

    (one,) = spoil(DOCX, repacked(of(whole, DOCX), change)).found
    assert one.what == "figure" and re.search(r"Figure \d$", one.place)


@pytest.mark.parametrize("how", ["vanish", "strike", "deleted"])
def test_text_of_a_docx_that_nobody_sees_any_more(whole: Project, spoil: Spoil, how: str):
    """Hidden, struck through, or deleted under tracked changes."""
    main = re.search(r"<w:r>(?:(?!</w:r>).)*>33\.3.*?</w:r>", of_main(whole), re.DOTALL)
    assert main is not None
    other = main[0].replace("<w:rPr>", f"<w:rPr><w:{how}/>", 1)
    if how == "deleted":
        gone = main[0].replace("<w:t ", "<w:delText ").replace("</w:t>", "</w:delText>")
        other = f'<w:del w:id="9001" w:author="x">{gone}</w:del>'
    told = in_docx(whole, spoil, main[0], other)
    assert "number" in {one.what for one in told.found}


def of_main(whole: Project) -> str:
    with zipfile.ZipFile(whole.root / FOLDER / DOCX) as archive:
        return archive.read("word/document.xml").decode()


def test_a_report_and_what_it_is_held_against(whole: Project, spoil: Spoil):
    """Whoever changes seal.json as well meets the record of the job that wrote it."""
    sealed = of(whole, "seal.json").decode()
    spoil("seal.json", sealed.replace("33.3", "13.3").encode())
    told = verified(whole, whole.root / FOLDER)
    assert [(one.file, one.what) for one in told.found] == [(f"{FOLDER}/seal.json", "changed")]


def test_a_hash_that_is_not_of_what_it_is_over(whole: Project, spoil: Spoil):
    """Told of the hash itself, whatever the record of its file says."""
    sealed = json.loads(of(whole, "seal.json"))
    spoil("seal.json", json.dumps(sealed | {"seal": "0" * 64}).encode())
    told = verified(whole, whole.root / FOLDER)
    assert "its hash is not that of what it is over" in [one.place for one in told.found]


def test_a_record_as_well_meets_the_archive(whole: Project, spoil: Spoil):
    record = of(whole, "made/render_report.json").decode()
    digest = re.findall(r'report\.html": "([0-9a-f]{64})"', record)[0]
    told = spoil("made/render_report.json", record.replace(digest, "0" * 64).encode())
    assert f"{FOLDER}/made/render_report.json" in {one.file for one in told.found}


def test_a_value_in_the_table_of_results(whole: Project, spoil: Spoil):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = whole.root / FOLDER / "analysis" / "results.parquet"
    table = pq.read_table(path)
    at = table["result_id"].to_pylist().index("mini/relief_primary/p_value.fisher@drug-placebo")
    values = table["stat_value"].to_pylist()
    kept, values[at] = values[at], 0.001
    place = table.column_names.index("stat_value")
    before = path.read_bytes()
    try:
        pq.write_table(table.set_column(place, "stat_value", pa.array(values)), path)
        told = verified(whole, whole.root / FOLDER)
    finally:
        path.write_bytes(before)
    (one,) = (found for found in told.found if found.what == "number")
    assert (one.shown, one.kept, one.result) == (
        "0.001",
        str(kept),
        "mini/relief_primary/p_value.fisher@drug-placebo",
    )
