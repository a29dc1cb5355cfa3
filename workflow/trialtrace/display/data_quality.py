"""The section of a report on the data: what came in, what was rejected or flagged, and why."""

import json
from typing import Any

from trialtrace.cleaning.summary import rejects_summary
from trialtrace.display.material import Material
from trialtrace.display.render.escape import escape_markdown
from trialtrace.display.tables import captioned, pipe_table

LINES_SHOWN = 12


def data_quality(material: Material) -> str:
    """Rows and cells in, out and rejected; every rule that listed something."""
    path = material.folder / "clean" / "conservation.json"
    laws = json.loads(path.read_text(encoding="utf-8"))
    rejects = rejects_summary(material.tracer.raw.rejects, material.disclosure)
    return f"{conservation_table(laws)}\n{rejects_table(rejects)}"


def conservation_table(laws: dict[str, Any]) -> str:
    body = []
    for name, table in laws.items():
        cells = [sum(c[k] for c in table["columns"].values()) for k in CELLS]
        counts = [*(table[k] for k in ROWS), *cells]
        body.append([escape_markdown(name), *(str(n) for n in counts)])
    header = ["Table", "Rows in", "Rows out", "Rows rejected", "Subjects with a row"]
    header += ["Cells in", "Accepted", "Missing", "Rejected", "In rejected rows"]
    caption = "Nothing is lost: rows and cells in are rows and cells accounted for."
    return captioned(pipe_table(header, body), "conservation", caption)


ROWS = ("rows_in", "rows_out", "rows_rejected", "subjects")
CELLS = ("cells_in", "accepted", "missing", "rejected", "rejected_with_row")


def rejects_table(rejects: list[Any]) -> str:
    if not rejects:
        return "No value was rejected or flagged.\n"
    body = [
        [
            escape_markdown(each.table + (f".{each.column}" if each.column else "")),
            "flagged, kept" if each.severity == "flag" else f"{each.level} rejected",
            escape_markdown(each.reason),
            str(each.count),
            escape_markdown(_lines(each)),
        ]
        for each in rejects
    ]
    header = ["Where", "What", "Why", "Count", "Lines"]
    return captioned(
        pipe_table(header, body, numbers_from=99), "rejects", "Values rejected or flagged."
    )


def _lines(each: Any) -> str:
    told = each.row_text.split(", ")
    return ", ".join([*told[:LINES_SHOWN], "…"] if len(told) > LINES_SHOWN else told)
