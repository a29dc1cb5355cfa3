"""The plan at a data cut for a monitoring committee: its look, and what is asked at looks alone."""

from collections.abc import Container, Iterator, Mapping

from trialtrace.run.trial.plan.methods import INTERIM

Entry = Mapping[str, object]
# What of an analysis needs its arms.
BY_ARM = ("estimates", "tests", "interaction", "overall", "decision_level", "p_values_by_level")


def at_cut(data: Entry, cut: str | None) -> Entry:
    """A plan that declares cuts as it runs at one of them, or, without, in the analysis.

    At a cut the look of each analysis is the cut's number. What is asked at an interim look stands
    in such a plan for the cuts, and is no part of the analysis.
    """
    cuts = data.get("cuts")
    if not isinstance(cuts, list):
        return data
    look = cuts.index(cut) + 1 if cut in cuts else None
    return {**data, "analyses": {name: dict(_at(one, look)) for name, one in _analyses(data)}}


def _analyses(data: Entry) -> Iterator[tuple[str, Entry]]:
    analyses = data.get("analyses")
    if isinstance(analyses, Mapping):
        yield from analyses.items()


def _at(analysis: Entry, look: int | None) -> Iterator[tuple[str, object]]:
    for key, value in analysis.items():
        if key == "decision_level" and isinstance(value, Mapping) and look is not None:
            yield key, {**value, "look": look}
        elif key == "estimates" and isinstance(value, list) and look is None:
            kept = [step for step in value if not set(step) & set(INTERIM)]
            if kept:
                yield key, kept
        else:
            yield key, value


def described(data: Entry, populations: Container[object]) -> Entry:
    """What a plan describes of arms: its analyses without what needs these, as an open report has
    them of all patients of the populations that it has."""
    every = dict(_analyses(data))
    estimands = data.get("estimands")
    told = {
        name
        for name, one in (estimands.items() if isinstance(estimands, Mapping) else ())
        if one.get("population") in populations
    }
    wanted = [
        name for name, one in every.items() if "describe" in one and _estimand(name, every) in told
    ]
    for name in wanted:
        # An analysis takes its question from the one that it is `of`.
        if (of := every[name].get("of")) in every and of not in wanted:
            wanted.append(str(of))
    kept = {name: _bare(one) for name, one in every.items() if name in wanted}
    return {"estimands": data.get("estimands", {}), "analyses": kept}


def _estimand(name: str, every: Mapping[str, Entry]) -> object:
    """The question of an analysis, or that of the one that it is `of`."""
    one = every.get(name, {})
    return one.get("estimand") or (_estimand(str(one["of"]), every) if "of" in one else name)


def _bare(analysis: Entry) -> Entry:
    return {key: value for key, value in analysis.items() if key not in BY_ARM}
