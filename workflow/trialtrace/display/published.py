"""The section of a report on published numbers: each claim, what the data and print say of it,
and what the searches over other choices are worth."""

from collections.abc import Iterator
from typing import Any

from trialtrace.claims.tally import tally, tally_text, worst
from trialtrace.display.audit_page import (
    CHANCE,
    NO_CAUSE,
    OF_SYNTHETIC,
    SUMMARY,
    expected_sentence,
    search_cells,
)
from trialtrace.display.links import AUDIT_PAGE, claim_anchor, component_link
from trialtrace.display.material import Material
from trialtrace.display.render.escape import escape_markdown
from trialtrace.display.tables import captioned, pipe_table

Row = dict[str, Any]
AGREEMENT = {
    "exact": "exact",
    "compatible": "compatible",
    "alternative": "another choice",
    "differs": "differs",
    "inconsistent": "inconsistent",
    "not_checkable": "not checkable",
}
WRONG = {"differs", "inconsistent", "alternative"}
# Of these every component's finding is told.
TOLD = WRONG | {"compatible"}
ON_PRINT = "On print: "
DATA = 2
"""The place of the column of what the data give; it is left out where they give nothing."""


def published(material: Material) -> str:
    """The papers, the claims table, and the searches."""
    if not material.claims:
        return "No published numbers are configured for this trial."
    papers = dict.fromkeys(row["paper"] for row in material.claims)
    sources = "\n".join(f"- {escape_markdown(paper)}" for paper in papers)
    counts = escape_markdown(tally_text(tally(material.claims)))
    alone = f" {OF_SYNTHETIC}" if material.trial.synthetic else ""
    more = f"The same with pictures of the findings: [{AUDIT_PAGE}]({AUDIT_PAGE})."
    lead = f"{counts}.{alone} {SUMMARY}{NO_CAUSE} {more}"
    return "\n\n".join([sources, lead, _claims(material), *_searches(material)])


def _claims(material: Material) -> str:
    """A row a claim, its components in their cells, its finding."""
    grouped: dict[str, list[Row]] = {}
    for row in material.claims:
        grouped.setdefault(row["claim_id"], []).append(row)
    body = []
    for claim_id, rows in grouped.items():
        agreement = worst(rows)
        word = AGREEMENT[agreement]
        shown = [_recomputed(row) for row in rows if row["recomputed_text"]]
        printed = f"{rows[0]['quote']} ({rows[0]['place']})"
        body.append(
            [
                f"[]{{#{claim_anchor(claim_id)}}}{escape_markdown(rows[0]['label'])}",
                escape_markdown(printed),
                ", ".join(shown),
                f"**{word}**" if agreement in WRONG else word,
                escape_markdown(_findings(rows, agreement)),
            ]
        )
    header = ["Claim", "Printed (where)", "From the data", "Agreement", "Finding"]
    caption = "Published numbers and the data."
    if not any(row[DATA] for row in body):
        header = header[:DATA] + header[DATA + 1 :]
        body = [row[:DATA] + row[DATA + 1 :] for row in body]
        caption = "Published numbers."
    return captioned(material, pipe_table(header, body, numbers_from=99), "claims", caption)


def _searches(material: Material) -> Iterator[str]:
    """Each search over other choices, and what a chance of a coincidental fit is."""
    searches = [*material.printed["searches_over_data"], *material.printed["searches"]]
    if not searches:
        return
    yield f"{escape_markdown(expected_sentence(searches))} {CHANCE}"
    cells = [dict(search_cells(one, material.claims)) for one in searches]
    header = ["Searched", "Choices by tier", "First match", "Chance by tier",
              "Chance, half / double window"]  # fmt: skip
    body = [[escape_markdown(one[name]) for name in header] for one in cells]
    yield captioned(
        material, pipe_table(header, body, numbers_from=99), "searches", "Other choices tried."
    )


def _findings(rows: list[Row], agreement: str) -> str:
    """What decides the verdict, and what is compatible in different ways; else the last says all.

    What findings begin with alike, up to what print alone says, stands once.
    """
    found = list(dict.fromkeys(r["finding"] for r in rows if r["agreement"] == agreement))
    told = found if agreement in TOLD else found[-1:]
    lead = told[0].partition(ON_PRINT)[0] + ON_PRINT
    return " ".join([told[0], *(text.removeprefix(lead) for text in told[1:])])


def _recomputed(row: Row) -> str:
    if row["result_id"] is None:
        return escape_markdown(row["recomputed_text"])
    link = component_link(row["result_id"], row["component"])
    step = f" ({escape_markdown(row['step'])})" if row["step"] else ""
    return f"[{escape_markdown(row['recomputed_text'])}]({link}){step}"
