"""The cells of an old workbook (.xls): texts and numbers of its sheets, for what describes columns.

Source: [MS-CFB] Compound File Binary File Format and [MS-XLS] Excel Binary File Format, BIFF8.
A run reads no such file.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
END, ENTRY, MOST_BYTES = 0xFFFFFFFA, 128, 20_000_000
BOF, EOF, PASSWORD, CONTINUE = 0x809, 0x0A, 0x2F, 0x3C
SHEET, STRINGS, NUMBER, WHOLE, WHOLES, SHARED, TEXT = 0x85, 0xFC, 0x203, 0x27E, 0xBD, 0xFD, 0x204
WIDE, RICH, PHONETIC = 1, 8, 4
Row = tuple[int, dict[int, str]]


def old_sheets(path: Path) -> dict[str, list[Row]]:
    """The rows of each sheet, each a line and its cells by column, from 1; nothing of a file that
    is no such workbook, is broken, or has a password."""
    if path.stat().st_size > MOST_BYTES:
        return {}
    data = path.read_bytes()
    try:
        return _sheets(_stream(data)) if data.startswith(MAGIC) else {}
    except (struct.error, IndexError, UnicodeDecodeError):
        return {}


def _stream(data: bytes) -> bytes:
    """The workbook inside the compound file; nothing where there is none of BIFF8."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    first, extra = (struct.unpack_from("<I", data, at)[0] for at in (48, 68))

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    tables = list(struct.unpack_from("<109I", data, 76))
    while extra < END and len(tables) * size < len(data) + 110 * size:
        more = struct.unpack(f"<{size // 4}I", sector(extra))
        tables, extra = tables + list(more[:-1]), more[-1]
    numbers = (struct.unpack(f"<{size // 4}I", sector(one)) for one in tables if one < END)
    after = [number for each in numbers for number in each]

    def chain(start: int) -> bytes:
        made: list[bytes] = []
        while start < END and len(made) <= len(after):
            made.append(sector(start))
            start = after[start]
        return b"".join(made)

    directory = chain(first)
    for at in range(0, len(directory), ENTRY):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(0, length - 2)].decode("utf-16-le")
        if name == "Workbook":
            start, whole = struct.unpack_from("<II", directory, at + 116)
            return chain(start)[:whole]
    return b""


def _records(stream: bytes, at: int = 0) -> Iterator[tuple[int, list[bytes]]]:
    """Records from a place on, each with those that continue it."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        chunks = [stream[at + 4 : at + 4 + length]]
        at += 4 + length
        while stream[at : at + 2] == struct.pack("<H", CONTINUE):
            length = struct.unpack_from("<H", stream, at + 2)[0]
            chunks.append(stream[at + 4 : at + 4 + length])
            at += 4 + length
        yield kind, chunks
        if kind == EOF:
            return


def _sheets(stream: bytes) -> dict[str, list[Row]]:
    places: dict[str, int] = {}
    shared: list[str] = []
    for kind, chunks in _records(stream):
        if kind == PASSWORD:
            return {}
        if kind == SHEET:
            count, wide = chunks[0][6], chunks[0][7] & WIDE
            text = chunks[0][8 : 8 + count * (1 + wide)]
            name = text.decode("utf-16-le" if wide else "latin-1")
            places[name] = struct.unpack_from("<I", chunks[0])[0]
        elif kind == STRINGS:
            shared = list(_strings(chunks))
    return {name: _rows(stream, at, shared) for name, at in places.items()}


def _strings(chunks: list[bytes]) -> Iterator[str]:
    """The shared texts; one that is continued says anew how wide its letters are."""
    count = struct.unpack_from("<I", chunks[0], 4)[0]
    chunk, at = 0, 8
    for _ in range(count):
        if at >= len(chunks[chunk]):
            chunk, at = chunk + 1, 0
        left, flags = struct.unpack_from("<HB", chunks[chunk], at)
        at += 3
        runs = struct.unpack_from("<H", chunks[chunk], at)[0] if flags & RICH else 0
        at += 2 * bool(flags & RICH)
        beyond = struct.unpack_from("<I", chunks[chunk], at)[0] if flags & PHONETIC else 0
        at += 4 * bool(flags & PHONETIC)
        texts = []
        while True:
            wide = flags & WIDE
            part = chunks[chunk][at : at + left * (1 + wide)]
            texts.append(part.decode("utf-16-le" if wide else "latin-1"))
            at, left = at + len(part), left - len(part) // (1 + wide)
            if not left:
                break
            chunk, at = chunk + 1, 1
            flags = chunks[chunk][0]
        skip = 4 * runs + beyond
        while skip > len(chunks[chunk]) - at:
            skip -= len(chunks[chunk]) - at
            chunk, at = chunk + 1, 0
        at += skip
        yield "".join(texts)


def _rows(stream: bytes, at: int, shared: list[str]) -> list[Row]:
    rows: dict[int, dict[int, str]] = {}
    for kind, chunks in _records(stream, at):
        data = chunks[0]
        if kind not in (NUMBER, WHOLE, WHOLES, SHARED, TEXT):
            continue
        line, place = struct.unpack_from("<HH", data)
        cells = rows.setdefault(line + 1, {})
        if kind == SHARED:
            cells[place + 1] = shared[struct.unpack_from("<I", data, 6)[0]]
        elif kind == NUMBER:
            cells[place + 1] = _text(struct.unpack_from("<d", data, 6)[0])
        elif kind == TEXT:
            length, wide = struct.unpack_from("<HB", data, 6)
            coding = "utf-16-le" if wide & WIDE else "latin-1"
            cells[place + 1] = data[9 : 9 + length * (1 + (wide & WIDE))].decode(coding)
        else:
            for step in range((len(data) - (4 if kind == WHOLE else 6)) // 6):
                cells[place + 1 + step] = _text(
                    _packed(struct.unpack_from("<I", data, 6 + 6 * step)[0])
                )
    return sorted(rows.items())


def _packed(number: int) -> float:
    """A number of 30 bits, which are whole or the first of a long one, in hundredths or not."""
    if number & 2:
        value = float(struct.unpack("<i", struct.pack("<I", number))[0] >> 2)
    else:
        value = struct.unpack("<d", struct.pack("<II", 0, number & ~3))[0]
    return value / 100 if number & 1 else value


def _text(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)
