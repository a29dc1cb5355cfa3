"""The published numbers of all trials on one page: counts and a matrix of their verdicts, which
filters the list of all claims, the worst first."""

from collections.abc import Iterator, Sequence
from html import escape

from trialtrace.audit.printed.verdicts import COLUMNS, FAILS, OF_COLUMN, SHOWN
from trialtrace.audit.verdicts.tally import tally, worst, worst_first
from trialtrace.base.words import upper_first
from trialtrace.report.audit.audit_page import (
    CHANCE,
    NO_CAUSE,
    SUMMARY,
    Row,
    audit_style,
    expected_by_chance,
    finding_lines,
    verdict_cell,
)
from trialtrace.report.audit.claims_matrix import (
    classes,
    filter_rules,
    matrix,
    trial_boxes,
    trial_rules,
)
from trialtrace.report.links import AUDIT_PAGE, OF_SITE, claim_anchor
from trialtrace.report.material import Material
from trialtrace.report.pages.shell import page, table_lines

ON_PRINT = "synthetic data: internal consistency alone"


def claims_page(materials: Sequence[Material]) -> str:
    """The page; each trial's row and each claim link to the audit in the trial's folder."""
    rows, trials = _all_claims(materials), [material.trial.name for material in materials]
    title = "Published numbers of all trials"
    parts = [
        f"<h1>{title}</h1>",
        f'<p class="prose quiet">{SUMMARY}{NO_CAUSE}</p>',
        *_counts(materials),
        f'<p class="prose">By chance: the sum of the chances of a coincidental fit over the '
        f"searches of a trial, which is how many of them some choice would match by chance. "
        f"{CHANCE}</p>",
        *_claims(rows, trials),
    ]
    style = audit_style() + filter_rules(rows) + trial_rules(trials)
    body = "\n".join([*parts, ""])
    return page(title, body, stamp=None, style=style, above=[OF_SITE])


def _counts(materials: Sequence[Material]) -> Iterator[str]:
    """A table a column of verdicts, a row a trial; the second has the searches and their chance."""
    for column, name in COLUMNS.items():
        counts = [tally(material.claims) for material in materials]
        words = OF_COLUMN[column]
        names = ["Trial", "Claims", *(SHOWN[word] for word in words)]
        numbers = [[each["claims"], *(each[column][word] for word in words)] for each in counts]
        yield f"<h2>{upper_first(name)}</h2>"
        yield from table_lines(map(upper_first, names), map(_of_trial, materials, numbers))
    yield "<h2>Other choices</h2>"
    matches: list[list[int | str]] = []
    for searches in map(searches_of, materials):
        matched = sum(search["tier"] is not None for search in searches)
        chance = f"{expected_by_chance(searches):.1f}" if searches else ""
        matches.append([len(searches), matched, chance])
    names = ["Trial", "Searched", "Matched", "By chance"]
    yield from table_lines(names, map(_of_trial, materials, matches))


def _of_trial(material: Material, numbers: Sequence[int | str]) -> str:
    cells = "".join(f'<td class="number">{number}</td>' for number in numbers)
    return f"<tr><td>{_title(material)}</td>{cells}</tr>"


def searches_of(material: Material) -> list[dict]:
    """The searches over a trial's data."""
    return [*material.printed["searches_over_data"]]


def _title(material: Material) -> str:
    name = escape(material.trial.name)
    note = f'<br><span class="quiet">{ON_PRINT}</span>' if material.trial.synthetic else ""
    return f'<a href="{name}/{AUDIT_PAGE}">{escape(material.trial.title)}</a>{note}'


def _all_claims(materials: Sequence[Material]) -> list[Row]:
    """The rows of every trial, each claim under the name of its trial and its own."""
    return [
        row | {"claim_id": f"{material.trial.name}/{row['claim_id']}"}
        for material in materials
        for row in material.claims
    ]


def _claims(rows: Sequence[Row], trials: Sequence[str]) -> Iterator[str]:
    """The matrix of verdicts, then every claim, the worst first; of one that does not hold why."""
    names = ("Trial", "Claim", "Printed", *map(upper_first, COLUMNS.values()), "Finding")
    yield "<h2>Claims</h2>"
    yield from matrix(rows)
    yield trial_boxes(trials)
    yield from table_lines(names, map(_row, worst_first(rows)), "claims")


def _row(rows: Sequence[Row]) -> str:
    first = rows[0]
    wrong = [column for column in COLUMNS if worst(rows, column) in FAILS]
    trial, _, claim = first["claim_id"].partition("/")
    link = f"{escape(trial)}/{AUDIT_PAGE}#{escape(claim_anchor(claim))}"
    verdicts = "".join(verdict_cell(rows, column) for column in COLUMNS)
    found = "".join(finding_lines(rows, wrong)) if wrong else ""
    return (
        f'<tr class="{classes(rows)} trial-{escape(trial)}"><td>{escape(trial)}</td>'
        f'<td><a href="{link}">{escape(first["label"])}</a></td>'
        f'<td class="printed">{escape(first["quote"])}<br><span class="quiet">'
        f"{escape(first['place'])}</span></td>{verdicts}<td>{found}</td></tr>"
    )
