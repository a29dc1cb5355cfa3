"""Families of tests whose p-values are adjusted together."""

from collections.abc import Mapping
from typing import Annotated, Literal

from trialtrace.base.config.names import Effect, Name, Text, VisitLabel
from trialtrace.base.config.references import AnalysisName
from trialtrace.base.config.spec import (
    Distinct,
    Listed,
    Rule,
    entry_name,
    key,
    mapping_of,
    optional,
    shape,
)

OF_TIME = "visit"
"""The effect that is alike in all arms: a change over time."""


@shape
class HolmTest:
    """A test; each of its p-values (visits, strata, pairs) is a member."""

    analysis: AnalysisName = key("Analysis.")
    test: Name = key("Test of that analysis.")
    comparison: Name | None = optional(
        "Only the p-values of this treated arm against the reference."
    )
    visit: VisitLabel | None = optional("Only those of this visit.")
    parameter: Name | None = optional("Only those of this endpoint.")
    effects: Distinct[Effect] | None = optional(
        "Only those of these effects of an analysis of variance. That of time (`visit`), means "
        "over visits of which one is the baseline (`arm`), and effects of treatment (`arm_visit`) "
        "are no one family."
    )


@shape
class AdjustedTogether:
    """Tests whose p-values are adjusted together; `name` is that of the family."""

    name: str = entry_name(default="")
    label: Text = key("Label in reports.")
    adjust: str = key("Procedure.")
    tests: Distinct[HolmTest] = key("Its tests.")

    @property
    def options(self) -> dict[str, object]:
        """Every choice of the procedure, as the plan writes it."""
        written = mapping_of(self)
        return {key: written[key] for key in written if key not in ("label", "adjust", "tests")}


@shape
class Adjusted(AdjustedTogether):
    """An adjustment of Bonferroni, of Sidak (in one step), of Hochberg (step-up) or of Hommel (the
    closed test of Simes's tests), or Benjamini and Hochberg's control of the false discovery rate.
    """

    adjust: Literal["bonferroni", "sidak", "hochberg", "hommel", "benjamini_hochberg"] = key(
        "Procedure."
    )


@shape
class InPlace:
    """A test of another family, in whose place the one of this family stands."""

    family: Name = key("Family.")
    of: Name = key("Analysis of that family whose p-values are left out of it.")


@shape
class Holm(AdjustedTogether):
    """Holm's step-down procedure."""

    adjust: Literal["holm"] = key("Procedure.")
    in_place: InPlace | None = optional(
        "The one p-value of `tests` stands in the place of those of an analysis in another family "
        "by Holm, and is adjusted with the rest of that: what the adjusted p would be by another "
        "analysis. Nothing is decided by it."
    )


@shape
class Global:
    """Test of all three arms; no pair is decided before it."""

    analysis: AnalysisName = key("Analysis.")
    test: Name = key("Test of that analysis.")


@shape
class Closed(AdjustedTogether):
    """Closed testing of three arms."""

    adjust: Literal["closed"] = key("Procedure.")
    global_: Global = key(
        "Test of all three arms; no pair is decided before it. Where the analysis tests all arms "
        "within strata, so does this, and each pair within the same: asymptotically "
        "(cmh_general_association, cochran_mantel_haenszel) or exactly "
        "(cmh_general_association_exact, exact_conditional)."
    )


Missing = Literal["left_out", "stops"]


@shape
class FixedSequence(AdjustedTogether):
    """Tests in a fixed order."""

    adjust: Literal["fixed_sequence"] = key("Procedure.")
    missing: Missing = key(
        "A p-value that cannot be computed is left out, or stops what comes after it."
    )


@shape
class Graphical(AdjustedTogether):
    """Bretz and colleagues' graph of levels."""

    adjust: Literal["graphical"] = key("Procedure.")
    weights: Listed[Annotated[float, Rule(minimum=0, maximum=1)]] = key(
        "Weight of each p-value, in the order of the tests; they add up to at most 1."
    )
    transitions: Listed[Listed[Annotated[float, Rule(minimum=0, maximum=1)]]] = key(
        "For each p-value the shares of its weight that go to the others when it is rejected."
    )
    missing: Missing = key(
        "A p-value that cannot be computed is left out, or stops what comes after it."
    )


Family = Adjusted | Holm | Closed | FixedSequence | Graphical


def with_whole(families: Mapping[str, Family], family: Family) -> list[Family]:
    """A family, and the one in which its test stands in the place of another."""
    place = family.in_place if isinstance(family, Holm) else None
    return [family, *([families[place.family]] if place else [])]
