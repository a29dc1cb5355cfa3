"""The page and the DOCX: references, safety, self-containment, stamps, bytes."""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from pypdfium2 import PdfDocument
from render_blocks import blocks_of, parts_of

from trialtrace.base.errors import UserError
from trialtrace.base.stamp import SYNTHETIC
from trialtrace.report.render.api import render_document
from trialtrace.report.render.tree.authored import OWN

NUMBERED = "title: T\nformat:\n  html: {number-sections: true}\nexecute: {echo: false}"


def failure(render, source, **options) -> str:
    with pytest.raises(UserError) as caught:
        render(source, **options)
    return str(caught.value)


@pytest.fixture
def page(contract, figures, render) -> str:
    return render(contract, inputs={"figures": figures})


@pytest.fixture
def docx(contract, figures, render) -> dict[str, str]:
    return parts_of(render(contract, inputs={"figures": figures}, formats=("docx",)))


def test_the_page_needs_nothing_from_outside(page):
    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            self.found.append((tag, dict(attrs)))

    reader = Reader()
    reader.found = []
    reader.feed(page)
    tags = {tag for tag, _ in reader.found}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form"}
    sources = [attrs["src"] for _, attrs in reader.found if "src" in attrs]
    assert sources and all(source.startswith("data:image/") for source in sources)
    assert "@import" not in page and not re.search(r"url\((?!['\"]?data:|%23)", page)
    policies = [a["content"] for t, a in reader.found if "http-equiv" in a]
    assert len(policies) == 1 and policies[0].startswith("default-src 'none'")
    assert "script" not in policies[0]


def test_every_inner_link_has_its_target(page):
    identifiers = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= identifiers
    assert len(re.findall(r'\bid="([^"]+)"', page)) == len(identifiers)


def test_images_in_a_page_are_vectors_where_there_is_one(page, docx):
    assert page.count("data:image/svg+xml;base64,") == 3 and "data:image/png" not in page
    assert 'Extension="png"' in docx["[Content_Types].xml"] or "media/" in str(docx)
    assert "svg" not in docx["word/_rels/document.xml.rels"]


def test_links_of_numbers_stay_relative_in_a_page(page, docx):
    assert '<a href="trace/a.html">27 (9.2)</a>' in page
    text = docx["word/document.xml"]
    assert ">27 (9.2)<" in text and "trace/" not in docx["word/_rels/document.xml.rels"]


LINKS = """## A {#sec-a}

[27](trace/a.html#abc) of [30](trace/a.html#abc/n), [1](trace/b.html#other), [B](supplement.docx#x),
[W](https://example.org). Files:
[[CSV](figures/a.csv), [SVG](figures/a.svg).]{.figure-files} See @sec-a.
"""


def test_a_docx_has_no_link_that_is_dead_without_its_folder(write, render):
    docx = parts_of(render(write(LINKS, NUMBERED), formats=("docx",), numbers=["abc", "def"]))
    text, links = docx["word/document.xml"], docx["word/_rels/document.xml.rels"]
    assert re.findall(r'hyperlink" [^>]*Target="([^"]*)"', links) == ["https://example.org"]
    anchors = re.findall(r'w:anchor="([^"]+)"', text)
    assert anchors == ["n-abc", "n-abc-n", "sec-a"]
    assert set(anchors) <= set(re.findall(r'w:name="([^"]+)"', text))
    shown = re.sub(r"<[^>]+>", "", text)
    assert "27 of 30, 1, B," in shown and "Files: a. See" in shown
    assert "abc" not in shown


def test_references_in_the_docx(docx):
    text = docx["word/document.xml"]
    for name in ("fig-cell", "fig-file", "tbl-cell", "tbl-div", "sec-text"):
        assert f'w:anchor="{name}"' in text and f'w:name="{name}"' in text
    assert 'w:val="Callout"' in text and 'w:val="Synthetic"' in text
    assert "footerReference" in text and "headerReference" not in text


def test_all_parts_of_the_docx_are_xml(docx):
    assert {"word/document.xml", "word/_rels/document.xml.rels"} <= set(docx)
    roots = {name: ElementTree.fromstring(text).tag for name, text in docx.items()}
    assert roots["word/document.xml"].endswith("}document")
    assert all(tag.endswith("}Relationships") == (".rels" in name) for name, tag in roots.items())


