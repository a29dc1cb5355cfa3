"""Pages across for tables that are too wide for one upright, in a DOCX or PDF."""

from __future__ import annotations

from collections.abc import Callable

from trialtrace.report.render.tree.nodes import Node, Nodes, all_of

# Where pages turn to lie upright ones end, and where they stand again those across.
UPRIGHT, ACROSS = "upright", "across"


def turn(blocks: Nodes, is_wide: Callable[[Node], bool], mark: Callable[[str], Node]) -> Nodes:
    """The blocks with a section of its own for each run of wide tables; headings stay with their
    table, and so does a paragraph between them. `mark` gives what stands where such pages end,
    UPRIGHT or ACROSS."""
    made: Nodes = []
    lying = False
    for block in blocks:
        wide = _is_float(block) and any(map(is_wide, all_of([block], "Table", words=False)))
        if wide and not lying:
            made.insert(_place(made), mark(UPRIGHT))
        elif lying and not wide:
            made.append(mark(ACROSS))
        lying = wide
        made.append(block)
    return [*made, mark(ACROSS)] if lying else made


def _place(made: Nodes) -> int:
    """Where pages turn before a table: before its headings, also where a paragraph follows them."""
    at = len(made)
    if at > 1 and made[at - 1]["t"] == "Para" and made[at - 2]["t"] == "Header":
        at -= 1
    while at and made[at - 1]["t"] == "Header":
        at -= 1
    return at


def _is_float(block: Node) -> bool:
    return block["t"] == "Div" and "float" in block["c"][0][1]
