"""The check of documents against the part of Quarto that both renderers share."""

import pytest

from trialtrace.base.paths import TEMPLATES, project
from trialtrace.report.render.document import read_document
from trialtrace.report.render.subset import check_document

FRONT = "title: T\nformat:\n  html: {number-sections: true}\nexecute: {echo: false}"


def _found(path) -> str:
    return "\n".join(str(problem) for problem in check_document(path))


TEMPLATES_HERE = [project().template(stem) for stem in TEMPLATES]


@pytest.mark.parametrize("path", TEMPLATES_HERE, ids=TEMPLATES)
def test_a_template_keeps_to_the_shared_part_and_labels_every_cell(path):
    """Quarto gives one without a label a random identifier, another in each run."""
    assert _found(path) == ""
    labels = [cell.label for cell in read_document(path).cells]
    assert all(labels) and len(set(labels)) == len(labels)


def test_templates_are_short():
    assert sum(len(path.read_text().splitlines()) for path in TEMPLATES_HERE) <= 250


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
