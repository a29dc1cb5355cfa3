"""Files of other people within bounds: what an archive unpacks to, and XML that declares nothing.

What grows inside a parser of XML, or makes it fetch a file, needs a document type; no workbook, no
DOCX and no Define-XML has one. It stands before the first element, so no more is read for it.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable
from functools import partial
from xml.parsers import expat

from trialtrace.base.errors import UserError

# Bytes that an archive may unpack to, whatever its size; a small one may grow more.
LARGEST, LARGEST_RATIO, SMALL = 4 << 30, 200, 100 << 20
# Bytes before the first element, and how many are read at a time.
HEAD, PIECE = 1 << 20, 1 << 16
_TEXT = (".xml", ".rels", ".vml")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class _Begun(Exception):
    """The first element: nothing can be declared after it."""


def check_xml(pieces: Iterable[bytes], place: str) -> None:
    """Raise UserError for XML with a document type. What is no XML is left to who reads it."""
    parser = expat.ParserCreate()
    found = ""

    def declared(name: str, *_: object) -> None:
        nonlocal found
        found = f"a document type ({name}), which can declare entities"
        raise _Begun

    def begun(*_: object) -> None:
        raise _Begun

    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = begun
    seen = 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            seen += len(piece)
            if seen > HEAD:
                found = f"no element in the first {HEAD >> 20} MB of XML"
                raise _Begun
    except (_Begun, expat.ExpatError):
        pass
    if found:
        expected = "XML that begins with its first element, as programs write it"
        raise UserError(place, found=found, expected=expected, do="save it anew by its program")


def check_package(content: bytes, place: str) -> None:
    """Raise UserError for an Office file that unpacks to too much, or declares a document type.

    Raises zipfile.BadZipFile for what is no archive.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        total = sum(member.file_size for member in archive.infolist())
        if total > LARGEST or total > max(SMALL, LARGEST_RATIO * len(content)):
            found = f"an archive of {len(content)} bytes that unpacks to {total}"
            expected = f"at most {LARGEST} bytes and {LARGEST_RATIO} times its size"
            raise UserError(place, found=found, expected=expected)
        for member in archive.infolist():
            if member.filename.lower().endswith(_TEXT):
                try:
                    with archive.open(member) as part:
                        check_xml(iter(partial(part.read, PIECE), b""), place)
                except _BROKEN:
                    # Who reads this part will say so.
                    continue
