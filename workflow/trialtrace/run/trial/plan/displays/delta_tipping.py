"""Tipping-point maps of means after multiple imputation."""

from __future__ import annotations

from typing import Annotated

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name, Text, VisitLabel
from trialtrace.base.config.spec import Rule, key, optional, shape
from trialtrace.base.errors import one_of
from trialtrace.run.trial.context import Files, known_arm
from trialtrace.run.trial.plan.check_steps_missing import DRAWN
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.resolve import principal

DeltaRange = Annotated[tuple[float, ...], Rule(minItems=2, maxItems=2)]


@shape
class DeltaTipping:
    """P-values over what is added to the imputed values of two arms."""

    title: Text = key("Title.")
    analysis: Name = key("Analysis that estimates a mean difference by multiple imputation.")
    of: Name = key("First arm, treated.")
    to: Name = key("Second arm, the reference.")
    visit: VisitLabel = key("Visit.")
    parameter: Name | None = optional("Endpoint, where the analysis has several.")
    of_deltas: DeltaRange = key("Smallest and largest delta of the first arm.")
    to_deltas: DeltaRange = key("Smallest and largest delta of the second arm.")


def _check(files: Files, place: Path_, delta_tipping: DeltaTipping) -> None:
    for name, arm in (("of", delta_tipping.of), ("to", delta_tipping.to)):
        known_arm(files, files.plan, (*place, name), arm)
    for name, ends in (
        ("of_deltas", delta_tipping.of_deltas),
        ("to_deltas", delta_tipping.to_deltas),
    ):
        if not ends[0] < ends[1]:
            expected = "a smallest delta below the largest"
            text = f"{ends[0]:g} to {ends[1]:g}"
            files.plan.add((*place, name), found=text, expected=expected)
    if not names.analysis(files, (*place, "analysis"), delta_tipping.analysis):
        return
    analysis = files.plan.get("analyses", delta_tipping.analysis)
    drawn = {f"mean_difference.{method}" for method in DRAWN}
    if analysis and not drawn & set(principal(analysis)):
        files.plan.add(
            (*place, "analysis"),
            found=f"{delta_tipping.analysis}, which imputes no means",
            expected=f"an analysis that estimates {one_of(sorted(drawn))}",
        )


DISPLAY = Display(
    "delta_tipping",
    "Tipping-point maps of means after multiple imputation.",
    DeltaTipping,
    _check,
    figure="delta_tipping",
)
