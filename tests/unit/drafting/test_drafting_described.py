"""Codes in the words of a label, and units that are none."""

from types import SimpleNamespace as Stub

import pyarrow as pa
import pytest

from trialtrace.run.drafting.columns import column
from trialtrace.run.drafting.described import Described, with_codes
from trialtrace.run.drafting.names import unit_of
from trialtrace.run.drafting.tally import Tally
from trialtrace.run.drafting.visits import AFTER, BEFORE, _said, _visit_in, when


@pytest.mark.parametrize(
    ("text", "label", "choices"),
    [
        ("when: start (1), 6 weeks (2)", "when", "1 start|2 6 weeks"),
        ("Arm: waiting (0), talk (1) and letters (2).", "Arm", "0 waiting|1 talk|2 letters"),
        ("woman (1) and man (0)", "", "1 woman|0 man"),
        ("Drug (0=sham, 1=verum (high dose))", "Drug", "0 sham|1 verum (high dose)"),
        ("0 = none; 1: some", "", "0 none|1 some"),
        ("If a goat received milk (1) or salt (0)", "If a goat received", "1 milk|0 salt"),
    ],
)  # fmt: skip
def test_codes_in_a_label(text: str, label: str, choices: str):
    made = with_codes(Described(label=text))
    assert made.label == label
    assert "|".join(" ".join(choice) for choice in made.choices) == choices


@pytest.mark.parametrize(
    "text",
    [
        *("Pain (0-100)", "Pain at 10:30", "Week 4 (1) score", "Pulse (1) and (2)"),
        *("Stage (2)", "Dose (1), (2)", "low (1), high (1)", "costs (in pounds)"),
    ],
)
def test_labels_without_codes(text: str):
    said = Described(label=text)
    assert with_codes(said) == said


@pytest.mark.parametrize(("cells", "is_coded"), [("0 1 0 1", True), ("0 20 35 41 88", False)])
def test_ends_of_a_scale_are_no_codes(cells: str, is_coded: bool):
    """A label that names them stays whole, and its column a number."""
    tally = Tally()
    tally.add(pa.array(cells.split()))
    most = max(map(int, cells.split())) if is_coded else 100
    said = Described(by="The file", label=f"Function (0 = worst, {most} = best)")
    made = column("f", tally, said, ".")
    assert made.label == ("Function" if is_coded else said.label)
    assert (made.type == "radio") is is_coded


def test_pounds_of_costs_are_no_weight():
    assert unit_of("costs (in pounds)") == "" == unit_of("cost (lb)")
    assert unit_of("weight in pounds") == unit_of("birth_lbs") == "lb"
    assert unit_of("Pain at 24 hours") == "" == unit_of("fu_12months")
    assert unit_of("time to death in months") == "months"


def test_a_visit_in_a_label():
    texts = ("on month 18 (0-100)", "at the start of the study", "(week 4)", "week 4 (sitting)")
    told = ["month 18", "start of the study", "week 4", "week 4 (sitting)"]
    assert [_visit_in(text) for text in texts] == told
    assert [when([text]) for text in told[:3]] == [AFTER, BEFORE, AFTER]
    assert when(["6 weeks after the start of the study"]) == AFTER


def test_a_unit_behind_labels_is_no_name_of_theirs():
    told = ["First heat", "Heat after 9 hr"]
    stubs = [Stub(name="t", label=f"{text} in centigrades") for text in told]
    assert _said(stubs) == ("", told)


def test_codes_with_dashes_that_count():
    label = "Outcome (1-dead /2-dependent /3-recovered /8 or 9 – missing status"
    told = with_codes(Described(label=label))
    assert (told.label, dict(told.choices)) == (
        "Outcome",
        {"1": "dead", "2": "dependent", "3": "recovered"} | dict.fromkeys("89", "missing status"),
    )
    for text in ("Pain at 1-month, 2-month and 3-month visits", "Age 0-4, 5-9", "2-back, 3-back"):
        assert not with_codes(Described(label=text)).choices
