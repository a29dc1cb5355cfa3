"""Small ledgers with one misprint each: the verdicts, and which numbers are named."""

import re

import pytest

from trialtrace.audit.editor.letter import lines
from trialtrace.audit.editor.questions import questions
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
    assert {key for key, verdict in told.items() if verdict == "inconsistent"} == wrong
    assert fails == bool(wrong)


def test_a_percentage_of_more_than_were_randomised_is_no_agreement():
    """120 are 40 % of 300: of 240 only where the percentage is that of a row, which is asked."""
    told, _, audit = verdicts(whole({"c": ("120 (40%)", {"group": "a"})}))
    assert told["c", "percent"] == "not_checkable"
    assert any(one.check == "size.denominator" and one.remark for one in audit.findings)


def test_no_count_is_proposed_where_two_would_do():
    """Of 10 patients 3, 3 and 3 with 40, 40 and 30 %: the first or the second is 4."""
    about = {"group": "a", "patients": "10"}
    claims = {
        f"c{k}": (text, {"category": f"{k}", **about})
        for k, text in enumerate(("3 (40%)", "3 (40%)", "3 (30%)"))
    }
    _, _, audit = verdicts(whole(claims, exhaustive=True))
    (total,) = (one for one in audit.findings if one.check == "total.categories")
    assert total.agreement == "inconsistent"
    assert re.findall(r"\d+", total.sentence) == ["3", "9", "10"]


def test_a_wrong_stratum_is_among_the_numbers_that_are_asked():
    """30 of 60, 25 of 100 and 54 of 80 are 109 of 240; 45 of 80 would be the 100 of all."""
    about = {"group": "a", "split": "severity"}
    strata = {"mild": "30 of 60 (50.0%)", "some": "25 of 100 (25.0%)", "grave": "54 of 80 (67.5%)"}
    claims = {name: (text, {"stratum": name, **about}) for name, text in strata.items()}
    made = whole({"all": ("100 (41.7%)", {"group": "a"}), **claims})
    _, fails, audit = verdicts(made)
    told = lines(made, audit.findings, audit.rows)
    asked = questions(made, audit.findings, audit.rows, told)
    assert fails and len(asked) == 1
    assert set(asked[0].claims) == {"all", "mild", "some", "grave"}


BOTH = {"compare": ["a", "b"]}


@pytest.mark.parametrize(
    ("printed", "verdict", "zero"),
    [
        ("t(198) = 1.00, P = 0", "inconsistent", True),  # 0.32
        ("t(198) = 2.10, P = 0.0", "inconsistent", True),  # 0.037
        ("t(198) = 9.50, P = 0", "exact", True),
        ("t(198) = 9.50, P = 0.00", "exact", False),
        ("t(198) = 9.50, P = .000", "exact", False),
        ("P = 0", "not_checkable", True),
        ("t(198) = 0.60, P = 1", "inconsistent", False),  # 0.55
        ("t(198) = 0.004, P = 1", "exact", False),
        ("t(198) = 0.50, P = 0.6", "exact", False),
    ],
)
def test_a_p_without_decimals_is_not_a_rounded_whole_number(printed, verdict, zero):
    told, _, audit = verdicts(whole({"p": (printed, BOTH)}))
    assert told["p", "p"] == verdict
    assert any(one.check == "number.zero" for one in audit.findings) == zero


@pytest.mark.parametrize(
    ("printed", "value", "agreement"),
    [("P = 1", "0.55", "differs"), ("P = 0", "0.3", "differs"), ("P = 1", "0.998", "exact")],
)
def test_a_p_without_decimals_against_the_data(printed, value, agreement):
    from decimal import Decimal

    (part,) = parse(printed)
    assert compare(part, Decimal(value)).agreement == agreement
