"""Harms in a few lines, for the summary: deaths by arm, events by arm, the way to all of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from trialtrace.report.audit.cohort_words import made_up_by_arm
from trialtrace.report.links import analysis_place, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.absolute import of_few
from trialtrace.report.sections.compact import counted, of_arm_in_words, of_whole, whole_of
from trialtrace.report.sections.deaths import (
    censors,
    deaths_by_arm,
    main_deaths,
    unknown_status,
    where_known,
)
from trialtrace.report.sections.decisions import turned_in_short
from trialtrace.report.sections.findings import MOST_SENTENCES, compared
from trialtrace.report.sections.harms import (
    by_arm,
    declared_harms,
    event_tables,
    has_events,
    of_events,
    of_log,
    unreported,
    without_deaths,
)
from trialtrace.report.sections.records import records
from trialtrace.report.sections.remarks import caveat
from trialtrace.report.sections.results_in_short import arm_in_text, sizes
from trialtrace.report.tables import link, short_text
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.outcomes import CHOSEN
from trialtrace.run.trial.plan.build import Analysis


def harms_in_short(material: Material, places: Mapping[str, str]) -> list[str]:
    """Deaths; how many of each arm had an event, by each analysis of harms that the plan does not
    want in the report alone, else by log; where effects, terms and patients stand. `places` has the
    page of each section."""

    def place(analysis: Analysis) -> str:
        return place_link(analysis_place(analysis.name), places)

    told = [
        text
        for one in declared_harms(material)
        if one.report != "main"
        for text in _lines(material, one, place(one))
    ]
    told = told or [_logged(material, texts) for texts in event_tables(material)]
    return [
        *_deaths(material, place),
        *(f"{text}." for text in told),
        *unreported(material),
    ]


def _deaths(material: Material, place: Callable[[Analysis], str]) -> list[str]:
    """ "Deaths: drug 4 of 10, placebo 3 of 10; hazard ratio …", with what the plan notes first."""
    deaths = main_deaths(material)
    if deaths is None:
        return deaths_by_arm(material, place) or [without_deaths(material)]
    analysis, arms = deaths
    known, lead = where_known(material), _linked("Deaths", place(analysis))
    if known is None or known[0].estimand.population != analysis.estimand.population:
        known = deaths
    status = ""
    seen = {arm: rows for arm, rows in known[1].items() if arm != ALL}
    if unknown := unknown_status(material, *known, " (status unknown: "):
        if known[0] is not analysis and censors(arms):
            status = f"{unknown})"
        else:
            arms = seen
            lead += " of those known"
    text = f"{lead}: {_by_arm(material, arms)}{_made_up(material, seen)}{status}"
    size = _effects(material, analysis, None) or _effects(material, known[0], None)
    hangs = "".join(f" {told}." for told in turned_in_short(material, analysis))
    return [f"{text}{size}.{hangs}{caveat(analysis)}"]


def _lines(material: Material, analysis: Analysis, place: str) -> Iterator[str]:
    """ "Any adverse event: drug 4 of 10, placebo 3 of 10", an endpoint and visit each; the effects
    of an analysis that the plan wants on the first page."""
    wanted = analysis.report == "summary" and analysis.role != "published"
    for (label, visit), arms in by_arm(material, analysis).items():
        whole = {arm: rows for arm, rows in arms.items() if arm != ALL or len(arms) == 1}
        first = next(iter(whole.values()))[0]
        shown = escape_markdown(
            ", ".join(filter(None, [label, visit])) + " (logged)" * bool(of_log(material, first))
        )
        text = f"{_linked(shown, place)}: {_by_arm(material, whole, arms.get(ALL))}"
        text += _made_up(material, whole)
        # How few have a record at all is read before the effect.
        text = "; ".join([text, *records(material, analysis, first["parameter"])])
        text += _effects(material, analysis, first) if wanted else ""
        # Who is in it, and what nothing is seen in, says what such a number leaves out.
        note = caveat(analysis).strip(" .")
        none = not any(row["stat_value"] for row in map(counted, whole.values()) if row)
        some = note and CHOSEN in material.trial.populations[analysis.estimand.population].label
        yield f"{text}; {lower_first(note)}" if note and (none or some) else text


def _made_up(material: Material, arms: Mapping[str, list[ResultRow]]) -> str:
    """Which of these counts a synthetic cohort assumes: said at the numbers."""
    return made_up_by_arm(material, [row for rows in arms.values() for row in rows])


def _linked(words: str, place: str) -> str:
    return f"[{words}]({place})" if place else words


def _by_arm(
    material: Material,
    arms: Mapping[str, list[ResultRow]],
    every: Sequence[ResultRow] | None = None,
) -> str:
    """ "drug 4/10 (40.0 %), placebo 3/10 (30.0 %)". Of none by each arm, and what it leaves room
    for: the interval of the share of `every` arm together."""
    counts = {arm: counted(rows) for arm, rows in arms.items()}
    none = [row for row in counts.values() if row is not None and not row["stat_value"]]
    if none and len(none) == len(counts):
        whole = sum(map(whole_of, none))
        shares = (row for row in every or () if row["stat_name"] == "proportion")
        share = next((row for row in shares if row["ci_level"] and whole_of(row) == whole), None)
        by = [
            f"{arm_in_text(material, arm)} {link(row, f'0/{whole_of(row)}')}"
            for arm, row in counts.items()
            if row
        ]
        inside = [", ".join(by)] * (len(by) > 1)
        if share is not None:
            interval = short_text(share).rpartition("(")[2].rstrip(")")
            level = 100 * present(share["ci_level"])
            inside.append(link(share, f"{level:g} % CI {interval} %"))
        return f"{link(none[0], 'none')} of {whole}" + f" ({'; '.join(inside)})" * bool(inside)
    told = []
    for arm, rows in arms.items():
        row = counts[arm]
        count = of_whole(row) if row else of_arm_in_words(rows)
        told.append(f"{arm_in_text(material, arm)} {count}")
    return ", ".join(told)


def _effects(material: Material, analysis: Analysis, like: ResultRow | None) -> str:
    """The effects of an analysis, of several endpoints those of the result `like`; that few are at
    risk where they end."""
    at = ("parameter", "visit")
    found = [
        one
        for one in compared(material, analysis)
        if like is None or values_of(one.estimate, at) == values_of(like, at)
    ]
    if not 0 < len(found) <= MOST_SENTENCES:
        return ""
    few = any(of_few(material, one.estimate) for one in found)
    return f"; {sizes(material, analysis, found)}{' (few at risk at the end)' * few}"


def _logged(material: Material, texts: Mapping[str, str]) -> str:
    """How many of each arm have an event of a log; that it has none."""
    title = escape_markdown(f"{texts['title']}, patients with any")
    if not has_events(material, texts):
        return f"{title}: none in the log"
    patients = of_events(material, texts, "patients")
    told = [
        f"{arm_in_text(material, arm)} {of_whole(row)}"
        for arm, row in patients.items()
        if arm != ALL or len(patients) == 1
    ]
    return f"{title}: {', '.join(told)}"
