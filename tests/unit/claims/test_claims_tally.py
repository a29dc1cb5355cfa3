"""Claims counted by their worst component."""

from trialtrace.claims.tally import by_claim, tally, tally_text, worst
from trialtrace.claims.told import by_verdict
from trialtrace.claims.verdict import UNCHECKED


def rows(**claims: str) -> list[dict[str, str]]:
    """One row a component; claims are given as words, from the first letters of the agreements."""
    words = {"e": "exact", "c": "compatible", "d": "differs", "n": "not_checkable"}
    return [
        {"claim_id": claim, "agreement": words[letter]}
        for claim, letters in claims.items()
        for letter in letters
    ]


def test_one_component_that_differs_makes_the_claim_differ():
    assert worst(rows(a="eed")) == "differs"
    assert worst(rows(a="ec")) == "compatible"


def test_a_claim_is_not_checkable_only_if_nothing_of_it_is():
    assert worst(rows(a="en")) == "exact"
    assert worst(rows(a="nn")) == "not_checkable"


def test_tally_counts_claims_not_components():
    made = rows(a="eee", b="ed", c="n", d="c", e="e")
    assert by_claim(made) == {
        "a": "exact", "b": "differs", "c": "not_checkable", "d": "compatible", "e": "exact"
    }  # fmt: skip
    counts = tally(made)
    assert counts["claims"] == 5
    assert counts["exact"] == 2
    assert tally_text(counts) == (
        "5 printed numbers: 2 exact, 1 compatible, 1 differs, 1 not checkable"
    )


def test_tally_of_nothing():
    assert tally_text(tally([])) == "0 printed numbers"


def test_reasons_stay_where_nothing_can_be_checked():
    reason = ("not_checkable", "Not checkable: of 0%, which may stand for 0.", "at_least")
    unchecked = ("not_checkable", UNCHECKED, "at_most")
    checked = ("compatible", "It holds.", "at_most")
    names = ("agreement", "finding", "component")

    def told(*rows):
        return [one[1] for one in by_verdict([dict(zip(names, row, strict=True)) for row in rows])]

    assert told(reason, unchecked) == [reason[1]]
    assert told(reason, checked) == [checked[1]]
    assert told(unchecked) == [UNCHECKED]
