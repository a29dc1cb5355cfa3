"""Page 1 of a real trial is one page of A4 in readable type, and has at most 250 words."""

from pathlib import Path

import pytest
from pypdfium2 import PdfDocument, raw

from trialtrace.report.cells import Cells, at_hand
from trialtrace.report.figures.make import draw_figures
from trialtrace.report.material import Material
from trialtrace.report.page_one.page import MOST_WORDS, count_words, page_one
from trialtrace.report.render.api import render_document
from trialtrace.run.trace.seal import grouped
from trialtrace.run.trial.load import load_settings

pytestmark = pytest.mark.full

REAL = ("elmunzer2012", "ruetzler2013", "moertel1990")
SAID = ("Question.", "Design.", "Reading.", "What to doubt", "Published numbers.", "Run ")
A4 = (595, 842)
# Points, of all text but that of the figure and the number of the page.
LEAST = 9.5


def check(page, more: tuple[str, ...] = ()) -> None:
    text = page.get_textpage()
    shown = " ".join(text.get_text_range().split())
    assert all(words in shown for words in (*SAID, *more)), shown
    assert [round(one) for one in page.get_size()] == list(A4)
    whole = text.get_text_range()
    begin, end = whole.index("Question."), whole.index("Run ")
    sizes = {
        round(raw.FPDFText_GetFontSize(text.raw, at), 2)
        for at in range(begin, end)
        if whole[at].isalnum()
    }
    assert min(sizes) >= LEAST, sizes
    assert [*page.get_objects(filter=[2, 5])], "no figure"


@pytest.mark.parametrize("name", REAL)
def test_of_real_trials(real, name: str, tmp_path: Path):
    run = real[name].run
    material = Material(run.trial, load_settings(), run.folder, {"analyse_plan": "0" * 64})
    cells = Cells(material, draw_figures(material, tmp_path / "figures"), {})
    assert count_words(page_one(material, {})) <= MOST_WORDS
    with at_hand(cells):
        made = render_document(
            run.trial.at.template("summary"),
            out_dir=tmp_path,
            stem="summary",
            inputs={"figures": tmp_path / "figures"},
            formats=("pdf",),
            title=run.trial.title,
        )
    with PdfDocument(made.pdf) as document:
        assert len(document) == 1
        check(document[0], (run.trial.question, grouped(material.seal.value)[:17]))
