"""docs/gallery: a page a family, which prints what it shows, and draws it."""

import re

import pytest
from doc_blocks import NUMBER, PYCON, ROOT, page, results
from written.gallery import pictures

STATS = ROOT / "workflow" / "trialtrace" / "stats"
FAMILIES = sorted(file.parent.name for file in STATS.glob("*/__init__.py"))
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SENTENCE = re.compile(r"(?<=[.:;])\s+(?=[A-Z#])")
ELSEWHERE = re.compile(r"\bR's\b|\bSAS\b|\bprints?\b")


@pytest.mark.parametrize("family", [*FAMILIES, "patients"])
def test_a_page_prints_what_it_shows_and_its_pictures_are_labelled(family):
    drawn = [figure for _, figure in pictures(family, page(f"docs/gallery/{family}.md"))]
    plots = [axes for figure in drawn for axes in figure.axes]
    assert plots
    for axes in plots:
        assert axes.get_title() and axes.get_xlabel() and axes.get_ylabel()


@pytest.mark.parametrize("family", FAMILIES)
def test_what_r_and_textbooks_print_is_printed(family):
    compared = 0
    for section in page(f"docs/gallery/{family}.md").split("\n## ")[1:]:
        lines = "\n".join(PYCON.findall(section)).splitlines()
        outputs = " ".join(line for line in lines if not line.startswith((">>>", "...")))
        values = [abs(float(number)) for number in NUMBER.findall(outputs)]
        for sentence in SENTENCE.split(FENCE.sub("", section)):
            for value, half in results(sentence) if ELSEWHERE.search(sentence) else ():
                near = half + 2e-5 * abs(value)
                assert any(abs(abs(value) - each) <= near for each in values), sentence
                compared += 1
    assert compared


def test_a_number_that_is_not_printed_is_found():
    with pytest.raises(ValueError, match="Expected:\n    3\nGot:\n    2"):
        list(pictures("page", "```pycon\n>>> 1 + 1\n3\n```\n"))
