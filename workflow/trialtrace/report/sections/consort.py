"""Which items of CONSORT 2025 a report answers and where, and which its authors must add.

Items: Hopewell et al. 2025, in words of our own.
"""

import re
from calendar import month_name
from collections.abc import Iterable, Iterator

from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.deaths import (
    counts_deaths,
    deaths,
    none_logged,
    population_sizes,
    randomised_by_arm,
)
from trialtrace.report.sections.event_words import is_untimed
from trialtrace.report.sections.harms import reports_events
from trialtrace.report.sections.registered import registered_late, registered_otherwise
from trialtrace.report.sections.sections import names_nobody
from trialtrace.report.tables import texts_table
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.plan.displays.why import UNREPORTED
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
# A text says of what it lacks that no source has it.
_LACKS = re.compile(r"\b(sources|(not|nor|neither|nothing|no)\b.* (printed|recorded|known|told))\b")
_INTERIM = re.compile(r"\binterim\b", re.IGNORECASE)
_DATE = re.compile(rf"\b(in|since|until|{'|'.join(month_name[1:])}) (19|20)\d\d\b")
_RANDOMISED = re.compile(r"\brandomi[sz]ed\b", re.IGNORECASE)


def consort_section(material: Material) -> str:
    """A line an item, then how many of them are answered, and how many in part."""
    answers = {item: (whole, place) for item, whole, place in _answers(material)}
    body = []
    for item, words in ITEMS.items():
        whole, place = answers.get(item, (False, OPEN))
        how = "yes" if whole else "no" if place == OPEN else "in part"
        body.append([f"Item {item}", words, how, escape_markdown(place)])
    header = ["CONSORT 2025", "What it asks for", "Answered", "Where"]
    caption = "Items of CONSORT 2025, and where this report answers them."
    table = texts_table(material, header, body, "consort", caption)
    full = sum(whole for whole, _ in answers.values())
    text = (
        f"{full} of {len(ITEMS)} items are answered, {len(answers) - full} in part. The others are "
        "for the authors of a report to add: no data or configuration of the trial answers them."
    )
    return f"{text}\n\n{table}\n"


# An item, whether all that it asks is answered, and the place.
Answer = tuple[str, bool, str]


def _answers(material: Material) -> Iterator[Answer]:
    """Of each item that is answered, how and where."""
    trial, plan = material.trial, material.trial.plan
    if _RANDOMISED.search(trial.title):
        yield "1a", True, "Title"
    yield "1b", True, "Summary"
    if trial.registration:
        late = ", registered retrospectively" if any(registered_late(material)) else ""
        yield "2", True, f"Summary: {trial.registration}{late}"
    if trial.file.funding:
        yield "5a", True, "Summary"
    yield "3", False, "Coverage of the plan: the plan of the analysis alone"
    if material.disclosure == "full":
        yield "4", False, "Data; How these numbers were made"
    yield "7", False, "Summary: the question"
    yield from _of_design(material)
    late = ", written when the results were known" if trial.reanalysis else ""
    timed = not any(
        is_untimed(endpoint)
        for analysis in plan.analyses.values()
        if analysis.role == "primary"
        for endpoint in parameters(trial, analysis)
    )
    untimed = "" if timed else ", of a primary one no time"
    whole = timed and not late
    yield "14", whole, f"Endpoints; the question of each analysis{late}{untimed}"
    if any(is_harm(trial, endpoint) for endpoint in trial.endpoints.values()):
        yield "15", False, "Endpoints: by which rows they are counted, not how they were asked for"
    yield "21a", True, "Methods, software and references; in the supplement those of its own"
    yield "21b", True, "Patients: populations; each analysis: patients analysed"
    yield "21c", True, "Data: known outcomes; each analysis: patients analysed"
    yield from _of_flow(material)
    if delivered := list(_delivered(material)):
        yield "24a", False, f"Analyses: {', '.join(delivered)}"
    if "baseline" in plan.displays:
        shown = population_sizes(material, plan.displays["baseline"]["population"])
        everybody = [row for arm, row in randomised_by_arm(material).items() if arm != ALL]
        whole = _sum(shown) == _sum(everybody)
        fewer = "" if whole else ", not of all who were randomised"
        yield "25", whole, f"Patients: baseline{fewer}"
    yield "26", True, "Primary and secondary analyses"
    died = counts_deaths(material) or bool(deaths(trial))
    if reports_events(material):
        without = "" if died else ", without deaths"
        without += ", by a log of events that has none of the deaths" * none_logged(material)
        yield "27", not without, f"Harms{without}"
    elif died:
        yield "27", False, "Harms: deaths alone"
    if roles := FURTHER & {analysis.role for analysis in plan.analyses.values()}:
        named = "; ".join(title for role, title in ROLES.items() if role in roles)
        yield "21d", not late, f"{named}: the question of each{late}"
        yield "28", True, f"{named} (headings here or in the supplement)"
    yield "30", True, "Limitations"


