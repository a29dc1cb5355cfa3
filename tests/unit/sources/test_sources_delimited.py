"""Delimited text: every cell as found, and the line on which each record starts."""

import json
from hashlib import sha256

import pytest
from source_files import Bench, cells, places

NAMES = "Müller, João São Paulo, ÃO, naïve “quoted” – 5 €, Ψυχή, 東京, Âme, à, ÀÉÎ, Škoda"
REMARKS = ("first\nsecond", "mild, then\nworse", "a, b, c\nd, e\nf", "one, two, three, four", NAMES)
# The text of a file, what is declared of it, its cells, lines of its rows, and blank lines.
READ = [
    (
        "id,age,note\n1, 54 ,\n02,3.50,NA\n",
        {},
        [("1", " 54 ", ""), ("02", "3.50", "NA")],
        [2, 3],
        0,
    ),
    (
        'id,note\n1,"first\nsecond"\n2,"a ""quoted"" word, and a comma"\n3,x\n',
        {},
        [("1", "first\nsecond"), ("2", 'a "quoted" word, and a comma'), ("3", "x")],
        [2, 4, 5],
        0,
    ),
    ("\nid,age\r\n1,2\r\n\r\n3,4\r\n\r\n", {}, [("1", "2"), ("3", "4")], [3, 5], 3),
    ("id,age\n1,2\n,\n3,4\n , \n  \n,\n", {}, [("1", "2"), ("3", "4")], [2, 4], 4),
    ('id\n1\n""\n3\n', {}, [("1",), ("",), ("3",)], [2, 3, 4], 0),
    ("id,age\r1,2\r3,4\r", {}, [("1", "2"), ("3", "4")], [2, 3], 0),
    ("id,age\n", {}, [], [], 0),
    ("id;w\n1;3,5\n", {"separator": ";"}, [("1", "3,5")], [2], 0),
    ("id|w\n1|3,5\n", {"separator": "|"}, [("1", "3,5")], [2], 0),
    ("id\tw\n1\t3,5\n", {"path": "a.tsv"}, [("1", "3,5")], [2], 0),
    ("  id   w \n\n\t1 \t 3,5  \n", {"separator": "blanks"}, [("1", "3,5")], [3], None),
    ('"id" "w"\n"1"   "3,5"\n', {"separator": "blanks"}, [("1", "3,5")], [2], None),
    *((f'id,note\n1,"{note}"\n', {}, [("1", note)], [2], 0) for note in REMARKS),
]


@pytest.mark.parametrize(("text", "declared", "found", "lines", "blank"), READ)
def test_a_text_is_read_as_it_stands(bench: Bench, text, declared, found, lines, blank):
    declared = {"path": "a.csv", "decimal": ","} | declared
    bench.put(declared["path"], text)
    rows = bench.ingest(**declared)
    assert (cells(rows), places(rows)) == (found, lines)
    assert all(row["source_file"] == declared["path"] for row in rows)
    table = json.loads((bench.out / "manifest.json").read_text())["tables"]["visits"]
    assert table["settings"] == {"decimal": ","}
    assert blank is None or table["file"].get("blank_lines", 0) == blank
    # A line between others that has no value is told, and nothing else is doubted.
    assert ["line(s) 3 between" in told for told in bench.warnings()] == [True] * ("\n,\n3" in text)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "latin-1", "utf-16"])
def test_declared_encodings(bench: Bench, encoding: str):
    bench.put("a.csv", "id,naïve\n1,Müller\n".encode(encoding))
    assert bench.ingest("a.csv", encoding=encoding)[0]["naïve"] == "Müller"


