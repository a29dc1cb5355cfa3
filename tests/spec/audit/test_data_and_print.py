"""Verdicts by data and by print in one table: data first, print where data have none."""

import pytest
from paper import claim, read

from trialtrace.claims.joined import with_print
from trialtrace.claims.print_audit import audit_ledger

TRAINING = {"outcome": "event", "group": "training"}


def joined(printed, agreement, component="percent"):
    audit = audit_ledger(read({"men": claim(printed, **TRAINING)}))
    by_data = {"claim_id": "men", "component": component, "agreement": agreement,
               "finding": "By data.", "evidence": "data"}  # fmt: skip
    (row,) = with_print([by_data], audit)
    return row


@pytest.mark.parametrize(
    ("printed", "by_data", "agreement", "evidence"),
    [
        ("13 of 27 (48.1%)", "not_checkable", "exact", "printed"),
        ("13 of 27 (48.4%)", "not_checkable", "inconsistent", "printed"),
        ("13 of 27 (48.1%)", "exact", "exact", "data"),
        ("13 of 27 (48.4%)", "exact", "exact", "data"),
        ("13 of 27 (48.4%)", "differs", "differs", "data"),
    ],
)
def test_data_have_the_word_and_print_where_there_are_none(printed, by_data, agreement, evidence):
    row = joined(printed, by_data)
    assert (row["agreement"], row["evidence"]) == (agreement, evidence)
    assert row["finding"].startswith("By data.")
    contradicts = "48.4" in printed
    assert ("On print:" in row["finding"]) == (contradicts or by_data == "not_checkable")


def test_what_print_cannot_say_either_stays_as_it_was():
    row = joined("13", "not_checkable", "value")
    assert row["finding"] == "By data." and row["agreement"] == "not_checkable"
