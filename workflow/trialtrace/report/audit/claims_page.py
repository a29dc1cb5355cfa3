"""The published numbers of all trials on one page: counts by verdict, and what does not hold."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from trialtrace.claims.tally import tally, worst, worst_first
from trialtrace.ground.contracts.verdicts import COLUMNS, FAILS, OF_COLUMN, SHOWN
from trialtrace.report.audit.audit_page import (
    CHANCE,
    NO_CAUSE,
    SUMMARY,
    audit_style,
    expected_by_chance,
    finding_lines,
    verdict_cell,
)
from trialtrace.report.links import AUDIT_PAGE, claim_anchor
from trialtrace.report.material import Material
from trialtrace.report.pages.shell import page

ON_PRINT = "synthetic data: judged on print alone"


def claims_page(materials: Sequence[Material]) -> str:
    """The page; each trial's row and each claim link to the audit in the trial's folder."""
    body = "\n".join(
        [
            '<p class="up"><a href="index.html">Trials</a></p>',
            "<h1>Published numbers of all trials</h1>",
            f'<p class="prose quiet">{SUMMARY}{NO_CAUSE}</p>',
            *_counts(materials),
            f'<p class="prose">By chance: the sum of the chances of a coincidental fit over the '
            f"searches of a trial, which is how many of them some choice would match by chance. "
            f"{CHANCE}</p>",
            *_wrong(materials),
        ]
    )
    return page(
        "Published numbers of all trials", f"{body}\n", synthetic=False, style=audit_style()
    )


def _counts(materials: Sequence[Material]) -> Iterator[str]:
    """A table a column of verdicts, a row a trial; the second has the searches and their chance."""
    for column, name in COLUMNS.items():
        words = OF_COLUMN[column]
        names = ["Trial", "Claims", *(SHOWN[word] for word in words)]
        head = "".join(f"<th>{one[0].upper()}{one[1:]}</th>" for one in names)
        yield f"<h2>{name[0].upper()}{name[1:]}</h2>"
        yield f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
        for material in materials:
            counts = tally(material.claims)
            numbers = [counts["claims"], *(counts[column][word] for word in words)]
            yield f"<tr><td>{_title(material)}</td>{_cells(numbers)}</tr>"
        yield "</tbody>\n</table></div>"
    head = "".join(f"<th>{one}</th>" for one in ("Trial", "Searched", "Matched", "By chance"))
    yield "<h2>Other choices</h2>"
    yield f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
    for material in materials:
        searches = searches_of(material)
        matched = sum(one["tier"] is not None for one in searches)
        chance = f"{expected_by_chance(searches):.1f}" if searches else ""
        yield f"<tr><td>{_title(material)}</td>{_cells([len(searches), matched, chance])}</tr>"
    yield "</tbody>\n</table></div>"


def _cells(numbers: Sequence[int | str]) -> str:
    return "".join(f'<td class="number">{number}</td>' for number in numbers)


def searches_of(material: Material) -> list[dict]:
    """The searches over a trial's data, then those on print."""
    return [*material.printed["searches_over_data"], *material.printed["searches"]]


def _title(material: Material) -> str:
    name = escape(material.trial.name)
    note = f'<br><span class="quiet">{ON_PRINT}</span>' if material.trial.synthetic else ""
    return f'<a href="{name}/{AUDIT_PAGE}">{escape(material.trial.title)}</a>{note}'


def _wrong(materials: Sequence[Material]) -> Iterator[str]:
    """What has a verdict, against the data or on print, that does not let it hold."""
    names = (
        "Trial",
        "Claim",
        "Printed",
        *(f"{n[0].upper()}{n[1:]}" for n in COLUMNS.values()),
        "Finding",
    )
    head = "".join(f"<th>{name}</th>" for name in names)
    yield "<h2>What does not hold</h2>"
    yield f'<div class="claims"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
    for material in materials:
        for rows in worst_first(material.claims):
            wrong = [column for column in COLUMNS if worst(rows, column) in FAILS]
            if wrong:
                yield _row(material.trial.name, rows, wrong)
    yield "</tbody>\n</table></div>"


def _row(trial: str, rows: Sequence[Mapping[str, Any]], wrong: Sequence[str]) -> str:
    first = rows[0]
    link = f"{escape(trial)}/{AUDIT_PAGE}#{escape(claim_anchor(first['claim_id']))}"
    verdicts = "".join(verdict_cell(rows, column) for column in COLUMNS)
    return (
        f'<tr><td>{escape(trial)}</td><td><a href="{link}">{escape(first["label"])}</a></td>'
        f'<td class="printed">{escape(first["quote"])}<br><span class="quiet">'
        f"{escape(first['place'])}</span></td>{verdicts}"
        f"<td>{''.join(finding_lines(rows, wrong))}</td></tr>"
    )
