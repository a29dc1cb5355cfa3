"""Small ledgers with one misprint each: the verdicts, and which numbers are named."""

import pytest

from trialtrace.audit.files.make import ledger
from trialtrace.audit.printed.agreement import compare
from trialtrace.audit.printed.expression import parse
from trialtrace.audit.verdicts.audit import audit_ledger
from trialtrace.audit.verdicts.tally import failing


def whole(claims, **outcome):
    """Two groups of 240 and 250 patients; a claim is (printed, what it is about)."""
    return ledger(
        {
            "papers": {"main": "A paper"},
            "groups": {
                "a": {"label": "A", "randomised": "240"},
                "b": {"label": "B", "randomised": "250", "control": True},
            },
            "outcomes": {"state": {"label": "State", **outcome}},
            "claims": {
                name: {
                    "from": "main",
                    "place": "table 1",
                    "label": name,
                    "printed": printed,
                    "about": {"outcome": "state", **about},
                }
                for name, (printed, about) in claims.items()
            },
        }
    )


def categories(*printed):
    """Categories c0, c1, … of group A."""
    claims = {f"c{k}": (text, {"category": f"{k}", "group": "a"}) for k, text in enumerate(printed)}
    return whole(claims, exhaustive=True)


def verdicts(made):
    """The verdict on print by claim and component, and whether the audit fails."""
    audit = audit_ledger(made)
    told = {(row["claim_id"], row["component"]): row["on_print"] for row in audit.rows}
    return told, failing(audit.rows), audit


@pytest.mark.parametrize(
    ("printed", "wrong"),
    [
        (("120 (50)", "72 (30)", "48 (20)"), set()),
        (("120 (50)", "72 (30)", "84 (20)"), {("c2", "count"), ("c2", "percent")}),
        (("120 (50)", "72 (30)", "48 (2)"), {("c2", "percent")}),
        (("120 (50)", "27 (30)", "48 (20)"), {("c1", "percent"), ("c1", "count")}),
        (("120 (50%)", "72 (30%)", "48 (20%)"), set()),
        # 120 are 40 % of 300, and 240 were randomised.
        (("120 (40%)", "72 (30%)", "48 (20%)"), {("c0", "percent")}),
        # The three are 246; 44 and 50 are as far from their percentages.
        (("120 (50%)", "78 (32.5%)", "48 (20%)"), {("c0", "count")}),
    ],
)
def test_a_misprint_among_counts_with_their_percentages(printed, wrong):
    told, fails, _ = verdicts(categories(*printed))
    assert {key for key, verdict in told.items() if verdict == "contradicts"} == wrong
    assert fails == bool(wrong)


def test_a_percentage_of_more_than_were_randomised_is_no_agreement():
    """120 are 40 % of 300: of 240 only where the percentage is that of a row, which is asked."""
    told, _, audit = verdicts(whole({"c": ("120 (40%)", {"group": "a"})}))
    assert told["c", "percent"] == "question"
    assert any(one.relation == "size.denominator" for one in audit.judgements)


BOTH = {"compare": ["a", "b"]}


@pytest.mark.parametrize(
    ("printed", "value", "agreement"),
    [("P = 1", "0.55", "differs"), ("P = 0", "0.3", "differs"), ("P = 1", "0.998", "exact")],
)
def test_a_p_without_decimals_against_the_data(printed, value, agreement):
    from decimal import Decimal

    (part,) = parse(printed)
    assert compare(part, Decimal(value)).agreement == agreement
