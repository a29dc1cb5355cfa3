"""The plan at a data cut for a monitoring committee: its look, and what is asked at looks alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from trialtrace.run.trial.plan.methods import INTERIM

CUTS = "cuts"


def at_cut(data: dict[str, Any], cut: str | None) -> dict[str, Any]:
    """A plan that declares cuts as it runs at one of them, or, without, in the analysis.

    At a cut the look of each analysis is the cut's number. What is asked at an interim look stands
    in such a plan for the cuts, and is no part of the analysis.
    """
    cuts = data.get(CUTS)
    if not cuts or not isinstance(data.get("analyses"), Mapping):
        return data
    look = cuts.index(cut) + 1 if cut in cuts else None
    analyses = {name: dict(_entry(one, look)) for name, one in data["analyses"].items()}
    return data | {"analyses": analyses}


def _entry(analysis: Mapping[str, Any], look: int | None) -> Iterator[tuple[str, Any]]:
    for key, value in analysis.items():
        if key == "decision_level" and isinstance(value, Mapping) and look is not None:
            yield key, {**value, "look": look}
        elif key == "estimates" and look is None:
            kept = [step for step in value if not set(step) & set(INTERIM)]
            if kept:
                yield key, kept
        else:
            yield key, value


def described(data: dict[str, Any]) -> dict[str, Any]:
    """What a plan describes of arms: its analyses without estimates and tests, as an open report
    has them of all patients."""
    analyses = data.get("analyses") or {}
    whole = {name: dict(_description(one)) for name, one in analyses.items() if "describe" in one}
    heads = {one["of"] for one in whole.values() if "of" in one}
    while missing := {name for name in heads if name in analyses and name not in whole}:
        whole |= {name: dict(_description(analyses[name])) for name in missing}
        heads |= {one["of"] for one in whole.values() if "of" in one}
    return {"estimands": data.get("estimands", {}), "analyses": whole}


def _description(analysis: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    asked = ("estimates", "tests", "interaction", "overall", "decision_level", "p_values_by_level")
    yield from ((key, value) for key, value in analysis.items() if key not in asked)
