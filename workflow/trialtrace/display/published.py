"""The section of a report on published numbers: each claim, and what the data say of it."""

from typing import Any

from trialtrace.claims.tally import worst
from trialtrace.display.links import claim_anchor, trace_link
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


def published(material: Material) -> str:
    """The claims table: a row a claim, its components in their cells, its finding."""
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
    papers = dict.fromkeys(row["paper"] for row in material.claims)
    sources = "\n".join(f"- {escape_markdown(paper)}" for paper in papers)
    table = captioned(
        pipe_table(header, body, numbers_from=99), "claims", "Published numbers and the data."
    )
    return f"{sources}\n\n{table}"


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
    return f"[{escape_markdown(row['recomputed_text'])}]({trace_link(row['result_id'])})"
