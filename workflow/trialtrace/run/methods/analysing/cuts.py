"""An analysis, cut by endpoint, visit and stratum: the rows that each of its statistics sees."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from trialtrace.base.config.spec import mapping_of
from trialtrace.base.store import significant
from trialtrace.base.units import of_difference
from trialtrace.run.methods.analysing.rows import ALL, Options, Place, Where
from trialtrace.run.trial.model import Endpoint, adsl_code, visit_labels
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.methods import DATASETS
from trialtrace.run.trial.plan.steps import Step
from trialtrace.run.trial.resolve import of_patients

if TYPE_CHECKING:
    from trialtrace.base.arrays import Labels
    from trialtrace.run.tables.frames import Frames, Predicate, Selection
    from trialtrace.run.trial.load import Trial

# What must be there for a record to have the value that an analysis is of.
VALUES: dict[str, dict[str, Any]] = {
    "value": {"AVAL": "present"},
    "change": {"AVAL": "present", "CHG": "present"},
    "percent_change": {
        "AVAL": "present",
        "CHG": "present",
        "not": {"BASE": {"is": 0}},
    },
}


@dataclass(frozen=True)
class Cut:
    """One endpoint, visit and stratum of an analysis. `base` selects its rows, of all arms."""

    trial: "Trial"
    analysis: Analysis
    frames: "Frames"
    dataset: str
    base: dict[str, Any]
    place: Place
    visits: tuple[str, ...] = ()

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint whose values are analysed."""
        assert self.place.parameter is not None
        return self.trial.endpoints[self.place.parameter]

    def rows(self, **conditions: Any) -> "Selection":
        """The rows of this cut that also meet `conditions` (column=test). Where arms are pooled, no
        arm is named, and the rows are everybody's."""
        if conditions.get("TRTP") == {"in": []} and self.trial.pooled:
            del conditions["TRTP"]
        return self.frames.select(self.dataset, self.base | conditions)

    def values(self, rows: "Selection") -> "Labels":
        """What is analysed of these rows: the value, its change, or its change in percent."""
        if self.analysis.value == "value":
            return rows.column("AVAL")
        change = rows.column("CHG").astype(float)
        if self.analysis.value == "change":
            return change
        # Rounded as the derived values are, so that equal changes tie.
        return significant(100 * change / rows.column("BASE").astype(float))

    @cached_property
    def unit(self) -> str | None:
        """The unit of what is analysed, where all records have the same."""
        if self.dataset != "bds":
            return None
        if self.analysis.value == "percent_change":
            return "%"
        found = {unit for unit in self.rows().column("AVALU") if unit}
        own = found.pop() if len(found) == 1 else None
        return of_difference(own) if self.analysis.value == "change" else own

    def arms(self) -> list[str]:
        """The arms this analysis compares, in the order of the configuration."""
        named = {*self.analysis.estimand.treated, self.analysis.estimand.reference}
        return [arm for arm in self.trial.design.arms if arm in named]

    def groups(self) -> "list[tuple[str, Predicate]]":
        """(name, condition) for each arm, and for all arms together where the plan says overall.

        Of what is of a patient as a whole, for all patients alone.
        """
        groups: list[tuple[str, Predicate]]
        if of_patients(self.trial, self.endpoint):
            return [(ALL, {})]
        groups = [(arm, {"TRTP": {"is": arm}}) for arm in self.arms()]
        if self.analysis.overall:
            groups.append((ALL, {"TRTP": {"in": self.arms()}}))
        return groups

    def pairs(self) -> "Iterator[tuple[tuple[str, str], Selection, Selection, Selection]]":
        """((treated, reference), rows of both, of the treated arm, of the reference arm)."""
        for treated, reference in self.analysis.pairs:
            both = self.rows(TRTP={"in": [treated, reference]})
            yield (
                (treated, reference),
                both,
                self.rows(TRTP={"is": treated}),
                self.rows(TRTP={"is": reference}),
            )

    def at(self, **place: Unpack[Where]) -> Place:
        return replace(self.place, **place)

    def options(self, step: Step[object], *, interval: bool = False) -> Options:
        """Every choice of a step, with the confidence level where it gives an interval."""
        level = {"confidence": self.analysis.confidence} if interval else {}
        return mapping_of(step.options) | level

    @property
    def chosen(self) -> Options:
        """The choice of the value, an option of every result that is not of the plain value."""
        return {} if self.analysis.value == "value" else {"value": self.analysis.value}


