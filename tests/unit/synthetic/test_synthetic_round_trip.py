"""Whatever is drawn comes back from its file: any values, separators, signs, orders of dates."""

import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from trialtrace.base.config.spec import structure
from trialtrace.base.store import significant
from trialtrace.run.cleaning.clean import clean_table
from trialtrace.run.synthetic import raw_tables
from trialtrace.run.synthetic.export import export
from trialtrace.run.synthetic.room import streams
from trialtrace.run.synthetic.rows import Drawn, Level
from trialtrace.run.trial.cleaning import Cleaning
from trialtrace.run.trial.cohort.forms import Forms
from trialtrace.run.trial.model import Variable
from trialtrace.run.trial.study.file import TableSpec
from trialtrace.run.trial.study.source import Source

CHOICES = {"1": "Yes", "2": "2 of 3", "x,y": 'a "word"', "3": "1"}


def variable(name: str, kind: str, choices: dict[str, str] | None = None, **more: Any) -> Variable:
    return Variable(
        name,
        "form",
        kind,
        name,
        choices or {},
        None,
        None,
        False,
        False,
        "",
        more.get("order"),
        2,
        more.get("decimal", "."),
    )


def text_cells() -> st.SearchStrategy[str]:
    letters = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])
    inner = st.text(st.one_of(letters, st.sampled_from(' ,;|"\n\t')), max_size=6)
    return st.tuples(letters, inner, letters).map("".join)


def optional(values: st.SearchStrategy[Any], size: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.none() | values, min_size=size, max_size=size)


@st.composite
def forms(draw: st.DrawFn) -> tuple[Any, dict[str, pa.Array]]:
    """A trial with one form, and its columns."""
    n = draw(st.integers(1, 8))
    numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)
    dates = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1))
    columns = {
        "words": pa.array(draw(optional(text_cells(), n)), pa.string()),
        "number": pa.array(draw(optional(numbers, n)), pa.float64()),
        "whole": pa.array(draw(optional(st.integers(-(2**50), 2**50), n)), pa.int64()),
        "day": pa.array(draw(optional(dates, n)), pa.date32()),
        "code": pa.array(draw(optional(st.sampled_from([*CHOICES, "yes"]), n)), pa.string()),
    }
    item = {
        "separator": draw(st.sampled_from([",", ";", "|", "\t"])),
        "decimal": draw(st.sampled_from([".", ","])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-16"])),
    } | draw(st.sampled_from([{}, {"date_order": "dmy"}, {"date_order": "mdy"}]))
    order = draw(st.sampled_from(["ymd", "dmy", "mdy"]))
    variables = [
        variable("id", "integer"),
        variable("words", "text"),
        variable("number", "number"),
        variable("whole", "integer"),
        variable("day", "date", order=order),
        variable("code", "text", CHOICES),
    ]
    spec = {"of": "form", "key": ["id"], "subject": "id"}
    source = {"kind": "synthetic", "mode": "display", "seed": 1, "items": {"form": item}}
    forms = structure(Forms, {"form": {"level": "patients"}})
    cohort = SimpleNamespace(forms=forms, mess=(), levels={})
    trial = SimpleNamespace(
        name="made",
        synthetic=True,
        private=False,
        cohort=cohort,
        tables=structure(dict[str, TableSpec], {"form": spec}),
        dictionary={"form": {one.name: one for one in variables}},
        source=structure(Source, source),
        design=SimpleNamespace(arms={}),
        subjects=SimpleNamespace(table="form", arm=None),
        cleaning=structure(Cleaning, {"tables": {"form": {}}}),
    )
    return trial, columns


@settings(max_examples=60)
@given(forms())
def test_what_was_drawn_comes_back(made: tuple[Any, dict[str, pa.Array]]):
    trial, columns = made
    n = len(columns["words"])
    level = Level("patients", n, columns={"id": pa.array(range(1, n + 1))} | columns)
    cohort = Drawn("made", "display", 1, {"patients": level}, [], streams(1, "made"))
    (raw,) = raw_tables(trial, trial.source, export(trial, cohort))
    cleaned = clean_table(trial, trial.tables["form"], raw.table(), None)
    assert cleaned.rejects.num_rows == 0
    table = cleaned.table
    for name in ("words", "whole", "day"):
        assert table[name].to_pylist() == columns[name].to_pylist()
    expected = [None if v is None else {"yes": "1"}.get(v, v) for v in columns["code"].to_pylist()]
    assert table["code"].to_pylist() == expected
    known = np.flatnonzero(columns["number"].is_valid().to_numpy(zero_copy_only=False))
    assert table["number"].null_count == n - len(known)
    drawn = columns["number"].to_numpy(zero_copy_only=False)[known]
    assert (table["number"].to_numpy()[known] == significant(drawn)).all()
    lines = table["source_row"].to_pylist()
    assert lines[0] == 2
    assert lines == sorted(set(lines))
