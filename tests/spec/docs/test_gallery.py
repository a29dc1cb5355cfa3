"""docs/gallery: a page a family, which prints what it shows, and draws it."""

import re

import pytest
from doc_blocks import NUMBER, PYCON, ROOT, page, results
from matplotlib import pyplot as plt
from written.gallery import draw, pictures

import trialtrace.stats as ts

STATS = ROOT / "workflow" / "trialtrace" / "stats"
FAMILIES = sorted(file.parent.name for file in STATS.glob("*/__init__.py"))
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SENTENCE = re.compile(r"(?<=[.:;])\s+(?=[A-Z#])")
ELSEWHERE = re.compile(r"\bR's\b|\bSAS\b|\bprints?\b")


def test_every_family_has_a_page():
    pages = sorted(file.stem for file in (ROOT / "docs" / "gallery").glob("*.md"))
    assert pages == FAMILIES


@pytest.mark.parametrize("family", FAMILIES)
def test_a_page_is_short_and_has_ten_analyses_of_its_family(family):
    text = page(f"docs/gallery/{family}.md")
    analyses = [PYCON.findall(section) for section in text.split("\n## ")[1:]]
    names = {name for blocks in analyses for name in re.findall(r"\.(\w+)\(", "".join(blocks))}
    assert len(analyses) >= 10 and all(analyses) and text.count("\n") <= 200
    assert len(names & set(dir(getattr(ts, family)))) >= 7


@pytest.mark.parametrize("family", FAMILIES)
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


def test_pictures_stand_below_their_blocks(tmp_path):
    block = (
        "```pycon\n>>> x = 2\n```\n\n```python\nimport matplotlib.pyplot as plt\nplt.plot([x])\n"
    )
    (tmp_path / "page.md").write_text(f'{block}plt.title("Two")\n```\n\nText.\n')
    draw(tmp_path / "page.md")
    shown = (tmp_path / "page.md").read_text()
    assert shown.startswith(block) and shown.endswith("```\n\n![Two](page-1.svg)\n\nText.\n")
    assert "<svg" in (tmp_path / "page-1.svg").read_text()
    assert plt.get_fignums() == []
