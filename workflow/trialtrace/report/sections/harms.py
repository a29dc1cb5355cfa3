"""Harms: deaths, how many of each arm had any event, and the tables of adverse events."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import analysis_place, component_link, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.arm_words import counted, of_arm_in_words, of_whole, whole_of
from trialtrace.report.sections.arms_table import Row, arms_table
from trialtrace.report.sections.deaths import (
    FATAL,
    Arms,
    censors,
    counts_deaths,
    deaths,
    ends,
    main_deaths,
    none_logged,
    population_sizes,
    randomised_by_arm,
    undated,
    unknown_by_arm,
    where_known,
)
from trialtrace.report.sections.decisions import turned
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
# The rows that page 1 has room for.
MOST_ROWS = 4
HARMS = "Harms, by arm."
NONE_LOGGED = "The log of adverse events has none of these deaths."
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
    """That no analysis counts an endpoint of death, or that none is death; the endpoints that speak
    of it, or of who lived, whose rest may have died."""
    if named := deaths(material.trial):
        every = material.trial.endpoints.values()
        labels = escape_markdown(in_a_row([one.label for one in every if one.name in named]))
        return f"**Deaths** ({labels}) are not counted by arm in any analysis of the plan."
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
    """The table of deaths and of all harms by arm, with the patients who count and what is known
    of the log; a line each where no arms are told apart."""
    here = {analysis_place(name): "" for name in material.trial.plan.analyses}
    rows = harms_rows(material, here, whole=True)
    table = arms_table(material, "Patients with the event", rows)
    table = captioned(material, table, "harms", HARMS) if table else ""
    told = [f"{row.label}: {row.cells[ALL]}." for row in rows if ALL in row.cells]
    if not counts_deaths(material) and _record_deaths(material):
        told.append(without_deaths(material))
    told += undated(material)
    if main := main_deaths(material):
        told += [f"{text}." for text in turned(material, main[0])]
    told += [NONE_LOGGED] if none_logged(material) else []
    told += [line for analysis in declared_harms(material) for line in _whys(material, analysis)]
    told += _denominators(material)
    return (
        "\n\n".join(filter(None, [table, *told, *_listed(material), *unreported(material)])) + "\n"
    )


def harms_rows(material: Material, places: dict[str, str], *, whole: bool = False) -> list[Row]:
    """Deaths, then a row an endpoint of each analysis of harms that the plan does not want in the
    report alone, else a row a log of events. A cell is patients with the event of those seen; the
    `whole` table has every analysis and log, with shares and intervals."""
    rows = [*_deaths(material, places)]
    if whole and main_deaths(material) is not None:
        rows += _disposition(material)
    declared = [one for one in declared_harms(material) if whole or one.report != "main"]
    for analysis in declared:
        rows += _events(material, analysis, places, whole=whole)
    if whole or (len(rows) < MOST_ROWS and not declared):
        rows += _logs(material, whole=whole)
    return rows


def harms_line(material: Material) -> str:
    """What stands in place of rows: events of all patients where there are no arms to tell apart,
    else why there is nothing."""
    told = []
    for texts in event_tables(material):
        shares = of_events(material, texts, "any_event")
        patients = of_events(material, texts, "patients")
        if [*patients] == [ALL]:
            count, share = patients[ALL], shares[ALL]
            number = link(count, f"{count['stat_value']:g} of {count['denominator']}")
            interval = short_text(share).rpartition("(")[2].rstrip(")")
            level = f"{100 * present(share['ci_level']):g}% CI {interval}"
            told.append(f"{escape_markdown(texts['title'])}, any: {number} ({link(share, level)})")
    if told:
        return f"{'; '.join(told)}."
    return " ".join(unreported(material)) or "No analysis of the plan counts harms by arm."


def _linked(words: str, analysis: Analysis, places: dict[str, str]) -> str:
    place = place_link(analysis_place(analysis.name), places)
    return f"[{escape_markdown(words)}]({place})" if place else escape_markdown(words)


def _deaths(material: Material, places: dict[str, str]) -> Iterator[Row]:
    """Deaths of the patients of each arm; behind them, where some have an unknown status, how many
    these are. Without an analysis of deaths those of the disposition."""
    main = main_deaths(material)
    if main is None:
        yield from _disposition(material)
        return
    analysis, arms = main
    known, unknown = where_known(material), dict[str, int]()
    population = analysis.estimand.population
    if known is not None and known[0].estimand.population == population:
        unknown = unknown_by_arm(material, *known)
        # Times to death lose nobody by censoring; shares are of those whose status is known.
        arms = arms if censors(arms) else known[1]
    cells = _cells(arms)
    if any(unknown.values()):
        cells = {arm: f"{cell}; {unknown.get(arm, 0)}" for arm, cell in cells.items()}
    words = "Died; status unknown" if any(unknown.values()) else "Died"
    yield Row(_linked(words, analysis, places), cells)


def _disposition(material: Material) -> Iterator[Row]:
    randomised = randomised_by_arm(material)
    for label, ended in ends(material).items():
        cells = {
            arm: f"{link(row)}/{link(randomised[arm])}"
            for arm, (row,) in ended.items()
            if arm != ALL and arm in randomised
        }
        yield Row(escape_markdown(label), cells)


def _events(
    material: Material, analysis: Analysis, places: dict[str, str], *, whole: bool
) -> Iterator[Row]:
    for (label, visit), arms in by_arm(material, analysis).items():
        words = ", ".join(filter(None, [label, visit]))
        several = len(arms) > 1
        cells = {a: of_arm_in_words(r) for a, r in arms.items() if a != ALL or not several}
        yield Row(_linked(words, analysis, places), cells if whole else _cells(arms))


def _logs(material: Material, *, whole: bool) -> Iterator[Row]:
    for texts in event_tables(material):
        patients = of_events(material, texts, "patients")
        shares = of_events(material, texts, "any_event") if whole else {}
        empty = "" if has_events(material, texts) else " (the log is empty)"
        cells = {
            arm: link(row, f"{row['stat_value']:g}/{whole_of(row)}")
            + (f", {with_level(shares[arm])}" if arm in shares else "")
            for arm, row in patients.items()
            if arm != ALL or (whole and len(patients) == 1)
        }
        yield Row(escape_markdown(f"{texts['title']}, any{empty}"), cells)


def _cells(arms: Arms) -> dict[str, str]:
    """ "10/55" an arm."""
    cells = {}
    for arm, rows in arms.items():
        row = counted(rows)
        if row is not None and arm != ALL:
            cells[arm] = link(row, f"{row['stat_value']:g}/{whole_of(row)}")
    return cells


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


def _whys(material: Material, analysis: Analysis) -> Iterator[str]:
    """Why an endpoint is a harm, where only some of an analysis are; of how many it is recorded;
    that it counts the log alone."""
    why = {} if analysis.harms is True else analysis.harms or {}
    for (label, _), arms in by_arm(material, analysis).items():
        row = next(iter(arms.values()))[0]
        told = [escape_markdown(why[present(row["parameter"])])] if why else []
        told += records(material, analysis, row["parameter"])
        told += ["from the log alone"] if _of_log(material, row) else []
        if told:
            yield f"{escape_markdown(label)}: {'; '.join(told)}."


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
    lines = [
        f"The log of {escape_markdown(lower_first(texts['title']))} has no event."
        for texts in empty
    ]
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
