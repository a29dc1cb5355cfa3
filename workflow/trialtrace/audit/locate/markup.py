"""Markup as a plain tree: XML read strictly and without entities, HTML read as it comes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5
from html.parser import HTMLParser
from xml.parsers import expat

from trialtrace.audit.locate.characters import superscript, tidy
from trialtrace.audit.locate.paper import Excluded
from trialtrace.base.errors import Problem, UserError, located, visible

DEEPEST, MOST_ELEMENTS = 400, 1_000_000
# A tag, comment or script that is still open where a page ends.
LONGEST_OPEN = 10_000
_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_CLOSES = {
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "tr": ({"tr"}, {"table"}),
    "thead": ({"thead", "tbody"}, {"table"}),
    "tbody": ({"thead", "tbody"}, {"table"}),
    "tfoot": ({"thead", "tbody"}, {"table"}),
    "li": ({"li"}, {"ul", "ol"}),
    "p": ({"p"}, {"div", "td", "th", "section", "article", "body", "li"}),
}
_BLOCKS = {"p", "div", "br", "li", "title", "label", "tr", "td", "th", "break", "list-item", "sec"}
_WHY = {
    "ref-list": "references",
    "xref": "citation marks",
    "sup": "raised: marks of notes, and exponents",
    "front": "front matter",
    "back": "back matter",
    "fig": "figures",
    "label": "labels",
    "title": "headings",
    **dict.fromkeys(("h1", "h2", "h3", "h4"), "headings"),
    **dict.fromkeys(("nav", "header", "footer", "aside", "head"), "frame of the page"),
    **dict.fromkeys(("script", "style", "noscript", "template"), "code of the page"),
    **dict.fromkeys(("disp-formula", "tex-math"), "formulas"),
    **dict.fromkeys(("del", "s", "strike"), "struck out"),
    "supplementary-material": "supplements",
    "instrtext": "field codes",
    "drawing": "drawings",
}
_UNSEEN = {"script", "style", "noscript", "template", "tex-math", "del", "s", "strike"}


class Piece(str):
    """Text of a file; `taken` once it stands in a table or a sentence of the paper."""

    taken = False


@dataclass
class Node:
    """An element; its name without prefix, in small letters."""

    name: str
    given: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    def elements(self) -> Iterator["Node"]:
        return (child for child in self.children if isinstance(child, Node))

    def every(self, *names: str) -> Iterator["Node"]:
        """Elements of these names below this one, in order, none inside another of them."""
        waiting = list(reversed(list(self.elements())))
        while waiting:
            node = waiting.pop()
            if node.name in names:
                yield node
            else:
                waiting.extend(reversed(list(node.elements())))

    def first(self, *names: str) -> "Node | None":
        return next(self.every(*names), None)

    def text(self, *but: str) -> str:
        """Its text in one line, without elements of the names in `but` and footnote marks."""
        return tidy("".join(_pieces(self, but)))

    def take(self, *but: str) -> str:
        """The same text, which is then one of the paper's: its pieces are marked as taken."""
        pieces = _pieces(self, but)
        for piece in pieces:
            if isinstance(piece, Piece):
                piece.taken = True
        return tidy("".join(pieces))


def untaken(root: Node) -> Iterator[Excluded]:
    """The texts with digits that are in no table and no sentence, with the reason: the kind of the
    nearest element that has one."""
    waiting: list[tuple[Node, str]] = [(root, "outside of tables and paragraphs")]
    while waiting:
        node, why = waiting.pop()
        why = _WHY.get(node.name, why)
        for child in node.children:
            if isinstance(child, Node):
                waiting.append((child, why))
            elif isinstance(child, Piece) and not child.taken and re.search(r"\d", child):
                yield Excluded(why, tidy(child))


def _pieces(node: Node, but: tuple[str, ...]) -> list[str]:
    pieces: list[str] = []
    for child in node.children:
        if isinstance(child, str):
            pieces.append(child)
        elif child.name in but or child.name in _UNSEEN:
            continue
        elif child.name == "sup":
            pieces += _raised("".join(pieces[-4:]), _pieces(child, but))
        elif child.name in ("msup", "mfrac"):
            pieces += _of_formula(child, but)
        elif child.name == "xref" and child.given.get("ref-type") in ("bibr", "fn", "table-fn"):
            continue
        else:
            inside = _pieces(child, but)
            pieces += [" ", *inside, " "] if child.name in _BLOCKS else inside
    return pieces


