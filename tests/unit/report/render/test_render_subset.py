"""The check of documents against the part of Quarto that both renderers share."""

from pathlib import Path

import mini_run
import pytest

from trialtrace.report.cells import Cells
from trialtrace.report.documents import write_documents, written
from trialtrace.report.material import Material
from trialtrace.report.own_documents import STEMS
from trialtrace.report.render.document import read_document
from trialtrace.report.render.subset import check_document
from trialtrace.run.trial.load import load_settings

FRONT = "title: T\nformat:\n  html: {number-sections: true}\nexecute: {echo: false}"


def _found(path) -> str:
    return "\n".join(str(problem) for problem in check_document(path))


@pytest.fixture(scope="module")
def documents(tmp_path_factory) -> list[Path]:
    """The documents that a run writes."""
    run = mini_run.run_mini(tmp_path_factory.mktemp("documents"))
    material = Material(run.trial, load_settings(run.at), run.folder, {"analyse_plan": "0" * 64})
    write_documents(Cells(material, [], {}))
    return [written(material, stem) for stem in STEMS]


def test_documents_of_a_run_keep_to_the_shared_part(documents):
    assert [_found(path) for path in documents] == [""] * len(STEMS)


def test_every_cell_of_them_has_a_label(documents):
    """Quarto gives one without a label a random identifier, another in each run."""
    cells = [cell for path in documents for cell in read_document(path).cells]
    assert cells and all(cell.label for cell in cells)


ALLOWED = [
    "## A {#sec-a}\n\nSee @sec-a, [-@fig-b] and [@fig-b; @tbl-c].",
    "`<b>` and `{{< x >}}` in code, a\\@b.c, 3 < 4 > 2, <!-- {{< gone >}} -->",
    "```html\n<b>{{< shown >}}</b>\n# no heading\n```",
    '::: {.callout-tip title="T"}\nText.\n:::',
    ":::: {.synthetic}\n::: {#tbl-x}\n| a |\n|---|\n\nCaption\n:::\n::::",
    "```{python}\n#| label: fig-a\n#| fig-cap: A\nx = 1\n```",
    "```{python}\n#| output: asis\n#| error: true\nprint(1)\n```",
    "`{python} 1 + 1`",
]


@pytest.mark.parametrize("body", ALLOWED)
def test_allowed(write, body):
    assert _found(write(body, FRONT)) == ""


FORBIDDEN = [
    ("{{< include a.qmd >}}", "page.qmd:7\n  a shortcode"),
    ("$$x$$ {#eq-a}", "an equation label"),
    ("::: {.panel-tabset}\n:::", "a tabset"),
    ("::: {layout-ncol=2}\n:::", "a layout"),
    ("<div>x</div>", "raw HTML"),
    ("a<br>b", "raw HTML"),
    ("`x`{=html}", "raw text for one format"),
    ("```{=html}\n<b>\n```", "not shared"),
    ("```{r}\n1\n```", "not shared"),
    ("```{python, echo=FALSE}\n1\n```", "not shared"),
    ("![x](https://example.org/x.png){#fig-x}", "an image from outside"),
    ("# One", "level 1"),
    ("As said [@smith2000].", "a citation"),
    ("by @smith", "a citation"),
    ("| a |\n|---|\n\n: Caption {#tbl-a}", "a caption with a label"),
    ("::: {#fig-a}\n![](a.png)\n:::", "a figure block"),
    ("`{python} x = 1`", "one expression"),
    ("```{python}\n#| fig-width: 5\n1\n```", "fig-width is not in the shared part"),
    ("```{python}\n#| echoo: true\n1\n```", 'did you mean "echo"?'),
    ("```{python}\n#| tbl-cap: A\n1\n```", "a label that begins with tbl-"),
    ("```{python}\n#| output: asis\n#| tbl-cap: A\n1\n```", "`output: asis` is not shown"),
    ("```{python}\n%matplotlib inline\n```", "page.qmd:8\n  this is not Python"),
    ("```{python}\n1\nx = = 2\n```", "page.qmd:9\n  this is not Python"),
    ("```{python}\nx = 1\n", "never closed"),
    ("```{python}\n#| echo: [\n1\n```", "page.qmd:8\n  options of the cell: expected"),
]


@pytest.mark.parametrize(("body", "message"), FORBIDDEN)
def test_forbidden(write, body, message):
    assert message in _found(write(body, "title: T\nexecute:\n  echo: false"))


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("bibliography: x.bib", "bibliography is not in the shared part"),
        ("titel: T", 'did you mean "title"?'),
        ("a: [", "front matter"),
    ],
)
def test_forbidden_front_matter(write, front, message):
    assert message in _found(write("Text.", front))


def test_a_document_that_is_not_text(tmp_path):
    path = tmp_path / "x.qmd"
    path.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in _found(path)
