"""Claims counted by their worst component, against the data and on print apart."""

import pytest

from trialtrace.audit.printed.verdicts import NO_USUAL_INTERVAL, UNCHECKED
from trialtrace.audit.verdicts.tally import (
    failing,
    of_claims,
    tally,
    tally_text,
    worst,
    worst_first,
    worst_shown,
)
from trialtrace.audit.verdicts.text import by_verdict
from trialtrace.audit.verdicts.text import told as terminal

WORDS = {
    "e": "exact",
    "c": "compatible",
    "d": "differs",
    "n": "not_checkable",
    "t": "not_tied",
    "i": "inconsistent",
    "a": "alternative",
    "u": "used",
    "-": None,
}


def rows(**claims: str) -> list[dict]:
    """One row a component: pairs of letters, the verdict by data and that on print."""
    return [
        {
            "claim_id": claim,
            "component": str(place),
            "against_data": WORDS[pair[0]],
            "on_print": WORDS[pair[1]],
            "data_finding": pair[0],
            "print_finding": pair[1],
        }
        for claim, pairs in claims.items()
        for place, pair in enumerate(pairs.split())
    ]


def test_the_worst_component_is_the_verdict_of_the_claim():
    made = rows(a="ee en di")
    assert worst(made, "against_data") == "differs"
    assert worst(made, "on_print") == "inconsistent"


def test_a_claim_is_not_checkable_only_if_nothing_of_it_is():
    assert worst(rows(a="en nn"), "against_data") == "exact"
    assert worst(rows(a="nn nu"), "on_print") == "used"
    assert worst(rows(a="-n"), "against_data") is None


def test_what_the_data_give_is_never_counted_with_what_print_gives():
    """The first claim is exact by division alone, the second by the data alone."""
    counts = tally(rows(divided="ne", reproduced="en", wrong="di"))
    assert counts["claims"] == 3
    assert (counts["against_data"]["exact"], counts["on_print"]["exact"]) == (1, 1)
    assert tally_text(counts) == (
        "3 claims. Against the data: 1 differs, 1 exact, 1 not checkable. "
        "Internal consistency: 1 inconsistent, 1 exact, 1 not checkable."
    )


def odd(made):
    """The rows of a claim whose last component is a p that no usual test gives."""
    made[-1]["no_usual_test"] = True
    return made


def test_a_p_that_no_usual_test_gives_is_counted_and_told_after_the_errors():
    made = [
        *rows(fine="-e", unknown="-n"),
        *odd(rows(p="-n")),
        *odd(rows(both="-e -n")),
        *rows(wrong="-i", other="-a"),
    ]
    told = [one[0]["claim_id"] for one in worst_first(made)]
    assert told == ["wrong", "other", "both", "p", "fine", "unknown"]
    assert tally_text(tally(made)) == (
        "6 claims. Internal consistency: 1 inconsistent, 1 by another choice, 2 exact, "
        "1 given by no usual test of the printed numbers, 1 not checkable; 1 with another "
        "verdict has a p that no usual test gives."
    )
    assert not failing(odd(rows(p="-n")))


def test_a_p_that_was_tried_is_not_called_unchecked():
    assert worst_shown(odd(rows(p="-n")), "on_print") == "no usual test gives it"
    assert worst_shown(rows(p="-n"), "on_print") == "not checkable"
    assert worst_shown(odd(rows(both="-u -n")), "on_print") == "used in a check"
    assert worst_shown(odd(rows(p="nn")), "against_data") == "not checkable"
    assert worst_shown(rows(p="-n"), "against_data") == ""


def test_an_interval_that_no_usual_method_gives_contradicts_no_number():
    """Beside a component that contradicts one it is no verdict of its own."""
    made = rows(tried="-i -i", both="-i -i", wrong="-i")
    findings = [NO_USUAL_INTERVAL, NO_USUAL_INTERVAL, "No count", NO_USUAL_INTERVAL, "No count"]
    for row, text in zip(made, findings, strict=True):
        row["print_finding"] = f"{text} has it."
    assert tally_text(tally(made)) == (
        "3 claims. Internal consistency: 2 inconsistent, 1 given by no usual method."
    )
    tried, both, wrong = of_claims(made).values()
    assert worst_shown(tried, "on_print") == "no usual method gives it"
    assert worst_shown(both, "on_print") == worst_shown(wrong, "on_print") == "inconsistent"
    assert failing(tried)


def test_a_p_that_no_usual_test_gives_is_not_hidden_by_what_can_be_checked():
    made = odd(rows(both="-e -n"))
    assert [one[0] for one in by_verdict(made, "on_print")] == ["exact", "not_checkable"]
    text = terminal({"claims": [row | {"quote": "1", "label": "a", "place": "b"} for row in made]})
    assert "a p that no usual test gives (internal consistency): both" in text


def test_the_terminal_counts_what_has_no_verdict_of_its_own():
    made = [*rows(used="-u", none="-n"), *odd(rows(both="-n")), *rows(wrong="-i")]
    made = [row | {"quote": "1", "label": "a", "place": "b"} for row in made]
    for row in made[:2]:
        row["print_finding"] = UNCHECKED
    text = terminal({"claims": made}, every=False)
    assert "used:" not in text and "none:" not in text and "both: 1" in text and "wrong: 1" in text
    assert "2 more are used in a check of others or not checked at all (--all" in text
    assert "none: 1" in terminal({"claims": made}) and "--all" not in terminal({"claims": made})


def test_a_search_that_finds_another_choice_is_counted_as_that():
    assert "no usual test" not in tally_text(tally(odd(rows(p="-a"))))


def test_a_ledger_by_itself_has_no_column_of_data():
    assert (
        tally_text(tally(rows(a="-e", b="-i")))
        == "2 claims. Internal consistency: 1 inconsistent, 1 exact."
    )
    assert tally_text(tally([])) == "0 claims."


def test_the_worst_is_told_first():
    made = rows(fine="ee", odd="ei", unknown="nn", untied="tn", wrong="de")
    told = [one[0]["claim_id"] for one in worst_first(made)]
    assert told == ["untied", "wrong", "odd", "fine", "unknown"]


@pytest.mark.parametrize(
    ("pair", "fails"),
    [("tn", True), ("dn", True), ("ni", True), ("na", True), ("ec", False), ("nu", False)],
)
def test_what_fails_a_build(pair, fails):
    assert failing(rows(fine="ee", a=pair)) == fails


def test_what_cannot_be_checked_is_left_out_beside_what_can():
    assert [one[:2] for one in by_verdict(rows(a="en di"), "on_print")] == [("inconsistent", "i")]
    assert [one[:2] for one in by_verdict(rows(a="nn"), "on_print")] == [("not_checkable", "n")]
    assert [one[3] for one in by_verdict(rows(a="en en di"), "against_data")] == [["2"], ["0", "1"]]
