"""The summary of a real trial is one page of A4, as made and as a browser prints it."""

from pathlib import Path

import pytest
from pypdfium2 import PdfDocument, raw

from trialtrace.report.cells import Cells, at_hand
from trialtrace.report.documents import write_documents, written
from trialtrace.report.figures.make import draw_figures
from trialtrace.report.material import Material
from trialtrace.report.render.api import render_document
from trialtrace.run.trace.seal import grouped
from trialtrace.run.trial.load import load_settings

pytestmark = pytest.mark.full

REAL = ("elmunzer2012", "ruetzler2013", "moertel1990")
SAID = (
    "Background.",
    "Results.",
    "Harms.",
    "Conclusion.",
    "This re-analysis.",
    "Hash of this run:",
)
A4 = (595, 842)
# CONSORT for abstracts; Hopewell and others 2025.
MOST_WORDS = 300
# Points: smaller type is not read on paper.
LEAST = 8.3


def check(page, more: tuple[str, ...] = ()) -> None:
    text = page.get_textpage()
    shown = " ".join(text.get_text_range().split())
    assert all(words in shown for words in (*SAID, *more)), shown
    ends = [
        shown.index(one)
        for one in ("Registration and funding.", "This re-analysis.")
        if one in shown
    ]
    assert len(shown[shown.index("Background.") : min(ends)].split()) <= MOST_WORDS
    assert [round(one) for one in page.get_size()] == list(A4)
    at = text.get_text_range().index("Results.")
    assert raw.FPDFText_GetFontSize(text.raw, at) >= LEAST
    assert [*page.get_objects(filter=[2, 5])], "no figure"


@pytest.mark.parametrize("name", REAL)
def test_of_real_trials(real, name: str, tmp_path: Path):
    run = real[name].run
    material = Material(run.trial, load_settings(), run.folder, {"analyse_plan": "0" * 64})
    cells = Cells(material, draw_figures(material, tmp_path / "figures"), {})
    write_documents(cells)
    with at_hand(cells):
        made = render_document(
            written(material, "summary"),
            out_dir=tmp_path,
            stem="summary",
            inputs={"figures": tmp_path / "figures"},
            formats=("pdf",),
            title=run.trial.title,
        )
    with PdfDocument(made.pdf) as document:
        assert len(document) == 1
        check(document[0], (run.trial.question, grouped(material.seal.value)[:17]))
