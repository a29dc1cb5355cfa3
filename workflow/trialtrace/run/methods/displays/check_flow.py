"""Patient flow, counted anew from the subjects' table and the records of each analysis."""

import json
from math import nan
from typing import TYPE_CHECKING

from trialtrace.run.methods.checking.data import EVERYBODY, Asked, Data, level_text, surely
from trialtrace.run.methods.checking.members import Members
from trialtrace.run.methods.checking.outcome import Recomputed
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.displays.why import NO_VALUE, OUTSIDE, UNREPORTED, WhyGiven
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.registry import card_of

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "not recorded"


def randomised(data: Data, asked: Asked) -> Recomputed:
    """Subjects of an arm, by pandas."""
    return _count("pandas: subjects", len(_of_arm(data, asked, data.adsl, "TRT01P")))


def in_population(data: Data, asked: Asked) -> Recomputed:
    """Subjects of an arm with the flag of a population, by pandas."""
    flag = data.trial.populations[asked.variable].flag
    subjects = _of_arm(data, asked, data.adsl, "TRT01P")
    return _count("pandas: subjects by flag", int((subjects[flag] == "Y").sum()))


def assessed(data: Data, asked: Asked) -> Recomputed:
    return _count("pandas: subjects", len(data.adsl))


def excluded(data: Data, asked: Asked) -> Recomputed:
    """Subjects without an arm and with this reason; the last one is for those without any."""
    subjects = data.adsl[data.adsl["TRT01P"].isna()]
    reason = subjects[adsl_code(data.trial.plan.displays["flow"]["excluded"]["variable"])]
    mine = reason.isna() if asked.second == UNKNOWN else reason == asked.second
    return _count("pandas: subjects by reason", int(mine.sum()))


def received(data: Data, asked: Asked) -> Recomputed:
    subjects = _of_arm(data, asked, data.adsl, "TRT01P")
    met = surely(data.trial.plan.displays["flow"]["received"], subjects)
    return _count("pandas: subjects", int(met.sum()))


def ended(data: Data, asked: Asked) -> Recomputed:
    """Subjects who received the treatment, with this reason; the last one is for those without
    any."""
    flow = data.trial.plan.displays["flow"]
    subjects = _of_arm(data, asked, data.adsl, "TRT01P")
    if "received" in flow:
        subjects = subjects[surely(flow["received"], subjects)]
    reason = subjects[adsl_code(flow["ended"]["variable"])]
    mine = reason.isna() if asked.second == UNKNOWN else reason == asked.second
    return _count("pandas: subjects by reason", int(mine.sum()))


def not_received(data: Data, asked: Asked) -> Recomputed:
    """Subjects who surely did not meet the condition, or may not have, with this reason."""
    flow = data.trial.plan.displays["flow"]
    subjects = _of_arm(data, asked, data.adsl, "TRT01P")
    rest = subjects[~surely(flow["received"], subjects)]
    reason = _reason(rest, flow["not_received"]).replace("", UNREPORTED)
    return _count("pandas: subjects by reason", int((reason == asked.second).sum()))


def not_analysed(data: Data, asked: Asked) -> Recomputed:
    """Subjects without a value in an analysis, by reason; without one, by what they lack."""
    analysis = data.trial.plan.analyses[asked.variable]
    flag = data.trial.populations[analysis.estimand.population].flag
    key = ("not entered", asked.variable, asked.group)
    rest = data.once(key, lambda: _not_entered(data, asked))
    lacks = (rest[flag] == "Y").map({True: NO_VALUE, False: OUTSIDE}).astype(object)
    why = data.trial.plan.displays["flow"].get("not_analysed", {}).get(asked.variable, {})
    reason = _reason(rest, why)
    reason = reason.mask(reason == "", lacks)
    return _count("pandas: subjects by reason", int((reason == asked.second).sum()))


def _not_entered(data: Data, asked: Asked) -> "pd.DataFrame":
    subjects = _of_arm(data, asked, data.adsl, "TRT01P")
    return subjects[~subjects["USUBJID"].isin(_entered(data, asked)["USUBJID"])]


def _reason(subjects: "pd.DataFrame", why: WhyGiven) -> "pd.Series":
    """The reason of each subject, the first that holds; empty where none does."""
    if "variable" in why:
        recorded = subjects[adsl_code(why["variable"])].astype(object)
        none = recorded.isna() | recorded.isin(why.get("no_reason", []))
        return recorded.map(str).mask(none, "")
    found = subjects["USUBJID"].map(lambda _: "").astype(object)
    for each in reversed(why.get("reasons", [])):
        found = found.mask(surely(each["where"], subjects), each["label"])
    return found


def analysed(data: Data, asked: Asked) -> Recomputed:
    """Subjects behind the first estimate; without one those with a value, at every visit for
    repeated measures, else at the first."""
    entered = _entered(data, asked)["USUBJID"].nunique()
    return _count("pandas: subjects with a value", entered)


def _entered(data: Data, asked: Asked) -> "pd.DataFrame":
    """The records behind an analysis: those of its first estimate; without one at every visit for
    repeated measures, else at the first.

    Of an analysis by subgroup those whose subgroup is known.
    """
    key = ("entered", asked.variable, asked.group)
    return data.once(key, lambda: _behind_estimate(data, asked))


