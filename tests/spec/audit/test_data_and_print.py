"""Each number has two verdicts, and neither stands for the other."""

import pytest
from paper import claim, read

from trialtrace.audit.verdicts.audit import audit_ledger
from trialtrace.run.claims.finding import with_print

TRAINING = {"outcome": "event", "group": "training"}


def joined(printed, agreement, component="percent", **search):
    audit = audit_ledger(read({"men": claim(printed, **TRAINING)}))
    by_data = {
        "claim_id": "men",
        "component": component,
        "against_data": agreement,
        "data_finding": "By data.",
    } | search
    (row,) = with_print([by_data], audit)
    return row


@pytest.mark.parametrize(
    ("printed", "by_data", "on_print"),
    [
        ("13 of 27 (48.1%)", "no_result", "holds"),
        ("13 of 27 (48.4%)", "no_result", "contradicts"),
        ("13 of 27 (48.1%)", "equals", "holds"),
        ("13 of 27 (48.4%)", "equals", "contradicts"),
        ("13 of 27 (48.4%)", "differs", "contradicts"),
    ],
)
def test_neither_verdict_changes_the_other(printed, by_data, on_print):
    row = joined(printed, by_data)
    assert (row["against_data"], row["on_print"]) == (by_data, on_print)
    assert row["data_finding"] == "By data."
    assert row["print_finding"].startswith("13 of 27 is 48.1")


def test_what_print_cannot_say_is_said():
    row = joined("13", "no_result", "value")
    assert row["on_print"] == "not_checked"
    assert row["print_finding"] == (
        "Nothing was checked: no other number in the ledger decides it."
    )


def test_what_was_searched_with_the_data_stays():
    row = joined("13", "differs", "value", candidates=12, chance=0.3, alternative="other")
    assert (row["candidates"], row["chance"], row["alternative"]) == (12, 0.3, "other")
