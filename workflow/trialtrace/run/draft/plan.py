"""plan.yaml of a draft: for each kind of outcome and design an estimate, its interval and a test,
as the table of docs/new-trial.md lists them."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from trialtrace.base.config.yaml_text import Quoted
from trialtrace.run.draft import names
from trialtrace.run.draft.draft import Draft
from trialtrace.run.draft.outcomes import DATES, EVENT, MEASURE, ORDERED, TIME, Outcome

Steps = dict[str, Any]
SUMMARIES = {
    EVENT: "difference in the risk of {}",
    MEASURE: "difference in the mean of {}",
    ORDERED: "probability that a patient of one arm has more of {} than one of the other",
    TIME: "hazard ratio of {}",
}
PARTS = 5
LONG = 10


def plan_file(draft: Draft, known: Mapping[str, str]) -> dict[str, object]:
    """The content of plan.yaml. `known` are the names of variables by their columns."""
    arms = names.arm_names(draft)
    treated = [arm for code, arm in arms.items() if code != draft.control]
    treatment = {"of": treated[0] if len(treated) == 1 else treated, "to": arms[draft.control]}
    estimands: dict[str, object] = {}
    analyses: dict[str, object] = {}
    for one in (draft.primary, *draft.secondary):
        first = one is draft.primary
        kind = _kind(draft, one)
        estimands[f"{one.name}_itt"] = {
            "treatment": treatment,
            "population": "itt",
            "variable": one.name,
            "intercurrent": [],
            "summary": SUMMARIES[kind].format(one.label),
        }
        head: dict[str, object] = {
            "label": one.label,
            "role": "primary" if first else "secondary",
            "estimand": f"{one.name}_itt",
        }
        if one.visit and not draft.own_treatment:
            head["visits"] = names.visits_after(one)
        covariates = [known[column] for column in draft.covariates] if first else []
        steps = steps_of(draft, one, known, covariates)
        shown = standard()["describe"]["competing" if one.competing else kind]
        described = filled(shown, {"$times": _times(one)[1:-1] if one.competing else []})
        analyses[one.name] = {**head, "describe": described, **steps}
        if covariates and (plain := steps_of(draft, one, known, [])) != steps:
            words = {"label": f"{one.label}, not adjusted", "role": "supportive", "of": one.name}
            analyses[f"{one.name}_crude"] = {**words, **plain}
    made: dict[str, object] = {
        "decision_level": 0.05,
        "confidence": 0.95,
        "estimands": estimands,
        "analyses": analyses,
    }
    family = [
        {"analysis": name, "test": next(iter(one["tests"][0]))}
        for name, one in analyses.items()
        if isinstance(one, dict) and one["role"] == "secondary" and one.get("tests")
    ]
    if family:
        entry = {"label": "Secondary outcomes", "adjust": "holm", "tests": family}
        made["multiplicity"] = {"secondary": entry}
    return made | {"displays": _displays(draft, known)}


def _kind(draft: Draft, one: Outcome) -> str:
    """The kind by which an outcome is analysed: levels of patients who have every treatment, or of
    clusters, are compared by their mean."""
    if one.kind == ORDERED and (draft.own_treatment or draft.cluster):
        return MEASURE
    return TIME if one.kind == DATES else one.kind


@cache
def standard() -> dict[str, dict[str, Any]]:
    """Design -> kind -> the parts of an analysis."""
    text = Path(__file__).with_name("standard_steps.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return found


def steps_of(
    draft: Draft, one: Outcome, known: Mapping[str, str], covariates: Sequence[str]
) -> Steps:
    """The estimates and tests of an outcome in the design of the draft."""
    kind, within = _kind(draft, one), [known[draft.factor]] if draft.factor else []
    given = list(covariates)
    if one.visit and one.before and kind == MEASURE and not (draft.own_treatment or draft.cluster):
        given = ["baseline", *given]
    words: dict[str, object] = {"$given": given, "$within": within, "$all": [*given, *within]}
    design = "competing" if one.competing else "parallel"
    if draft.own_treatment:
        design = "within"
        if (by := names.sequences(draft, one)) and draft.design == "crossover":
            arms, column = names.arm_names(draft), draft.home.column(by[0])
            starts = {Quoted(column.label_of(code)): arms[arm] for code, arm in by[1].items()}
            design, words = "crossover", {"$sequence": known[by[0]], "$starts": starts}
    elif draft.cluster:
        design, words["$cluster"] = "cluster", known[draft.cluster]
    elif given or within:
        design = "factorial" if kind == EVENT and not given else "adjusted"
    steps: Steps = filled(standard()[design][kind], words)
    if design == "adjusted" and not within and kind != ORDERED:
        steps.pop("tests", None)
    return steps


def filled(part: Any, words: Mapping[str, object]) -> Any:
    """A part of an analysis with its words filled in."""
    if isinstance(part, dict):
        return {key: filled(each, words) for key, each in part.items()}
    if isinstance(part, list):
        return [filled(each, words) for each in part]
    return words.get(part, part)


def _displays(draft: Draft, known: Mapping[str, str]) -> dict[str, object]:
    """The flow, the baseline table of what was named, and a figure of the primary outcome."""
    one = draft.primary
    made: dict[str, object] = {}
    if draft.baseline:
        shown = [known[column] for column in draft.baseline]
        made["baseline"] = {"population": "itt", "overall": True, "variables": shown}
    made["flow"] = {"analysed": [one.name]}
    if draft.own_treatment:
        return made
    if one.timed:
        figure = {
            "title": one.label if one.competing else f"Free of: {one.label}",
            "endpoint": one.name,
            "population": "itt",
            "unit": one.unit,
            "at": _times(one),
        }
        if not one.start:
            figure["axis"] = f"Time ({one.unit})"
        made["cumulative_incidence" if one.competing else "kaplan_meier"] = [figure]
    elif one.kind == EVENT:
        bars = {"title": one.label, "of": [one.name], "estimate": "proportion.wilson"}
        made["bars"] = [bars]
    elif one.visit and one.kind == MEASURE:
        made["profile"] = [{"title": one.label, "endpoint": one.name, "population": "itt"}]
    return made


def _times(one: Outcome) -> list[float]:
    """The start and the ends of five equal parts of the longest time."""
    last = float(np.nanmax(one.column.numbers))
    if one.kind == DATES:
        last_day = np.nanmax(one.table.column(one.last_contact).numbers)
        first = np.nanmin(one.origin.numbers) if one.origin else last_day
        last = float(max(last, last_day) - first)
    digits = 0 if last >= LONG else 2
    return [round(last * part / PARTS, digits) for part in range(PARTS + 1)]
