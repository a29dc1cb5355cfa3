"""Which items of CONSORT 2025 a report answers and where, and which its authors must add.

Items: Hopewell et al. 2025, in words of our own.
"""

import re
from calendar import month_name
from collections.abc import Iterator

from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.deaths import deaths_by_arm
from trialtrace.report.sections.harms import reports_events
from trialtrace.report.sections.summary import registered_late, registered_otherwise
from trialtrace.report.tables import texts_table
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.trial.reported import ROLES, is_harm

ITEMS = {
    "1a": "Title: identified as randomised",
    "1b": "Structured summary",
    "2": "Registration: name and number",
    "3": "Protocol and plan of the analysis: where they can be read",
    "4": "Sharing of data, code and materials",
    "5a": "Funding",
    "5b": "Conflicts of interest",
    "6": "Background and rationale",
    "7": "Objectives, of benefits and harms",
    "8": "Involvement of patients and the public",
    "9": "Design: type, allocation ratio, framework",
    "10": "Changes after the trial began, with reasons",
    "11": "Settings and locations",
    "12a": "Eligibility of participants",
    "12b": "Eligibility of sites and of those who treat",
    "13": "Interventions and comparator, so that they can be repeated",
    "14": "Outcomes as specified beforehand, with variable and time",
    "15": "Harms: how defined and assessed",
    "16a": "Sample size: how determined",
    "16b": "Interim analyses and rules to stop",
    "17a": "Sequence of the allocation: who made it, and how",
    "17b": "Type of randomisation and its restrictions",
    "18": "Concealment of the allocation",
    "19": "Who enrolled and who assigned, and what they could see",
    "20a": "Blinding: who",
    "20b": "Blinding: how",
    "21a": "Statistical methods of primary and secondary outcomes, and of harms",
    "21b": "Who is in each analysis, and in which group",
    "21c": "Missing data: how handled",
    "21d": "Methods of further analyses, prespecified or not",
    "22a": "Flow: randomised, treated, analysed, by group",
    "22b": "Losses and exclusions after randomisation, with reasons",
    "23a": "Dates of recruitment and follow-up",
    "23b": "Why the trial ended or stopped",
    "24a": "Treatments as delivered",
    "24b": "Other care as delivered",
    "25": "Baseline characteristics by group",
    "26": "Outcomes by group, with numbers, effect and precision",
    "27": "Harms in each group",
    "28": "Further analyses: subgroups, sensitivity",
    "29": "Interpretation",
    "30": "Limitations",
}
FURTHER = {"sensitivity", "subgroup", "supportive", "exploratory"}
OPEN = "not in this report"
# What an endpoint is made of that says how much of a treatment was delivered.
DELIVERED = {"attendance", "dose_change", "dose_intensity"}
_INTERIM = re.compile(r"\binterim\b", re.IGNORECASE)
_DATE = re.compile(rf"\b(in|since|until|{'|'.join(month_name[1:])}) (19|20)\d\d\b")
_RANDOMISED = re.compile(r"\brandomi[sz]ed\b", re.IGNORECASE)


def consort_section(material: Material) -> str:
    """A line an item, then how many of them are answered."""
    answers = dict(_answers(material))
    body = [
        [f"Item {item}", words, escape_markdown(answers.get(item, OPEN))]
        for item, words in ITEMS.items()
    ]
    header = ["CONSORT 2025", "What it asks for", "Where it is answered"]
    caption = "Items of CONSORT 2025, and where this report answers them."
    table = texts_table(material, header, body, "consort", caption)
    text = (
        f"{len(answers)} of {len(ITEMS)} items are answered, some in part. The others are for the "
        "authors of a report to add: no data or configuration of the trial answers them."
    )
    return f"{text}\n\n{table}\n"