def test_tables_of_the_docx_hold_what_those_of_the_page_hold(page, docx):
    root = ElementTree.fromstring(docx["word/document.xml"])
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    cells = [
        "".join(text.text for text in cell.iter(f"{word}t")) for cell in root.iter(f"{word}tc")
    ]
    shown = [block[4:] for block in blocks_of(page) if block[:3] in ("th:", "td:")]
    assert [text for text in cells if text] == shown
    widths = [int(column.get(f"{word}w")) for column in root.iter(f"{word}gridCol")]
    assert len(set(widths)) > 3


def test_a_reference_without_target_is_an_error(write, render):
    message = failure(render, write("## A\n\nSee @fig-none and @tbl-none.", NUMBERED))
    assert message.count("this reference has no target") == 2
    assert "fig-none" in message and "tbl-none" in message
    assert "neither" in failure(render, write("As [@smith] said.", NUMBERED))
    unnumbered = write("## A {#sec-a}\n\n@sec-a", "title: T")
    assert "no target\n  found     sec-a" in failure(render, unnumbered)


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        ("Text.\n\nSee @sec-none.", 2, "this reference has no target"),
        ("Text.\n\n![](nowhere.png)", 2, "this image is not there"),
    ],
)
def test_what_is_wrong_has_its_line(write, render, body: str, line: int, what: str):
    source = write(body, NUMBERED)
    first = source.read_text().splitlines().index("Text.") + 1
    assert f"{source.name}:{first + line}\n  {what}" in failure(render, source)


def test_a_label_in_two_documents_has_both_lines_and_what_to_do(write, render, tmp_path):
    table = "::: {#tbl-a}\n\n| a |\n|---|\n| b |\n\nMany.\n\n:::"
    report = write(f"## A {{#sec-a}}\n\n{table}", NUMBERED)
    other = report.with_name("other.qmd")
    other.write_text(f"## B {{#sec-b}}\n\n{table}\n")
    with pytest.raises(UserError) as caught:
        render_document(report, other, out_dir=tmp_path / "out", stem="report")
    place = report.read_text().splitlines().index("::: {#tbl-a}") + 1
    assert f"{report.name}:{place}; other.qmd:3\n  this label is" in str(caught.value)
    assert "refer to it elsewhere: @tbl-a" in str(caught.value)


def test_prefixes_and_suffixes_of_references(write, render):
    body = "## A {#sec-a}\n\n[see @sec-a, below] [-@sec-a] -@sec-a"
    assert blocks_of(render(write(body, NUMBERED)))[-1] == "text: see 1, below 1 1"


@pytest.mark.parametrize(
    "source", ["/etc/x.png", "../x.png", "https://example.org/x.png", "no.png"]
)
def test_images_from_elsewhere(write, render, source):
    assert source in failure(render, write(f"![x]({source})"))


def test_links_to_programs_are_no_links(write, render):
    body = "[a](javascript:alert(1)) [b](data:text/html,x) [c](//example.org) [d](https://x.org)"
    page = render(write(body))
    assert re.findall(r'<a href="([^"]*)"', page.split("<main>")[1]) == ["https://x.org"]


def test_raw_html_is_text(write, render):
    page = render(write("<b onclick=x>bold</b>\n\n<div>\nin\n</div>\n\n```{=html}\n<i>\n```\n"))
    assert "<b " not in page and "<div>\n" not in page.split("<main>")[1] and "<i>" not in page


def test_wide_tables_have_natural_columns(write, render):
    rows = f"| a | b |\n|---|--------:|\n| {'x' * 90} | [1](trace/{'y' * 80}.html) |"
    assert "<col" not in render(write(rows))


def test_a_picture_that_is_higher_than_a_page_is_made_to_fit_a_docx(write, render):
    source = write("![C](figures/high.png){#fig-high fig-alt=W}")
    figures = source.parent / "figures"
    figures.mkdir(exist_ok=True)
    Image.new("L", (940, 2820)).save(figures / "high.png")
    made = parts_of(render(source, formats=("docx",), inputs={"figures": figures}))
    wide, high = re.search(r'<wp:extent cx="(\d+)" cy="(\d+)"', made["word/document.xml"]).groups()
    assert int(high) == 570 * 12700 and int(high) == pytest.approx(3 * int(wide), rel=0.01)


