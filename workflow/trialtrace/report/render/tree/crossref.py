"""What Quarto does after its cells have run: sections, figures and tables get numbers, references
to them become links, callouts get their form. It also closes the ways out of the document. What
depends on the format comes after it.
"""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from trialtrace.report.render.tree.nodes import (
    NBSP,
    Inner,
    Node,
    Nodes,
    all_of,
    attributes,
    div,
    highest,
    link,
    paragraph,
    plain,
    set_value,
    space,
    span,
    strong,
    value_of,
    walk,
    word,
)

PREFIX = {"fig": "Figure", "tbl": "Table", "sec": "Section"}
CALLOUTS = {
    "note": "Note",
    "tip": "Tip",
    "warning": "Warning",
    "caution": "Caution",
    "important": "Important",
}
# Blocks with a look of their own, and their style in a DOCX.
STYLES = {"synthetic": "Synthetic", "lost": "Lost"}
_KIND = re.compile(r"([A-Za-z]+)-.")
_COMMENT = re.compile(r"\s*<!--.*-->\s*", re.DOTALL | re.ASCII)
_SCHEME = re.compile(r"\s*([A-Za-z0-9+.\-]+):", re.ASCII)
_NO_SCHEME = re.compile(r"\s*//", re.ASCII)
_CALLOUT = re.compile(r"callout-([A-Za-z]+)")


# What is wrong, the name that it is wrong with, and what to do.
Wrong = tuple[str, str, str | None]
ONCE = "let it stand once, in one of the documents, and refer to it elsewhere: @{}"


def cross_refer(documents: Mapping[str, Node], folder: Path) -> list[Wrong]:
    """Number the documents of a report, by the stems of their files; what is wrong with them.

    Those behind the first are numbered with their letter: Table S1, section S2.1. Images lie in
    `folder`.
    """
    return _Crossref(documents, folder).problems


def _kind_of(name: str) -> str | None:
    found = _KIND.match(name)
    return found[1] if found and found[1] in PREFIX else None


class _Crossref:
    def __init__(self, documents: Mapping[str, Node], folder: Path) -> None:
        self.problems: list[Wrong] = []
        self._folder = folder
        self._numbers: dict[str, str] = {}
        self._counters: Counter[str] = Counter()
        self._letter = ""
        for at, (stem, document) in enumerate(documents.items()):
            self._letter = stem[:1].upper() if at else ""
            inside = {"RawInline": _raw_inline, "Link": _safe_link, "Image": self._image}
            walk(document, {**inside, "RawBlock": _raw_block})
            self._number_sections(document)
            self._floats(document["blocks"])
        every = [*documents.values()]
        sections = {one["c"][1][0] for one in all_of(every, "Header")}
        for document in every:
            walk(document, {"Cite": self._cite})
            walk(document["blocks"], {"Link": lambda link: _without_end(link, sections)})
            walk(document["blocks"], {"Div": _special_div})

    def _wrong(self, what: str, name: str) -> None:
        self.problems.append((what, name, None))

    def _register(self, name: str, number: str) -> None:
        if name in self._numbers:
            self.problems.append(("this label is used twice", name, ONCE.format(name)))
        self._numbers[name] = number

    def _image(self, element: Node) -> None:
        attr, _, (source, _) = element["c"]
        if re.match(r"[A-Za-z0-9+.\-]+:|/", source) or "/../" in f"/{source}":
            self._wrong("this image lies outside the document's folder", source)
            return
        if not (self._folder / source).exists():
            self._wrong("this image is not there", source)
        value = value_of(attr, "fig-alt")
        if value is not None:
            set_value(attr, "fig-alt", None)
            set_value(attr, "alt", None)
            element["c"][1] = [word(value)]

    # Sections

    def _number_sections(self, document: Node) -> None:
        if document["meta"].get("number-sections") != {"t": "MetaBool", "c": True}:
            return
        count, top = [0] * 6, highest(document)
        for header in list(all_of(document["blocks"], "Header")):
            level, attr, words = header["c"]
            if "unnumbered" in attr[1]:
                continue
            depth = level - top + 1
            count[depth - 1] += 1
            count[depth:] = [0] * (6 - depth)
            number = self._letter + ".".join(map(str, count[:depth]))
            if _kind_of(attr[0]) == "sec":
                self._register(attr[0], number)
            styled = attributes(
                classes=["header-section-number"], pairs=[("custom-style", "Section Number")]
            )
            words[:0] = [span([word(number)], styled), space()]

    # Figures and tables

    def _count(self, kind: str, name: str) -> str:
        key = self._letter + kind
        self._counters[key] += 1
        number = f"{self._letter}{self._counters[key]}"
        self._register(name, number)
        return f"{PREFIX[kind]}{NBSP}{number}"

    def _floats(self, tree: Node | Inner) -> None:
        """An outer one before what is in it, which is its own if it is one."""
        for at, one in enumerate(tree.values() if isinstance(tree, dict) else tree):
            if type(one) is list:
                self._floats(one)
            elif type(one) is dict:
                made = self._float(one)
                if made is None:
                    self._floats(one)
                elif isinstance(tree, list):
                    tree[at] = made

    def _float(self, node: Node) -> Node | None:
        """What an element is as a figure or table of the document, None for any other."""
        match node.get("t"):
            case "Figure" if (kind := _kind_of(node["c"][0][0])) in ("fig", "tbl"):
                caption = node["c"][1]
                label = self._count(kind, node["c"][0][0])
                caption[1] = [plain(_numbered(label, _inlines(caption[1])))]
                return node
            case "Div" if (kind := _kind_of(node["c"][0][0])) in ("fig", "tbl"):
                return self._float_div(kind, node)
        return None

    def _float_div(self, kind: str, element: Node) -> Node:
        (name, _, _), blocks = element["c"]
        label = self._count(kind, name)
        caption: Nodes = []
        if len(blocks) > 1 and _is_caption(blocks[-1]):
            caption = blocks.pop()["c"]
        words = [plain(_numbered(label, caption))]
        if kind == "fig":
            content = [_bare_image(block) for block in blocks]
            return {"t": "Figure", "c": [attributes(name), [None, words], content]}
        inner = next((block for block in blocks if block["t"] == "Table"), None)
        if inner:
            inner["c"][1] = [None, words]
        else:
            blocks.insert(0, paragraph(words[0]["c"]))
        return div(blocks, attributes(name, ["float", "tbl"]))

    # References

    def _cite(self, element: Node) -> Nodes | None:
        nodes: Nodes = []
        for at, citation in enumerate(element["c"][0]):
            name = citation["citationId"]
            if not (kind := _kind_of(name)):
                self._wrong("neither a figure, a table nor a section", name)
                return None
            if at:
                nodes += [word(","), space()]
            nodes += self._reference(kind, name, citation)
        return nodes

    def _reference(self, kind: str, name: str, citation: Node) -> Nodes:
        number = self._numbers.get(name)
        if not number:
            self._wrong("this reference has no target", name)
            return [word(f"?@{name}")]
        if before := citation["citationPrefix"]:
            label = [*before, word(f"{NBSP}{number}")]
        elif citation["citationMode"]["t"] == "SuppressAuthor":
            label = [word(number)]
        else:
            label = [word(f"{PREFIX[kind]}{NBSP}{number}")]
        return [link(label, f"#{name}", ["xref"]), *citation["citationSuffix"]]


