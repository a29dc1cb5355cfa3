"""The results that a plan asks for, by their identifiers, from the configuration alone.

Where only the data know a level (a category, a term of adverse events, a stratum without declared
choices) `*` stands for it. A declared level that no subject has gives no result.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.spec import items_of
from trialtrace.base.words import OF_P_VALUES, P_VALUES, SYMBOLS
from trialtrace.run.methods.analysing.cuts import level_text, parameters, visits
from trialtrace.run.methods.analysing.rows import ALL, Place, is_of, result_id
from trialtrace.run.methods.displays.called import (
    ADVERSE_EVENTS,
    ANY,
    BASELINE,
    COUNT,
    DESCRIPTIVE,
    FLOW,
    NUMBERS,
    OF_TABLES,
    TERM,
    UNKNOWN,
)
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.displays.why import NO_VALUE, OUTSIDE, UNREPORTED, WhyGiven
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.planning import ANALYSIS as PLANNING
from trialtrace.run.trial.plan.steps import Statistic, Step, statistics
from trialtrace.run.trial.resolve import of_patients

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.model import Variable

ANY_LEVEL = "*"
NUMERIC = ("number", "integer")
# Its slug is itself, and no level is called so.
UNKNOWN_LEVEL = "any-level-that-the-data-have"


@dataclass(frozen=True)
class Planned:
    """A planned result. `pattern` is its identifier, `*` for a level that only the data know,
    `key` the entry of plan.yaml that asks for it.

    `sure` is false where it stands only if it is defined: a test without an answer has a p-value
    that says so, and no statistic.
    """

    pattern: str
    place: Place
    stat: str
    method: str
    sure: bool
    key: Path_ = ()

    @property
    def analysis(self) -> str:
        return self.place.analysis

    @property
    def given(self) -> str:
        """When it stands in the results, in words."""
        if self.sure:
            return "always"
        if _of_level(self.place, self.pattern):
            return "where someone has the level"
        return "where it is defined"


def planned_results(trial: "Trial", of: Collection[str] | None = None) -> list[Planned]:
    """Every planned result of a trial, or those of some analyses, in the order of its plan."""
    results = [
        *_of(("displays", FLOW), _flow(trial)),
        *_of(("displays", BASELINE), _baseline(trial)),
        *_adverse_events(trial),
    ]
    for name, analysis in trial.plan.analyses.items():
        if of is None or name in of:
            results += _analysis(trial, analysis)
    for name, family in trial.plan.multiplicity.items():
        adjusted = (
            _planned(result.place, "p_adjusted", f"{family.adjust}_{result.method}", result.sure)
            for result in list(results)
            if result.stat == "p_value"
            and any(is_of(test, result.place, result.method) for test in family.tests)
        )
        results += _of(("multiplicity", name), adjusted)
    for name, entry in trial.plan.planning.items() if of is None or PLANNING in of else ():
        # Its formulas take longer to load than the rest of a plan to read.
        from trialtrace.run.methods.planning.analyse import place_of
        from trialtrace.run.methods.planning.designs import settings

        asked = (
            _planned(place_of(trial, entry, setting), setting.stat, setting.method)
            for setting in settings(entry, trial.plan.confidence)
        )
        results += _of(("planning", name), asked)
    return list(
        {
            planned.pattern: planned for planned in results if not of or planned.analysis in of
        }.values()
    )


def _of(key: Path_, planned: Iterable[Planned]) -> list[Planned]:
    return [replace(one, key=key) for one in planned]


def _planned(place: Place, stat: str, method: str, sure: bool = True) -> Planned:
    pattern = result_id(place, stat, method).replace(UNKNOWN_LEVEL, ANY_LEVEL)
    return Planned(pattern, place, stat, method, sure and not _of_level(place, pattern))


def _of_level(place: Place, pattern: str) -> bool:
    """Whether it is of a level that perhaps no one has, declared or not."""
    declared = place.second is not None and place.second[0] == "level"
    declared = declared and place.second != ("level", ANY)
    return ANY_LEVEL in pattern or place.stratum is not None or declared


def _analysis(trial: "Trial", analysis: Analysis) -> Iterator[Planned]:
    key = ("analyses", analysis.name)
    steps = {
        "describe": analysis.describe,
        "estimates": analysis.estimates,
        "tests": analysis.tests,
    }
    for part, own in steps.items():
        for at, step in enumerate(own):
            yield from _of((*key, part, at), _step(trial, analysis, step))
    if (given := analysis.interaction) is not None and analysis.by is not None:
        overall = replace(analysis, by=None)
        yield from _of((*key, "interaction"), _step(trial, overall, given))


def _step(trial: "Trial", analysis: Analysis, step: Step[object]) -> Iterator[Planned]:
    own = trial.design.kind in OWN_TREATMENT
    for endpoint in parameters(trial, analysis):
        estimand = analysis.estimand
        place = Place(
            trial.name,
            analysis.name,
            estimand.population,
            estimand.name,
            endpoint.name,
            lists_parameters=estimand.lists or estimand.variable not in trial.endpoints,
        )
        labels = visits(trial, analysis, endpoint)
        for stratum in _strata(trial, analysis):
            for statistic in statistics(step, own=own):
                hidden = stratum is not None and not analysis.p_values_by_level
                if hidden and statistic.stat in P_VALUES | SYMBOLS | OF_P_VALUES:
                    continue
                for at in _places(
                    trial, analysis, step, replace(place, stratum=stratum), statistic
                ):
                    for visit in _visits(labels, statistic):
                        yield _planned(
                            replace(at, visit=visit),
                            statistic.stat,
                            statistic.method,
                            statistic.sure,
                        )


def _visits(labels: list[str], statistic: Statistic) -> list[str | None]:
    if statistic.visits is None or not labels:
        return [None]
    return [*(labels[1:] if statistic.visits == "later" else labels)]


def _strata(trial: "Trial", analysis: Analysis) -> list[str | None]:
    if analysis.by is None:
        return [None]
    return [f"{analysis.by}={level}" for level in _levels(trial, analysis.by)]


def _levels(trial: "Trial", name: str) -> list[str]:
    """The declared levels of a subject variable, or any; of sex, those that it is coded as."""
    if name == "sex":
        return list(dict.fromkeys(trial.subjects.sex_by_code.values()))
    variable = _variable(trial, name)
    if variable is None or not variable.choices:
        return [UNKNOWN_LEVEL]
    return list(variable.choices.values())


def _variable(trial: "Trial", name: str) -> "Variable | None":
    return trial.subjects.described(name, trial.dictionary)


def _places(
    trial: "Trial", analysis: Analysis, step: Step[object], place: Place, statistic: Statistic
) -> Iterator[Place]:
    named = {*analysis.estimand.treated, analysis.estimand.reference}
    arms = [arm for arm in trial.design.arms if arm in named]
    for second in _seconds(place, step, statistic):
        at = replace(place, second=second)
        if statistic.of == "all":
            yield at
        elif statistic.of == "pair":
            yield from (replace(at, pair=pair) for pair in analysis.pairs)
        elif statistic.of == "every_pair":
            every = analysis.every_pair(trial.design.arms)
            yield from (replace(at, pair=pair) for pair in every)
        else:
            overall = [ALL] if analysis.overall and statistic.of == "group" else []
            groups = [ALL] if _of_patients(trial, place) else [*arms, *overall]
            yield from (replace(at, group=group) for group in groups)


def _of_patients(trial: "Trial", place: Place) -> bool:
    return place.parameter is not None and of_patients(trial, trial.endpoints[place.parameter])


def _seconds(
    place: Place, step: Step[object], statistic: Statistic
) -> list[tuple[str, str] | None]:
    if statistic.second is None:
        return [None]
    key, value = statistic.second
    items = items_of(step.options)
    values: list[str] = {
        "time": [level_text(time) for time in items.get("times", items.get("at", ()))]
        if "time" not in items
        else [level_text(items["time"])],
        "with": [items.get("with", "")],
        "covariate": list(items.get("covariates", ())),
        "outcome": [place.parameter or "", *(each.endpoint for each in items.get("then", ()))],
    }.get(key, [UNKNOWN_LEVEL])
    return [(key, each) for each in ([value] if value is not None else values)]


def _groups(trial: "Trial", *, first: bool, overall: bool = True) -> list[str]:
    if trial.design.kind in OWN_TREATMENT:
        return [ALL]
    arms = list(trial.design.arms)
    everyone = [ALL] if overall else []
    return [*everyone, *arms] if first else [*arms, *everyone]


def _flow(trial: "Trial") -> Iterator[Planned]:
    data = trial.plan.displays.get("flow", {})
    start = Place(trial.name, FLOW, "randomised", group=ALL)
    if "excluded" in data:
        yield _planned(start, "assessed", COUNT)
        yield from _reasons(trial, start, "excluded", data["excluded"]["variable"], ())
    for group in _groups(trial, first=True):
        place = replace(start, group=group)
        yield _planned(place, "randomised", COUNT)
        for name in trial.populations:
            yield _planned(_listed(place, name), "in_population", COUNT)
        if "received" in data:
            yield _planned(place, "received", COUNT)
            if "not_received" in data:
                why = data["not_received"]
                yield from _why(trial, place, "not_received", why, UNREPORTED)
        if "ended" in data:
            ended = data["ended"]
            yield from _reasons(trial, place, "ended", ended["variable"], ended["completed"])
        for name in data.get("analysed", ()):
            at = _listed(place, name)
            yield _planned(at, "analysed", COUNT)
            why = data.get("not_analysed", {}).get(name, {})
            yield from _why(trial, at, "not_analysed", why, OUTSIDE, NO_VALUE)


def _why(trial: "Trial", place: Place, stat: str, why: WhyGiven, *rest: str) -> Iterator[Planned]:
    """Reasons of a variable or by conditions, then what those without a reason are counted by."""
    named = [each["label"] for each in why.get("reasons", ())]
    if "variable" in why:
        named = [
            level
            for level in _levels(trial, why["variable"])
            if level not in why.get("no_reason", ())
        ]
    for level in (*named, *rest):
        yield _planned(replace(place, second=("level", level)), stat, COUNT)


def _reasons(
    trial: "Trial", place: Place, stat: str, variable: str, without: Any
) -> Iterator[Planned]:
    for level in (*_levels(trial, variable), UNKNOWN):
        if level not in without:
            yield _planned(replace(place, second=("level", level)), stat, COUNT)


def _listed(place: Place, parameter: str) -> Place:
    return replace(place, parameter=parameter, lists_parameters=True)


def _baseline(trial: "Trial") -> Iterator[Planned]:
    data = trial.plan.displays.get(BASELINE, {})
    for population in (data[key] for key in OF_TABLES if key in data):
        yield from _baseline_of(trial, population)


def _baseline_of(trial: "Trial", population: str) -> Iterator[Planned]:
    data = trial.plan.displays[BASELINE]
    by, whole = data.get("by"), data["overall"]
    groups: list[tuple[str, str | None]]
    if by is None:
        groups = [(group, None) for group in _groups(trial, first=False, overall=whole)]
    else:
        groups = [(ALL, f"{by}={level}") for level in _levels(trial, by)]
        groups += [(ALL, None)] if whole else []
    for name in data["variables"]:
        for group, stratum in groups:
            if stratum is not None and name == by:
                continue
            place = Place(trial.name, BASELINE, population, stratum=stratum, group=group)
            place = replace(_listed(place, name), lists_populations="beside" in data)
            if _is_number(trial, name):
                yield _planned(place, "count", DESCRIPTIVE)
                for stat in NUMBERS:
                    yield _planned(place, stat, DESCRIPTIVE, sure=False)
            else:
                for level in _levels(trial, name):
                    at = replace(place, second=("level", level))
                    yield _planned(at, "count", DESCRIPTIVE)
                    yield _planned(at, "proportion", DESCRIPTIVE)
            yield _planned(place, "missing", DESCRIPTIVE)


def _is_number(trial: "Trial", name: str) -> bool:
    if name == "age":
        return True
    variable = _variable(trial, name)
    if variable is None or name in ("sex", "site"):
        return False
    return variable.kind in NUMERIC and not variable.choices


def _adverse_events(trial: "Trial") -> Iterator[Planned]:
    for number, given in enumerate(trial.plan.displays.get(ADVERSE_EVENTS, ())):
        key = ("displays", ADVERSE_EVENTS, number)
        endpoint = trial.endpoints[given["endpoint"]]
        events = [ANY, f"{TERM}={UNKNOWN_LEVEL}"]
        for name in given.get("columns", ()):
            events.append(f"{name}={UNKNOWN_LEVEL}")
        for level in events:
            for group in _groups(trial, first=False):
                place = _listed(
                    Place(trial.name, ADVERSE_EVENTS, given["population"], group=group),
                    endpoint.name,
                )
                at = replace(place, second=("level", level))
                found = [
                    _planned(at, "patients", COUNT),
                    _planned(at, "occurrences", COUNT),
                ]
                if level == ANY:
                    found.append(_planned(at, "any_event", "clopper_pearson"))
                yield from _of(key, found)
