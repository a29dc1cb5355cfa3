"""Values that stand nowhere but in one cell of an export, and a search for them in all else.

A sentinel is a word that begins with MARK, a number of nine digits, a whole number of seven or
more, or a day between 1931 and 1949. The search takes files apart (DOCX, XLSX and other archives,
compressed files, Parquet, PDF, data URIs, comments of PNG) and undoes other spellings: capitals, a
decimal comma, fewer digits, other orders of a date, text that was read in a wrong encoding, escapes
of URLs, HTML and JSON. Words are found in base 64 and hexadecimal digits too, and by a plain hash.
Places of an SVG's paths are no text: `svg_paths` decodes them.
"""

import base64
import bz2
import gzip
import hashlib
import html
import io
import lzma
import random
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from pypdfium2 import PdfDocument
from site_pages import PACKED, PACKED_PAGE

MARK = "qzjx"
DIGITS = 7
_DECIMAL = re.compile(r"(?<![\d.,])(\d{1,6})[.,](\d{3,})")
_WHOLE = re.compile(r"(?<![0-9a-zA-Z.,])(\d{7,})(?:[.,]0+)?(?![0-9a-zA-Z])(?![.,]\d)")
_YEAR = "19(?:3[1-9]|4[0-9])"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATES = (
    re.compile(rf"(?P<y>{_YEAR})[-/.]?(?P<m>[01]\d)[-/.]?(?P<d>[0-3]\d)(?!\d)"),
    re.compile(rf"(?<!\d)(?P<d>[0-3]?\d)[-/. ](?P<m>[01]?\d)[-/. ](?P<y>{_YEAR})(?!\d)"),
    re.compile(rf"(?<!\d)(?P<m>[01]?\d)[-/. ](?P<d>[0-3]?\d)[-/. ](?P<y>{_YEAR})(?!\d)"),
    re.compile(rf"(?<!\d)(?P<d>[0-3]?\d)\.? (?P<m>[a-z]{{3}})[a-z]* (?P<y>{_YEAR})"),
)
_URI = re.compile(r"data:[\w/+.-]+;base64,([A-Za-z0-9+/=]+)")
_DRAWN = re.compile(r'data:image/svg\+xml,([^"]+)')
# Where things stand in a drawing: coordinates are no spelling of a value.
_PLACES = re.compile(r'\b(?:d|x|y|x1|x2|y1|y2|transform|viewBox|points)="[^"]*"')
# What is made of base 64 or of hexadecimal digits, long enough to hold a word of MARK.
_CODED = re.compile(r"[A-Za-z0-9+/_-]{12,}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){6,}")
_MARKED = re.compile(rb"(?i)%s\d{4}\w*" % MARK.encode())
_JSON = re.compile(r"\\u([0-9a-fA-F]{4})")
# How files begin that hold others, and what they hold.
_PACKED = (
    (b"\x1f\x8b", gzip.decompress),
    (b"BZh", bz2.decompress),
    (b"\xfd7zXZ\x00", lzma.decompress),
    (b"\x78", zlib.decompress),
    (b"\x28\xb5\x2f\xfd", lambda data: pa.CompressedInputStream(io.BytesIO(data), "zstd").read()),
)
HASHES = ("md5", "sha1", "sha256", "sha512")
# Text of a file that was read as something else, turned back.
_MISREAD = (
    ("utf-16-be", "utf-16-le"),
    ("utf-16-le", "utf-16-be"),
    ("utf-16-le", "utf-8"),
    ("utf-16-be", "utf-8"),
    ("cp500", "utf-8"),
    ("cp500", "latin-1"),
)