def test_every_row_of_a_table_has_a_header(write, render):
    inset = "\N{NO-BREAK SPACE}" * 2
    rows = [
        "| Of | A |",
        "| --- | ---: |",
        "| **Age**, years | |",
        f"| {inset}mean | 1 |",
        "| | 2 |",
    ]
    text = render(write("\n".join(rows)))
    assert '<th scope="col">Of</th>' in text
    assert re.findall(r'<th scope="row"( aria-label="[^"]*")?>', text) == [
        "",
        ' aria-label="Age, years: mean"',
        ' aria-label="Age, years: mean"',
    ]


def test_contents_can_be_left_out(write, render):
    for front, there in (
        ("", False),
        ("\ntoc: true", True),
        ("\nformat: {html: {toc: true}}", True),
    ):
        assert ('<nav id="TOC"' in render(write("## A", f"title: T{front}"))) is there


def test_synthetic_is_stamped_everywhere(write, render):
    page = render(write("Text."), stamp=SYNTHETIC)
    assert '<div class="synthetic-banner">Synthetic data: not evidence</div>' in page
    assert '<meta name="description" content="Synthetic data: not evidence">' in page
    parts = parts_of(render(write("Text."), stamp=SYNTHETIC, formats=("docx",)))
    assert "headerReference" in parts["word/document.xml"]
    assert "not evidence" in "".join(v for k, v in parts.items() if k.startswith("word/header"))
    assert "not evidence" in parts["docProps/core.xml"]
    assert 'synthetic-banner"' not in render(write("Text."))


RUN = """
import sys
from pathlib import Path
from trialtrace.base.stamp import SYNTHETIC
from trialtrace.report.render.api import render_document
source, figures, out = map(Path, sys.argv[1:])
render_document(source, inputs={"figures": figures}, out_dir=out, stem="x", renderer="embedded",
                stamp=SYNTHETIC)
"""


def test_same_bytes_in_any_place_time_zone_locale_and_process(contract, figures, tmp_path):
    made = []
    for index, (zone, locale, seed) in enumerate((("UTC", "C", "0"), ("Asia/Tokyo", "de_DE", "7"))):
        folder = tmp_path / f"place {index}"
        folder.mkdir()
        environment = {
            **os.environ,
            "TZ": zone,
            "LC_ALL": locale,
            "PYTHONHASHSEED": seed,
            "TMPDIR": str(folder),
            "PYTHONUTF8": "1",
            "OMP_NUM_THREADS": str(index + 1),
            "SOURCE_DATE_EPOCH": str(index * 10**9),
        }
        command = [sys.executable, "-c", RUN, str(contract), str(figures), str(folder / "out")]
        subprocess.run(command, env=environment, cwd=folder, check=True)
        made.append([(folder / "out" / f"x.{kind}").read_bytes() for kind in ("html", "docx")])
    assert made[0][0] == made[1][0]
    assert made[0][1] == made[1][1]


def test_a_second_run_in_the_same_process_gives_the_same_bytes(contract, figures, render):
    first = render(contract, inputs={"figures": figures})
    assert render(contract, inputs={"figures": figures}) == first


def test_no_path_of_this_machine(contract, figures, render, tmp_path):
    page = render(contract, inputs={"figures": figures})
    parts = parts_of(render(contract, inputs={"figures": figures}, formats=("docx",)))
    for text in (page, *parts.values()):
        for place in (str(tmp_path), str(Path.home()) + os.sep, str(contract.parent), "/tmp/"):
            assert place not in text


def test_what_was_lost_is_red_in_both_formats(write, render):
    document = write("::: {.lost}\n**Gone.**\n:::")
    assert '<div class="lost">' in render(document)
    parts = parts_of(render(document, formats=("docx",)))
    assert '<w:pStyle w:val="Lost"' in parts["word/document.xml"]
    assert 'w:styleId="Lost"' in parts["word/styles.xml"]


def test_the_reference_documents_are_those_that_the_code_makes():
    from written.docx_styles import reference_bytes

    from trialtrace.report.render.house import assets

    assert (assets() / "reference.docx").read_bytes() == reference_bytes(False)
    assert (assets() / "reference-synthetic.docx").read_bytes() == reference_bytes(True)


CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.mark.chromium
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not on the PATH")
def test_a_browser_shows_the_page_under_its_own_policy(contract, figures, render, tmp_path):
    render(contract, inputs={"figures": figures})
    profile = tmp_path / "profile"
    profile.mkdir()
    flags = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
        *("--no-first-run", "--disable-sync", "--disable-component-update"),
        "--enable-logging=stderr",
    ]
    target = f"--print-to-pdf={tmp_path / 'page.pdf'}"
    page = (tmp_path / "out" / "page.html").as_uri()
    command = [CHROMIUM, *flags, f"--user-data-dir={profile}", target, page]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr and "Content Security Policy" not in done.stderr
    assert (tmp_path / "page.pdf").stat().st_size > 10_000


