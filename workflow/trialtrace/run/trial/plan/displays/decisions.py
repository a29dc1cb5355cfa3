"""What decides a test: tipping points, ε, residuals."""

from typing import Annotated

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name, Text, VisitLabel
from trialtrace.base.config.references import AnalysisName, ArmName
from trialtrace.base.config.spec import Rule, key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.plan.check_missing import DRAWN, undecided_alone
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.options import TwoByTwoTest
from trialtrace.run.trial.resolve import principal, variables_of


@shape
class Tipping:
    """P-values over the possible numbers of events among the missing of two arms."""

    title: Text = key("Title.")
    analysis: AnalysisName = key("Analysis that describes a proportion.")
    of: ArmName = key("First arm.")
    to: ArmName = key("Second arm.")
    visit: VisitLabel | None = optional("Visit, where the analysis has several.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")
    test: TwoByTwoTest = key("Test; its level is the decision level of the analysis.")


def _check_tipping(files: Files, place: Path_, tipping: Tipping) -> None:
    name = tipping.analysis
    analysis = files.plan.get("analyses", name)
    if analysis and not any(step.startswith("proportion.") for step in principal(analysis)):
        files.plan.add(
            (*place, "analysis"),
            f"{name}, which counts no events",
            "an analysis that describes a proportion",
        )
    undecided_alone(files, name, (*place, "analysis"))


DeltaRange = Annotated[tuple[float, ...], Rule(minItems=2, maxItems=2)]


@shape
class DeltaTipping:
    """P-values over what is added to the imputed values of two arms."""

    title: Text = key("Title.")
    analysis: AnalysisName = key(
        "Analysis that estimates a mean difference by multiple imputation."
    )
    of: ArmName = key("First arm, treated.")
    to: ArmName = key("Second arm, the reference.")
    visit: VisitLabel = key("Visit.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")
    of_deltas: DeltaRange = key("Smallest and largest delta of the first arm.")
    to_deltas: DeltaRange = key("Smallest and largest delta of the second arm.")


def _check_delta_tipping(files: Files, place: Path_, delta_tipping: DeltaTipping) -> None:
    for name, ends in (
        ("of_deltas", delta_tipping.of_deltas),
        ("to_deltas", delta_tipping.to_deltas),
    ):
        if not ends[0] < ends[1]:
            expected = "a smallest delta below the largest"
            files.plan.add((*place, name), f"{ends[0]:g} to {ends[1]:g}", expected)
    analysis = files.plan.get("analyses", delta_tipping.analysis)
    drawn = {f"mean_difference.{method}" for method in DRAWN}
    if analysis and not drawn & set(principal(analysis)):
        files.plan.add(
            (*place, "analysis"),
            f"{delta_tipping.analysis}, which imputes no means",
            f"an analysis that estimates {one_of(sorted(drawn))}",
        )


@shape
class EpsilonCurve:
    """A curve with the estimates of ε marked."""

    title: Text = key("Title.")
    analysis: AnalysisName = key("Analysis with an F test within subjects.")
    effect: Text = key("Its effect, as the report names it.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")


ANALYSES_OF_VARIANCE = ("p_value.mixed_anova", "p_value.repeated_measures_anova")


@shape
class ResidualQuantiles:
    """A panel a visit; residuals are of the mean of each arm or side there."""

    title: Text = key("Title.")
    analysis: AnalysisName = key("Analysis of variance of repeated measures.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")


def _check_residual_quantiles(
    files: Files, place: Path_, residual_quantiles: ResidualQuantiles
) -> None:
    here = (*place, "analysis")
    declared = files.plan.get("analyses", residual_quantiles.analysis)
    if declared is not None and not set(principal(declared)) & set(ANALYSES_OF_VARIANCE):
        files.plan.add(
            here,
            f"{residual_quantiles.analysis}, which has no analysis of variance of repeated "
            "measures",
            "an analysis with mixed_anova or repeated_measures_anova",
        )
    variables = [
        endpoint.name
        for name in variables_of(files, residual_quantiles.analysis)
        for endpoint in files.family(name)
    ]
    if residual_quantiles.parameter is not None:
        what = f"an endpoint of {residual_quantiles.analysis}"
        known(files.plan, (*place, "parameter"), residual_quantiles.parameter, variables, what)
    elif len(variables) > 1:
        files.plan.add(place, f"an analysis of {len(variables)} endpoints", "parameter: one")


DISPLAYS = (
    Display("tipping", "Tipping-point maps of a binary outcome.", Tipping, _check_tipping),
    Display(
        "delta_tipping",
        "Tipping-point maps of means after multiple imputation.",
        DeltaTipping,
        _check_delta_tipping,
    ),
    Display(
        "epsilon_curve",
        "P-value of an F test within subjects over ε.",
        EpsilonCurve,
    ),
    Display(
        "residual_quantiles",
        "Residuals of an analysis of variance of repeated measures against normal quantiles; drawn "
        "only where disclosure is full.",
        ResidualQuantiles,
        _check_residual_quantiles,
        single_patients=True,
    ),
)
