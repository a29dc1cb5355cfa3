"""Options of steps about events: what the schema cannot say of them."""

from typing import Any

from trialtrace.config.checks.context import Files, known
from trialtrace.config.checks.resolve import estimand_of
from trialtrace.config.compose import Path_
from trialtrace.errors import one_of


def check(files: Files, analysis: str, place: Path_, options: dict[str, Any]) -> None:
    """Every option of a step that names something or must fit another one."""
    if isinstance(options.get("scores"), dict):
        _arm_scores(files, analysis, (*place, "scores"), options["scores"])
    if "lower" in options and "upper" in options and options["lower"] >= options["upper"]:
        files.plan.add(
            (*place, "lower"),
            found=f"{options['lower']}, not below upper: {options['upper']}",
            expected="a lower margin below the upper one",
        )


def _arm_scores(files: Files, analysis: str, place: Path_, scores: dict[str, float]) -> None:
    """A score for each arm that is compared, and for no other."""
    estimand = estimand_of(files, analysis)
    if estimand is None:
        return
    treated = estimand["treatment"]["of"]
    arms = [*(treated if isinstance(treated, list) else [treated]), estimand["treatment"]["to"]]
    for name in scores:
        known(files.plan, (*place, name), name, arms, "an arm of the estimand")
    if lacking := [arm for arm in arms if arm not in scores]:
        files.plan.add(
            place, found=f"no score of {one_of(lacking)}", expected=f"a score of each of {arms}"
        )
