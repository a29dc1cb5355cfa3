"""Where nothing or the wrong thing was checked, a verdict says what to type."""

import pytest
from paper import claim, read

from trialtrace.audit.verdicts.audit import audit_ledger

BOTH = ["training", "control"]


def said(printed, beside, component, **about):
    rows = audit_ledger(read({**beside, "one": claim(printed, **about)})).rows
    (row,) = (one for one in rows if (one["claim_id"], one["component"]) == ("one", component))
    return row["on_print"], row["print_finding"]


@pytest.mark.parametrize(
    ("printed", "about", "asks"),
    [
        ("0.027", {"compare": BOTH}, "“p = 0.027”, or name its `measure`"),
        ("0.027", {"group": "training"}, "“mean 0.027” or “0.027%”"),
        ("p = 0.027", {"compare": BOTH}, None),
        ("12", {"group": "training"}, None),  # a count
    ],
)
def test_a_number_without_a_word_is_asked_for_one(printed, about, asks):
    component = "p" if printed.startswith("p") else "value"
    verdict, text = said(printed, {}, component, outcome="harm", **about)
    assert verdict == "not_checked"
    assert ("does not say what it is" in text) == (asks is not None)
    assert asks is None or asks in text


def test_a_bare_number_with_its_measure_says_what_it_is():
    about = {"outcome": "harm", "compare": BOTH, "measure": "odds_ratio"}
    assert "does not say what it is" not in said("0.27", {}, "value", **about)[1]