def _answers(material: Material) -> Iterator[tuple[str, str]]:
    """Item and place of all that is answered."""
    trial, plan = material.trial, material.trial.plan
    if _RANDOMISED.search(trial.title):
        yield "1a", "Title"
    yield "1b", "Summary"
    if trial.registration:
        late = ", registered retrospectively" if any(registered_late(material)) else ""
        yield "2", f"Summary: {trial.registration}{late}"
    if trial.funding:
        yield "5a", "Summary"
    yield "3", "Coverage of the plan: the plan of the analysis alone"
    if material.disclosure == "full":
        yield "4", "Data; How these numbers were made"
    yield "7", "Summary: the question"
    yield from _of_design(material)
    late = ", as written with the results in print" if trial.reanalysis else ""
    yield "14", f"Endpoints; the question of each analysis{late}"
    if any(is_harm(trial, endpoint) for endpoint in trial.endpoints.values()):
        yield "15", "Endpoints: how defined"
    yield "21a", "Methods, software and references; in the supplement those of its own"
    yield "21b", "Patients: populations; each analysis: patients analysed"
    yield "21c", "Data: known outcomes; each analysis: patients analysed"
    flow = plan.displays.get("flow")
    if flow is not None:
        untold = ", without the number randomised" if "patients" in flow else ""
        yield "22a", f"Patients: flow{untold}"
        if {"ended", "not_received"} & flow.keys() or _left_out(material):
            yield "22b", "Patients: flow"
        if "excluded" in flow or "screening" in flow:
            yield "12a", "Patients: flow, the reasons against it alone"
    if delivered := list(_delivered(material)):
        yield "24a", f"Analyses: {', '.join(delivered)}"
    if "baseline" in plan.displays:
        yield "25", "Patients: baseline"
    yield "26", "Primary and secondary analyses"
    if reports_events(material):
        yield "27", "Harms"
    elif deaths_by_arm(material, lambda _: ""):
        yield "27", "Harms: deaths alone"
    if roles := FURTHER & {analysis.role for analysis in plan.analyses.values()}:
        named = "; ".join(title for role, title in ROLES.items() if role in roles)
        yield "21d", f"{named}: the question of each{late}"
        yield "28", named
    yield "30", "Limitations of this re-analysis"


def _of_design(material: Material) -> Iterator[tuple[str, str]]:
    design, planning = material.trial.design, material.trial.plan.planning
    yield "9", "Summary: type and arms, without ratio and framework"
    if planning:
        yield "16a", "Sample size, power and precision: what is known of it, and what is assumed"
    elif design.planned:
        yield "16a", f"Flow: {design.planned} planned, without the reason"
    if design.randomisation.scheme != "unknown":
        yield "17b", "Summary: type and strata"
    if design.blinding is not None:
        yield "20a", "Summary"
    frozen = material.trial.frozen
    if frozen is not None and frozen.changes:
        yield "10", "The frozen plan and what changed since: of the analysis alone"
    elif any(registered_otherwise(material)):
        yield "10", "Summary: outcomes reported otherwise than registered or planned"
    yield from _of_time_and_place(material)


def _of_time_and_place(material: Material) -> Iterator[tuple[str, str]]:
    """What the configuration says of sites, looks and dates."""
    plan, stopped = material.trial.plan, material.trial.design.stopped or ""
    shown = {*plan.displays.get("baseline", {}).get("variables", ())}
    if "site" in shown:
        yield "11", "Patients: baseline, the sites alone"
    looks = [
        analysis.label
        for analysis in plan.analyses.values()
        if _INTERIM.search(f"{analysis.label} {analysis.note or ''}")
    ]
    if _INTERIM.search(stopped) or looks:
        where = [*(["Summary"] if _INTERIM.search(stopped) else []), *looks]
        yield "16b", f"What is known of them: {'; '.join(where)}"
    if _DATE.search(stopped):
        yield "23a", "Summary: the end of recruitment alone"
    if stopped:
        yield "23b", "Summary: what is known of it"


def _delivered(material: Material) -> Iterator[str]:
    """The places that say how much of the treatments was delivered."""
    trial = material.trial
    if "received" in trial.plan.displays.get("flow", {}):
        yield "flow of the patients"
    for analysis in trial.plan.analyses.values():
        kinds = {endpoint.kind for endpoint in parameters(trial, analysis)}
        if analysis.of is None and DELIVERED & kinds:
            yield analysis.label


def _left_out(material: Material) -> bool:
    """Whether the flow has reasons for which somebody is not analysed."""
    return any(
        row["stat_name"] == "not_analysed" and row["stat_value"] for row in material.of("flow")
    )
