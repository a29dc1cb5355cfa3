"""Harms of page 1: deaths and patients with an event, by arm."""

from collections.abc import Iterator

from trialtrace.report.links import analysis_place, place_link
from trialtrace.report.material import Material
from trialtrace.report.page_one.columns import Row
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.compact import counted, whole_of
from trialtrace.report.sections.deaths import (
    Arms,
    censors,
    ends,
    main_deaths,
    randomised_by_arm,
    unknown_by_arm,
    where_known,
)
from trialtrace.report.sections.harms import (
    by_arm,
    declared_harms,
    event_tables,
    has_events,
    of_events,
    unreported,
)
from trialtrace.report.tables import link, short_text
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.contracts.rows import present
from trialtrace.run.trial.plan.build import Analysis

MOST_ROWS = 4


def harms_rows(material: Material, places: dict[str, str]) -> list[Row]:
    """Deaths, then a row an endpoint of each analysis of harms that the plan does not want in the
    report alone, else a row a log of events. A cell is patients with the event of those seen."""
    rows = [*_deaths(material, places)]
    for analysis in declared_harms(material):
        if analysis.report != "main":
            rows += _events(material, analysis, places)
    if len(rows) < MOST_ROWS and not any(one.report != "main" for one in declared_harms(material)):
        rows += _logs(material)
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
    deaths = main_deaths(material)
    if deaths is None:
        randomised = randomised_by_arm(material)
        for label, ended in ends(material, death=True).items():
            cells = {
                arm: f"{link(row)}/{link(randomised[arm])}"
                for arm, (row,) in ended.items()
                if arm != ALL and arm in randomised
            }
            yield Row(escape_markdown(label), cells)
        return
    analysis, arms = deaths
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


def _events(material: Material, analysis: Analysis, places: dict[str, str]) -> Iterator[Row]:
    for (label, visit), arms in by_arm(material, analysis).items():
        words = ", ".join(filter(None, [label, visit]))
        yield Row(_linked(words, analysis, places), _cells(arms))


def _logs(material: Material) -> Iterator[Row]:
    for texts in event_tables(material):
        patients = of_events(material, texts, "patients")
        empty = "" if has_events(material, texts) else " (the log is empty)"
        cells = {
            arm: link(row, f"{row['stat_value']:g}/{whole_of(row)}")
            for arm, row in patients.items()
            if arm != ALL
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
