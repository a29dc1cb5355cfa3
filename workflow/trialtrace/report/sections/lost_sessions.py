"""Whom a primary outcome counts as a failure because they were lost: of sessions that count as not
done after the last contact. An analysis of the plan that takes them for done says what hangs on
it."""

import json
from dataclasses import dataclass, replace

from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import analysis_place
from trialtrace.report.material import OF_ARM, Material, asks
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import NO_BREAK, link, sign, with_level
from trialtrace.run.endpoints.kinds.attendance import Attendance
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.model import Endpoint
from trialtrace.run.trial.plan.build import Analysis

COUNT, EXACT = "count.events", "proportion.clopper_pearson"
LOST = "Lost, counted as failures"
RULE = "Sessions after loss to follow-up, of patients lost alive, count as not done."


@dataclass(frozen=True)
class Lost:
    """What an analysis with the sessions of the lost as done has of an arm: the count, the share
    with its exact interval and the test against a threshold, as far as the plan asks for them."""

    count: ResultRow
    share: ResultRow | None
    p: ResultRow | None


def asked(test: ResultRow) -> str:
    """ "more than 50 %": the threshold of a share, and the side that a test of it asks about."""
    options = json.loads(test["options"])
    side = {"greater": "more than ", "less": "less than "}.get(options.get("sides"), "")
    return f"{side}{100 * options['threshold']:g} %"


def question_of(test: ResultRow) -> str:
    """ "which asks whether the share is more than 50 % and not whether it is less": what a test of
    a share against a threshold asks."""
    options = json.loads(test["options"])
    other = {"greater": "less", "less": "more"}.get(options.get("sides"))
    side = f"{asked(test)} and not whether it is {other}" if other else f"not {asked(test)}"
    return f"which asks whether the share is {side}"


def lost_by_arm(material: Material, analysis: Analysis) -> dict[str, Lost]:
    """Of each arm; empty where the plan has no such analysis, or it counts as many in each."""
    other = as_done(material, analysis)
    if other is None:
        return {}
    before, after = (_by_arm(material, one) for one in (analysis, other))
    arms = {
        arm: Lost(rows[COUNT], rows.get(EXACT), rows.get(OF_ARM))
        for arm in material.trial.design.arms
        if COUNT in (rows := after.get(arm, {})) and COUNT in before.get(arm, {})
    }
    same = [
        each.count["stat_value"] == before[arm][COUNT]["stat_value"] for arm, each in arms.items()
    ]
    return {} if all(same) else arms


def _by_arm(material: Material, analysis: Analysis) -> dict[str, dict[str, ResultRow]]:
    found: dict[str, dict[str, ResultRow]] = {}
    for row in material.of(analysis.name):
        if row["group1_level"] and row["group2"] is None and row["stratum"] is None:
            found.setdefault(row["group1_level"], {}).setdefault(row["method"], row)
    return found


def _sessions(material: Material, endpoint: Endpoint) -> Attendance | None:
    """The share of sessions that an outcome is about, where loss leaves sessions not done."""
    of = material.trial.endpoints.get(getattr(endpoint.entry, "of", None) or "")
    entry = of.entry if of else None
    known = isinstance(entry, Attendance) and entry.planned != "rows" and entry.end is not None
    return entry if known else None


def as_done(material: Material, analysis: Analysis) -> Analysis | None:
    """The analysis made of one whose outcome differs in that the sessions of the lost are done."""
    for endpoint in parameters(material.trial, analysis):
        own = _sessions(material, endpoint)
        if own is None or own.end is None:
            continue
        wanted = own.table, replace(own.end, lost="done")
        for other in material.trial.plan.analyses.values():
            for each in parameters(material.trial, other) if other.of == analysis.name else ():
                entry = _sessions(material, each)
                if entry is not None and (entry.table, entry.end) == wanted:
                    return other
    return None


def hanging(material: Material, analysis: Analysis) -> dict[str, int]:
    """How many of each arm fail for sessions after loss alone; empty where nothing hangs on it."""
    before = _by_arm(material, analysis)
    return {
        arm: round(present(one.count["stat_value"]) - present(before[arm][COUNT]["stat_value"]))
        for arm, one in lost_by_arm(material, analysis).items()
    }


def lost_as_failures(material: Material, analysis: Analysis) -> str:
    """ "2 and 1 lost count as failures", in the order of the arms; empty where nothing hangs on
    it."""
    lost = hanging(material, analysis)
    each = in_a_row([*map(str, lost.values())])
    return f"{each} lost count as failures" if any(lost.values()) else ""


def lost_sessions(material: Material, analysis: Analysis) -> str:
    """That they count so, and what shares and tests are with their sessions as done; Markdown,
    empty where no outcome is such a share, or nothing hangs on it."""
    if not _of_sessions(material, analysis):
        return ""
    other, arms = as_done(material, analysis), lost_by_arm(material, analysis)
    if other is None:
        return RULE
    if not arms:
        return ""
    shares = []
    for arm, one in arms.items():
        text = f"{escape_markdown(material.arm_label(arm))} {link(one.count)}"
        text += f" of {one.count['denominator']}"
        text += f", {with_level(one.share)}" if one.share else ""
        text += f", p{NO_BREAK}{sign(one.p)}{link(one.p)}" if one.p and asks(one.p) else ""
        shares.append(text)
    label = f"[{escape_markdown(other.label)}](#{analysis_place(other.name)})"
    of = next((question_of(one.p) for one in arms.values() if one.p and asks(one.p)), "")
    test = escape_markdown(f"; exact test, {of}") if of else ""
    return f"{RULE} With these as done ({label}{test}): {'; '.join(shares)}."


def _of_sessions(material: Material, analysis: Analysis) -> bool:
    """Whether sessions after loss count as not done in what an analysis is about."""
    rules = [_sessions(material, each) for each in parameters(material.trial, analysis)]
    return any(entry is not None and entry.end and not entry.end.lost for entry in rules)
