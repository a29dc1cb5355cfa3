"""A DOCX or PDF is mailed without the folder of its report: no link of it may lead to a page there.

A link to a number's trace leads to where that number stands first in the document, under its short
id, by which the commands and `verify` know it.
Of the files of a figure its name stays, as `trace` takes it; any other page of the folder is told
by its name alone.
"""

import re
from collections.abc import Collection

from trialtrace.report.render.tree.nodes import Inner, Node, Nodes, attributes, span, walk

FILES, NUMBERS = "figures/", ".csv"
_TRACE = re.compile(r"trace/[^#]*#(.+)", re.DOTALL)
_KEPT = re.compile(r"#|https?:|mailto:")
_PAUSES = {",", "."}


def for_mail(document: Node, numbers: Collection[str]) -> set[str]:
    """Lead the links of a document into it; `numbers` are the short ids of the run's numbers.
    Returns the links that lead to one."""
    for block in [*document["meta"].values(), *document["blocks"]]:
        _without_files(block)
    known, targets = frozenset(numbers), set[str]()

    def kept(link: Node) -> Nodes | None:
        target = link["c"][2]
        found = _TRACE.fullmatch(target[0])
        if found and found[1].split("/", 1)[0] in known:
            place = _bookmark(found[1])
            target[0] = f"#{place}"
            if target[0] in targets:
                return None
            targets.add(target[0])
            # Before the number, typst may put the place at the end of the line above.
            return [link, span([], attributes(place))]
        return None if _KEPT.match(target[0]) else list(link["c"][1])

    walk(document, {"Link": kept})
    return targets


def _bookmark(place: str) -> str:
    """Bookmarks hold no slash: a line of a number ("/n") is behind a hyphen."""
    return "n-" + place.replace("/", "-")


def _without_files(tree: Node | Inner) -> None:
    """What stands in a sentence as "Its numbers (CSV), SVG." is the name of its numbers without its
    files. No table has any."""
    if isinstance(tree, list):
        if any(type(one) is dict and one.get("t") == "Link" for one in tree):
            tree[:] = _sentence(tree)
        inner = tree
    elif tree.get("t") == "Table":
        return
    else:
        inner = [*tree.values()]
    for one in inner:
        if isinstance(one, (list, dict)):
            _without_files(one)


def _sentence(inlines: Nodes) -> Nodes:
    kept: Nodes = []
    dropped = False
    for inline in inlines:
        kind = inline["t"]
        file = inline["c"][2][0] if kind == "Link" else ""
        if file.startswith(FILES) and file.endswith(NUMBERS):
            name = file.removeprefix(FILES).removesuffix(NUMBERS)
            kept.append({"t": "Code", "c": [attributes(), name]})
        elif file.startswith(FILES):
            while kept and (kept[-1]["t"] in ("Space", "SoftBreak") or kept[-1].get("c") == ","):
                kept.pop()
            dropped = not kept or kept[-1]["t"] != "Code"
        elif not dropped or not (
            kind in ("Space", "SoftBreak") or (kind == "Str" and inline["c"] in _PAUSES)
        ):
            kept.append(inline)
            dropped = False
    return kept
