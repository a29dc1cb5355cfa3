"""A difference that is printed as significant is held against p, not against its side alone."""

import pytest
from paper import claim as printed_claim
from paper import read

from trialtrace.audit.printed.expression import parse
from trialtrace.audit.printed.verdicts import DATA, PRINT
from trialtrace.audit.verdicts.audit import audit_ledger
from trialtrace.audit.verdicts.tally import worst
from trialtrace.audit.verdicts.text import by_verdict

LESS = {"lower": "drug", "than": "sham"}


def verdicts(rows):
    return {row["component"]: row["against_data"] for row in rows}


def test_the_word_is_a_component_of_its_own():
    assert [part.name for part in parse("significantly faster", direction=True)] == [
        "direction",
        "significance",
    ]
    assert [part.name for part in parse("significantly less with X")] == [
        "direction",
        "significance",
    ]
    assert [part.name for part in parse("less with X, not significantly")] == ["direction"]


# The plan's level is 0.041, and p is 0.0291.
@pytest.mark.parametrize(
    ("more", "agreement"), [({}, "equals"), ({"about": {"level": "0.01"}}, "differs")]
)
def test_against_the_p_of_the_comparison(audit, make_claim, more, agreement):
    selects = {"analysis": "pain", "stat": "proportion"}
    rows = audit(make_claim("pain", "significantly less pain", selects, direction=LESS, **more))
    assert verdicts(rows) == {"direction": "equals", "significance": agreement}
    assert worst(rows, DATA) == agreement
    assert rows[1]["result_id"] == "toy/pain/p_value.fisher@drug-sham"


def test_against_the_interval_where_there_is_no_p(audit, make_claim):
    selects = {"analysis": "score", "stat": "mean"}
    rows = audit(make_claim("score", "significantly lower", selects, direction=LESS))
    assert verdicts(rows) == {"direction": "equals", "significance": "differs"}


def test_tests_that_do_not_agree_decide_nothing(audit, make_claim, make_result):
    further = [make_result("pain", "p_value.chi_squared", 0.06, "drug-sham")]
    selects = {"analysis": "pain", "stat": "proportion"}
    claim = make_claim("pain", "significantly less pain", selects, direction=LESS)
    assert verdicts(audit(claim, further=further))["significance"] == "no_result"


def test_on_print_the_p_decides_the_word_and_the_numbers_the_side():
    both = {"outcome": "event", "compare": ["training", "control"]}
    own = {
        "fewer": printed_claim("significantly fewer with training", **both)
        | {"direction": {"lower": "training", "than": "control"}},
        "p": printed_claim("P = 0.42", **both),
        "one": printed_claim("30%", outcome="event", group="training"),
        "other": printed_claim("41%", outcome="event", group="control"),
    }
    rows = {(row["claim_id"], row["component"]): row for row in audit_ledger(read(own)).rows}
    assert rows["fewer", "direction"]["on_print"] == "holds"
    assert rows["fewer", "significance"]["on_print"] == "contradicts"
    del own["p"]
    rows = {(row["claim_id"], row["component"]): row for row in audit_ledger(read(own)).rows}
    assert rows["fewer", "significance"]["on_print"] == "not_checked"
    fewer = [row for (name, _), row in rows.items() if name == "fewer"]
    assert worst(fewer, PRINT) == "holds"
    told = [(verdict, parts) for verdict, _, _, parts in by_verdict(fewer, PRINT)]
    assert told == [("holds", ["direction"]), ("not_checked", ["significance"])]