@dataclass
class Sentinels:
    """The cells of an export as they are made, and those of them that a text holds."""

    numbers: set[str] = field(default_factory=set)
    wholes: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    # The first digits of the hash of a word -> the word.
    hashes: dict[str, str] = field(default_factory=dict)
    _random: random.Random = field(default_factory=lambda: random.Random(20261120))
    _count: int = 0

    def word(self, kind: str) -> str:
        self._count += 1
        text = f"Qzjx{self._count:04}{kind}"
        for name in HASHES:
            self.hashes[hashlib.new(name, text.encode()).hexdigest()[:12]] = text
        return text

    def number(self, low: int, high: int) -> str:
        """Nine digits, all of which count."""
        whole = self._random.randrange(low, high)
        places = 9 - len(str(whole))
        text = f"{whole}.{self._random.randrange(10 ** (places - 1), 10**places)}"
        self.numbers.add(text)
        return text

    def whole(self, digits: int = 7) -> str:
        text = str(self._random.randrange(10 ** (digits - 1), 10**digits))
        self.wholes.add(text)
        return text

    def date(self) -> str:
        day, month = self._random.randrange(1, 28), self._random.randrange(1, 13)
        text = f"{self._random.randrange(1932, 1949)}-{month:02}-{day:02}"
        self.dates.add(text)
        return text

    def forget(self, values: set[float]) -> int:
        """Numbers that are results of their own, such as a median; how many there were."""
        shown = {_heading(f"{value:.12g}") for value in values}
        mine = {text for text in self.numbers if _heading(text) in shown}
        self.numbers -= mine
        return len(mine)

    def found_in_file(self, path: Path) -> set[str]:
        """What a file's content or name holds."""
        return self.found_in_bytes(path.read_bytes()) | self.found_in(path.name)

    def found_in_bytes(self, data: bytes) -> set[str]:
        members = list(_members(data))
        found = {hit for name, part in members for hit in self._in_member(name, part)}
        if members:
            return found
        if data.startswith(b"PAR1"):
            return self.found_in(_parquet_text(data))
        if data.startswith(b"%PDF"):
            with PdfDocument(data) as document:
                texts = [page.get_textpage().get_text_range() for page in document]
                told = document.get_metadata_dict()
            return self.found_in("\n".join([*texts, *told.values()]))
        if data.startswith(b"\x89PNG"):
            return self.found_in("\n".join(_png_text(data)))
        return self.found_in(data.decode("utf-8", "replace"))

    def _in_member(self, name: str, part: bytes) -> set[str]:
        return self.found_in_bytes(part) | self.found_in(name)

    def found_in(self, text: str) -> set[str]:
        found = set()
        for uri in _URI.findall(text):
            found |= self.found_in_bytes(base64.b64decode(uri))
        # What is packed is looked at unpacked: four letters come by chance in base 64.
        for pattern in (PACKED, PACKED_PAGE):
            for packed in pattern.findall(text):
                found |= self.found_in(zlib.decompress(base64.b64decode(packed)).decode())
            text = pattern.sub(" ", text)
        for drawing in _DRAWN.findall(text):
            found |= self.found_in(unquote(drawing).replace("'", '"'))
        text = _PLACES.sub(" ", _DRAWN.sub(" ", _URI.sub(" ", text)))
        for spelt in {text, unquote(text), _plain(text), *_turned_back(text)}:
            found |= self._in_plain(spelt)
        return found | self._in_code(text)

    def _in_code(self, text: str) -> set[str]:
        """Words in base 64, from whichever letter on, and in hexadecimal digits; hashes of them."""
        found: set[str] = set()
        for run in _HEX.findall(text):
            found |= set(map(bytes.decode, _MARKED.findall(bytes.fromhex(run))))
            found |= {self.hashes[start] for start in [run[:12].lower()] if start in self.hashes}
        for run in _CODED.findall(text):
            coded = run.replace("-", "+").replace("_", "/")
            for start in range(4):
                part = coded[start : start + (len(coded) - start) // 4 * 4]
                found |= set(map(bytes.decode, _MARKED.findall(base64.b64decode(part))))
        return found

    def _in_plain(self, text: str) -> set[str]:
        lower = text.lower()
        found = set(re.findall(rf"{MARK}\w*", lower)) if MARK in lower else set()
        headings = {_heading(number): number for number in self.numbers}
        for whole, rest in _DECIMAL.findall(text):
            found |= {
                headings[heading]
                for heading in (_heading(f"{whole}.{rest}"),)
                if heading in headings
            }
        found |= self.wholes.intersection(_WHOLE.findall(text))
        for pattern in _DATES:
            found |= self.dates.intersection(map(_iso, pattern.finditer(lower)))
        return found


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The names and contents of what an archive or a compressed file holds."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist())
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for one in archive.getmembers():
                held = archive.extractfile(one)
                yield one.name, held.read() if held else b""
    for start, unpacked in _PACKED:
        if data.startswith(start):
            with suppress(OSError, EOFError, zlib.error, lzma.LZMAError):
                yield "", unpacked(data)


def _parquet_text(data: bytes) -> str:
    """Cells, names of columns and what is said of the file."""
    table = pq.read_table(io.BytesIO(data))
    cells = (str(cell) for column in table.columns for cell in column.unique().to_pylist())
    about = pq.read_metadata(io.BytesIO(data)).metadata or {}
    told = (each.decode("utf-8", "replace") for pair in about.items() for each in pair)
    return "\n".join([*table.column_names, *told, *cells])


def _plain(text: str) -> str:
    """Text without the escapes of HTML and JSON."""
    return _JSON.sub(lambda found: chr(int(found[1], 16)), html.unescape(text))


def _heading(number: str) -> str:
    """The first digits of a number with as many or more, rounded; a shorter one as it is."""
    digits = number.replace(".", "")
    if len(digits.lstrip("0")) < DIGITS:
        return number
    return f"{float(number):.{DIGITS}g}"


def _iso(found: re.Match) -> str:
    month = found["m"]
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month) if month.isdigit() else 0
    return f"{found['y']}-{number:02}-{int(found['d']):02}"


def _turned_back(text: str) -> list[str]:
    """The text under other encodings; only where it has much that is no ASCII."""
    if sum(c > "\xff" for c in text) < 20 and text.isascii():
        return []
    return [text.encode(one, "ignore").decode(two, "ignore") for one, two in _MISREAD]


def _png_text(data: bytes) -> list[str]:
    """The comments of a PNG, unpacked."""
    found, at = [], 8
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            found.append(body.decode("latin-1"))
            _, _, packed = body.partition(b"\0")
            if kind == b"zTXt":
                found.append(zlib.decompress(packed[1:]).decode("latin-1"))
        at += size + 12
    return found
