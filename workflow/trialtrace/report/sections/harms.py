"""Harms: deaths, how many of each arm had any event, and the tables of adverse events."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import analysis_place, component_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.compact import of_arm_in_words, of_whole
from trialtrace.report.sections.deaths import (
    FATAL,
    deaths_by_arm,
    none_logged,
    population_sizes,
    randomised_by_arm,
)
from trialtrace.report.sections.listings import DEATHS, EVENTS, listings_of
from trialtrace.report.sections.records import records
from trialtrace.report.sections.results_in_short import short_arm
from trialtrace.report.tables import (
    NO_BREAK,
    captioned,
    link,
    pipe_table,
    short_text,
    slug,
    under,
    with_level,
)
from trialtrace.run.endpoints.kinds.occurrence import AnyOccurrence
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.methods.displays.called import ADVERSE_EVENTS, ANY, TERM
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.tables.measures import parts
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.reported import in_order

# The tables of a report on adverse events: by term and by further columns.

MOST_TERMS = 60


def adverse_table(material: Material, entry: Mapping[str, Any]) -> str:
    """The table of a display of adverse events."""
    rows = [row for row in material.of(ADVERSE_EVENTS) if row["parameter"] == entry["endpoint"]]
    by = {(row["stat_name"], row["group2_level"], row["group1_level"]): row for row in rows}
    groups = list(dict.fromkeys(present(row["group1_level"]) for row in rows))
    terms = _levels(rows, TERM)
    terms.sort(key=lambda term: -present(by["patients", term, ALL]["stat_value"]))
    level = f"{100 * material.trial.plan.confidence:g}{NO_BREAK}%"
    body = [_line(by, ANY, groups), [f"{NO_BREAK}{NO_BREAK}{level} exact interval"]]
    for group in groups:
        share = by["any_event", ANY, group]
        _, _, interval = short_text(share).partition("(")
        body[1] += [link(share, interval.rstrip(")") or None), ""]
    body += [_line(by, term, groups) for term in terms[:MOST_TERMS]]
    apart = none_logged(material)
    for column in entry.get("columns", ()):
        name = escape_markdown(column.replace("_", " ").capitalize())
        lines = [_line(by, level, groups, apart=apart) for level in _levels(rows, column)]
        body += [[f"**{name}**", *[""] * 2 * len(groups)], *lines] if lines else []
    heads = [(_head(by, material, group), of) for group in groups for of in ("patients", "events")]
    header = ["Event", *(under(head, f", {of}") for head, of in heads)]
    caption = (
        f"{entry['title']}: patients with any, of those of the arm (percent), and apart from them "
        "the number of events, of which a patient may have several."
    )
    if len(terms) > MOST_TERMS:
        caption += f" {len(terms) - MOST_TERMS} rarer terms are left out."
    label = f"adverse-{slug(entry['endpoint'])}"
    return captioned(material, pipe_table(header, body), label, caption)


def _levels(rows: list[ResultRow], column: str) -> list[str]:
    levels = dict.fromkeys(row["group2_level"] for row in rows if row["group2_level"])
    return [level for level in levels if level.partition("=")[0] == column]


def _head(by: dict, material: Material, group: str) -> str:
    row = by["patients", ANY, group]
    n = f"[{row['denominator']}]({component_link(row['result_id'], 'denominator')})"
    return f"{escape_markdown(material.arm_label(group))} (n{NO_BREAK}={NO_BREAK}{n})"


def _line(by: dict, level: str, groups: list[str], *, apart: bool = False) -> list[str]:
    """A line of the table, patients and events of each group; of deaths that are told `apart`,
    since the log has none of them."""
    if level == ANY:
        label = "**Any**"
    else:
        label = f"{NO_BREAK}{NO_BREAK}{escape_markdown(level.partition('=')[2])}"
    if apart and FATAL.search(level):
        cells = [[link(by["patients", level, group], "not logged"), ""] for group in groups]
        label += " (see above)"
    else:
        of = "patients", "occurrences"
        counts = [[by[stat, level, group] for stat in of] for group in groups]
        cells = [[of_whole(patients), link(events)] for patients, events in counts]
    return [label, *(cell for pair in cells for cell in pair)]


PLACE = "sec-harms"
NO_DEATHS = (
    "**Deaths** are not among the endpoints of these data, which does not mean that there were "
    "none."
)
DIED = re.compile(r"\b(death|dead|died|mortality)\b", re.IGNORECASE)
LIVED = re.compile(r"(surviv(al|ed|ors?)|alive)\b", re.IGNORECASE)
# What tables of them are called.
TABLES_OF_EVENTS = {"ae", "aes", "adae", "sae", "saes", "teae", "teaes", "adverse"}
NONE = "Adverse events are not reported, which does not mean that there were none: "


def _record_deaths(material: Material) -> bool:
    """Whether an endpoint or a column of the data is called after death or survival."""
    trial = material.trial
    columns = (one for table in trial.dictionary.values() for one in table.items())
    named = [*(text for name, column in columns for text in (name, column.label or ""))]
    named += [endpoint.label for endpoint in trial.endpoints.values()]
    return any(DIED.search(text) or LIVED.search(text) for text in named)


def without_deaths(material: Material) -> str:
    """That no endpoint is death; the endpoints that speak of it, or of who lived, whose rest may
    have died."""
    events = [
        endpoint for endpoint in material.trial.endpoints.values() if endpoint.kind == "event"
    ]
    if died := [escape_markdown(event.label) for event in events if DIED.search(event.label)]:
        return f"**Deaths** are not counted by themselves: they are in {in_a_row(died)}."
    lived = [escape_markdown(event.label) for event in events if LIVED.match(event.label)]
    if not lived:
        return NO_DEATHS
    without = f"patients without the event of {in_a_row(lived)} may have died."
    return f"**Deaths** are not counted by themselves: {without}"


def harms_section(material: Material) -> str:
    """Deaths, then a line an analysis or endpoint of harms."""
    declared = declared_harms(material)
    deaths = deaths_by_arm(material, _here)
    if not deaths and _record_deaths(material):
        deaths = [without_deaths(material)]
    deaths += _denominators(material)
    deaths += [line for analysis in declared for line in _lines(material, analysis)]
    for texts in event_tables(material):
        empty = not has_events(material, texts)
        if empty or not declared:
            deaths.append(
                _empty(material, texts, bool(declared)) if empty else _shares(material, texts)
            )
    deaths += _listed(material)
    return "\n\n".join([*deaths, *unreported(material)]) + "\n"


def events_section(material: Material) -> str:
    """The tables of adverse events by term; nothing of a log without any event."""
    logs = [texts for texts in event_tables(material) if has_events(material, texts)]
    return "\n\n".join(adverse_table(material, texts) for texts in logs)


def _listed(material: Material) -> list[str]:
    """Links to the listings of events and of deaths, patient by patient, where they are shown."""
    kinds = (EVENTS, DEATHS) if material.disclosure == "full" else ()
    links = [
        f"[{escape_markdown(lower_first(entry['title']))}](#{place})"
        for place, entry in listings_of(material.trial, kinds).items()
    ]
    return [f"Patient by patient: {', '.join(links)}."] if links else []


def reports_events(material: Material) -> bool:
    """Whether the plan has any analysis or table of adverse events."""
    return bool(declared_harms(material) or event_tables(material))


def declared_harms(material: Material) -> list[Analysis]:
    return [problem for problem in in_order(material.trial) if problem.harms]


def _here(analysis: Analysis) -> str:
    return f"#{analysis_place(analysis.name)}"


def by_arm(
    material: Material, analysis: Analysis
) -> dict[tuple[str, str | None], dict[str, list[ResultRow]]]:
    """The results of each arm of an analysis, by endpoint and visit; of an analysis of which some
    endpoints are harms those of these."""
    some = {} if analysis.harms is True else analysis.harms or {}
    found: dict[tuple[str, str | None], dict[str, list[ResultRow]]] = {}
    for row in material.printable(analysis.name):
        if some and row["parameter"] not in some:
            continue
        if row["group1_level"] and not row["stratum"] and not row["group2"]:
            label = ", ".join(material.parameter_words(row)) or analysis.label
            arms = found.setdefault((label, row["visit"]), {})
            arms.setdefault(row["group1_level"], []).append(row)
    return found


def _lines(material: Material, analysis: Analysis) -> Iterator[str]:
    """ "Any adverse event: Drug 4 of 10, 40.0 % (…); Placebo …", a line an endpoint and visit;
    why it is a harm, where only some endpoints are."""
    why = {} if analysis.harms is True else analysis.harms or {}
    for (label, visit), arms in by_arm(material, analysis).items():
        rows = [row for arm in arms.values() for row in arm]
        shown = escape_markdown(", ".join(filter(None, [label, visit])) + of_log(material, rows[0]))
        lines = [
            f"{escape_markdown(short_arm(material, arm))} {of_arm_in_words(rows)}"
            for arm, rows in arms.items()
            if arm != ALL or len(arms) == 1
        ]
        lines += [escape_markdown(why[present(rows[0]["parameter"])])] if why else []
        lines += records(material, analysis, rows[0]["parameter"])
        yield f"[{shown}]({_here(analysis)}): {'; '.join(lines)}."


def of_log(material: Material, row: ResultRow) -> str:
    """That a result counts events of the log alone, where it does."""
    return " (from the log alone)" if _of_log(material, row) else ""


def _of_log(material: Material, row: ResultRow) -> bool:
    """Whether a result counts events of a log, beside which the report tells of others."""
    entry = material.trial.endpoints[present(row["parameter"])].entry
    logged = isinstance(entry, AnyOccurrence) and any(
        entry.of == texts["endpoint"] for texts in event_tables(material)
    )
    others = any(
        analysis.harms and analysis.harms is not True for analysis in declared_harms(material)
    )
    return logged and (others or none_logged(material))


def of_log_alone(material: Material, analysis: Analysis) -> str:
    """That what an analysis counts is the log alone, beside which the report tells of others; that
    this has none of the deaths. Empty of other analyses."""
    if not analysis.harms or not any(
        _of_log(material, row) for row in material.of(analysis.name) if row["parameter"]
    ):
        return ""
    empty = [texts for texts in event_tables(material) if not has_events(material, texts)]
    lines = [_empty(material, texts, told=True) for texts in empty]
    deaths = ", which records no death" * (not lines and none_logged(material))
    told = " ".join([f"These come from the log of adverse events alone{deaths}.", *lines])
    return f"{told} No share or bound here covers what else is listed under [harms](#{PLACE})."


def event_tables(material: Material) -> list[Mapping[str, str]]:
    return list(material.trial.plan.displays.get(ADVERSE_EVENTS, ()))


def of_events(material: Material, texts: Mapping[str, str], stat: str) -> dict[str, ResultRow]:
    """A statistic of all adverse events of a display, by arm."""
    return {
        present(row["group1_level"]): row
        for row in material.of(ADVERSE_EVENTS)
        if row["parameter"] == texts["endpoint"]
        and row["group2_level"] in (None, ANY)
        and row["stat_name"] == stat
    }


def has_events(material: Material, texts: Mapping[str, str]) -> bool:
    """Whether any patient has an event of a display."""
    return any(row["stat_value"] for row in of_events(material, texts, "patients").values())


def _empty(material: Material, texts: Mapping[str, str], told: bool) -> str:
    """In place of a table of zeros: that the log is there and has no event; without its shares
    where analyses have `told` them."""
    if told:
        return f"The log of {escape_markdown(lower_first(texts['title']))} has no event."
    return f"{_shares(material, texts)} The log has no event."


def _shares(material: Material, texts: Mapping[str, str]) -> str:
    """The share of patients with any event, by arm, of a display of adverse events."""
    shares, patients = (of_events(material, texts, stat) for stat in ("any_event", "patients"))
    told = [
        f"{escape_markdown(short_arm(material, arm))} {_of(patients[arm])}, {with_level(share)}"
        for arm, share in shares.items()
        if arm != ALL or len(shares) == 1
    ]
    title = escape_markdown(f"{texts['title']}, patients with any:")
    return f"{title} {'; '.join(told)}."


def _of(row: ResultRow) -> str:
    n = f"[{row['denominator']}]({component_link(row['result_id'], 'denominator')})"
    return f"{link(row, short_text(row))} of {n}"


def _denominators(material: Material) -> Iterator[str]:
    """Of whom the lines and tables are, and how many of those randomised these are."""
    analyses = [analysis.estimand.population for analysis in declared_harms(material)]
    named = [*analyses, *(texts["population"] for texts in event_tables(material))]
    randomised = randomised_by_arm(material)
    who = material.trial.plan.displays.get("flow", {}).get("patients", "randomised")
    for name in dict.fromkeys(named):
        label = escape_markdown(material.trial.populations[name].label)
        sizes = [
            row for row in population_sizes(material, name) if row["group1_level"] in randomised
        ]
        of = [randomised[row["group1_level"]] for row in sizes]
        whole = all(a["stat_value"] == b["stat_value"] for a, b in zip(sizes, of, strict=True))
        denominators = [
            f"{escape_markdown(short_arm(material, row['group1_level']))} {link(row)}"
            + ("" if whole else f" of {link(every)} {escape_markdown(lower_first(who))}")
            for row, every in zip(sizes, of, strict=True)
        ]
        counts = f" ({'; '.join(denominators)})" if denominators else ""
        yield f"Denominators of events: {label}{counts}."


def unreported(material: Material) -> list[str]:
    """Where the plan reports no adverse event: whether the data have a log of events, or a table
    that is called as one is."""
    if reports_events(material):
        return []
    logs = [
        endpoint.label
        for endpoint in material.trial.endpoints.values()
        if endpoint.kind == "occurrence"
    ]
    tables = [name for name in material.trial.tables if TABLES_OF_EVENTS & {*parts(name)}]
    why = "no data on them were given."
    if tables:
        why = f"no endpoint reads their table ({', '.join(tables)})."
    if logs:
        why = f"the plan has no analysis and no table of the logged events ({', '.join(logs)})."
    return [escape_markdown(NONE + why)]
