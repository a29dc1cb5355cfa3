"""What a sentence says of a model: its own p-value, what it adjusts for, how it tests; and whom it
leaves out beside the others of its section: who lacks a covariate or a cluster.

The numbers of a section's "Analysed" are of those whose outcome is known; a model that needs
another column as well is of fewer, and its estimate would stand beside theirs without a word.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import GROUPS
from trialtrace.run.methods.analysing.subject_tables import covariate_column
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import MemberRow, ResultRow, values_of
from trialtrace.run.tables.frames import Predicate
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.model import baseline
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.references import method_of
from trialtrace.run.trial.reported import in_order

# What a covariate may be besides a variable of the subjects.
OTHERS = {"baseline": "baseline", "treated_side": "the treated side"}
SIDES = {"less": "one-sided, less", "greater": "one-sided, greater"}
# The options of a method that make its model another one, in the order in which they are told.
OF_MODEL: tuple[str, ...] = ("covariates", "strata", "cluster", "times", "ties", "scores", "slopes")
OF_MODEL += ("arms", "sums_of_squares", "working", "covariance", "groups", "estimation", "variance")
OF_MODEL += ("df", "reference", "imputations", "cycles", "draws", "resamples", "sides")
# Those that make one method of a title another.
OF_FORM = ("scores", "slopes", "sums_of_squares")
# Those whose values are names of variables or endpoints.
NAMES = {"covariates", "strata", "cluster", "times"}
NOT_FOR_BASELINE = "Not adjusted for baseline"
# Of one step its p-value and its estimate may differ in these.
OF_ONE_SIDE = ("confidence", "sides", "value")


def own_p(estimate: ResultRow, rows: list[ResultRow]) -> ResultRow | None:
    """The p-value among `rows` that comes from the model of an estimate; None where none does.

    Its method is that of the estimate, or that with the name of the test: "cox_wald",
    "kaplan_meier_ratio", "welch_t".
    """
    stat, short = estimate["method"].split(".", 1)
    ends = ("", "_wald", "_t", f"_{stat.rpartition('_')[2]}")
    names = {f"p_value.{short}{end}" for end in ends} | {f"p_value.stage_wise_{stat}"}
    return next(
        (
            row
            for row in rows
            if row["method"] in names
            and values_of(row, GROUPS) == values_of(estimate, GROUPS)
            and _of_one_step(row, estimate)
            and row["stat_value"] is not None
        ),
        None,
    )


def _of_one_step(row: ResultRow, other: ResultRow) -> bool:
    """Whether two rows agree in every choice that both of them have."""
    one, two = json.loads(row["options"]), json.loads(other["options"])
    return all(one[key] == two[key] for key in one.keys() & two if key not in OF_ONE_SIDE)


def adjusting(given: Mapping[str, object]) -> str:
    """What a model does with its covariates. Where the components of an outcome are imputed, they
    are in those models alone, and the difference of the completed shares is adjusted for nothing.
    """
    if "components" not in given:
        return "adjusted for"
    by_arm = given.get("arms") == "by_arm"
    each, arm = (" in each arm", "") if by_arm else ("", ", the arm")
    return f"not adjusted, imputed{each} by models with the other components{arm},"


def unlike_others(material: Material, analysis: Analysis) -> str:
    """That the differences of an analysis are not adjusted for the value at baseline, though those
    of the same patients at the same visits are in another: of the same endpoint, if any."""
    own = _differences(material, analysis)
    if not own or any(map(_for_baseline, own)):
        return ""
    places = {(row["stat_name"], row["visit"]) for row in own}
    found: dict[bool, str] = {}
    for other in in_order(material.trial):
        beside = [row for row in _differences(material, other) if _for_baseline(row)]
        alike = other.estimand.population == analysis.estimand.population
        if alike and any((row["stat_name"], row["visit"]) in places for row in beside):
            same = {row["parameter"] for row in beside} & {row["parameter"] for row in own}
            found.setdefault(bool(same), other.label)
    label = found.get(True, found.get(False))
    if label is None:
        return ""
    return f"{NOT_FOR_BASELINE}, though “{label}” is, of the same patients"


def not_for_baseline(material: Material, analyses: Iterable[str]) -> str:
    """The same for a caption, in short."""
    told = any(unlike_others(material, material.trial.plan.analyses[name]) for name in analyses)
    return f" {NOT_FOR_BASELINE}." * told


def _differences(material: Material, analysis: Analysis) -> list[ResultRow]:
    """The differences of the values at visits, of endpoints that have a baseline."""
    if analysis.value != "value" or analysis.by is not None:
        return []
    declared = material.trial.endpoints.get
    return [
        row
        for row in material.of(analysis.name)
        if row["stat_name"] == "mean_difference"
        and row["visit"]
        and row["ci_level"] is not None
        and baseline(row["parameter"] or "", declared)
    ]


def _for_baseline(row: ResultRow) -> bool:
    return "baseline" in json.loads(row["options"]).get("covariates", ())


def model_words(material: Material, row: ResultRow, keys: Iterable[str] = OF_MODEL) -> list[str]:
    """The options that make a model what it is: "covariates age and sex", "df kenward roger"."""
    given = json.loads(row["options"])
    told = [(key, given[key]) for key in keys if given.get(key) not in (None, [], "none")]
    return [
        f"{key.replace('_', ' ')} {_value(material, key, value)}"
        for key, value in told
        if (key != "times" or isinstance(value, str)) and (key != "sides" or value in SIDES)
    ]


def _value(material: Material, key: str, value: object) -> str:
    if key in NAMES and isinstance(value, str):
        endpoint = material.trial.endpoints.get(value)
        return lower_first(endpoint.label) if endpoint else listed(material, [value])
    if key in NAMES and isinstance(value, list):
        return listed(material, value)
    return f"{value:,}" if isinstance(value, int) else str(value).replace("_", " ")


FAI_CORNELIUS = "Fai and Cornelius 1996, J Stat Comput Simul 54:363"
KENWARD_ROGER = "Kenward and Roger 1997, Biometrics 53:983"
# Where what a model is fitted by is described, beside its method.
DESCRIBED_BY = {
    ("df", "satterthwaite"): FAI_CORNELIUS,
    ("df", "kenward_roger"): KENWARD_ROGER,
    ("df", "kenward_roger_observed"): KENWARD_ROGER,
    ("variance", "kauermann_carroll"): "Kauermann and Carroll 2001, J Am Stat Assoc 96:1387",
    ("variance", "mancl_derouen"): "Mancl and DeRouen 2001, Biometrics 57:126",
}


def reference_of(row: ResultRow) -> str:
    """Where the method of a result is described, and what its model is fitted by."""
    given = json.loads(row["options"])
    fitted = [text for (key, choice), text in DESCRIBED_BY.items() if given.get(key) == choice]
    return "; ".join(filter(None, [method_of(row["method"]).reference, *fitted]))


def listed(material: Material, names: list[str]) -> str:
    labels = [
        OTHERS.get(name) or lower_first(variable_label(material.trial, name)) for name in names
    ]
    return " and ".join([", ".join(labels[:-1]), labels[-1]] if labels[1:] else labels)


PRESENT = "present"


@dataclass(frozen=True)
class Lost:
    """A result of a model: of how many subjects it is, of how many it would be with the columns."""

    row: ResultRow
    n: int
    whole: int
    columns: tuple[str, ...]


def models_left_out(material: Material, analysis: Analysis) -> Iterator[str]:
    """A sentence a method that leaves out subjects; of its results the one that loses most."""
    losts: dict[str, list[Lost]] = {}
    for row in material.of(analysis.name):
        estimated = row["n_used"] and not row["error"] and row["ci_level"] is not None
        if estimated and (lost := _lost(material, row)) is not None:
            losts.setdefault(method_of(row["method"]).title, []).append(lost)
    for title, every in losts.items():
        most = max(every, key=lambda loss: loss.whole - loss.n)
        many = len({(one.n, one.whole) for one in every}) > 1
        number = f"[{most.n}]({trace_link(most.row['result_id'], 'n')}) of {most.whole} subjects"
        number += " where it loses most" if many else ""
        text = " or ".join(_method_label(material, name) for name in most.columns)
        missing = escape_markdown(f"{text} is missing in {most.whole - most.n}")
        yield f"By {escape_markdown(title)}: {number}; {missing}."


def _lost(material: Material, row: ResultRow) -> Lost | None:
    """The subjects of a result beside those that its columns leave out; None where they are all."""
    behind = material.tracer.members.get(row["result_id"], [])
    whole = next((one for one in behind if one["role"] == "analysed"), None)
    if whole is None:
        return None
    predicate: Predicate = json.loads(whole["predicate"])
    named = {covariate_column(name): name for name in _names(json.loads(row["options"]))}
    columns = [one for one, test in predicate.items() if test == PRESENT and one in named]
    if not columns:
        return None
    n = _subjects(material, whole["dataset"], predicate)
    without = {name: test for name, test in predicate.items() if name not in columns}
    every = _subjects(material, whole["dataset"], without)
    if every == n:
        return None
    lacking = tuple(
        named[column]
        for column in columns
        if _subjects(material, whole["dataset"], without | {column: PRESENT}) < every
    )
    return Lost(row, n, every, lacking)


def _names(options: object) -> Iterator[str]:
    """Every name among the choices of a method."""
    if isinstance(options, str):
        yield options
    elif isinstance(options, dict | list):
        for one in options.values() if isinstance(options, dict) else options:
            yield from _names(one)


def _subjects(material: Material, dataset: str, predicate: Predicate) -> int:
    rows = material.tracer.frames.select(dataset, predicate)
    return len(set(rows.column("USUBJID").tolist()))


def _method_label(material: Material, name: str) -> str:
    if covariate_column(name) == "BASE":
        return "the value at the baseline"
    return variable_label(material.trial, name)


# Which arms enter each model and test of an analysis: a model of two arms of three is another model
# than one of all three, though both compare the same two.

Arms = tuple[str, ...]
TWO = 2


def arms_used(material: Material, analysis: Analysis) -> str:
    """ "Patients of the arms high and low (155): analysis of covariance. No patient of the arm
    placebo enters." of a trial of more than two arms; else nothing."""
    arms = material.trial.design.arms
    if len(arms) <= TWO or material.trial.design.kind in OWN_TREATMENT:
        return ""
    sizes, methods = _used(material, analysis.name)
    by_methods: dict[tuple[str, ...], list[Arms]] = {}
    for used, named in methods.items():
        by_methods.setdefault(tuple(named), []).append(used)
    told = []
    for together, sets in by_methods.items():
        who = ", ".join(f"of {_named(material, used)} ({_range(sizes[used])})" for used in sets)
        told.append(f"Patients {who}: {'; '.join(together)}.")
    absent = [arm for arm in arms if methods and not any(arm in used for used in methods)]
    if absent:
        arm = "arm" if len(absent) == 1 else "arms"
        told.append(f"No patient of the {arm} {_labels(material, absent)} enters.")
    return " ".join(told)


