"""The coverage of the source texts as a page of a trial's report, and in every form of
`trialtrace sources`."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path

from trialtrace.report.audit.audit_page import audit_style
from trialtrace.report.links import AUDIT_PAGE, SUMMARY, analysis_place, claim_anchor, place_link
from trialtrace.report.listing import listing
from trialtrace.report.pages.shell import linked, report_page, table_lines
from trialtrace.report.sections.endpoints_section import shared_label
from trialtrace.run.claims.coverage import HOW, Covered, coverage
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.load import Trial

TITLE = "Coverage of the source texts"
COLUMNS = ("Told", "Endpoint", "Analysis", "Claim", "In the report")
SECTIONS = {"sec-patients": "Patients", "sec-harms": "Harms", "sec-endpoints": "Endpoints"}
_PLACE = re.compile(r'id="((?:sec|fig|claim)-[^"]+|tbl-[^"]+-choices|tbl-known)"')
LEAD = (
    "What the source texts of this trial tell, item by item, and what covers each: made from the "
    "configuration. What nothing covers is listed with its reason."
)


def section_pages(pages: Iterable[Path]) -> dict[str, str]:
    """The first page of the report that has each section, figure, claim, table of choices, and that
    of known outcomes."""
    return {
        place: page.name
        for page in reversed(list(pages))
        for place in _PLACE.findall(page.read_text(encoding="utf-8"))
    }


def report_pages(folder: Path) -> list[Path]:
    """The pages of a report that a run has made, without its summary; none before a run."""
    return [page for page in sorted(folder.glob("*.html")) if page.stem != SUMMARY]


def coverage_page(trial: Trial, rows: Sequence[Covered], places: Mapping[str, str]) -> str:
    """The page beside the report; claims link to the audit, analyses to their sections on the page
    that `places` gives for each. Before a run there is none to link to. Everything has the label
    that the report gives it."""
    lines = [
        f"<h1>{TITLE}</h1>",
        f'<p class="prose quiet">{LEAD}</p>',
        f'<p class="subject">{counted(rows)}</p>',
        *table_lines(COLUMNS, (_row(trial, row, places) for row in rows), "claims"),
    ]
    body = "\n".join([*lines, ""])
    return report_page(trial, TITLE, body, title=TITLE, style=audit_style())


def counted(rows: Sequence[Covered]) -> str:
    """How many rows are covered as a whole, in part, by a claim alone and not."""
    each = [f"{sum(row.how == how for row in rows)} {how}" for how in HOW]
    return f"{len(rows)} items: {', '.join(each)}."


def coverage_text(rows: Sequence[Covered], places: Mapping[str, str]) -> str:
    """A paragraph a row, then the counts; `places` as for the page."""
    told = ["\n".join(_lines(row, places)) for row in rows]
    return "\n\n".join([*told, counted(rows)]) + "\n"


def _lines(row: Covered, pages: Mapping[str, str]) -> Iterator[str]:
    yield f"{row.name}: {row.how}"
    yield f"  {row.label} ({row.source}: {row.place})"
    for word, names in (
        ("endpoint", row.endpoints),
        ("variable", row.variables),
        ("analysis", row.analyses),
        ("figure", row.figures),
        ("claim", row.claims),
        ("setting", row.settings),
        ("check", row.checks),
        ("report", tuple(place_link(one, pages) or one for one in row.report)),
    ):
        if names:
            yield f"  {word:<9} {', '.join(names)}"
    if row.not_printed:
        yield f"  {'unprinted':<9} {row.not_printed}"
    if row.absent:
        yield f"  {'absent':<9} {row.absent}"


def _row(trial: Trial, row: Covered, pages: Mapping[str, str]) -> str:
    ledger, sections = trial.claims_document["claims"], _sections(trial)
    claims = [
        linked(ledger[claim]["label"], f"{AUDIT_PAGE}#{claim_anchor(claim)}")
        for claim in row.claims
    ]
    places = [linked(sections[one], place_link(one, pages)) for one in row.report]
    silent = f'<br><span class="quiet">{escape(row.not_printed)}</span>' if row.not_printed else ""
    absent = f'<br><span class="lost">{escape(row.absent)}</span>' if row.absent else ""
    where = f'<span class="quiet">{escape(row.source)}: {escape(row.place)}</span>'
    cells = [
        f"{escape(row.label)}<br>{where}{silent}{absent}",
        _listed(_covering(trial, row)),
        _listed(
            [*(trial.plan.analyses[analysis].label for analysis in row.analyses), *row.figures]
        ),
        "<br>".join(claims),
        "<br>".join(places) or escape(row.how),
    ]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _sections(trial: Trial) -> dict[str, str]:
    """Anchor -> the title of the section of the report."""
    analyses = trial.plan.analyses.values()
    return SECTIONS | {analysis_place(analysis.name): analysis.label for analysis in analyses}


def _covering(trial: Trial, row: Covered) -> Iterator[str]:
    """The labels of the endpoints, variables and checks of a row, and its settings."""
    for name in row.endpoints:
        yield shared_label(
            [endpoint.label for endpoint in trial.family(name)] or [trial.endpoints[name].label]
        )
    yield from (variable_label(trial, name) for name in row.variables)
    yield from (f"trial.yaml: {name}" for name in row.settings)
    yield from (trial.cleaning.checks[name].label for name in row.checks)


def _listed(names: Iterable[str]) -> str:
    return "<br>".join(map(escape, names))


SEPARATOR = "; "


def coverage_as(trial: Trial, form: str) -> str:
    """The coverage of a trial's texts in one of the forms of the command.

    Sections have the page on which they stand in the report of the last run, if there is one.
    """
    rows = coverage(trial)
    places = section_pages(report_pages(trial.at.results / trial.name / "report"))
    if form == "table":
        return coverage_text(rows, places)
    if form == "html":
        return coverage_page(trial, rows, places)
    found = [
        asdict(row)
        | {"report": tuple(place_link(one, places) or one for one in row.report), "how": row.how}
        for row in rows
    ]
    if form == "csv":
        found = [
            {k: SEPARATOR.join(v) if isinstance(v, tuple) else v for k, v in row.items()}
            for row in found
        ]
    return listing(found, list(found[0]) if found else [], [], form)
