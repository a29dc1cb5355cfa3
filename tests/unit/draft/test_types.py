"""The type that all cells of a column fit, and codes for a missing value."""

import numpy as np
import pyarrow as pa
import pytest

from trialtrace.run.draft.metadata.declared import Declared
from trialtrace.run.draft.profile import column
from trialtrace.run.draft.types import kind_of


@pytest.mark.parametrize(
    ("cells", "kind", "more"),
    [
        (["1", "2", "-3"], "integer", "."),
        (["1.5", "2", "3e2"], "number", "."),
        (["1,5", "2,25"], "number", ","),
        (["0,125"], "number", ","),
        (["007", "12"], "code", "."),
        (["2020-02-03", "2021-12-31"], "date", ("ymd",)),
        (["31.12.2021", "01.02.2021"], "date", ("dmy",)),
        (["12/31/2021"], "date", ("mdy",)),
        (["01/02/2021"], "date", ("dmy", "mdy")),
        (["2020-02-03", "2021-12-31", "2021-11"], "date", ("ymd",)),
        (["2020-02-03 10:00"], "moment", ("ymd",)),
        (["10:30", "23:59:01"], "clock", ()),
        (["10:30", "75:01"], "clock", ()),
        (["a", "b"], "code", ()),
        ([f"t{n}" for n in range(13)], "text", ()),
        (["12345678901234567890"], "code", "."),
    ],
)
def test_the_kind_that_all_cells_fit(cells, kind, more):
    found = kind_of(cells)
    assert found.name == kind
    assert more in (found.decimal, found.orders)


@pytest.mark.parametrize(
    "cells", [["1,234", "2,500", "3,100"], ["<5", "7", "8"], ["5 mg", "6", "7"]]
)
def test_cells_that_are_no_number_are_told_and_not_read_as_one(cells):
    found = kind_of(cells)
    assert found.name == "text" and found.misfits


@pytest.mark.parametrize(
    ("declared", "order", "kind", "orders"),
    [
        ("", "mdy", "date", ("mdy",)),
        ("duration", "mm:ss", "date", ("dmy", "mdy")),
        ("text", "", "text", ()),
        ("code", "", "code", ()),
    ],
)
def test_a_declaration_decides_what_cells_leave_open(declared, order, kind, orders):
    found = kind_of(["01/02/2021"], declared, order)
    assert (found.name, found.orders) == (kind, orders)


def test_markers_of_programs_and_declared_codes_are_missing():
    cells = pa.chunked_array([["1", " 2 ", "NA", "", None, "-9", "3.0"]])
    one = column("x", cells, Declared(missing={"-9": "refused"}))
    assert one.kind.name == "integer" and one.values == ("1", "2", "3")
    assert one.missing == {"NA": 1, "-9": 1} and (one.present, one.blank) == (3, 4)
    assert np.isnan(one.numbers[2:6]).all() and one.numbers[6] == 3


def test_a_marker_that_has_a_label_is_a_code():
    one = column("x", pa.chunked_array([["NA", "EU"]]), Declared(choices={"NA": "Namibia"}))
    assert one.values == ("NA", "EU") and not one.missing
