"""Residuals of an analysis of variance of repeated measures against normal quantiles."""

from __future__ import annotations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.resolve import principal, variables_of

ANALYSES_OF_VARIANCE = ("p_value.mixed_anova", "p_value.repeated_measures_anova")


@shape
class ResidualQuantiles:
    """A panel a visit; residuals are of the mean of each arm or side there."""

    title: Text = key("Title.")
    analysis: Name = key("Analysis of variance of repeated measures.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")


def _check(files: Files, place: Path_, residual_quantiles: ResidualQuantiles) -> None:
    here = (*place, "analysis")
    if not names.analysis(files, here, residual_quantiles.analysis):
        return
    declared = files.plan.get("analyses", residual_quantiles.analysis)
    if declared is not None and not set(principal(declared)) & set(ANALYSES_OF_VARIANCE):
        files.plan.add(
            here,
            found=f"{residual_quantiles.analysis}, which has no analysis of variance of repeated "
            "measures",
            expected="an analysis with mixed_anova or repeated_measures_anova",
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
        files.plan.add(
            place, found=f"an analysis of {len(variables)} endpoints", expected="parameter: one"
        )


DISPLAY = Display(
    "residual_quantiles",
    "Residuals of an analysis of variance of repeated measures against normal quantiles; drawn "
    "only where disclosure is full.",
    ResidualQuantiles,
    _check,
    figure="residual_quantiles",
    single_patients=True,
)