def _used(
    material: Material, name: str
) -> tuple[dict[Arms, set[int]], dict[Arms, dict[str, None]]]:
    """For each set of arms that a comparison was made from: numbers of patients, and methods."""
    sizes: dict[Arms, set[int]] = {}
    methods: dict[Arms, dict[str, None]] = {}
    frames = material.tracer.frames

    @cache
    def patients(dataset: str, predicate: str) -> int:
        return len(set(frames.select(dataset, json.loads(predicate)).column("USUBJID")))

    for row in material.printable(name):
        if row["group1_level"] is not None or row["stat_name"] == "p_adjusted":
            continue
        for member in _of_whom(material.tracer.members.get(row["result_id"], ())):
            used = _arms(material, json.loads(member["predicate"]))
            if used:
                sizes.setdefault(used, set()).add(patients(member["dataset"], member["predicate"]))
                words = [method_of(row["method"]).title, *model_words(material, row, OF_FORM)]
                methods.setdefault(used, {})[", ".join(words)] = None
    return sizes, methods


def _of_whom(members: Iterable[MemberRow]) -> list[MemberRow]:
    """The rows that a result is of: the subjects, where it is also of those without an outcome."""
    member_rows = list(members)
    whole = [
        member_row
        for member_row in member_rows
        if member_row["role"] == "denominator" and member_row["dataset"] == "adsl"
    ]
    return whole or [member_row for member_row in member_rows if member_row["role"] == "analysed"]


def _arms(material: Material, predicate: dict[str, Any]) -> Arms:
    """The arms that a condition on the treatment keeps, in the order of the trial."""
    test = predicate.get("TRTP", predicate.get("TRT01P", {}))
    kept = [test["is"]] if "is" in test else test.get("in", ())
    return tuple(arm for arm in material.trial.design.arms if arm in kept)


def _named(material: Material, used: Arms) -> str:
    if len(used) == len(material.trial.design.arms):
        return "all arms"
    return f"the arms {_labels(material, used)}"


def _labels(material: Material, arms: Iterable[str]) -> str:
    return in_a_row([material.arm_label(arm) for arm in arms])


def _range(sizes: set[int]) -> str:
    low, high = min(sizes), max(sizes)
    return f"{low}" if low == high else f"{low} to {high}"
