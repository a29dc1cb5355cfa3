"""Families of tests whose p-values are adjusted together."""

from __future__ import annotations

from typing import Annotated, Literal

from trialtrace.config.spec import Distinct, Listed, Rule, key, optional, shape
from trialtrace.trial.words import Name, Text, VisitLabel


@shape
class HolmTest:
    """A test; each of its p-values (visits, strata, pairs) is a member."""

    analysis: Name = key("Analysis.")
    test: Name = key("Test of that analysis.")
    comparison: Name | None = optional(
        "Only the p-values of this treated arm against the reference."
    )
    visit: VisitLabel | None = optional("Only those of this visit.")
    parameter: Name | None = optional("Only those of this endpoint.")


@shape
class Holm:
    """Holm's step-down procedure."""

    label: Text = key("Label in reports.")
    adjust: Literal["holm"] = key("Procedure.")
    tests: Distinct[HolmTest] = key("Its tests.")


@shape
class Hochberg:
    """Hochberg's step-up procedure."""

    label: Text = key("Label in reports.")
    adjust: Literal["hochberg"] = key("Procedure.")
    tests: Distinct[HolmTest] = key("Its tests.")


@shape
class Hommel:
    """Hommel's procedure."""

    label: Text = key("Label in reports.")
    adjust: Literal["hommel"] = key("Procedure.")
    tests: Distinct[HolmTest] = key("Its tests.")


@shape
class BenjaminiHochberg:
    """Benjamini and Hochberg's control of the false discovery rate."""

    label: Text = key("Label in reports.")
    adjust: Literal["benjamini_hochberg"] = key("Procedure.")
    tests: Distinct[HolmTest] = key("Its tests.")


@shape
class Global:
    """Test of all three arms; no pair is decided before it."""

    analysis: Name = key("Analysis.")
    test: Name = key("Test of that analysis.")


@shape
class Closed:
    """Closed testing of three arms."""

    label: Text = key("Label in reports.")
    adjust: Literal["closed"] = key("Procedure.")
    tests: Distinct[HolmTest] = key("Its tests.")
    global_: Global = key("Test of all three arms; no pair is decided before it.")


Missing = Literal["left_out", "stops"]


@shape
class FixedSequence:
    """Tests in a fixed order."""

    label: Text = key("Label in reports.")
    adjust: Literal["fixed_sequence"] = key("Procedure.")
    tests: Distinct[HolmTest] = key("Its tests.")
    missing: Missing = key(
        "A p-value that cannot be computed is left out, or stops what comes after it."
    )


@shape
class Graphical:
    """Bretz and colleagues' graph of levels."""

    label: Text = key("Label in reports.")
    adjust: Literal["graphical"] = key("Procedure.")
    tests: Distinct[HolmTest] = key("Its tests.")
    weights: Listed[Annotated[float, Rule(minimum=0, maximum=1)]] = key(
        "Weight of each p-value, in the order of the tests; they add up to at most 1."
    )
    transitions: Listed[Listed[Annotated[float, Rule(minimum=0, maximum=1)]]] = key(
        "For each p-value the shares of its weight that go to the others when it is rejected."
    )
    missing: Missing = key(
        "A p-value that cannot be computed is left out, or stops what comes after it."
    )
