"""Claims counted by their worst component, against the data and on print apart."""

import pytest

from trialtrace.audit.printed.verdicts import UNCHECKED
from trialtrace.audit.verdicts.tally import failing, tally, tally_text, worst, worst_first
from trialtrace.audit.verdicts.text import by_verdict
from trialtrace.audit.verdicts.text import told as terminal

DATA = {"t": "not_tied", "d": "differs", "o": "other_choice", "e": "equals", "n": "no_result"}
PRINT = {"c": "contradicts", "q": "question", "h": "holds", "n": "not_checked"}


def rows(**claims: str) -> list[dict]:
    """One row a component: pairs of letters, the state by data and that on print."""
    return [
        {
            "claim_id": claim,
            "component": str(place),
            "against_data": DATA.get(pair[0]),
            "on_print": PRINT.get(pair[1]),
            "data_finding": pair[0],
            "print_finding": pair[1],
            **{"quote": "1", "label": "a", "place": "b"},
        }
        for claim, pairs in claims.items()
        for place, pair in enumerate(pairs.split())
    ]


def test_the_worst_component_is_the_state_of_the_claim():
    made = rows(a="eh en dc")
    assert worst(made, "against_data") == "differs"
    assert worst(made, "on_print") == "contradicts"


def test_a_claim_is_not_checked_only_if_nothing_of_it_is():
    assert worst(rows(a="en nn"), "against_data") == "equals"
    assert worst(rows(a="nn nh"), "on_print") == "holds"
    assert worst(rows(a="-n"), "against_data") is None


def test_what_the_data_give_is_never_counted_with_what_print_gives():
    """The first claim holds by division alone, the second by the data alone."""
    counts = tally(rows(divided="nh", reproduced="en", wrong="dc"))
    assert counts["claims"] == 3
    assert (counts["against_data"]["equals"], counts["on_print"]["holds"]) == (1, 1)
    assert tally_text(counts) == (
        "3 claims. Against the data: 1 differs, 1 equals, 1 no result. "
        "Internal consistency: 1 contradicts, 1 holds, 1 not checked."
    )
    assert tally_text(tally(rows(a="-c", b="-c", c="-q"))) == (
        "3 claims. Internal consistency: 2 contradict, 1 question."
    )


def test_the_terminal_counts_what_has_no_state_of_its_own():
    made = rows(used="-h", none="-n", asked="-q", wrong="-c")
    made[0]["print_finding"] = "Used in the check of “b”."
    made[1]["print_finding"] = UNCHECKED
    text = terminal({"claims": made}, every=False)
    assert "used:" not in text and "none:" not in text and "asked: 1" in text and "wrong: 1" in text
    assert "2 more are used in a check of others or not checked at all (--all" in text
    assert "contradicts (internal consistency): wrong" in text
    assert "question (internal consistency): asked" in text
    assert "none: 1" in terminal({"claims": made}) and "--all" not in terminal({"claims": made})


def test_a_ledger_by_itself_has_no_column_of_data():
    told = tally_text(tally(rows(a="-h", b="-c")))
    assert told == "2 claims. Internal consistency: 1 contradicts, 1 holds."
    assert tally_text(tally([])) == "0 claims."


def test_the_worst_is_told_first():
    made = rows(fine="eh", odd="ec", asked="eq", unknown="nn", untied="tn", wrong="de")
    told = [one[0]["claim_id"] for one in worst_first(made)]
    assert told == ["untied", "wrong", "odd", "asked", "fine", "unknown"]


@pytest.mark.parametrize(
    ("pair", "fails"),
    [("tn", True), ("dn", True), ("nc", True), ("nq", False), ("oh", False), ("nn", False)],
)
def test_what_fails_a_build(pair, fails):
    assert failing(rows(fine="eh", a=pair)) == fails


def test_what_is_not_checked_is_left_out_beside_what_is():
    assert [one[:2] for one in by_verdict(rows(a="en dc"), "on_print")] == [("contradicts", "c")]
    assert [one[:2] for one in by_verdict(rows(a="nn"), "on_print")] == [("not_checked", "n")]
    assert [one[3] for one in by_verdict(rows(a="en en dc"), "against_data")] == [["2"], ["0", "1"]]