def _raw_inline(element: Node) -> Node | Nodes:
    kind, text = element["c"]
    return [] if "html" in kind and _COMMENT.fullmatch(text) else word(text)


def _raw_block(element: Node) -> Node | Nodes:
    kind, text = element["c"]
    return [] if "html" in kind and _COMMENT.fullmatch(text) else paragraph([word(text)])


def _safe_link(element: Node) -> Nodes | None:
    attr, words, (target, _) = element["c"]
    scheme = _SCHEME.match(target)
    known = not scheme or scheme[1].lower() in ("http", "https", "mailto")
    if _NO_SCHEME.match(target) or not known:
        return list(words)
    attr[1:] = [[name for name in attr[1] if name not in ("uri", "email")], []]
    return None


def _without_end(link: Node, sections: set[str]) -> Nodes | None:
    """The words of a link to a section that is left out: a PDF with the link cannot be made."""
    target = link["c"][2][0]
    return link["c"][1] if target.startswith("#sec-") and target[1:] not in sections else None


def _inlines(blocks: Nodes) -> Nodes:
    """The words of a caption, or of what an image stands in alone."""
    nodes: Nodes = []
    for block in blocks:
        nodes += [{"t": "LineBreak"}] if nodes else []
        nodes += block["c"]
    return nodes


def _numbered(label: str, caption: Nodes) -> Nodes:
    return [word(f"{label}:"), space(), *caption] if caption else [word(label)]


def _is_caption(block: Node) -> bool:
    if block["t"] not in ("Para", "Plain"):
        return False
    return not (len(block["c"]) == 1 and block["c"][0]["t"] == "Image")


def _bare_image(block: Node) -> Node:
    if block["t"] == "Figure" and _kind_of(block["c"][0][0]) is None:
        return plain(_inlines(block["c"][2]))
    return block


def _special_div(element: Node) -> Node | None:
    attr, blocks = element["c"]
    for name in attr[1]:
        match = _CALLOUT.fullmatch(name)
        if match and match[1] in CALLOUTS:
            return _callout(match[1], attr, blocks)
    for name in attr[1]:
        if name in STYLES:
            set_value(attr, "custom-style", STYLES[name])
            break
    return None


def _callout(kind: str, attr: Inner, blocks: Nodes) -> Node:
    title = value_of(attr, "title") or CALLOUTS[kind]
    heading = div(
        [paragraph([strong([word(title)])])],
        attributes(classes=["callout-title"], pairs=[("custom-style", "Callout Title")]),
    )
    styled = attributes(classes=["callout-body"], pairs=[("custom-style", "Callout")])
    return div([heading, div(blocks, styled)], attributes(attr[0], ["callout", f"callout-{kind}"]))
