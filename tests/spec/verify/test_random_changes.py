"""Four hundred bytes and digits of a run's files, changed at random: each is named, or shown to be
without effect."""

import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from kept_report import FOLDER

from trialtrace.base.paths import Project
from trialtrace.report.shown.docx_lines import docx_lines
from trialtrace.report.verify.verified import verified
from trialtrace.run.jobs.products import VOLATILE

SEED = 20260101
DOCX, HTML = "report/report.docx", "report/report.html"
# Not those of a character by its number, as in &#39;.
DIGIT = re.compile(rb"&#\d+;|(\d)")
# Of a text inside of tags: a digit that a reader sees, in HTML and in the main part of a DOCX.
SHOWN = re.compile(rb">([^<]*\d[^<]*)<")


def flipped(data: bytes, draw: random.Random) -> bytes:
    """One byte is another one."""
    at = draw.randrange(len(data))
    return data[:at] + bytes([data[at] ^ draw.randrange(1, 256)]) + data[at + 1 :]


def other_digit(data: bytes, at: int, draw: random.Random) -> bytes:
    digit = draw.choice([d for d in b"0123456789" if d != data[at]])
    return data[:at] + bytes([digit]) + data[at + 1 :]


def digits_shown(data: bytes) -> list[int]:
    """Where the digits stand that a reader of a page sees."""
    start = data.find(b"<body")
    found = (match for match in SHOWN.finditer(data, max(start, 0)))
    return [match.start(1) + d.start() for match in found for d in DIGIT.finditer(match[1]) if d[1]]


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(found: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def changes(whole: Project, draw: random.Random) -> Iterator[tuple[str, str, Path, bytes]]:
    """(how, name, path, new bytes), 400 of them."""
    folder = whole.root / FOLDER
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.name not in VOLATILE
    )
    full = [path for path in files if path.stat().st_size]
    for _ in range(180):
        path = draw.choice(full)
        yield "byte", path.relative_to(folder).as_posix(), path, flipped(path.read_bytes(), draw)
    html, docx = folder / HTML, folder / DOCX
    text, word = html.read_bytes(), parts(docx.read_bytes())
    seen, main = digits_shown(text), word["word/document.xml"]
    for _ in range(60):
        yield "byte", HTML, html, flipped(text, draw)
        yield "digit", HTML, html, other_digit(text, draw.choice(seen), draw)
    seen = digits_shown(main)
    for _ in range(60):
        changed = other_digit(main, draw.choice(seen), draw)
        yield "digit", DOCX, docx, packed(word | {"word/document.xml": changed})
    data = docx.read_bytes()
    for _ in range(40):
        yield "byte", DOCX, docx, flipped(data, draw)


@pytest.mark.full
def test_each_of_four_hundred_is_named_or_without_effect(whole: Project):
    draw, folder = random.Random(SEED), whole.root / FOLDER
    counts: Counter[str] = Counter()
    for number, (how, name, path, data) in enumerate(changes(whole, draw)):
        before = path.read_bytes()
        path.write_bytes(data)
        try:
            told = verified(whole, path if number % 20 else folder)
        finally:
            path.write_bytes(before)
        if any(one.file.endswith(name) for one in told.found):
            # A digit that a reader sees is told as a number, or as the words of a figure, with both
            # values.
            seen = [one for one in told.found if one.what in ("number", "figure")]
            assert how == "byte" or any(one.shown != one.kept for one in seen), (name, told.found)
            counts[f"{how} of a {'report' if name in (HTML, DOCX) else 'file'}: named"] += 1
            continue
        # Only what packs a DOCX may be other, or a part that holds no text of it; and it is noted.
        assert name.endswith(".docx") and how == "byte" and told.notes, (name, how, told)
        assert docx_lines(data).lines == docx_lines(before).lines
        counts["byte of a report: without effect"] += 1
    assert counts.total() == 400
    assert counts["byte of a report: without effect"] < 8, counts
    assert verified(whole, folder).found == []