def _behind_estimate(data: Data, asked: Asked) -> "pd.DataFrame":
    """By pandas, from the condition that is stored with the estimate."""
    named = data.trial.plan.analyses[asked.variable]
    estimates = (
        one.result_id
        for one in data.results
        if one.analysis == named.name and one.pair is not None and one.interval is not None
    )
    if (estimate := next(estimates, None)) is None:
        return _behind_analysis(data, asked)
    roles = {row["role"]: row for row in data.members if row["result_id"] == estimate}
    behind = roles.get("denominator") or roles["analysed"]
    condition = json.loads(behind["predicate"])
    whose = "TRT01P" if behind["dataset"] == "adsl" else "TRTP"
    within = data.trial.design.kind in OWN_TREATMENT
    if not within:
        condition.pop(whose, None)
    if named.by is not None:
        condition[adsl_code(named.by)] = "present"
    members = Members(data)
    chosen = members.chosen(behind["dataset"], json.dumps(condition, sort_keys=True)).rows
    rows = members.table(behind["dataset"]).loc[chosen]
    return rows if within else _of_arm(data, asked, rows, whose)


def _behind_analysis(data: Data, asked: Asked) -> "pd.DataFrame":
    analysis = data.trial.plan.analyses[asked.variable]
    estimand = analysis.estimand
    first = next(
        name
        for name, endpoint in data.trial.endpoints.items()
        if estimand.variable in (name, endpoint.family)
    )
    like = Asked(
        asked.result_id,
        analysis.name,
        asked.method,
        {},
        estimand.population,
        first,
        None,
        None,
        asked.group,
        None,
        None,
        asked.stat,
        asked.value,
        None,
        None,
        None,
    )
    records = _of_arm(data, asked, data.endpoint_records(like), "TRTP")
    if analysis.by is not None:
        known = data.adsl.loc[data.adsl[adsl_code(analysis.by)].notna(), "USUBJID"]
        records = records[records["USUBJID"].isin(known)]
    visits = visits_of(data, like)
    if any(card_of(step.key).visits == "whole" for step in analysis.tests):
        records = complete(records, visits)
    elif visits:
        records = records[records["AVISIT"] == visits[0]]
    return records


def visits_of(data: Data, asked: Asked) -> list[str]:
    """The visits of an analysis in their order; none where its endpoint has none."""
    key = ("visits", asked.variable, asked.analysis)
    return data.once(key, lambda: _visits_of(data, asked))


def _visits_of(data: Data, asked: Asked) -> list[str]:
    records = data.of_endpoint(asked.variable)
    if "AVISIT" not in records.columns:
        return []
    order = records[["AVISITN", "AVISIT"]].dropna().drop_duplicates().sort_values("AVISITN")
    analysis = data.analysis(asked)
    if analysis.visits is not None:
        return [visit for visit in order["AVISIT"] if visit in analysis.visits]
    start = records.loc[records["ABLFL"] == "Y", "AVISIT"].unique()
    changes = analysis.value != "value"
    return [visit for visit in order["AVISIT"] if not (changes and visit in start)]


def complete(records: "pd.DataFrame", visits: list[str]) -> "pd.DataFrame":
    """The records at `visits` of the subjects that have all of them."""
    here = records[records["AVISIT"].isin(visits)]
    sizes = here.groupby("USUBJID")["AVISIT"].transform("nunique")
    return here[sizes == len(visits)]


def _of_arm(data: Data, asked: Asked, rows: "pd.DataFrame", column: str) -> "pd.DataFrame":
    if column == "TRT01P" and data.trial.design.kind in OWN_TREATMENT:
        return rows
    arms = list(data.trial.design.arms) if asked.group == EVERYBODY else [asked.group]
    return rows[rows[column].isin(arms)]


def _count(by: str, number: int) -> Recomputed:
    return Recomputed(by, float(number), n_used=number)


ANALYSIS = "adverse_events"


def patients(data: Data, asked: Asked) -> Recomputed:
    """Subjects with a record, by pandas."""
    n = len(data.subjects(asked))
    return Recomputed("pandas: subjects", float(_rows(data, asked)["USUBJID"].nunique()), n_used=n)


def occurrences(data: Data, asked: Asked) -> Recomputed:
    """Records, by pandas."""
    n = len(data.subjects(asked))
    return Recomputed("pandas: records", float(len(_rows(data, asked))), n_used=n)


def share(data: Data, asked: Asked) -> Recomputed:
    """The exact interval (Clopper and Pearson 1934) by scipy's `beta`; none of nobody."""
    from scipy.stats import beta

    x, n = int(_rows(data, asked)["USUBJID"].nunique()), len(data.subjects(asked))
    if not n:
        return Recomputed("pandas: subjects", nan, n_used=0)
    tail = (1 - asked.options["confidence"]) / 2
    low = beta.ppf(tail, x, n - x + 1) if x else 0.0
    high = beta.ppf(1 - tail, x + 1, n - x) if x < n else 1.0
    return Recomputed("scipy.stats.beta", x / n, (float(low), float(high)), n_used=n)


def _rows(data: Data, asked: Asked) -> "pd.DataFrame":
    rows = data.occds
    chosen = rows["PARAMCD"] == data.trial.endpoints[asked.variable].code
    chosen &= rows["USUBJID"].isin(data.subjects(asked)["USUBJID"])
    arms = list(data.trial.design.arms) if asked.group == EVERYBODY else [asked.group]
    if data.trial.design.kind not in OWN_TREATMENT:
        chosen &= rows["TRTP"].isin(arms)
    if asked.second != "any":
        column, _, level = asked.level.partition("=")
        chosen &= rows[column.upper()].map(level_text) == level
    return rows[chosen]


CHECKS = {
    "randomised.count": randomised,
    "in_population.count": in_population,
    "assessed.count": assessed,
    "excluded.count": excluded,
    "received.count": received,
    "not_received.count": not_received,
    "ended.count": ended,
    "analysed.count": analysed,
    "not_analysed.count": not_analysed,
    "patients.count": patients,
    "occurrences.count": occurrences,
    "any_event.clopper_pearson": share,
}
