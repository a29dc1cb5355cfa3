"""An analysis, cut by visit and stratum: the rows that each of its statistics sees."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trialtrace.analyses.rows import ALL, Place
from trialtrace.config.model import Analysis, Endpoint, Step, adsl_code
from trialtrace.frames import Frames, Selection

if TYPE_CHECKING:
    from trialtrace.config import Trial

DATASETS = {"time_to_event": "adtte", "occurrence": "occds"}


@dataclass(frozen=True)
class Cut:
    """One visit and stratum of an analysis. `base` selects its rows, all arms together."""

    trial: "Trial"
    analysis: Analysis
    frames: Frames
    dataset: str
    base: dict[str, Any]
    place: Place
    visits: tuple[str, ...] = ()

    def rows(self, **conditions: Any) -> Selection:
        """The rows of this cut that also meet `conditions` (column=test)."""
        return self.frames.select(self.dataset, self.base | conditions)

    def arms(self) -> list[str]:
        """The arms this analysis compares, in the order of the configuration."""
        named = {*self.analysis.estimand.treated, self.analysis.estimand.reference}
        return [arm for arm in self.trial.design.arms if arm in named]

    def groups(self) -> list[tuple[str, dict[str, Any]]]:
        """(name, condition) for each arm, and for all arms together where the plan says overall."""
        groups = [(arm, {"TRTP": {"is": arm}}) for arm in self.arms()]
        if self.analysis.overall:
            groups.append((ALL, {"TRTP": {"in": self.arms()}}))
        return groups

    def pairs(self) -> Iterator[tuple[tuple[str, str], Selection, Selection, Selection]]:
        """((treated, reference), rows of both, of the treated arm, of the reference arm)."""
        for treated, reference in self.analysis.pairs:
            both = self.rows(TRTP={"in": [treated, reference]})
            yield (
                (treated, reference),
                both,
                self.rows(TRTP={"is": treated}),
                self.rows(TRTP={"is": reference}),
            )

    def at(self, **place: Any) -> Place:
        return replace(self.place, **place)

    def options(self, step: Step, *, interval: bool = False) -> dict[str, Any]:
        """Every choice of a step, with the confidence level where it gives an interval."""
        return step.options | ({"confidence": self.analysis.confidence} if interval else {})


def cuts(trial: "Trial", analysis: Analysis, frames: Frames, *, together: bool) -> list[Cut]:
    """The cuts of an analysis; with `together` all visits are one cut (repeated measures)."""
    endpoint = trial.endpoints[analysis.estimand.variable]
    population = trial.populations[analysis.estimand.population]
    dataset = DATASETS.get(endpoint.kind, "bds")
    place = Place(
        trial.name, analysis.name, population.name, analysis.estimand.name, endpoint.name
    )  # fmt: skip
    base: dict[str, Any] = {
        "PARAMCD": {"is": endpoint.code},
        population.flag: {"is": "Y"},
        "AVAL": "present",
    }
    if analysis.where is not None:
        base["all"] = [analysis.where]
    whole = Cut(trial, analysis, frames, dataset, base, place, tuple(visits(trial, analysis)))
    by_stratum = [whole] if analysis.by is None else list(_strata(whole, analysis.by))
    if together or not whole.visits:
        return by_stratum
    return [_at_visit(cut, visit) for cut in by_stratum for visit in whole.visits]


def visits(trial: "Trial", analysis: Analysis) -> list[str]:
    """The visits an analysis covers, in order; none where its endpoint has none."""
    labels = endpoint_visits(trial.endpoints, trial.endpoints[analysis.estimand.variable])
    return labels if analysis.visits is None else [v for v in labels if v in analysis.visits]


def endpoint_visits(endpoints: dict[str, Endpoint], endpoint: Endpoint) -> list[str]:
    """The visit labels of an endpoint, or of the one it is made from."""
    if endpoint.kind == "repeated":
        given = endpoint.options.get("visits") or endpoint.options["visit"]["labels"]
        return list(given.values())
    if "of" in endpoint.options and endpoint.kind == "event":
        return endpoint_visits(endpoints, endpoints[endpoint.options["of"]])
    return []


def _at_visit(cut: Cut, visit: str) -> Cut:
    base = cut.base | {"AVISIT": {"is": visit}}
    return replace(cut, base=base, place=replace(cut.place, visit=visit), visits=(visit,))


def _strata(cut: Cut, name: str) -> Iterator[Cut]:
    column = adsl_code(name)
    for level in levels(cut.trial, cut.frames, name):
        place = replace(cut.place, stratum=f"{name}={level_text(level)}")
        yield replace(cut, base=cut.base | {column: {"is": level}}, place=place)


def levels(trial: "Trial", frames: Frames, name: str) -> list[Any]:
    """The levels of a subject variable that occur: in the dictionary's order, else ascending."""
    import pyarrow.compute as pc

    found = pc.unique(frames.table("adsl")[adsl_code(name)].drop_null()).to_pylist()
    column = trial.subjects.columns[adsl_code(name)]
    variable = trial.dictionary[trial.subjects.table].get(column)
    order = list(variable.choices.values()) if variable is not None else []
    return sorted(found, key=lambda level: (order.index(level) if level in order else -1, level))


def level_text(level: Any) -> str:
    """A level as text: 1.0 is "1"."""
    return str(int(level)) if isinstance(level, float) and level.is_integer() else str(level)
