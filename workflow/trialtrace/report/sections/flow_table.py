"""The flow of the patients as a table: who is in each box, and why others are not, by arm."""

import json

from trialtrace.report.figures.flow import NOT_IN_DATA, NOT_REPORTED, UNDECIDED, screened
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.imputed import drawn_beside
from trialtrace.report.sections.lost_sessions import LOST, hanging
from trialtrace.report.tables import NO_BREAK, captioned, link, pipe_table
from trialtrace.run.cleaning.account import Selection
from trialtrace.run.cleaning.rejects import REJECT
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.methods.displays.analyse import counted_at
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.displays.why import NO_VALUE

# By statistic, what it lists, level: the row of each group.
Found = dict[tuple[str, str | None, str | None], dict[str, ResultRow]]


def flow_table(material: Material) -> str:
    """Counts with a link each; a stage of which the plan declares nothing is "not reported".

    Empty where the plan has no flow.
    """
    data = material.trial.plan.displays.get("flow")
    if data is None:
        return ""
    candidate: Found = {}
    for row in material.of("flow"):
        key = row["stat_name"], row["parameter"], row["group2_level"]
        candidate.setdefault(key, {})[present(row["group1_level"])] = row
    groups = list(candidate["randomised", None, None])
    if len(groups) > 1:
        groups = [*groups[1:], ALL]
    body = []
    if "excluded" in data:
        body.append(
            _line("**Assessed for eligibility**", candidate, ("assessed", None, None), groups)
        )
        body += _reasons(candidate, "excluded", None, groups)
    elif log := screened(material):
        body += _log_lines(log, material.trial.synthetic, len(groups))
    else:
        body.append(["**Assessed for eligibility**", *[NOT_REPORTED] * len(groups)])
    if who := data.get("patients"):
        body.append(["**Randomised**", *[NOT_IN_DATA] * len(groups)])
    named = f"**{escape_markdown(who or 'Randomised')}**"
    body.append(_line(named, candidate, ("randomised", None, None), groups))
    if "received" in data:
        text = "**Received the treatment**"
        body.append(_line(text, candidate, ("received", None, None), groups))
        received, all_ = (
            [row["stat_value"] for row in candidate[stat, None, None].values()]
            for stat in ("received", "randomised")
        )
        if "not_received" in data:
            body += _reasons(candidate, "not_received", None, groups)
        elif received != all_:
            body.append([f"{NO_BREAK}{NO_BREAK}why others did not", *[NOT_REPORTED] * len(groups)])
    else:
        body.append(["**Received the treatment**", *[NOT_REPORTED] * len(groups)])
    if "ended" in data:
        ended = _reasons(candidate, "ended", None, groups)
        body += [_of_reasons("**Did not complete**", candidate, "ended", groups), *ended]
    else:
        body.append(["**Did not complete**", *[NOT_REPORTED] * len(groups)])
    for name in data["analysed"]:
        analysis = material.trial.plan.analyses[name]
        at = counted_at(material.trial, analysis)
        label = escape_markdown(f"{analysis.label}, {at}" if at else analysis.label)
        body.append(_line(f"**Analysed: {label}**", candidate, ("analysed", name, None), groups))
        lost = hanging(material, analysis)
        if any(lost.values()):
            cells = [str(lost.get(group, sum(lost.values()))) for group in groups]
            body.append([f"{NO_BREAK}{NO_BREAK}{LOST}", *cells])
        body += _reasons(candidate, "not_analysed", name, groups)
    header = ["Stage", *(escape_markdown(material.arm_label(group)) for group in groups)]
    caption = "Flow of the patients."
    caption += " Patients who did not complete may be analysed." if "ended" in data else ""
    if any(_reasons(candidate, "not_analysed", name, groups) for name in data["analysed"]):
        caption += f" Below each analysis are those {lower_first(who or 'randomised')} but not "
        caption += "included in it, by reason."
    for name in data["analysed"]:
        caption += _rejected(material, candidate, name) + drawn_beside(material, name)
    return captioned(material, pipe_table(header, body), "flow", caption)


def _rejected(material: Material, candidate: Found, name: str) -> str:
    """In how many of those without a value, and without a reason in the data, cleaning rejected a
    cell of what the outcome is read from; plain text."""
    lacking = candidate.get(("not_analysed", name, NO_VALUE), {}).get(ALL)
    if lacking is None or not lacking["stat_value"]:
        return ""
    tracer = material.tracer
    whole, without = (
        [
            tracer.frames.select(member["dataset"], json.loads(member["predicate"]))
            for member in tracer.members.get(row["result_id"], ())
        ]
        for row in (candidate["analysed", name, None][ALL], lacking)
    )
    read = {column for selection in whole for column in tracer.raw.value_columns(selection)}
    who = {subject for one in without for subject in one.column("SUBJID").tolist()}
    lost = {
        row["subject"]
        for row in tracer.rejects.table.to_pylist()
        if row["severity"] == REJECT and (row["table"], row["column"]) in read
    }
    n, of = len(who & lost), round(lacking["stat_value"])
    label = material.trial.plan.analyses[name].label
    text = f" “{label}”: in {n} of the {of} without a value it is cleaning that rejected one "
    return f"{text}(see Data)." * bool(n)


def _log_lines(log: Selection, synthetic: bool, groups: int) -> list[list[str]]:
    """Who was assessed and why some were not randomised, under all arms together, which stands
    last. Counts of cleaning have no result to link to."""
    made = " (assumed, not printed)" if synthetic else ""
    lines = [(f"**Assessed for eligibility, by the log of screening{made}**", log.rows)]
    reasons = dict(log.reasons or {}) | ({UNDECIDED: log.undecided} if log.undecided else {})
    lines += [
        (f"{NO_BREAK}{NO_BREAK}excluded: {escape_markdown(lower_first(why))}", n)
        for why, n in reasons.items()
    ]
    return [[label, *[""] * (groups - 1), str(n)] for label, n in lines]


def _reasons(candidate: Found, stat: str, name: str | None, groups: list[str]) -> list[list[str]]:
    """A line for each reason that occurred in any group."""
    return [
        _line(f"{NO_BREAK}{NO_BREAK}{escape_markdown(present(key[2]))}", candidate, key, groups)
        for key, rows in candidate.items()
        if key[:2] == (stat, name) and any(row["stat_value"] for row in rows.values())
    ]


def _of_reasons(label: str, candidate: Found, stat: str, groups: list[str]) -> list[str]:
    """How many of each group there are over all reasons, of which each patient has one."""
    lists = [rows for key, rows in candidate.items() if key[0] == stat]
    sums = [sum(rows[group]["stat_value"] or 0 for rows in lists) for group in groups]
    return [label, *(f"{total:g}" for total in sums)]


def _line(
    label: str, candidate: Found, key: tuple[str, str | None, str | None], groups: list[str]
) -> list[str]:
    """A cell a group; the flow has counts of all arms alone before randomisation."""
    rows = candidate[key]
    return [label, *(link(rows[group]) if group in rows else "" for group in groups)]