def _raised(before: str, raised: list[str]) -> list[str]:
    """A raised text behind another: a power keeps its digits as those of the file; a square becomes
    a sign, and a mark nothing."""
    made = superscript(before, tidy("".join(raised)))
    return ["^", *raised] if made.startswith("^") else [made]


def _of_formula(node: Node, but: tuple[str, ...]) -> list[str]:
    """A power or a fraction of MathML in one line."""
    parts = [_pieces(Node("", {}, [part]), but) for part in node.elements()]
    if len(parts) != 2:
        return [piece for part in parts for piece in part]
    if node.name == "mfrac":
        return [*parts[0], "/", *parts[1]]
    return [*parts[0], *_raised("".join(parts[0]), parts[1])]


def read_xml(content: bytes, place: str) -> Node:
    """The tree of an XML file. Raises UserError where it is broken or declares entities."""
    root = Node("")
    stack = [root]
    count = 0

    def start(name: str, texts: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS:
            raise UserError(
                Problem(
                    place,
                    found=f"more than {MOST_ELEMENTS:,} elements of XML",
                    expected="a paper, which has some thousand on a page",
                    do="save the part that holds its results and tables as a file of its own",
                )
            )
        node = Node(_local(name), {_local(key): value for key, value in texts.items()})
        stack[-1].children.append(node)
        stack.append(node)
        if len(stack) > DEEPEST:
            raise UserError(
                Problem(place, found="elements nested too deep", expected=f"at most {DEEPEST}")
            )

    def declared(name: str, *_: object) -> None:
        raise UserError(
            Problem(
                place,
                found=f"a declaration of the entity {name}",
                expected="XML without entities of its own, which can grow without end",
            )
        )

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: stack.pop() and None
    parser.CharacterDataHandler = lambda text: stack[-1].children.append(Piece(text))
    parser.EntityDeclHandler = declared
    parser.SkippedEntityHandler = lambda name, parameter: stack[-1].children.append(
        "" if parameter else html5.get(f"{name};", " ")
    )
    # A document type is named, not fetched; entities of it are those of HTML.
    parser.UseForeignDTD(True)
    parser.ExternalEntityRefHandler = lambda *_: 1
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UserError(
            Problem(
                located(place, error.lineno),
                found=f"broken XML: {expat.ErrorString(error.code)}",
                expected="a whole XML file",
            )
        ) from None
    return root


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


class _Html(HTMLParser):
    def __init__(self, shown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack = [Node("")]
        self.shown = shown

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        closed, within = _CLOSES.get(tag, (set(), set()))
        for at in range(len(self.stack) - 1, 0, -1):
            if self.stack[at].name in within:
                break
            if self.stack[at].name in closed:
                del self.stack[at:]
                break
        node = Node(tag, {key: value or "" for key, value in attrs})
        self.stack[-1].children.append(node)
        if tag not in _VOID:
            self.stack.append(node)
        if len(self.stack) > DEEPEST:
            raise UserError(
                Problem(self.shown, found="elements nested too deep", expected=f"at most {DEEPEST}")
            )

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self.stack) - 1, 0, -1):
            if self.stack[at].name == tag:
                del self.stack[at:]
                return
            if self.stack[at].name == "table" and tag != "table":
                return

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(Piece(data))


def read_html(content: bytes, place: str) -> Node:
    """The tree of a web page, whatever it leaves open."""
    named = re.search(rb"charset=[\"']?([A-Za-z0-9_-]+)", content[:2048])
    for encoding in ("utf-8", named.group(1).decode() if named else "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    else:
        text = content.decode("cp1252", errors="replace")
    parser = _Html(place)
    try:
        parser.feed(text)
    except AssertionError as error:
        # HTMLParser has no other word for a marked section that is none: "<![x[".
        raise UserError(
            Problem(place, found=f"broken HTML: {error}", expected="a page as browsers save it")
        ) from None
    if len(parser.rawdata) > LONGEST_OPEN and parser.rawdata.startswith("<"):
        # To close it HTMLParser would look through all of it for each "<" in it.
        raise UserError(
            Problem(
                place,
                found=f"{visible(parser.rawdata[:20])}, and no end of it in the rest of the page",
                expected="a page whose tags, comments and scripts end",
                do="open it in a browser and save it anew",
            )
        )
    parser.close()
    return parser.stack[0]
