"""A number and its per cent stay on one line: "95 %" has a space that does not break."""

from __future__ import annotations

from trialtrace.report.render.tree.nodes import NBSP, Inner, Node, word

_DIGITS = tuple("0123456789")


def keep_per_cents(tree: Node | Inner) -> None:
    """Wherever a word that ends in a digit stands before one that begins with a per cent."""
    if isinstance(tree, dict):
        for value in tree.values():
            if isinstance(value, (list, dict)):
                keep_per_cents(value)
        return
    for at, one in enumerate(tree):
        if type(one) is list:
            if one:
                keep_per_cents(one)
        elif type(one) is dict:
            inner = one.get("c")
            if type(inner) is list or "t" not in one or type(inner) is dict:
                keep_per_cents(one)
            elif type(inner) is str and inner.startswith("%") and one["t"] == "Str" and at > 1:
                before, between = tree[at - 2 : at]
                number = before["t"] == "Str" and before["c"].endswith(_DIGITS)
                if number and between["t"] in ("Space", "SoftBreak"):
                    tree[at - 1] = word(NBSP)