@pytest.mark.parametrize(
    ("mark", "codec"), [("utf-8", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-32", "utf-32")]
)
def test_a_byte_order_mark_tells_the_encoding(bench: Bench, mark: str, codec: str):
    bench.put("a.csv", "id,name\n1,Müller\n".encode(codec))
    assert cells(bench.ingest("a.csv")) == [("1", "Müller")]
    file = json.loads((bench.out / "manifest.json").read_text())["tables"]["visits"]["file"]
    assert (file["encoding"], file["byte_order_mark"]) == (mark, True)


def test_header_cells_lose_the_blanks_around_them(bench: Bench):
    bench.put("a.csv", " id , age\n1,2\n")
    assert list(bench.ingest("a.csv")[0])[2:] == ["id", "age"]


def test_the_manifest_does_not_change_from_run_to_run(bench: Bench):
    bench.put("a.csv", "id\n1\n")
    bench.ingest("a.csv")
    first = {path.name: path.read_bytes() for path in bench.out.iterdir()}
    bench.ingest("a.csv")
    assert first == {path.name: path.read_bytes() for path in bench.out.iterdir()}


def test_a_last_line_without_an_end_is_told(bench: Bench):
    """Only this shows that a file was cut inside its last cell."""
    bench.put("a.csv", "id,age\n1,54\n2,61\n")
    bench.ingest("a.csv")
    assert bench.warnings() == []
    bench.put("a.csv", "id,age\n1,54\n2,6")
    assert cells(bench.ingest("a.csv")) == [("1", "54"), ("2", "6")]
    (told,) = bench.warnings()
    assert told.startswith(
        "demo: source.items.visits: the last line has no line end: was the file cut?"
    )
    bench.ingest("a.csv", sha256=sha256(b"id,age\n1,54\n2,6").hexdigest())
    assert bench.warnings() == []


SWALLOWED = 'id,age,note\n1,5,x\n2,5,"note 2\n3,5,x\n4,5,x\n5,5,note 5"\n6,5,x\n'


def test_quotes_that_swallow_rows_are_told(bench: Bench):
    """A quote in a comment and one in another: legal CSV, of which two rows are a cell."""
    bench.put("a.csv", SWALLOWED)
    assert len(bench.ingest("a.csv")) == 3
    (told,) = bench.warnings()
    assert told.startswith(
        "demo: source.items.visits: a cell on lines 3 to 6 holds line breaks and as many separators"
    )
    assert "note" not in told


@pytest.mark.parametrize(
    ("written", "read", "told"),
    [
        ("windows-1252", "latin-1", "line 3: read as iso8859-1, it holds control characters"),
        ("utf-8", "windows-1252", "line 3: read as cp1252, it holds what UTF-8 looks like"),
        ("utf-8", "latin-1", "line 3: read as iso8859-1, it holds what UTF-8 looks like"),
    ],
)
def test_text_read_in_another_encoding_is_told(bench: Bench, written: str, read: str, told: str):
    bench.put("a.csv", "id,name\n1,Ana\n2,Müller – 5 €\n".encode(written))
    bench.ingest("a.csv", encoding=read)
    assert any(told in one for one in bench.warnings())


def test_characters_that_were_lost_before_are_told(bench: Bench):
    bench.put("a.csv", "id,name\n1,M\ufffdller\n")
    bench.ingest("a.csv")
    assert (
        "line 2: read as utf-8, it holds the mark of characters that were lost"
        in (bench.warnings()[0])
    )


BAD = {
    "too few cells": ("id,age\n1,2\n3\n", {}, ["source.items.visits:3", "1 cells", "2 cells"]),
    "too many cells": ("id,age\n1,2,9\n", {}, ["source.items.visits:2", "3 cells", "2 cells"]),
    "width after a long cell": ('id,a\n1,"x\ny"\n2\n', {}, ["visits:4", "1 cells"]),
    "duplicate names": (
        "id,age,id\n1,2,3\n",
        {},
        ["visits:1", "stand twice, in positions 1, 3 of 3"],
    ),
    "names equal but for blanks": ("id, id\n1,2\n", {}, ["stand twice, in positions 1, 2 of 2"]),
    "blank name": ("id,,age\n1,2,3\n", {}, ["position 2 of 3", "a name for every column"]),
    "reserved name": ("id,source_row\n1,2\n", {}, ["named source_row", "rename"]),
    "open quote": ('id,a\n1,x\n2,"y\n3,z\n', {}, ["visits:3", "never closed"]),
    "text after a quote": ('id,a\n1,"x"y\n', {}, ["visits:2", "followed by more"]),
    "a cell without end": (
        "id,a\n1," + "x" * (1 << 20) + "y\n",
        {},
        ["visits:2", "more than 1 MiB"],
    ),
    "NUL": ("id,a\n1,\0\n", {}, ["visits:2", "NUL"]),
    "blanks only": (" \n\n", {}, ["blanks only"]),
    "not UTF-8": (b"id,a\n1,M\xfcller\n", {}, ["visits:2", "0xfc at offset 8", "encoding"]),
    "wrong mark": (b"\xff\xfei\0d\0", {"encoding": "utf-8"}, ["mark of utf-16"]),
    "no such encoding": ("id\n1\n", {"encoding": "utf-99"}, ["'utf-99'", "text encoding"]),
    **{
        f"encoding {name}": ("id\n1\n", {"encoding": name}, [repr(name), "text encoding"])
        for name in ("undefined", "punycode", "idna", "rot13", "unicode_escape", "hex", "a\0b")
    },
    "no text encoding": ("id\n1\n", {"encoding": "base64"}, ["'base64'", "text encoding"]),
    "uneven blanks": ("id  a\n1   2\n3\n", {"separator": "blanks"}, ["visits:3", "1 cells"]),
    "wrong separator": ("id;a\n1;2\n", {}, ["one column", "';'", "separator"]),
    "a workbook": (b"PK\x03\x04\x14\0", {}, ["Excel workbook", "true format"]),
    "empty file": (b"", {}, ["0 bytes"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_text(bench: Bench, case: str):
    content, settings, told = BAD[case]
    bench.put("a.csv", content)
    message = bench.refuses("a.csv", **settings)
    for words in told:
        assert words in message


def test_messages_hold_no_cell(bench: Bench):
    bench.put("a.csv", "id,name\n1,Jane Doe,1950\n")
    assert "Jane" not in bench.refuses("a.csv")
