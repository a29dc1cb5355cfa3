"""Whom a primary outcome counts as a failure because they were lost: of sessions that count as not
done after the last contact. The outcome is known of them by that rule alone."""

import json
from dataclasses import dataclass

import numpy as np

from trialtrace.base.styles import style_of
from trialtrace.base.words import p_text, percent
from trialtrace.report.figures.clean_rows import table_rows
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.findings import OF_ARM
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.endpoints.doses import Attendance
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.stats.categorical.binomial import binomial_test
from trialtrace.stats.categorical.proportions import clopper_pearson
from trialtrace.stats.results import Interval


@dataclass(frozen=True)
class Lost:
    """How many of an arm were lost and count as a failure; its successes and its patients."""

    n: int
    events: int
    whole: int

    def interval(self, confidence: float) -> Interval:
        """The exact one of the share with the lost as successes."""
        return clopper_pearson(self.events + self.n, self.whole, confidence=confidence)


def lost_by_arm(material: Material, analysis: Analysis) -> dict[str, Lost]:
    """Of each arm, where an outcome is such a share of sessions; empty where nobody was lost."""
    for endpoint in parameters(material.trial, analysis):
        shares = material.trial.endpoints.get(getattr(endpoint.entry, "of", ""))
        entry = shares.entry if shares else None
        if isinstance(entry, Attendance) and entry.planned != "rows" and entry.end:
            lost = _lost(material, analysis, endpoint, entry)
            counts = {
                str(row["group1_level"]): row
                for row in material.of(analysis.name)
                if row["method"] == "count.events" and row["parameter"] in (None, endpoint.name)
            }
            if lost and counts:
                return {
                    arm: Lost(
                        lost.count(arm),
                        round(present(counts[arm]["stat_value"])),
                        present(counts[arm]["denominator"]),
                    )
                    for arm in material.trial.design.arms
                    if arm in counts
                }
    return {}


def _lost(
    material: Material, analysis: Analysis, endpoint: Endpoint, entry: Attendance
) -> list[str]:
    """The arm of each: who began, failed, and was last seen alive before the longest plan ended,
    by the days from the start of the time to death to a session."""
    assert entry.end is not None
    trial, frames = material.trial, material.tracer.frames
    flag = {trial.populations[analysis.estimand.population].flag: {"is": "Y"}}
    rows = table_rows(material, entry.table, analysis.estimand.population, (entry.where,))
    code = trial.endpoints[entry.end.event].code
    times = frames.select("adtte", {"PARAMCD": {"is": code}, **flag})
    start = times.column("STARTDT").astype("datetime64[D]").astype(float)
    first = dict(zip(times.column("USUBJID"), start, strict=True))
    days = rows.numbers(entry.end.date) - np.array([first.get(one, np.nan) for one in rows.subject])
    failed = frames.select(
        "bds", {"PARAMCD": {"is": endpoint.code}, "AVAL": {"is": 0}, **flag}
    ).column("USUBJID")
    ended = zip(*(times.column(name) for name in ("USUBJID", "TRTP", "CNSR", "AVAL")), strict=True)
    began, longest = {*rows.subject}, np.nanmax(days, initial=0)
    return [
        str(arm)
        for subject, arm, censored, day in ended
        if censored == 1 and day < longest and subject in began and subject in {*failed}
    ]


def lost_sessions(material: Material, analysis: Analysis) -> str:
    """That they count so, and what the shares and the tests against a threshold are with them as
    successes; Markdown, empty where nobody was lost."""
    arms = lost_by_arm(material, analysis)
    if not arms:
        return ""
    label = material.arm_label
    who = in_a_row([f"{label(arm)} {one.n} of {one.whole}" for arm, one in arms.items()])
    shares = []
    level = analysis.confidence
    for arm, one in arms.items():
        x = one.events + one.n
        interval = one.interval(level)
        shares.append(
            f"{label(arm)} {x} of {one.whole}, {percent(x / one.whole)} % "
            f"({100 * level:g} % CI {percent(interval.low)} to {percent(interval.high)})"
            + _test(material, analysis, arm, x, one.whole)
        )
    text = f"Lost alive before the end of their sessions, and counted as failures: {who}. "
    text += f"With them as successes, by the exact interval: {'; '.join(shares)}."
    return escape_markdown(text)


def _test(material: Material, analysis: Analysis, arm: str, x: int, n: int) -> str:
    """ ", p = 0.98": of the same test against a threshold, where the arm has one."""
    for row in material.of(analysis.name):
        if row["method"].startswith(OF_ARM) and row["group1_level"] == arm:
            given = json.loads(row["options"])
            p = binomial_test(x, n, threshold=given["threshold"], sides=given["sides"]).p_value
            text = p_text(p, style_of(row))
            return f", p {text}" if text[0] in "<>" else f", p = {text}"
    return ""
