"""An analysis of a composite that is known as soon as the known parts decide it, beside another.

Who has an outcome then depends on the outcome. Beside the analysis of those of whom each part is
known it shows what the rule does, with what those still undecided could change, and beside
multiple imputation; it is no analysis that stands for them. What any outcomes of the unknown could
give is asked of such a composite alone: of another the known parts exclude some of these outcomes.
"""

from collections.abc import Mapping

from trialtrace.base.config.compose import Path_
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.resolve import estimand_of, lineage, steps, variables

SAME = ("findings", "scores", "event", "counted", "missing_visits", "visits")
BOUNDS = ("risk_difference_bounds", "best_worst")
IMPUTED = ("risk_difference", "multiple_imputation")
# Statistics that take every unknown outcome for open, and rules by which some of them are not.
OPEN = ("risk_difference_bounds", "proportion_bounds", "tipping")
TOO_WIDE = ("any_missing", "any_finding")


def check(files: Files, name: str, entry: Mapping[str, object]) -> None:
    for place, _, statistic, _, _ in steps(files.plan.get("analyses", name) or {}):
        if statistic in OPEN:
            undecided_alone(files, name, ("analyses", name, *place))
    parent = entry.get("of")
    if not isinstance(parent, str) or "estimand" not in entry:
        return
    own, other = _composite(files, name), _composite(files, parent)
    if own is None or other is None or own.get("missing") != "undecided":
        return
    if other.get("missing") == "undecided":
        return
    document, path = files.plan, ("analyses", name)
    differing = [key for key in SAME if own.get(key) != other.get(key)]
    if differing:
        document.add(
            (*path, "estimand"),
            f"an endpoint that differs from that of {parent} in {', '.join(differing)}",
            "the same rule, with another `missing`",
        )
    if entry["role"] != "sensitivity":
        document.add(
            (*path, "role"),
            f"{entry['role']}, of an outcome that lets a patient in by what it is",
            "sensitivity",
        )
    if BOUNDS not in _methods(files, name):
        document.add(
            path,
            f"no bounds for those still undecided, whom {parent} leaves out too",
            "estimates: [{risk_difference_bounds: best_worst}]",
        )
    family = (one for one in files.plan.names("analyses") or () if _of(files, one, parent))
    if not any(IMPUTED in _methods(files, one) for one in family):
        document.add(
            path,
            f"no multiple imputation of the components beside it, in an analysis of {parent}",
            "estimates: [{risk_difference: {method: multiple_imputation, …}}]",
        )


def undecided_alone(files: Files, name: str, place: Path_) -> None:
    """Whether those without an outcome in an analysis are open, and not decided by known parts."""
    composite = _composite(files, name)
    if composite and composite.get("missing") in TOO_WIDE:
        files.plan.add(
            place,
            f"outcomes of {name} that are missing by `missing: {composite['missing']}` also where "
            "the known parts decide them, and so are not open",
            "the same rule with `missing: undecided`, in an analysis of its own",
        )


def _composite(files: Files, name: str) -> Mapping[str, object] | None:
    """The one endpoint of an analysis, where it is a composite event."""
    estimand = estimand_of(files, name)
    named = variables(estimand) if estimand else []
    entry = files.endpoints.get(named[0]) if len(named) == 1 else None
    return entry if entry and entry.get("kind") == "composite_event" else None


def _methods(files: Files, name: str) -> list[tuple[str, str]]:
    given = files.plan.get("analyses", name) or {}
    return [(statistic, method) for _, _, statistic, method, _ in steps(given)]


def _of(files: Files, name: str, parent: str) -> bool:
    """Whether an analysis is the parent, or takes over from it."""
    return any(entry is files.plan.get("analyses", parent) for entry in lineage(files, name))
