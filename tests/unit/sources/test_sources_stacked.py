"""One table in several files: each row keeps its file and line."""

from dataclasses import replace
from typing import Any

from source_files import Bench, OneFile, file, files

from trialtrace.base.errors import Problems
from trialtrace.base.paths import Project
from trialtrace.run.sources.ingest import read_sources
from trialtrace.run.trial.study.source import Stack, raw_tables

FIRST, LATER = "id,ft\n7,310\n9,290\n", "ft,id,nurse\n330,9,B\n"


def read(bench: Bench, **stack: Any) -> tuple[Any, list[str]]:
    """The raw table of a leg ulcer's area at two weeks, and what is told of it."""
    (bench.root / "data").mkdir()
    (bench.root / "data/w0.csv").write_text(FIRST)
    (bench.root / "data/w4.csv").write_text(LATER)
    spelt = {"encoding": "utf-8", "decimal": "."}
    source = files("data", w0=file("w0.csv", **spelt), w4=file("w4.csv", **spelt))
    entry = Stack(of={"0": "w0", "4": "w4"}, **{"column": "week", **stack})
    source = replace(source, stacked={"areas": entry})
    assert raw_tables(source) == {"areas": ("w0", "w4")}
    problems = Problems()
    made = read_sources(OneFile(Project(bench.root), source), problems)
    return made, [str(one) for one in problems.found]


def test_rows_keep_their_file_and_line_and_say_which_it_is(bench):
    (raw,), told = read(bench, row="row", lacking={"w0": ("nurse",)})
    assert not told and raw.name == "areas"
    assert raw.table().to_pydict() == {
        "source_file": ["w0.csv", "w0.csv", "w4.csv"],
        "source_row": [2, 3, 2],
        "id": ["7", "9", "9"],
        "ft": ["310", "290", "330"],
        "nurse": [None, None, "B"],
        "week": ["0", "0", "4"],
        "row": ["0-2", "0-3", "4-2"],
    }
    parts = {one["source_file"]: one["rows"] for one in raw.manifest()["parts"]}
    assert parts == {"w0.csv": 2, "w4.csv": 1}
    hashes = [one["file"]["sha256"] for one in raw.manifest()["parts"]]
    assert len({*hashes}) == 2 and all(hashes)


def test_a_column_that_one_file_lacks_is_declared(bench):
    made, told = read(bench)
    assert not made and "source.stacked.areas.of: 0" in told[0] and "nurse" in told[0]


def test_a_column_is_not_said_to_lack_that_is_there(bench):
    made, told = read(bench, lacking={"w0": ("nurse",), "w4": ("id",)})
    assert not made and "source.stacked.areas.of: 4" in told[0] and ": id" in told[0]


def test_what_says_the_file_is_no_column_of_it(bench):
    made, told = read(bench, column="ft", lacking={"w0": ("nurse",)})
    assert not made and "a name that no column has" in told[0]


def test_what_is_hidden_of_a_file_is_hidden_of_each(bench):
    (raw,), _ = read(bench, lacking={"w0": ("nurse",)})
    hidden = raw.records.without_hash()
    assert [one["sha256"] for one in hidden.parts.values()] == [None, None]
    left = hidden.filter([False, True, True])
    assert left.names().to_pylist() == ["w0.csv", "w4.csv"]
