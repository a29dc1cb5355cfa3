"""The published numbers of all trials on one page: counts by verdict, and what does not hold."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from trialtrace.claims.tally import SHOWN, tally, worst
from trialtrace.claims.told import by_verdict
from trialtrace.display.audit_page import (
    CHANCE,
    NO_CAUSE,
    SUMMARY,
    WORDS,
    WRONG,
    audit_style,
    expected_by_chance,
)
from trialtrace.display.links import AUDIT_PAGE, claim_anchor
from trialtrace.display.material import Material
from trialtrace.display.trace_page import page

ON_PRINT = "synthetic cohort: judged on print alone"


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
    """A row a trial: its claims by verdict, its searches, and their chance."""
    names = ["Trial", "Claims", *SHOWN.values(), "Searched", "Matched", "By chance"]
    head = "".join(f"<th>{name[0].upper()}{name[1:]}</th>" for name in names)
    yield f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
    for material in materials:
        counts, searches = tally(material.claims), searches_of(material)
        matched = sum(one["tier"] is not None for one in searches)
        chance = f"{expected_by_chance(searches):.1f}" if searches else ""
        numbers = [
            counts["claims"],
            *(counts[word] for word in SHOWN),
            len(searches),
            matched,
            chance,
        ]
        cells = "".join(f'<td class="number">{number}</td>' for number in numbers)
        yield f"<tr><td>{_title(material)}</td>{cells}</tr>"
    yield "</tbody>\n</table></div>"


def searches_of(material: Material) -> list[dict]:
    """The searches over a trial's data, then those on print."""
    return [*material.printed["searches_over_data"], *material.printed["searches"]]


def _title(material: Material) -> str:
    name = escape(material.trial.name)
    note = f'<br><span class="quiet">{ON_PRINT}</span>' if material.trial.synthetic else ""
    return f'<a href="{name}/{AUDIT_PAGE}">{escape(material.trial.title)}</a>{note}'


def _wrong(materials: Sequence[Material]) -> Iterator[str]:
    """What differs, is inconsistent, or comes of another choice only."""
    head = "".join(
        f"<th>{name}</th>" for name in ("Trial", "Claim", "Printed", "Verdict", "Finding")
    )
    yield "<h2>What does not hold</h2>"
    yield f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>"
    for material in materials:
        for claim, of_claim in groupby(material.claims, key=lambda row: row["claim_id"]):
            rows = list(of_claim)
            if (verdict := worst(rows)) in WRONG:
                yield _row(material.trial.name, claim, rows, verdict)
    yield "</tbody>\n</table>"


def _row(trial: str, claim: str, rows: list[dict], verdict: str) -> str:
    told = [finding for agreement, finding, _ in by_verdict(rows) if agreement == verdict]
    link = f"{escape(trial)}/{AUDIT_PAGE}#{escape(claim_anchor(claim))}"
    return (
        f'<tr><td>{escape(trial)}</td><td><a href="{link}">{escape(rows[0]["label"])}</a></td>'
        f'<td class="printed">{escape(rows[0]["quote"])}<br><span class="quiet">'
        f'{escape(rows[0]["place"])}</span></td><td class="verdict wrong">{WORDS[verdict]}</td>'
        f"<td>{escape(' '.join(told))}</td></tr>"
    )