def with_known(rows: "Selection", names: Iterable[str]) -> "Selection":
    """Of `rows`, those in which variables of the subjects are all known."""
    present = {adsl_code(name): "present" for name in names}
    # What is already asked of a column (a subgroup) is more than that it is known.
    return rows.frames.select(rows.dataset, present | rows.predicate)


def cuts(trial: "Trial", analysis: Analysis, frames: "Frames", *, together: bool) -> list[Cut]:
    """The cuts of an analysis; with `together` all visits are one cut (repeated measures)."""
    found = []
    for endpoint in parameters(trial, analysis):
        found += _of_endpoint(trial, analysis, frames, endpoint, together=together)
    return found


def of_another(cut: Cut, name: str, value: str, visit: str | None) -> Cut:
    """The records of another endpoint, of the same population, at a visit where it has some."""
    estimand = replace(cut.analysis.estimand, variables=(name,), lists=False)
    at = None if visit is None else (visit,)
    analysis = replace(cut.analysis, estimand=estimand, value=value, by=None, where=None, visits=at)
    return cuts(cut.trial, analysis, cut.frames, together=False)[0]


def parameters(trial: "Trial", analysis: Analysis) -> list[Endpoint]:
    """The endpoints of an analysis; an entry that makes several stands for all of them."""
    found = []
    for name in analysis.estimand.variables:
        if name in trial.endpoints:
            found.append(trial.endpoints[name])
        else:
            found += [endpoint for endpoint in trial.endpoints.values() if endpoint.family == name]
    return found


def _of_endpoint(
    trial: "Trial", analysis: Analysis, frames: "Frames", endpoint: Endpoint, *, together: bool
) -> list[Cut]:
    estimand = analysis.estimand
    population = trial.populations[estimand.population]
    dataset = DATASETS.get(endpoint.kind, "bds")
    place = Place(
        trial.name,
        analysis.name,
        population.name,
        estimand.name,
        endpoint.name,
        lists_parameters=estimand.lists or estimand.variable not in trial.endpoints,
    )
    base: dict[str, Any] = {
        "PARAMCD": {"is": endpoint.code},
        population.flag: {"is": "Y"},
        **VALUES[analysis.value],
    }
    if analysis.where is not None:
        base["all"] = [analysis.where]
    labels = tuple(visits(trial, analysis, endpoint))
    whole = Cut(trial, analysis, frames, dataset, base, place, labels)
    by_stratum = [whole] if analysis.by is None else list(_strata(whole, analysis.by))
    if together or not whole.visits:
        return by_stratum
    return [_at_visit(cut, visit) for cut in by_stratum for visit in whole.visits]


def visits(trial: "Trial", analysis: Analysis, endpoint: Endpoint) -> list[str]:
    """The visits an analysis covers of an endpoint, in order; none where it has none.

    A change has no value at the baseline itself, so all visits are those after it.
    """
    labels = endpoint_visits(trial.endpoints, endpoint)
    if analysis.visits is not None:
        return [visit for visit in labels if visit in analysis.visits]
    start = None if analysis.value == "value" else endpoint.entry.baseline
    return [visit for visit in labels if visit != start]


def endpoint_visits(endpoints: dict[str, Endpoint], endpoint: Endpoint) -> list[str]:
    """The visit labels of an endpoint, or of the one it is made from."""
    return visit_labels(endpoint.name, endpoints.get)


def _at_visit(cut: Cut, visit: str) -> Cut:
    base = cut.base | {"AVISIT": {"is": visit}}
    return replace(cut, base=base, place=replace(cut.place, visit=visit), visits=(visit,))


def _strata(cut: Cut, name: str) -> Iterator[Cut]:
    column = adsl_code(name)
    for level in levels(cut.trial, cut.frames, name):
        place = replace(cut.place, stratum=f"{name}={level_text(level)}")
        yield replace(cut, base=cut.base | {column: {"is": level}}, place=place)


def levels(trial: "Trial", frames: "Frames", name: str) -> list[Any]:
    """The levels of a subject variable that occur: in the dictionary's order, else ascending."""
    import pyarrow.compute as pc

    found = pc.unique(frames.column("adsl", adsl_code(name)).drop_null()).to_pylist()
    variable = trial.subjects.described(name, trial.dictionary)
    order = list(variable.choices.values()) if variable is not None else []
    return sorted(found, key=lambda level: (order.index(level) if level in order else -1, level))


def level_text(level: Any) -> str:
    """A level as text: 1.0 is "1"."""
    return str(int(level)) if isinstance(level, float) and level.is_integer() else str(level)
