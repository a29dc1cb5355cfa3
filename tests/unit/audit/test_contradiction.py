"""Numbers that cannot all hold: the fewest of them, by hand, and what would mend them."""

import pytest
from paper import TWO, claim, read

from trialtrace.audit.contradiction.cores import shrunk
from trialtrace.audit.contradiction.misprints import Place, likelihood, usual
from trialtrace.audit.contradiction.numbers import (
    Number,
    changed,
    numbers_of,
    only,
    text_of,
    value_of,
    without,
)
from trialtrace.audit.contradiction.text import contradictions, told_of
from trialtrace.audit.files.make import ledger
from trialtrace.audit.verdicts.audit import audit_ledger


def found(claims, groups=None):
    whole = read(
        claims, groups or {name: group | {"randomised": "400"} for name, group in TWO.items()}
    )
    audit = audit_ledger(whole)
    return whole, audit, contradictions(whole, audit.findings, audit.rows)


def test_a_share_and_what_it_cannot_be_with():
    """27 of 295 is 9.2 %: one digit; no other one-digit change of 27 or 295 gives 9.8 %, but 29."""
    claims = {"x": claim("27 of 295 (9.8%)", outcome="event", group="training")}
    _, _, (one,) = found(claims)
    assert {n.part for n in one.numbers} == {"count", "denominator", "percent"}
    mended = {tuple(repair.changes.values()) for repair in one.repairs}
    assert {("9.2",), ("29",)} <= mended


def test_a_smaller_contradiction_is_found_by_another_check():
    """26 patients are 73 % of no number of patients: their number does not matter."""
    claims = {"x": claim("26/37 (73%)", outcome="event", group="training")}
    _, _, (one,) = found(claims)
    assert {n.part for n in one.numbers} == {"count", "percent"}


def test_what_agrees_has_no_contradiction():
    claims = {"x": claim("27 of 295 (9.2%)", outcome="event", group="training")}
    assert found(claims)[2] == []


def test_exchanged_counts_are_one_cause():
    """27 of 295 and 52 of 307 are 9.2 % and 16.9 %; the percentages stand the other way round."""
    claims = {
        "x": claim("27 of 295 (16.9%)", outcome="event", group="training"),
        "y": claim("52 of 307 (9.2%)", outcome="event", group="control"),
    }
    _, _, (one,) = found(claims)
    first = one.repairs[0]
    assert first.changes == {
        Number("claim", "x", "percent"): "9.2",
        Number("claim", "y", "percent"): "16.9",
    }
    assert len(one.cores) == 2


def test_two_misprints_are_two_contradictions():
    claims = {
        "x": claim("27 of 295 (9.8%)", outcome="event", group="training"),
        "y": claim("52 of 307 (19.6%)", outcome="event", group="control"),
    }
    made = found(claims)[2]
    assert len(made) == 2 and all(one.repairs for one in made)


def test_it_is_told_in_a_sentence_and_as_data():
    claims = {"x": claim("27 of 295 (9.8%)", outcome="event", group="training")}
    whole, audit, _ = found(claims)
    (told,) = told_of(whole, audit.findings, audit.rows)
    assert "contradict each other: at least one of these three is wrong" in told["finding"]
    assert "9.2 in place of 9.8 " in told["finding"] and "mends this" in told["finding"]
    assert told["numbers"][0] == {"claim": "x", "component": "count", "printed": "27"}
    assert told["repairs"][0]["changes"][0]["instead"] in ("9.2", "29")


def test_a_share_that_is_said_to_be_of_all_may_leave_patients_out():
    """No count of 53 is 41.2 %; 14 of 34 would be."""
    claims = {"x": claim("41.2%", outcome="event", group="training", population="itt")}
    sizes = {name: group | {"randomised": "53"} for name, group in TWO.items()}
    whole, audit, _ = found(claims, sizes)
    (told,) = told_of(whole, audit.findings, audit.rows)
    assert "do not fit together: patients were left out" in told["finding"]
    assert "it rests on weights or on imputed values, or one of the two" in told["finding"]


