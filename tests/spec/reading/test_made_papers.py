"""Made-up papers of several layouts: what the reader finds of their numbers."""

from collections import Counter

import pytest
import read_papers
from printed_papers.render import render
from printed_papers.trial import trial

GOALS = {"html": (0.98, 0.98), "jats": (0.98, 0.98), "docx": (0.98, 0.98)}


@pytest.mark.full
@pytest.mark.parametrize("form", GOALS)
def test_numbers_are_found_with_place_arm_and_kind(form):
    count: Counter[str] = Counter()
    for seed in range(2_000, 2_006):
        made = trial(seed)
        count += read_papers.measured(read_papers.read(*render(made, form)), made)
    found, precise = GOALS[form]
    assert count["kind"] >= found * count["numbers"]
    assert count["claims right"] >= precise * count["claims"]
    assert count["text kind"] >= found * count["text numbers"]


@pytest.mark.chromium
@pytest.mark.parametrize("height", [170, 200, 297])
@pytest.mark.parametrize("form", ["pdf_chromium", "pdf_two_columns"])
def test_pages_are_read_wherever_they_end(form, height):
    """Fonts of a machine and heights of pages decide which table a page ends in."""
    made = trial(2_000 + height % 2)
    count = read_papers.measured(read_papers.read(*render(made, form, height)), made)
    assert count["kind"] >= 0.95 * count["numbers"]
    assert count["claims right"] >= 0.95 * count["claims"] > 40
    assert count["text kind"] >= 0.95 * count["text numbers"] > 10


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"%PDF-1.7\nbroken", "a broken PDF"), (b"%PDF-1.4\n%%EOF", "a broken PDF")],
)
def test_a_broken_pdf_is_told(tmp_path, capsys, content, told):
    from trialtrace.cli import main

    path = tmp_path / "p.pdf"
    path.write_bytes(content)
    assert main(["read", str(path)]) == 1
    assert told in capsys.readouterr().err