def words(number: int) -> str:
    return " ".join(["neuropathy", "of", "the", "arm", "12/40"][at % 5] for at in range(number))


@pytest.mark.chromium
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not on the PATH")
def test_the_longest_summary_is_one_page_of_a4_as_a_browser_prints_it(
    figures, write, render, tmp_path
):
    """250 words in parts and a table, a loss in red, the stamp of synthetic data, a figure."""
    abstract = "\n\n".join(f"**Part {at}.** {words(30)}" for at in range(6))
    table = "| A | B | C |\n| --- | ---: | ---: |\n" + 8 * "| word | 1 | 2 |\n"
    size = 'width="720" height="340"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size}/></svg>'
    (figures / "wide.svg").write_text(svg)
    source = write(
        f"::: {{.summary}}\n\n::: {{.lost}}\n{words(40)}\n:::\n\n::: {{.synthetic}}\nS\n:::\n\n"
        f"{abstract}\n\n{table}\n\n"
        "![What it shows](figures/wide.svg){#fig-a}\n\n:::\n",
        "title: T\nformat: {html: {toc: false}}\nexecute: {echo: false}",
    )
    render(source, inputs={"figures": figures}, title=words(12), stamp=SYNTHETIC)
    flags = ["--headless", "--no-sandbox", f"--user-data-dir={tmp_path / 'profile'}"]
    target = f"--print-to-pdf={tmp_path / 'page.pdf'}"
    page = (tmp_path / "out" / "page.html").as_uri()
    subprocess.run([CHROMIUM, *flags, target, page], capture_output=True, timeout=120, check=True)
    with PdfDocument(tmp_path / "page.pdf") as document:
        assert len(document) == 1
        assert [round(one) for one in document[0].get_size()] == [595, 842]


LINES_OF_WORD = """
<script>
addEventListener("load", () => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector("tbody th"));
  document.title = `LINES${range.getClientRects().length}END`;
});
</script>
"""


@pytest.mark.chromium
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not on the PATH")
def test_no_word_of_a_first_column_is_broken_on_a_phone(write, render, tmp_path):
    heads = " | ".join(f"An arm of a long name {n}" for n in range(9))
    cells = " | ".join(
        ["4.2 %\N{NO-BREAK SPACE}(0.3\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}18.3)"] * 9
    )
    table = f"| Endpoint | {heads} |\n|{'---|' * 10}\n| Pneumonoconiosis | {cells} |\n"
    text = re.sub(r"<meta http-equiv[^>]*>", "", render(write(table)))
    page = tmp_path / "phone.html"
    page.write_text(text.replace("</body>", f"{LINES_OF_WORD}</body>"), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=400,800", "--dump-dom"]
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    call = [CHROMIUM, *flags, profile, page.as_uri()]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=True)
    assert re.search(r"<title>LINES(\d+)END", done.stdout)[1] == "1"


def test_an_old_or_missing_pandoc_is_told(write, render, tmp_path, monkeypatch):
    from trialtrace.report.render import pandoc

    monkeypatch.setattr(pandoc, "find_spec", lambda name: None)
    old = tmp_path / "bin" / "pandoc"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'Unknown option --syntax-highlighting.' >&2\nexit 6\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent))
    assert "too old" in failure(render, write("x"))
    monkeypatch.setenv("PATH", "/nowhere")
    assert "neither quarto nor pandoc" in failure(render, write("x"))


def test_numbers_of_an_own_document_are_marked_and_those_of_its_note_not(write, render):
    page = render(write("Of us 5 were well.\n"), note="It leaves out pain at 12 weeks.")
    assert page.count(OWN) == 1 and "5 were well. <span" in page
    assert OWN not in render(write("Of us 5 were well.\n"))


def test_a_link_to_a_section_that_is_left_out_is_its_words(write, render):
    body = "## Kept {#sec-kept}\n\nSee [this](#sec-kept) and [that](#sec-gone).\n"
    page = render(write(body), formats=("html", "pdf"))
    assert 'href="#sec-kept">this</a> and that.' in page
