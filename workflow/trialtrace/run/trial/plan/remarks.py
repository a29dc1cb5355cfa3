"""What stands in a plan against its own names: no mistake, and to be looked at before its numbers.

An analysis that is named as an endpoint and is of another shows that one's numbers under the wrong
name; an endpoint that nothing uses may be the one that was meant.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from trialtrace.base.errors import one_of
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.endpoints.shared import InTable
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import Endpoint, with_parents
from trialtrace.run.trial.outcomes import Outcomes, texts
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.origins import without_unit
from trialtrace.run.trial.plan.registry import cards
from trialtrace.run.trial.plan.steps import Step
from trialtrace.run.trial.study.subjects import Origin

MARK = "  ! "
"""Before a line on what is to be looked at, at the end of a check or a run."""


# What tells more of times than one ratio.
_OF_LENGTHS = re.compile(r"^mean_time.*\.restricted|proportional_hazards$")
MOST_NAMED = 6


def plan_remarks(trial: Trial) -> list[str]:
    """Sentences; none of an open report, which has no plan."""
    if trial.pooled:
        return []
    named = [*trial.frozen_warnings, *_without_control(trial), *_other_column(trial)]
    named += [*_named_otherwise(trial), *_hazards_alone(trial), *_at_baseline(trial)]
    named += [*_tested_without_covariates(trial), *_by_their_outcome(trial)]
    named += [*_labelled_alike(trial), *_several_primary(trial), *without_clusters(trial)]
    return list(dict.fromkeys([*named, *_without_use(trial), *without_unit(trial)]))


def without_clusters(trial: Trial) -> list[str]:
    """One sentence if groups were randomised, and comparisons take patients of one for independent
    (CONSORT for cluster trials, 12a); page 1 has it too."""
    design = trial.design
    if design.kind != "cluster" or trial.pooled:
        return []
    names = [
        analysis.label
        for analysis in trial.plan.analyses.values()
        if not all(
            step is None or _allows_for(trial, step)
            for step in (*analysis.estimates, *analysis.tests, analysis.interaction)
        )
    ]
    of = f" (by {design.unit})" if design.unit else ""
    text = f"Groups were randomised{of}, and patients of a group are taken for independent in "
    text += f"{one_of(names, MOST_NAMED)}: intervals are too short, p-values too small."
    return [text] if names else []


def _allows_for(trial: Trial, step: Step[object]) -> bool:
    """Whether a step allows for the groups that were randomised, or compares no arms."""
    by_site = (step.method, getattr(step.options, "variance", ""))
    cluster = "site" if {"random_site", "robust_by_site"} & {*by_site} else None
    cluster = getattr(step.options, "cluster", cluster)
    compares_none = step.method == "proportional_hazards"
    return compares_none or (cluster is not None and trial.design.unit in (None, cluster))


def _labelled_alike(trial: Trial) -> Iterator[str]:
    """Two endpoints of one kind and label, whose tables nobody tells apart; an event and its time
    may have one."""
    alike: dict[tuple[str, str], list[str]] = {}
    for endpoint in trial.endpoints.values():
        alike.setdefault((endpoint.kind, endpoint.label.casefold()), []).append(endpoint.name)
    for names in alike.values():
        if len(names) > 1:
            yield f"endpoints.yaml, {', '.join(names)}: all have one label; tell them apart by it"


def _several_primary(trial: Trial) -> Iterator[str]:
    """Primary analyses of several endpoints whose tests are in no family."""
    primary = [
        analysis
        for analysis in trial.plan.analyses.values()
        if analysis.role == "primary" and analysis.tests
    ]
    families = trial.plan.multiplicity.values()
    named = {test.analysis for family in families for test in family.tests}
    names = [analysis.name for analysis in primary]
    several = len({analysis.estimand.variables for analysis in primary}) > 1
    if several and not named.intersection(names):
        yield (
            f"plan.yaml, analyses: {', '.join(names)} are all primary, and in no family of "
            "multiplicity: each is tested at the whole level"
        )


def _without_control(trial: Trial) -> Iterator[str]:
    """A primary analysis of which the control is no part."""
    control = trial.design.control.name
    for name, analysis in trial.plan.analyses.items():
        of = analysis.estimand
        if analysis.role == "primary" and control not in (*of.treated, of.reference):
            yield (
                f"plan.yaml, analyses.{name}: primary, and its estimand {of.name} compares "
                f"{', '.join(of.treated)} with {of.reference}, without the control {control}"
            )


def _hazards_alone(trial: Trial) -> Iterator[str]:
    """A primary hazard ratio whose outcome the plan looks at in no way that asks for less.

    One ratio stands for all of the follow-up where hazards are proportional alone (Royston &
    Parmar 2013, BMC Med Res Methodol 13:152).
    """
    analyses = trial.plan.analyses
    for name, analysis in analyses.items():
        if analysis.role != "primary" or not any("hazard_ratio." in key for key in _keys(analysis)):
            continue
        of = set(analysis.estimand.variables)
        same = [each for each in analyses.values() if of & set(each.estimand.variables)]
        if not any(_OF_LENGTHS.search(key) for each in same for key in _keys(each)):
            yield (
                f"plan.yaml, analyses.{name}: primary by a hazard ratio, and the plan asks neither "
                "whether hazards are proportional (tests: proportional_hazards) nor for restricted "
                "means (estimates: mean_time_difference)"
            )


def _other_column(trial: Trial) -> Iterator[str]:
    """An endpoint with the name or the label of a column of its table, which reads another."""
    for endpoint in trial.endpoints.values():
        entry = endpoint.entry
        columns = trial.dictionary.get(entry.table, {}) if isinstance(entry, InTable) else {}
        event = getattr(entry, "event", None) if endpoint.kind == "event" else None
        names = (getattr(entry, "column", ""), getattr(entry, "time", ""), *columns_of(event or {}))
        read = {str(name) for name in names if name in columns}
        called = {columns[name].label.partition(",")[0].casefold() for name in read} | read
        own = {endpoint.name.casefold(), endpoint.label.casefold()}
        for other in columns.values() if read and not own & called else ():
            said = {other.name.casefold(), other.label.partition(",")[0].casefold()}
            if own & said and other.name not in read:
                yield (
                    f"endpoints.yaml, {endpoint.name}: has the name or label of {other.name} "
                    f"({other.label}; dictionary.csv:{other.row}), and reads "
                    f"{', '.join(sorted(read))}"
                )


def _at_baseline(trial: Trial) -> Iterator[str]:
    """A primary or secondary analysis that compares arms at the baseline, where no treatment can
    have done anything; models of all visits that know the baseline as one of them may."""
    each = {card.step for card in cards() if card.visits == "each"}
    for name, analysis in trial.plan.analyses.items():
        steps = [
            step
            for step in (*analysis.estimates, *analysis.tests)
            if step.key in each or getattr(step.options, "effect", "") == "over_visits"
        ]
        if analysis.role not in ("primary", "secondary") or analysis.value != "value" or not steps:
            continue
        for variable in analysis.estimand.variables:
            starts = (
                getattr(endpoint.entry, "baseline", None) for endpoint in trial.family(variable)
            )
            start = next(filter(None, starts), None)
            if start and start in (analysis.visits or (start,)):
                yield (
                    f"plan.yaml, analyses.{name}: {analysis.role}, and it compares arms at "
                    f"{start}, the baseline of {variable}: name the visits after it (visits)"
                )


def _by_their_outcome(trial: Trial) -> Iterator[str]:
    """A covariate that is read from the column of the outcome itself, of its visit where it has
    visits, or from that of another endpoint: what came after randomisation may be of the treatment
    (ICH E9, 5.7)."""
    origins = trial.subjects.origins
    for name, analysis in trial.plan.analyses.items():
        named = [trial.endpoints[of] for of in analysis.estimand.variables if of in trial.endpoints]
        options = [getattr(step.options, "covariates", ()) for step in analysis.estimates]
        for covariate in dict.fromkeys(str(one) for each in options for one in each):
            at = origins.get(covariate)
            if at is not None and any(_outcome_of(one, analysis.visits, at) for one in named):
                yield (
                    f"plan.yaml, analyses.{name}: its covariate {covariate} reads {at.column}, "
                    "the outcome itself (trial.yaml, subjects.variables)"
                )
                continue
            others = [
                endpoint.label
                for endpoint in trial.endpoints.values()
                if at is not None and _outcome_of(endpoint, None, at)
            ]
            if at is not None and others:
                yield (
                    f"plan.yaml, analyses.{name}: its covariate {covariate} reads {at.column}, of "
                    f"which the endpoint {one_of(others)} is made: it came after randomisation"
                )


def _outcome_of(endpoint: Endpoint, visits: Sequence[str] | None, at: Origin) -> bool:
    """Whether a variable reads what an endpoint is made of alone, at one of the visits."""
    entry = endpoint.entry
    if not isinstance(entry, InTable) or entry.table != at.table:
        return False
    event, columns = getattr(entry, "event", None), getattr(entry, "visits", None)
    place = getattr(entry.visit, "column", None)
    labels = getattr(entry.visit, "labels", None) or {}
    if isinstance(columns, Mapping):
        found = [label for column, label in columns.items() if column == at.column]
    elif {at.column} not in (
        {getattr(entry, "column", None)},
        set(columns_of(event)) if isinstance(event, Mapping) else set(),
    ):
        return False
    elif not labels or place is None:
        return visits is None
    else:
        test = (at.where or {}).get(place)
        code = test.get("is") if isinstance(test, Mapping) else None
        found = [label for value, label in labels.items() if str(value) == str(code)]
    start = getattr(entry, "baseline", None)
    return any(label in visits if visits is not None else label != start for label in found)


def _tested_without_covariates(trial: Trial) -> Iterator[str]:
    """An analysis whose estimates are all adjusted, and whose tests take nothing into account: the
    decision is then of another model than the estimate beside it (ICH E9, 5.7)."""
    for name, analysis in trial.plan.analyses.items():
        options = [getattr(step.options, "covariates", ()) for step in analysis.estimates]
        crude = [step for step in analysis.tests if not _accounts(step.options)]
        alone = bool(crude) and len(crude) == len(analysis.tests)
        if analysis.role == "primary" and alone and options and all(options):
            covariates = ", ".join(map(str, options[0]))
            tests = ", ".join(step.key.partition(".")[2] for step in crude)
            yield (
                f"plan.yaml, analyses.{name}: estimated with covariates ({covariates}), and "
                f"decided by {tests}, which takes none into account: without tests, the p of "
                "the estimate decides"
            )


def _accounts(options: object) -> bool:
    """Whether a test is of a model with covariates or within strata."""
    return any(getattr(options, name, None) for name in ("covariates", "strata", "by"))


def _keys(analysis: Analysis) -> list[str]:
    return [step.key for step in (*analysis.describe, *analysis.estimates, *analysis.tests)]


def _named_otherwise(trial: Trial) -> Iterator[str]:
    for name, analysis in trial.plan.analyses.items():
        meant = trial.family(name)
        of = [
            endpoint.name
            for variable in analysis.estimand.variables
            for endpoint in trial.family(variable)
        ]
        names = {endpoint.name for endpoint in meant}
        # A first of several is not one of them, where it has that one's label.
        several = any(len(trial.endpoints[each].entry.parents) > 1 for each in of)
        single = several and any(analysis.label == endpoint.label for endpoint in meant)
        if meant and not names & (set(of) if single else with_parents(of, trial.endpoints)):
            text = ", ".join(f"{one} ({trial.endpoints[one].label})" for one in of)
            yield (
                f"plan.yaml, analyses.{name}: named as the endpoint {name} ({meant[0].label}), and "
                f"its estimand {analysis.estimand.name} is of {text}"
            )


def _without_use(trial: Trial) -> Iterator[str]:
    """One sentence if entries of endpoints.yaml are in no analysis, display nor population."""
    plan = trial.plan
    steps = [
        (
            analysis.describe,
            analysis.estimates,
            analysis.tests,
            analysis.interaction,
            analysis.estimand,
        )
        for analysis in plan.analyses.values()
    ]
    named = set(texts([steps, plan.displays, plan.planning, trial.populations]))
    outcomes = Outcomes(trial.endpoints, trial.subjects)
    named.update(*map(outcomes.chosen_by, trial.populations.values()))
    used = [endpoint.name for name in named for endpoint in trial.family(name)]
    families = {trial.endpoints[name].family for name in with_parents(used, trial.endpoints)}
    unused = dict.fromkeys(e.family for e in trial.endpoints.values() if e.family not in families)
    if unused:
        are = "is" if len(unused) == 1 else "are"
        yield f"endpoints.yaml: {', '.join(unused)} {are} in no analysis, display nor population"
