"""Heads over several columns of a table.

A head may begin with words of the class `over`: `[Share]{.over} at 30 days`. Where the next one
begins with the same words, these stand once above both, in a row of their own, and the others have
two rows; one without such a neighbour is a head like any other. What a column is called in full
stays with the cell of its head.
"""

import re
from itertools import groupby

from trialtrace.report.render.tree import nodes

OVER = "over"
# What a column is called in full: for the cells of a row that stand below each other, and files.
NAME = "data-name"
# What joins the words of a column to those above it.
_JOINT = re.compile(r"[,:]")


def put_over(document: nodes.Node) -> None:
    """Give each table a head of two rows whose columns say what stands over them."""
    nodes.walk(document["blocks"], {"Table": _table})


def embolden(element: nodes.Node) -> None:
    """A style of a DOCX or PDF is of the first row of a head."""
    for row in element["c"][3][1][1:]:
        for cell in row[1]:
            for block in cell[4]:
                block["c"] = [nodes.strong(block["c"])]


def column_names(element: nodes.Node) -> dict[int, str]:
    """What each column is called."""
    placed = placed_heads(element["c"][3][1])
    return {
        column: nodes.value_of(cell[0], NAME) or nodes.text_of(cell[4])
        for row in placed
        for column, cell in row
        if cell[3] == 1
    }


def placed_heads(rows: list[nodes.Inner]) -> list[list[tuple[int, nodes.Inner]]]:
    """The cells of each row with the column that they begin at."""
    heads = []
    filled: dict[int, int] = {}  # the row above which a column is taken
    for at, row in enumerate(rows):
        column, here = 0, []
        for cell in row[1]:
            while filled.get(column, 0) > at:
                column += 1
            here.append((column, cell))
            _, _, down, across, _ = cell
            filled |= dict.fromkeys(range(column, column + across), at + down)
            column += across
        heads.append(here)
    return heads


def _table(element: nodes.Node) -> None:
    rows = element["c"][3][1]
    if len(rows) != 1:
        return
    above: list[nodes.Inner] = []
    below: list[nodes.Inner] = []
    for over, run in groupby(rows[0][1], _over):
        cells = list(run)
        if over and len(cells) > 1:
            first = cells[0][4][0]["c"][0]["c"][1]
            above.append(
                [nodes.attributes(), {"t": "AlignCenter"}, 1, len(cells), [nodes.plain(first)]]
            )
            below += map(_head, cells)
        else:
            above += map(_alone, cells)
    if below:
        for cell in above:
            cell[2] = 2 if cell[3] == 1 else 1
        rows[0][1] = above
        rows.append([nodes.attributes(), below])


def _over(cell: nodes.Inner) -> str:
    """What a head says that it stands under; else ""."""
    for block in cell[4][:1]:
        words = block["c"]
        if words and words[0]["t"] == "Span" and OVER in words[0]["c"][0][1]:
            return nodes.text_of([words[0]])
    return ""


def _alone(cell: nodes.Inner) -> nodes.Inner:
    if _over(cell):
        words = cell[4][0]["c"]
        words[:1] = words[0]["c"][1]
    return cell


def _head(cell: nodes.Inner) -> nodes.Inner:
    """A head without what stands over it."""
    nodes.set_value(cell[0], NAME, nodes.text_of(cell[4]))
    words: nodes.Nodes = cell[4][0]["c"][1:]
    if words and words[0]["t"] == "Str":
        words[0] = nodes.word(_JOINT.sub("", words[0]["c"], count=1))
    while words and (words[0]["t"] == "Space" or words[0].get("c") == ""):
        del words[0]
    cell[4][0]["c"] = words
    return cell