def test_an_interval_that_no_usual_method_gives_may_be_by_another():
    """27 of 295 is 9.2 % (5.9 to 12.4 by Wald, 6.3 to 13.0 by Wilson): 2 to 30 is neither, and yet
    no proof that one of the numbers is wrong."""
    text = "27 of 295 (9.2%; 95% CI 2.0 to 30.0)"
    whole, audit, _ = found({"x": claim(text, outcome="event", group="training")})
    (told,) = told_of(whole, audit.findings, audit.rows)
    assert (
        "do not fit together: the interval is by a method that was not tried, or"
        in (told["finding"])
    )


def test_numbers_taken_out_and_printed_as_others():
    claims = {"x": claim("27 of 295 (9.2%; 95% CI 6.1 to 13.0)", outcome="event", group="training")}
    whole = read(claims)
    at = Number("claim", "x", "percent")
    assert at in numbers_of(whole)
    other = changed(whole, {at: "9.8"})
    assert text_of(other, at) == "9.8" and text_of(whole, at) == "9.2"
    # One end of an interval says nothing without the other.
    rest = without(whole, [Number("claim", "x", "ci_low")])
    assert set(rest.entries["x"].parts) == {"count", "denominator", "percent"}
    assert only(whole, set()).entries == {}


def test_the_fewest_items_are_left():
    """Of 0 to 9 those that hold 3, 5 and 8."""
    assert shrunk(range(10), {3, 5, 8}.issubset) == [3, 5, 8]
    assert shrunk(range(10), lambda kept: True) == []


@pytest.mark.parametrize(
    ("printed", "meant", "kind"),
    [
        ("9.8", "9.2", "digit"),
        ("21", "12", "transposed"),
        ("2.41", "24.1", "point"),
        ("-3.5", "3.5", "sign"),
        ("7", "55", "other"),
    ],
)
def test_kinds_of_misprint(printed, meant, kind):
    place = Place(signed=True)
    assert likelihood(printed, meant, place)[1] == kind
    if kind != "other":
        assert value_of(meant) in {value_of(one) for one in usual(printed, place)}


def test_a_standard_error_for_a_deviation():
    """8.7 / √123 is 0.78, printed as 0.8."""
    place = Place(patients=123)
    assert "8.7" in usual("0.8", place)
    assert likelihood("0.8", "8.7", place)[1] == "error"


def test_a_neighbours_number():
    weight, kind = likelihood("41", "60", Place(neighbours=("41", "38")))
    assert kind == "neighbour" and weight > likelihood("41", "60", Place())[0]


def test_a_habit_may_be_told_of_a_number_that_is_left_out():
    """13 of 40 as 32 and 1 of 40 as 2 % are halves to the even digit, told beside the first."""
    shares = {
        name: claim(printed, outcome=name, group="training")
        for name, printed in (("a", "13/40 (32%)"), ("b", "1/40 (2%)"), ("x", "27/295 (9.8%)"))
    }
    _, audit, (one,) = found(shares)
    assert any(each.check == "share.rounding" for each in audit.findings)
    assert {n.of for n in one.numbers} == {"x"}


def test_a_repair_that_gives_the_printed_p_too_comes_first():
    """14 and 16 of 30 against 15 and 15 give P = 0.796 (R: chisq.test); 4 is printed for 14. No 40
    patients in place of 30: the head of the column is printed once."""
    about = {"training": (4, 16), "control": (15, 15)}
    claims = {
        f"{group}_{at}": claim(
            str(count), outcome="sex", group=group, category=f"c{at}", patients="30"
        )
        for group, both in about.items()
        for at, count in enumerate(both)
    }
    claims["p"] = claim("P = 0.796", outcome="sex", compare=[*about])
    document = {"papers": {"main": "A paper"}, "groups": TWO, "claims": claims}
    whole = ledger(document | {"outcomes": {"sex": {"label": "Sex", "exhaustive": True}}})
    audit = audit_ledger(whole)
    (told,) = told_of(whole, audit.findings, audit.rows)
    first, *others = (mend["finding"] for mend in told["repairs"])
    assert first.startswith("14 in place of 4 ") and "then gives P = 0.796" in first
    assert not any("40 in place" in other for other in others)