def _sum(rows: Iterable[ResultRow]) -> float:
    return sum(row["stat_value"] or 0 for row in rows)


def _of_flow(material: Material) -> Iterator[Answer]:
    flow = material.trial.plan.displays.get("flow")
    if flow is None:
        return
    untold = ", without the number randomised" if "patients" in flow else ""
    untold += "" if "received" in flow else ", without who received the treatment"
    yield "22a", not untold, f"Patients: flow{untold}"
    if {"ended", "not_received"} & flow.keys() or _left_out(material):
        whole = "ended" in flow and not _left_out(material, UNREPORTED)
        yield "22b", whole, "Patients: flow" + ("" if whole else ", not each with a reason")


def _of_design(material: Material) -> Iterator[Answer]:
    trial, design, planning = material.trial, material.trial.design, material.trial.plan.planning
    lacking = [
        name
        for name, told in (("ratio", design.ratio), ("framework", design.framework))
        if told is None
    ]
    without = f", without {' and '.join(lacking)}" if lacking else ""
    yield "9", not lacking, f"The trial: type and arms{without}"
    flow = trial.plan.displays.get("flow", {})
    if trial.file.eligibility:
        yield "12a", *_as_told(trial.file.eligibility)
    elif "excluded" in flow or "screening" in flow:
        yield "12a", False, "Patients: flow, the reasons against it alone"
    if any(arm.given for arm in design.arms.values()):
        yield "13", False, "The trial: what each arm was given, as far as sources say"
    if design.size:
        yield "16a", *_as_told(design.size)
    elif planning:
        yield "16a", False, "Sample size, power and precision: what is known of it, what is assumed"
    elif design.planned:
        yield "16a", False, f"Flow: {design.planned} planned, without the reason"
    if design.randomisation.scheme != "unknown":
        sizes = getattr(design.randomisation, "block_sizes", None)
        whole = design.randomisation.scheme == "simple" or sizes is not None
        yield "17b", whole, "The trial: type and strata"
    if design.concealment:
        yield "18", True, "The trial"
    if design.blinding is not None:
        unnamed = names_nobody(design.blinding)
        yield "20a", not unnamed, "The trial" + (": that it was blinded alone" if unnamed else "")
    frozen = trial.frozen
    if frozen is not None and frozen.changes:
        yield "10", False, "The frozen plan and what changed since: of the analysis alone"
    elif any(registered_otherwise(material)):
        yield "10", False, "Summary: outcomes reported otherwise than registered or planned"
    yield from _of_time_and_place(material)


def _as_told(text: str) -> tuple[bool, str]:
    """Whether a text of the configuration says nothing of what it lacks, and the place."""
    whole = _LACKS.search(text) is None
    return whole, "The trial" + ("" if whole else ", as far as sources say")


def _of_time_and_place(material: Material) -> Iterator[Answer]:
    """What the configuration says of sites, looks and dates."""
    trial, plan, design = material.trial, material.trial.plan, material.trial.design
    stopped = design.stopped or ""
    shown = {*plan.displays.get("baseline", {}).get("variables", ())}
    if trial.file.setting:
        yield "11", True, "The trial"
    elif "site" in shown:
        yield "11", False, "Patients: baseline, the sites alone"
    looks = [
        analysis.label
        for analysis in plan.analyses.values()
        if _INTERIM.search(f"{analysis.label} {analysis.note or ''}")
    ]
    if design.interim:
        yield "16b", *_as_told(design.interim)
    elif _INTERIM.search(stopped) or looks:
        where = [*(["Summary"] if _INTERIM.search(stopped) else []), *looks]
        yield "16b", False, f"What is known of them: {'; '.join(where)}"
    if trial.file.dates:
        yield "23a", True, "The trial"
    elif _DATE.search(stopped):
        yield "23a", False, "Summary: the end of recruitment alone"
    everybody = randomised_by_arm(material).get(ALL)
    if stopped:
        yield "23b", *_as_told(stopped)
    elif design.planned and everybody and everybody["stat_value"] == design.planned:
        yield "23b", False, "Patients: flow, as many as were planned"


def _delivered(material: Material) -> Iterator[str]:
    """The places that say how much of the treatments was delivered."""
    trial = material.trial
    if "received" in trial.plan.displays.get("flow", {}):
        yield "flow of the patients"
    for analysis in trial.plan.analyses.values():
        kinds = {endpoint.kind for endpoint in parameters(trial, analysis)}
        if analysis.of is None and DELIVERED & kinds:
            yield analysis.label


def _left_out(material: Material, reason: str = "") -> bool:
    """Whether the flow has reasons for which somebody is not analysed; whether that one."""
    return any(
        row["stat_name"] == "not_analysed"
        and row["stat_value"]
        and reason in (row["group2_level"] or "")
        for row in material.of("flow")
    )
