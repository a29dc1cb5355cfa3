"""A DOCX that somebody opened and saved is no other report."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from kept_report import FOLDER, repacked

from trialtrace.base.paths import Project
from trialtrace.report.commands.verify import verified_text
from trialtrace.report.verify.verified import Verified, verified

DOCX = f"{FOLDER}/report/report.docx"
MAIN, LINKS = "word/document.xml", "word/_rels/document.xml.rels"
RUN = re.compile(
    r'<w:r>(<w:rPr>(?:(?!</w:r>).)*?</w:rPr>)?<w:t xml:space="preserve">([^<&]{4,})</w:t></w:r>'
)


def saved(whole: Project, tmp_path: Path, change: Callable[[str, bytes], bytes]) -> Verified:
    path = tmp_path / "from a colleague.docx"
    path.write_bytes(repacked((whole.root / DOCX).read_bytes(), change))
    return verified(whole, path)


def test_packed_anew(whole: Project, tmp_path: Path):
    told = saved(whole, tmp_path, lambda name, data: data)
    assert told.trial == "mini" and not told.found
    assert told.notes == ["packed anew; every part of it is the one that was written"]


def as_word_does(name: str, data: bytes) -> bytes:
    """Runs are split, marked by revision and language, spelling is flagged, links are spelt with
    percent signs and anchors apart, a part of its own is added to others."""
    text = data.decode() if name.endswith((".xml", ".rels")) else ""
    if name == MAIN:
        text = RUN.sub(
            lambda run: (
                f'<w:r w:rsidR="00AB12CD">{run[1] or ""}<w:t xml:space="preserve">{run[2][:2]}'
                f'</w:t></w:r><w:proofErr w:type="spellStart"/><w:r>{run[1] or ""}'
                f'<w:lastRenderedPageBreak/><w:t xml:space="preserve">{run[2][2:]}</w:t></w:r>'
            ),
            text,
        )
        return text.replace(
            "<w:tcPr />", '<w:tcPr><w:tcW w:w="999" w:type="dxa"/></w:tcPr>'
        ).encode()
    if name == LINKS:
        return text.replace(";", "%3B").replace("trace/", "trace%2F").encode()
    if name == "docProps/app.xml":
        return re.sub(r"<Application>[^<]*", "<Application>Microsoft Office Word", text).encode()
    return data


def as_libreoffice_does(name: str, data: bytes) -> bytes:
    """Links become absolute, spaces of no width appear, breaks of pages are noted."""
    if name == LINKS:
        return data.replace(b'Target="trace/', b'Target="file:///home/somebody/Mail/trace/')
    if name == MAIN:
        return data.replace(b"<w:body>", b"<w:body><w:p><w:r><w:t> </w:t></w:r></w:p>")
    return data


@pytest.mark.parametrize("change", [as_word_does, as_libreoffice_does])
def test_saved_by_another_program(whole: Project, tmp_path: Path, change):
    told = saved(whole, tmp_path, change)
    assert not told.found, verified_text(told)
    assert told.notes and "ALTERED" not in verified_text(told)


@pytest.mark.parametrize("change", [as_word_does, as_libreoffice_does])
def test_saved_by_another_program_with_another_number(whole: Project, tmp_path: Path, change):
    def both(name: str, data: bytes) -> bytes:
        return change(name, data.replace(b">33.3", b">13.3") if name == MAIN else data)

    told = saved(whole, tmp_path, both)
    assert {one.what for one in told.found} == {"number"}
    assert all("33.3" in str(one.kept) and "13.3" in str(one.shown) for one in told.found)
