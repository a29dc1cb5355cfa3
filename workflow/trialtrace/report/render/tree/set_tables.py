"""What tables of a DOCX and of a PDF share."""

from __future__ import annotations

from collections.abc import Mapping

from trialtrace.report.render.tree.groups import group
from trialtrace.report.render.tree.heads import embolden
from trialtrace.report.render.tree.nodes import Inner, Node, Rule, all_of, set_value
from trialtrace.report.render.tree.widths import Widths


def set_tables(tree: Node | Inner, widths: Widths, rules: Mapping[str, Rule]) -> None:
    """Give tables their widths and groups, what is outside of them what the rules change in it."""
    for one in tree.values() if isinstance(tree, dict) else tree:
        if type(one) is dict:
            kind = one.get("t", "")
            if kind == "Table":
                _set_table(one, widths)
                continue
            if kind in rules:
                rules[kind](one)
            set_tables(one, widths, rules)
        elif type(one) is list and one:
            set_tables(one, widths, rules)


def _set_table(element: Node, widths: Widths) -> None:
    shares, line = widths.shares(element)
    set_shares(element, shares)
    embolden(element)
    for body in element["c"][4]:
        group(body[3], [share * line for share in shares])


def set_shares(element: Node, shares: list[float]) -> None:
    """Tell a table the share of each of its columns."""
    for column, share in zip(element["c"][2], shares, strict=True):
        column[1] = {"t": "ColWidth", "c": share}


def without_pages(document: Node) -> None:
    """What names the page of a section is no attribute of a heading that is shown."""
    for header in all_of(document["blocks"], "Header", words=False):
        set_value(header["c"][1], "page", None)
