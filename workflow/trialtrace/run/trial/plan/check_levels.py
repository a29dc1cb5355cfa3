"""Confidence of intervals and levels of tests that nobody means without a reason.

An interval that more likely misses than holds what it is of, and a test that more often than not
rejects what is true, are most often the one number written for the other: 0.05 and 0.95.
"""

from collections.abc import Mapping

from trialtrace.base.config.compose import Path_
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.resolve import inherited, steps

HALF = 0.5
REASON = "level_reason"


def check(files: Files) -> None:
    """Every confidence and every level of the plan."""
    plan = files.plan
    top = {key: plan.get(key) for key in ("confidence", "decision_level", REASON)}
    _judge(files, (), top, top[REASON])
    for name, given in plan.entries("analyses"):
        path: Path_ = ("analyses", name)
        reason = inherited(files, name, REASON)
        _judge(files, path, given, reason)
        for place, _, _, _, options in steps(given):
            if "alpha" in options and 1 - 2 * options["alpha"] < HALF:
                text = f"{options['alpha']:g}, with an interval of confidence "
                text += f"{1 - 2 * options['alpha']:g}"
                _without(files, (*path, *place, "alpha"), text, "at most 0.25", reason)
    for name, given in plan.entries("planning"):
        if given.get("alpha", 0) > HALF:
            place = ("planning", name, "alpha")
            _without(files, place, f"{given['alpha']:g}", "at most 0.5", given.get(REASON))


def _judge(files: Files, path: Path_, entry: Mapping[str, object], reason: str | None) -> None:
    confidence, level = entry.get("confidence"), entry.get("decision_level")
    if isinstance(confidence, float | int) and confidence < HALF:
        _without(files, (*path, "confidence"), f"{confidence:g}", "at least 0.5", reason)
    if isinstance(level, float | int) and level > HALF:
        _without(files, (*path, "decision_level"), f"{level:g}", "at most 0.5", reason)


def _without(files: Files, place: Path_, text: str, expected: str, reason: str | None) -> None:
    if reason is None:
        files.plan.add(
            place,
            found=text,
            expected=expected,
            do=f"mend it; where it is meant, say why: {REASON}: …",
        )
