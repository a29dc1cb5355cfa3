"""The published numbers of all trials on one page: what does not hold, a line a trial, and a matrix
of verdicts, which filters the list of all claims, the worst first."""

from collections.abc import Iterator, Sequence
from html import escape

from trialtrace.audit.printed.verdicts import (
    COLUMNS,
    CONTRADICTS,
    DATA,
    DIFFERS,
    FAILS,
    NO_RESULT,
    NOT_CHECKED,
    NOT_TIED,
    PRINT,
    QUESTION,
)
from trialtrace.audit.verdicts.tally import checked_text, tally, worst, worst_first
from trialtrace.base.words import upper_first
from trialtrace.report.audit.audit_page import (
    NO_CAUSE,
    SUMMARY,
    Row,
    audit_style,
    finding_lines,
    verdict_cell,
    what_fails,
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
HEADS = (
    *("Trial", "Contradict", "Questions", "Differ from the data", "Published numbers"),
    *("Checked with each other", "Compared with the data"),
)


def claims_page(materials: Sequence[Material]) -> str:
    """The page; each trial's row and each claim link to the audit in the trial's folder."""
    rows, trials = _all_claims(materials), [material.trial.name for material in materials]
    title = "Published numbers of all trials"
    parts = [
        f"<h1>{title}</h1>",
        *what_fails(rows, lambda claim: f"{claim.partition('/')[0]}/{AUDIT_PAGE}"),
        f'<h2>Trials</h2><p class="subject">{checked_text(tally(rows))}</p>',
        *table_lines(HEADS, map(_of_trial, materials)),
        *_claims(rows, trials),
        f'<p class="prose quiet">{SUMMARY}{NO_CAUSE}</p>',
    ]
    style = audit_style() + filter_rules(rows) + trial_rules(trials)
    body = "\n".join([*parts, ""])
    return page(title, body, stamp=None, style=style, above=[OF_SITE])


def _of_trial(material: Material) -> str:
    """What does not hold of one trial, next to how many of its numbers were compared."""
    counts = tally(material.claims)
    on_print, data = counts[PRINT], counts[DATA]
    wrong = (on_print[CONTRADICTS], on_print[QUESTION], data[DIFFERS] + data[NOT_TIED])
    numbers = (
        *wrong,
        counts["claims"],
        counts["claims"] - on_print[NOT_CHECKED],
        sum(data.values()) - data[NO_RESULT],
    )
    cells = "".join(f'<td class="number">{number}</td>' for number in numbers)
    return f'<tr><td style="min-width: 18rem">{_title(material)}</td>{cells}</tr>'


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
