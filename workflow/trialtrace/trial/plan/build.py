"""Makes the plan of an analysis from a plan.yaml that its schema has accepted."""

from typing import Any

from trialtrace.ground.errors import Problem, UserError, did_you_mean, one_of
from trialtrace.trial.model import Analysis, Estimand, Family, Plan
from trialtrace.trial.plan.steps import interaction_of, step_of, test_of


def plan(data: dict[str, Any]) -> Plan:
    estimands = {name: _estimand(name, given) for name, given in data["estimands"].items()}
    analyses: dict[str, Analysis] = {}
    for name, given in data["analyses"].items():
        whole = _inherit(data["analyses"], given, (name,))
        analyses[name] = _analysis(name, whole, estimands, data)
    families = {
        name: Family(
            name,
            given["label"],
            given["adjust"],
            tuple(given["tests"]),
            {k: v for k, v in given.items() if k not in ("label", "adjust", "tests")},
        )
        for name, given in data.get("multiplicity", {}).items()
    }
    return Plan(
        data["decision_level"],
        data["confidence"],
        estimands,
        analyses,
        families,
        data.get("displays", {}),
    )


def _estimand(name: str, given: dict[str, Any]) -> Estimand:
    treated, variable = given["treatment"]["of"], given["variable"]
    return Estimand(
        name,
        tuple(treated) if isinstance(treated, list) else (treated,),
        given["treatment"]["to"],
        given["population"],
        tuple(variable) if isinstance(variable, list) else (variable,),
        tuple(given["intercurrent"]),
        given["summary"],
        isinstance(variable, list),
    )


def _inherit(
    analyses: dict[str, Any], given: dict[str, Any], heirs: tuple[str, ...]
) -> dict[str, Any]:
    """What `of` names, without its own steps and notes, under what is given."""
    if "of" not in given:
        return given
    known = [name for name in analyses if name not in heirs]
    place = f"plan.yaml: analyses.{heirs[-1]}.of"
    parent = _named(place, given["of"], {name: analyses[name] for name in known})
    parent = _inherit(analyses, parent, (*heirs, given["of"]))
    own = (
        "describe",
        "estimates",
        "tests",
        "interaction",
        "note",
        "overall",
        "p_values_by_level",
    )
    return {k: v for k, v in parent.items() if k not in own} | given


def _named(place: str, name: str, known: dict[str, Any]) -> Any:
    """The entry of that name. Raises UserError where there is none."""
    if name in known:
        return known[name]
    raise UserError(
        Problem(place, found=f'"{name}"', expected=one_of(known), do=did_you_mean(name, known))
    )


def _analysis(
    name: str, given: dict[str, Any], estimands: dict[str, Estimand], data: dict[str, Any]
) -> Analysis:
    visits = given.get("visits")
    return Analysis(
        name=name,
        label=given["label"],
        role=given["role"],
        estimand=_named(f"plan.yaml: analyses.{name}.estimand", given["estimand"], estimands),
        confidence=given.get("confidence", data["confidence"]),
        decision_level=_level(given.get("decision_level", data["decision_level"])),
        describe=tuple(step_of(entry) for entry in given.get("describe", ())),
        estimates=tuple(step_of(entry) for entry in given.get("estimates", ())),
        tests=tuple(test_of(entry) for entry in given.get("tests", ())),
        interaction=interaction_of(given["interaction"]) if "interaction" in given else None,
        visits=tuple(visits) if isinstance(visits, list) else None,
        by=given.get("by"),
        overall=given.get("overall", False),
        where=given.get("where"),
        note=given.get("note"),
        p_values_by_level=given.get("p_values_by_level", True),
        value=given.get("value", "value"),
        of=given.get("of"),
    )


def _level(given: float | dict[str, Any]) -> float:
    """A level, or the nominal one of a look of a group-sequential design."""
    if not isinstance(given, dict):
        return given
    from trialtrace.stats.multiplicity import group_sequential

    kind, fractions = given["boundary"], given["fractions"]
    common = {"alpha": given["alpha"], "sides": "two_sided"}
    if kind.startswith("spending_"):
        spending = kind.removeprefix("spending_")
        found = group_sequential.spending_boundary(
            fractions, spending=spending, parameter=None, **common
        )
    else:
        found = getattr(group_sequential, kind)(fractions, **common)
    return float(found.nominal[given["look"] - 1])
