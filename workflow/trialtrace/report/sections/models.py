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

from trialtrace.base.words import P_VALUES
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
from trialtrace.run.trial.model import baseline, visit_labels
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.references import method_of
from trialtrace.run.trial.reported import in_order

# What a covariate may be besides a variable of the subjects.
OTHERS = {"baseline": "baseline", "treated_side": "the treated side"}
TIES = {
    "efron": "ties by Efron's approximation",
    "breslow": "ties by Breslow's approximation",
    "discrete": "ties as of discrete times",
}
# Of an endpoint that has a time at each visit.
TIME_UNITS = ("days", "weeks", "months", "years")
# What a re-randomisation test draws the distribution of.
SUMMED = {
    "means": "of the sums of the values over the arms",
    "ranks": "of the rank sums of the arms",
    "log_rank": "of the sums of log-rank scores over the arms",
}
SIDES = {"less": "one-sided, less", "greater": "one-sided, greater"}
STRATIFIED = "stratified by"
# What a test of whether an effect depends on a variable does with it.
MODIFIED, OF_MODIFIERS = (
    "effect modifier",
    ("interaction", "breslow_day", "logistic_trend", "trend."),
)
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


def model_words(material: Material, row: ResultRow) -> list[str]:
    """The statistic of which draws are made; what a model adjusts for, its strata, clusters and
    ties; of a p-value, its one side."""
    given = json.loads(row["options"])
    words = [SUMMED[given["scores"]]] if {"draws", "scores"} <= given.keys() else []
    if covariates := given.get("covariates"):
        words.append(f"{adjusting(given)} {listed(material, covariates)}")
    if strata := given.get("strata"):
        modified = any(part in row["method"] for part in OF_MODIFIERS)
        words.append(f"{MODIFIED if modified else STRATIFIED} {listed(material, strata)}")
    if "cluster" in given:
        alone = ", subjects without one each alone" if given.get("no_cluster") == "own" else ""
        words.append(f"clusters by {listed(material, [given['cluster']])}{alone}")
    if "times" in given:
        words.append(_time_words(material, row, given["times"]))
    if given.get("ties") in TIES:
        words.append(TIES[given["ties"]])
    if row["stat_name"] in P_VALUES and "threshold" not in given and given.get("sides") in SIDES:
        words.append(SIDES[given["sides"]])
    return words


COVARIANCES = {
    "unstructured": "an unstructured covariance of visits",
    "compound_symmetry": "compound symmetry of visits",
}
FAI_CORNELIUS = "Fai and Cornelius 1996, J Stat Comput Simul 54:363"
KENWARD_ROGER = "Kenward and Roger 1997, Biometrics 53:983"
DEGREES = {
    "satterthwaite": "degrees of freedom by Satterthwaite's approximation (Fai and Cornelius 1996)",
    "kenward_roger": "errors and degrees of freedom by Kenward and Roger (1997)",
    "kenward_roger_observed": (
        "errors and degrees of freedom by Kenward and Roger (1997), by the observed information"
    ),
}

SANDWICHES = {
    "robust": "robust errors",
    "kauermann_carroll": "robust errors corrected by Kauermann and Carroll (2001)",
    "mancl_derouen": "robust errors corrected by Mancl and DeRouen (2001)",
}
# Where what a model is fitted by is described, beside its method.
DESCRIBED_BY = {
    ("df", "satterthwaite"): FAI_CORNELIUS,
    ("df", "kenward_roger"): KENWARD_ROGER,
    ("df", "kenward_roger_observed"): KENWARD_ROGER,
    ("variance", "kauermann_carroll"): "Kauermann and Carroll 2001, J Am Stat Assoc 96:1387",
    ("variance", "mancl_derouen"): "Mancl and DeRouen 2001, Biometrics 57:126",
}
DISTRIBUTIONS = {
    "normal": "intervals and p by the normal distribution",
    "t": "intervals and p by t, with as many degrees of freedom as units less coefficients",
}


SCORES = {
    "values": "scores the values",
    "equal": "scores 1, 2, 3 … in the order of the values",
    "midranks": "scores midranks within strata",
    "ridit": "scores ridits within strata",
    "modified_ridit": "scores modified ridits within strata",
}


def form_words(material: Material, row: ResultRow) -> list[str]:
    """What makes one method another: the scores of a test of ordered values, the fixed effects of
    a model of visits, the type of sums of squares."""
    given = json.loads(row["options"])
    words = [SCORES[score]] if (score := str(given.get("scores"))) in SCORES else []
    if "slopes" in given and row["method"].endswith(".mmrm"):
        covariates = [listed(material, [name]) for name in given.get("covariates", ())]
        crossed = ["arm", *covariates * (given["slopes"] == "each_visit")]
        effects = in_a_row([f"{each} × visit" for each in crossed])
        words.append(f"fixed effects of {effects} with their main effects")
        if covariates and len(crossed) == 1:
            words[-1] += f", and of {in_a_row(covariates)}"
    if "sums_of_squares" in given:
        words.append(f"type {given['sums_of_squares']} sums of squares")
    return words


def estimation_words(row: ResultRow) -> list[str]:
    """How a model with random parts or estimating equations was fitted: covariance or working
    correlation, estimation, errors, degrees of freedom; how often something was drawn."""
    given = json.loads(row["options"])
    words = []
    if "working" in given:
        words.append(f"working correlation {given['working']}")
        words += [SANDWICHES[given["variance"]]] if "variance" in given else []
        words += [DISTRIBUTIONS[given["reference"]]] if "reference" in given else []
    elif given.get("variance") == "sandwich" and row["method"].endswith(".standardised"):
        words.append("variance by the sandwich of the influence function, not corrected for few")
    elif str(given.get("variance")).startswith("HC"):
        words.append(f"errors robust to unequal variances ({given['variance']})")
    if given.get("covariance") in COVARIANCES:
        each = ", one an arm" if given.get("groups") == "by_arm" else ""
        words.append(f"{COVARIANCES[given['covariance']]}{each}")
    if given.get("estimation"):
        words.append(str(given["estimation"]))
    if given.get("df") in DEGREES:
        words.append(DEGREES[given["df"]])
    drawn = ("imputations", "cycles", "draws", "resamples")
    return words + [f"{given[each]:,} {each}" for each in drawn if each in given]


def reference_of(row: ResultRow) -> str:
    """Where the method of a result is described, and what its model is fitted by."""
    given = json.loads(row["options"])
    fitted = [text for (key, choice), text in DESCRIBED_BY.items() if given.get(key) == choice]
    return "; ".join(filter(None, [method_of(row["method"]).reference, *fitted]))


def _time_words(material: Material, row: ResultRow, times: object) -> str:
    """Which times the lines are over; of planned ones, whether the trial has measured ones."""
    endpoints = material.trial.endpoints
    if isinstance(times, str):
        return f"over the actual times of visits ({lower_first(endpoints[times].label)})"
    own = visit_labels(row["parameter"], endpoints.get) if row["parameter"] else []
    measured = [
        endpoint
        for name, endpoint in endpoints.items()
        if endpoint.entry.unit in TIME_UNITS
        and name != row["parameter"]
        and set(own) <= set(visit_labels(name, endpoints.get))
    ]
    beside = f", not the measured ones ({lower_first(measured[0].label)})" if measured else ""
    return f"over the planned times of visits{beside}"


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
                words = [method_of(row["method"]).title, *form_words(material, row)]
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
