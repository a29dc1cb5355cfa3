"""The cautions of a trial's report: where each stands and what causes it, without its wording.

A caution is a place, a code of its cause, the results that it links to, and the numbers in it. The
codes are the baseline's own: whoever rebuilds a section points its code at the new function.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from trialtrace.report.audit.estimate_losses import estimate_losses
from trialtrace.report.material import Material, without_p, without_p_within
from trialtrace.report.sections import data_quality, deaths, imputed, models
from trialtrace.report.sections import remarks as of_remarks
from trialtrace.report.sections.absolute import few_at_risk
from trialtrace.report.sections.analysed import left_out_without_values
from trialtrace.report.sections.decided_early import decided_early, known_of_all
from trialtrace.report.sections.decisions import deciding, leaves_out_no_effect, turned
from trialtrace.report.sections.findings import compared, not_adjusted, primary
from trialtrace.report.sections.harms import of_log_alone, unreported
from trialtrace.report.sections.limits import limits
from trialtrace.report.sections.lost_sessions import lost_sessions
from trialtrace.report.sections.over_time import unknown_times
from trialtrace.report.sections.readings import other_readings_marked
from trialtrace.report.sections.records import first_events, records
from trialtrace.report.sections.registered import (
    registered_late,
    registered_otherwise,
    registered_unread,
    unread,
)
from trialtrace.report.sections.sections import not_recorded
from trialtrace.run.trace.short_id import short_id
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.remarks import without_clusters

Told = str | Iterable[str] | None
_TARGET = re.compile(r"\]\(([^)]*)\)")
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:e-?\d+)?")
PAGE, LIMITS = "page 1", "limitations"


@dataclass(frozen=True)
class Caution:
    """One caution. `stands` says whether page 1 has it in red, among what is declared, or not."""

    place: str
    cause: str
    stands: str
    results: str
    numbers: str


OF_TRIAL: dict[str, Callable[[Material], Told]] = {
    "pairs_not_adjusted": not_adjusted,
    "registered_late": registered_late,
    "registered_otherwise": registered_otherwise,
    "registration_not_compared": registered_unread,
    "paper_not_read": unread,
    "harms_not_reported": unreported,
    "items_not_recorded": lambda material: [
        str(len(items)) for items in [not_recorded(material.trial)] if items
    ],
    "limitation_declared": lambda material: material.trial.file.limitations,
    "interim_analyses": lambda material: material.trial.design.interim,
    "stopped_early": lambda material: material.trial.design.stopped,
    "reanalysis": lambda material: material.trial.reanalysis,
    "synthetic": lambda material: "synthetic" if material.trial.synthetic else None,
}


def _unadjusted(material: Material, analysis: Analysis) -> Told:
    plan, rows = material.trial.plan, material.of(analysis.name)
    return "p" if without_p(plan, analysis, rows) or without_p_within(plan, analysis, rows) else ""


OF_ANALYSIS: dict[str, Callable[[Material, Analysis], Told]] = {
    "outcome_known": data_quality.known_in_short,
    "available_cases": imputed.available_cases,
    "imputed": imputed.imputations,
    "lost_counts_as_failure": lost_sessions,
    "dates_of_death_not_usable": deaths.undated,
    "arms_of_models": models.arms_used,
    "model_leaves_out": models.models_left_out,
    "not_adjusted_for_baseline": models.unlike_others,
    "left_out_without_values": left_out_without_values,
    "p_values_not_printed": _unadjusted,
    "few_at_risk": few_at_risk,
    "log_alone": of_log_alone,
    "recorded_in_few": lambda material, analysis: records(material, analysis, None),
    "other_readings": lambda material, analysis: (
        other_readings_marked(material, analysis) if analysis.role == "primary" else None
    ),
    "first_events": first_events,
    "times_unknown": unknown_times,
    "decided_early": decided_early,
    "known_of_all": known_of_all,
    "adjusted_p_turns": turned,
    "not_estimable_or_noted": lambda material, analysis: of_remarks.remarks(
        material, analysis.name
    ),
    "interval_and_test_disagree": of_remarks.disagreeing,
    "note_of_the_plan": lambda _, analysis: analysis.note,
}


def cautions(material: Material) -> list[Caution]:
    """All of them, sorted."""
    by_anchor = {short_id(row["result_id"]): row["result_id"] for row in material.results}
    found = [*_of_data(material), *_of_estimates(material)]
    found += [
        (LIMITS, cause, text) for cause, of in OF_TRIAL.items() for text in _texts(of(material))
    ]
    found += [
        (analysis.name, cause, text)
        for analysis in material.trial.plan.analyses.values()
        for cause, of in OF_ANALYSIS.items()
        for text in _texts(of(material, analysis))
    ]
    rows = {_caution(material, by_anchor, *each) for each in found}
    counts = {
        (PAGE, "number of red lines"): len(material.red_lines),
        (PAGE, "number of declared lines"): len(material.declared_lines),
        (LIMITS, "number of limitations"): limits(material).count("\n"),
    }
    rows |= {Caution(*place, "", "", str(n)) for place, n in counts.items()}
    return sorted(rows, key=lambda one: (one.place, one.cause, one.results, one.numbers))


def _of_data(material: Material) -> Iterator[tuple[str, str, str]]:
    """What cleaning and endpoints warn of, each with its kind, table and column."""
    losses = material.endpoint_losses
    for line in (*material.account.warnings, *losses.warnings, *losses.notes):
        place = ".".join(filter(None, (line.table, line.column))) or "endpoints"
        yield place, line.kind, line.text
    for excluded in material.account.subjects.excluded:
        yield PAGE, f"subjects_excluded: {excluded.reason.partition(':')[0]}", str(excluded.n)


def _of_estimates(material: Material) -> Iterator[tuple[str, str, str]]:
    """What page 1 warns of besides."""
    lines = {
        "lost_to_estimate": estimate_losses(
            material.trial, material.tracer.frames, material.results, material.tracer.members
        ),
        "primary_not_estimable": material.not_estimable,
        "without_arm": [str(material.without_arm)] if material.without_arm else [],
        "frozen_plan": material.trial.frozen_warnings,
        "clusters_not_used": without_clusters(material.trial),
    }
    yield from ((PAGE, cause, text) for cause, texts in lines.items() for text in texts)


def _texts(told: Told) -> list[str]:
    texts = [told] if isinstance(told, str) or told is None else [*told]
    return [text for text in texts if text]


def _caution(
    material: Material, by_anchor: dict[str, str], place: str, cause: str, text: str
) -> Caution:
    plain = " ".join(text.split())
    red = "red" if plain in material.red_lines else ""
    anchors = [target.partition("#")[2].partition("/")[0] for target in _TARGET.findall(plain)]
    results = dict.fromkeys(by_anchor[one] for one in anchors if one in by_anchor)
    numbers = _NUMBER.findall(_TARGET.sub("]", plain))
    declared = "declared" if plain in material.declared_lines else red
    return Caution(place, cause, declared, " ".join(sorted(results)), " ".join(numbers))


@dataclass(frozen=True)
class Decision:
    """What a primary comparison decides."""

    estimate: str
    decided_by: str
    level: float
    rejects: bool | None
    excludes_no_effect: bool


def decisions(material: Material) -> list[Decision]:
    """Of each primary comparison, in the order of the plan."""
    return [
        Decision(
            one.estimate["result_id"],
            p["result_id"] if p else "",
            analysis.decision_level,
            p["stat_value"] <= analysis.decision_level
            if p is not None and p["stat_value"] is not None
            else None,
            leaves_out_no_effect(one.estimate),
        )
        for analysis in primary(material)
        for one in compared(material, analysis)
        for p in [one.planned and deciding(material, analysis, one.planned)]
    ]
