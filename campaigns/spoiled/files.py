"""Spoilings of files: encoding, separator, quotes, cuts, checksums."""

import hashlib
from collections.abc import Callable

from spoiled.cells import Variable
from spoiled.choose import column, few, filled, one
from spoiled.export import Export, NotHereError, Rng


def _with_rows(export: Export) -> list[str]:
    return [table for table in export.tables if len(export.sheet(table).rows) > 3]


def _lines(export: Export, table: str) -> list[bytes]:
    return export.render(export.tables[table]["of"]).splitlines(keepends=True)


def _put(export: Export, table: str, data: bytes) -> None:
    export.files[export.tables[table]["of"]] = data


def _separator(export: Export, table: str) -> bytes:
    return export.item(table).get("separator", "\t").encode()


def _remarks(export: Export, table: str) -> None:
    """The cleaning says that a column of remarks is not used."""
    part = export.cleaning.setdefault("tables", {}).setdefault(table, {})
    part["ignore"] = {**part.get("ignore", {}), "remark": "free text that nobody analyses"}


def other_encoding(export: Export, rng: Rng) -> str:
    """Other bytes than the declared encoding has, told by the umlaut of a remark."""
    table = one(rng, _with_rows(export))
    item, sheet = export.item(table), export.sheet(table)
    _remarks(export, table)
    sheet.header.append("remark")
    row = rng.randrange(len(sheet.rows))
    for number, cells in enumerate(sheet.rows):
        cells.append("Rücksprache" if number == row else "")
    text = export.render(export.tables[table]["of"]).decode(item["encoding"])
    declared, real = rng.choice(
        (
            ("utf-8", "utf-16"),
            ("utf-8", "cp1252"),
            ("utf-16", "utf-8"),
            ("ascii", "utf-8"),
            ("utf-8", "utf-16-le"),
        )
    )
    item["encoding"] = declared
    _put(export, table, text.encode(real))
    return f"{table}: declared as {declared}, written in {real}"


def other_separator(export: Export, rng: Rng) -> str:
    """Another separator than the one that the source declares."""
    table = one(rng, _with_rows(export))
    before = _separator(export, table)
    after = one(rng, [sign for sign in (b",", b";", b"\t", b"|") if sign != before])
    _put(export, table, b"".join(_lines(export, table)).replace(before, after))
    return f"{table}: {after!r} between the cells, declared as {before!r}"


def decimal_declared_wrong(export: Export, rng: Rng) -> str:
    """The source declares the other decimal sign than the file has."""
    table, _ = column(
        export,
        rng,
        lambda t, v: (
            v.kind == "number"
            and any(export.decimal in text for text in export.sheet(t).column(v.name))
        ),
    )
    sign = "," if export.decimal == "." else "."
    export.item(table)["decimal"] = sign
    return f"trial.yaml: the decimal sign of {table} is declared as {sign!r}"


def cut(export: Export, rng: Rng) -> str:
    """The file ends inside of a line, before its last separator."""
    table = one(rng, _with_rows(export))
    lines, separator = _lines(export, table), _separator(export, table)
    number = rng.randrange(2, len(lines))
    last = lines[number]
    if last.count(separator) < 1 or b'"' in last:
        raise NotHereError
    end = rng.randrange(1, last.rindex(separator) + 1)
    _put(export, table, b"".join(lines[:number]) + last[:end])
    return f"{table}: cut inside of line {number + 1} of {len(lines)}"


def quote_open(export: Export, rng: Rng) -> str:
    """A quote that nobody closes, at the start of a cell."""
    table = one(rng, _with_rows(export))
    lines, separator = _lines(export, table), _separator(export, table)
    number = one(rng, [n for n, line in enumerate(lines) if n and b'"' not in line])
    cells = lines[number].split(separator)
    cells[-1] = b'"' + cells[-1]
    _put(export, table, b"".join([*lines[:number], separator.join(cells), *lines[number + 1 :]]))
    return f"{table}: a quote without its fellow in line {number + 1}"


