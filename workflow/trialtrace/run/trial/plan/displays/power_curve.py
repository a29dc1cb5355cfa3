"""Power over what is assumed."""

from __future__ import annotations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name, Text
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.context import Files, known
from trialtrace.run.trial.plan.displays.display import Display

# What has no grid of one effect.
WITHOUT_CURVE = ("one_proportion", "several_proportions", "several_means")


@shape
class PowerCurve:
    """Curves of the power of a design over the effect, one for each risk of the reference."""

    title: Text = key("Title.")
    planning: Name = key("Design of `planning`, of two arms or of pairs.")


def _check(files: Files, place: Path_, power_curve: PowerCurve) -> None:
    here, names = (*place, "planning"), files.plan.names("planning") or []
    if not known(files.plan, here, power_curve.planning, names, "a design of `planning`"):
        return
    declared = files.plan.get("planning", power_curve.planning)
    if declared is not None and declared["design"] in WITHOUT_CURVE:
        files.plan.add(
            here, found=f"design {declared['design']}", expected="a design of two arms or of pairs"
        )


DISPLAY = Display(
    "power_curve",
    "Power over the effect that is assumed.",
    PowerCurve,
    _check,
    figure="power_curve",
)
