"""Where nothing or the wrong thing was checked, a verdict says what to type."""

import pytest
from paper import claim, read

from trialtrace.audit.editor.matters import for_authors
from trialtrace.audit.relations.wording import BY_MODEL
from trialtrace.audit.verdicts.audit import audit_ledger

BOTH = ["training", "control"]
COUNTS = {
    "x1": claim("6 of 30", outcome="event", group="training"),
    "x0": claim("9 of 30", outcome="event", group="control"),
}
MEANS = {
    "m1": claim("mean (SD) 5.0 (2.0)", outcome="age", group="training"),
    "m0": claim("mean (SD) 3.0 (2.0)", outcome="age", group="control"),
}
HINT = BY_MODEL.strip()


def said(printed, beside, component, **about):
    rows = audit_ledger(read({**beside, "one": claim(printed, **about)})).rows
    (row,) = (one for one in rows if (one["claim_id"], one["component"]) == ("one", component))
    return row["on_print"], row["print_finding"]


@pytest.mark.parametrize(
    ("printed", "beside", "outcome", "component", "verdict"),
    [
        # Wald's is −31.8 to 11.8.
        (
            "-10.0 percentage points (95% CI -18.0 to -2.0)",
            COUNTS,
            "event",
            "ci_low",
            "inconsistent",
        ),
        ("-10.0 percentage points (95% CI -31.8 to 11.8)", COUNTS, "event", "ci_low", "compatible"),
        ("-14.0 percentage points", COUNTS, "event", "percent", "inconsistent"),
        # By t of 58 degrees of freedom 2.0 ± 1.03.
        ("mean difference 2.0 (95% CI 1.5 to 2.5)", MEANS, "age", "ci_low", "inconsistent"),
        ("mean difference 2.0 (95% CI 1.0 to 3.0)", MEANS, "age", "ci_low", "compatible"),
    ],
)
def test_what_the_plain_formula_does_not_give_may_be_of_a_model(
    printed, beside, outcome, component, verdict
):
    found, text = said(printed, beside, component, outcome=outcome, compare=BOTH)
    assert found == verdict and (HINT in text) == (verdict == "inconsistent")
    model = said(printed, beside, component, outcome=outcome, compare=BOTH, basis="model")
    assert model[0] != "inconsistent" and HINT not in model[1]
    assert HINT not in for_authors(text)


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
    assert verdict == "not_checkable"
    assert ("does not say what it is" in text) == (asks is not None)
    assert asks is None or asks in text


def test_a_bare_number_with_its_measure_says_what_it_is():
    about = {"outcome": "harm", "compare": BOTH, "measure": "odds_ratio"}
    assert "does not say what it is" not in said("0.27", {}, "value", **about)[1]