def quotes_swallow(export: Export, rng: Rng) -> str:
    """Quotes in two comments of an ignored column take the rows between them into one cell."""
    table = one(rng, _with_rows(export))
    _remarks(export, table)
    lines, separator = _lines(export, table), _separator(export, table)
    first = rng.randrange(1, len(lines) - 2)
    last = min(first + rng.randint(2, 9), len(lines) - 1)
    ends = {first: b'"see note', last: b'end of note"', 0: b"remark"}
    lines = [line.rstrip(b"\n") + separator + ends.get(n, b"") for n, line in enumerate(lines)]
    _put(export, table, b"\n".join(lines) + b"\n")
    return f"{table}: quotes in lines {first + 1} and {last + 1} swallow {last - first} rows"


def row_short(export: Export, rng: Rng) -> str:
    return _cells(export, rng, lambda cells: cells[:-1], "a cell too few")


def row_long(export: Export, rng: Rng) -> str:
    """A separator inside of a text that has no quotes."""
    return _cells(export, rng, lambda cells: [cells[0], b"see also", *cells[1:]], "a cell too many")


def _cells(
    export: Export, rng: Rng, change: Callable[[list[bytes]], list[bytes]], what: str
) -> str:
    table = one(rng, _with_rows(export))
    lines, separator = _lines(export, table), _separator(export, table)
    plain = [n for n, line in enumerate(lines) if n and b'"' not in line]
    chosen = few(rng, plain, rng.choice((1, 1, 4)))
    for number in chosen:
        cells = lines[number].rstrip(b"\n").split(separator)
        lines[number] = separator.join(change(cells)) + b"\n"
    _put(export, table, b"".join(lines))
    return f"{table}: {what} in {len(chosen)} rows, the first in line {chosen[0] + 1}"


def broken(export: Export, rng: Rng) -> str:
    """A file that is none: no bytes, NUL bytes, another format."""
    table = one(rng, export.tables)
    how = rng.choice(("no bytes", "NUL bytes", "a zip file", "a web page"))
    data = export.render(export.tables[table]["of"])
    middle = len(data) // 2
    _put(
        export,
        table,
        {
            "no bytes": b"",
            "NUL bytes": data[:middle] + b"\0\0\0" + data[middle:],
            "a zip file": b"PK\x03\x04" + bytes(range(256)),
            "a web page": b"<!DOCTYPE html>\n<html><body>Sign in, please</body></html>\n",
        }[how],
    )
    return f"{table}: the file has {how}" if "bytes" in how else f"{table}: the file is {how}"


def not_there(export: Export, rng: Rng) -> str:
    item = export.item(one(rng, export.tables))
    item["path"] = rng.choice((item["path"].upper(), f"old_{item['path']}", f"new/{item['path']}"))
    return f"trial.yaml: {item['path']} is not there"


def files_exchanged(export: Export, rng: Rng) -> str:
    """Two tables with each other's file, whose columns are not the same."""
    tables = list(export.tables)
    first = one(rng, tables if len(tables) > 1 else [])
    mine = set(export.sheet(first).header)
    second = one(rng, [t for t in tables if set(export.sheet(t).header) - mine])
    one_item, other_item = export.item(first), export.item(second)
    one_item["path"], other_item["path"] = other_item["path"], one_item["path"]
    return f"trial.yaml: {first} and {second} have each other's file"


def checksum(export: Export, rng: Rng) -> str:
    """The checksum of the good file is pinned, then a legal value is another."""
    table, variable = column(
        export, rng, lambda t, v: len({*export.sheet(t).column(v.name)} - {""}) > 1
    )
    data = export.render(export.tables[table]["of"])
    export.item(table)["sha256"] = hashlib.sha256(data).hexdigest()
    return f"{table}: pinned by its checksum; {_one_other(export, rng, table, variable)}"


def _one_other(export: Export, rng: Rng, table: str, variable: Variable) -> str:
    texts = export.sheet(table).column(variable.name)
    row = one(rng, filled(export, table, variable))
    export.sheet(table).put(row, variable.name, one(rng, sorted({*texts} - {"", texts[row]})))
    return f"{variable.name} in line {row + 2} is another legal value"


KINDS = {
    "file: another encoding": other_encoding,
    "file: another separator": other_separator,
    "config: the other decimal sign": decimal_declared_wrong,
    "file: cut inside of a line": cut,
    "file: an open quote": quote_open,
    "file: quotes swallow rows": quotes_swallow,
    "file: a row too short": row_short,
    "file: a row too long": row_long,
    "file: none, or another format": broken,
    "config: a file that is not there": not_there,
    "config: files exchanged": files_exchanged,
    "file: not that of its checksum": checksum,
}
