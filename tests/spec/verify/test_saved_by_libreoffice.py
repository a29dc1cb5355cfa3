"""A DOCX that LibreOffice itself opened and saved is no other report, and an altered one is."""

import subprocess
from pathlib import Path

import pytest
from kept_report import FOLDER, repacked

from trialtrace.base.paths import Project
from trialtrace.report.commands.verify import verified_text
from trialtrace.report.verify.verified import verified

pytestmark = pytest.mark.libreoffice
DOCX = f"{FOLDER}/report/report.docx"


def saved(path: Path, folder: Path) -> Path:
    """The document as the program writes it; with a profile of its own, as others may run."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "docx",
        "--outdir",
        folder / "saved",
    ]
    subprocess.run([*command, path], check=True, capture_output=True, timeout=120)
    return folder / "saved" / path.name


def test_saved_by_libreoffice(whole: Project, tmp_path: Path):
    told = verified(whole, saved(whole.root / DOCX, tmp_path))
    assert told.trial == "mini" and not told.found, verified_text(told)
    assert any(note.startswith("saved anew by") for note in told.notes)


def test_saved_by_libreoffice_with_another_number(whole: Project, tmp_path: Path):
    """The share of the primary result, where it stands first, and nowhere else."""

    def other(name: str, data: bytes) -> bytes:
        return data.replace(b">33.3", b">13.3", 1) if name == "word/document.xml" else data

    path = tmp_path / "report.docx"
    path.write_bytes(repacked((whole.root / DOCX).read_bytes(), other))
    (one,) = verified(whole, saved(path, tmp_path)).found
    assert (one.what, one.result) == ("number", "mini/relief_primary/proportion.wilson@placebo")
    assert "33.3" in str(one.kept) and "13.3" in str(one.shown)
