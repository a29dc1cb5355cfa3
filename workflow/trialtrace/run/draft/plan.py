"""plan.yaml of a draft: for each kind of outcome and design an estimate, its interval and a test,
as the table of docs/new-trial.md lists them."""

import re
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
PARTS = 5
LONG = 10


def plan_file(draft: Draft) -> dict[str, object]:
    """The content of plan.yaml."""
    arms = names.arm_names(draft)
    treated = [arm for code, arm in arms.items() if code != draft.control]
    treatment = {"of": treated[0] if len(treated) == 1 else treated, "to": arms[draft.control]}
    estimands: dict[str, object] = {}
    analyses: dict[str, Steps] = {}
    for one in draft.outcomes:
        kind, words = _kind(draft, one), _words(one)
        estimands[f"{one.name}_itt"] = {
            "treatment": treatment,
            "population": "itt",
            "variable": one.name,
            "intercurrent": [],
            "summary": filled(standard()["summary"][kind], words),
        }
        role = "primary" if one is draft.primary else "secondary"
        head: Steps = {"label": one.label, "role": role, "estimand": f"{one.name}_itt"}
        if one.visit and not draft.own_treatment:
            head["visits"] = names.visits_after(one)
        known = names.variables(draft)
        covariates = [known[column] for column in draft.covariates if one is draft.primary]
        steps = steps_of(draft, one, covariates)
        described = standard()["describe"]["competing" if one.competing else kind]
        analyses[one.name] = {**head, "describe": filled(described, words), **steps}
        if covariates and (plain := steps_of(draft, one, [])) != steps:
            less = "adjusted for the value before alone" if one.before else "not adjusted"
            head = {"label": f"{one.label}, {less}", "role": "supportive", "of": one.name}
            analyses[f"{one.name}_crude"] = {**head, **plain}
    made: dict[str, object] = {"decision_level": 0.05, "confidence": 0.95}
    made |= {"estimands": estimands, "analyses": analyses}
    family = [
        {"analysis": name, "test": next(iter(one["tests"][0]))}
        for name, one in analyses.items()
        if one["role"] == "secondary" and one.get("tests")
    ]
    if family:
        entry = {"label": "Secondary outcomes", "adjust": "holm", "tests": family}
        made["multiplicity"] = {"secondary": entry}
    return made | {"displays": _displays(draft)}


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


def steps_of(draft: Draft, one: Outcome, covariates: Sequence[str]) -> Steps:
    """The estimates and tests of an outcome in the design of the draft."""
    known = names.variables(draft)
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
    """A part of an analysis with its words filled in, alone or within a text."""
    if isinstance(part, dict):
        return {key: filled(each, words) for key, each in part.items()}
    if isinstance(part, list):
        return [filled(each, words) for each in part]
    if not isinstance(part, str) or part in words:
        return words.get(part, part)
    return re.sub(r"[$]\w+", lambda found: str(words[found[0]]), part)


def _words(one: Outcome) -> dict[str, object]:
    """What the words of a display or a description are filled in with; of a time also the start and
    the ends of five equal parts of the longest time."""
    made: dict[str, object] = {"$label": one.label, "$name": one.name, "$unit": one.unit}
    if one.timed:
        last = float(np.nanmax(one.times))
        times = [round(last * n / PARTS, 0 if last >= LONG else 2) for n in range(PARTS + 1)]
        made |= {"$times": times, "$later": times[1:-1]}
    return made


def _displays(draft: Draft) -> dict[str, object]:
    """The flow, the baseline table of what was named, and a figure of the primary outcome."""
    one, made = draft.primary, dict[str, object]()
    if draft.baseline:
        known = names.variables(draft)
        shown = [known[column] for column in draft.baseline]
        made["baseline"] = {"population": "itt", "overall": True, "variables": shown}
    made["flow"] = {"analysed": [one.name]}
    kind = "competing" if one.competing else _kind(draft, one)
    kind = "visits" if one.visit and kind == MEASURE else kind
    if draft.own_treatment or kind not in standard()["display"]:
        return made
    figure: Steps = filled(standard()["display"][kind], _words(one))
    if one.timed and not one.start:
        (shown,) = figure.values()
        shown[0]["axis"] = f"Time ({one.unit})"
    return made | figure
