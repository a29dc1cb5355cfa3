"""One document with every shared feature: what it must look like, by whichever renderer."""

import shutil
from pathlib import Path

import pytest
from render_blocks import alike, blocks_of

from trialtrace.report.render.api import render_document
from trialtrace.report.render.document import read_document
from trialtrace.report.render.subset import check_document

EXPECTED = Path(__file__).with_name("contract.blocks.txt")


def _page(contract, figures, out_dir, renderer):
    files = render_document(
        contract,
        inputs={"figures": figures},
        out_dir=out_dir,
        stem="contract",
        renderer=renderer,
    )
    return files


def test_contract_is_inside_the_shared_part(contract):
    assert check_document(contract) == []


def test_embedded_renderer_keeps_the_contract(contract, figures, tmp_path):
    files = _page(contract, figures, tmp_path / "out", "embedded")
    found = alike(blocks_of(files.html.read_text(encoding="utf-8")))
    assert found == alike(EXPECTED.read_text(encoding="utf-8").splitlines())


@pytest.mark.quarto
@pytest.mark.skipif(not shutil.which("quarto"), reason="Quarto is not on the PATH")
def test_quarto_keeps_the_contract(contract, figures, tmp_path):
    files = _page(contract, figures, tmp_path / "out", "quarto")
    found = alike(blocks_of(files.html.read_text(encoding="utf-8")))
    assert found == alike(EXPECTED.read_text(encoding="utf-8").splitlines())
    assert files.docx.stat().st_size > 0


def test_the_reader_sees_the_cells_that_jupytext_sees(contract):
    jupytext = pytest.importorskip("jupytext", reason="jupytext is not installed")
    text = contract.read_text(encoding="utf-8")
    notebook = jupytext.reads(text, fmt="Rmd")
    theirs = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    ours = read_document(contract).cells
    assert len(theirs) == len(ours) > 5
    for source, cell in zip(theirs, ours, strict=True):
        assert source.endswith(cell.code)
        lines = text.splitlines()
        assert lines[cell.code_line - 1] == cell.code.splitlines()[0]
        assert lines[cell.line - 1] == "```{python}"
