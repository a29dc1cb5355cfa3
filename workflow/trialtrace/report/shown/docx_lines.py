"""The lines of a DOCX, as a word processor shows them, and what it has that no report has.

Read is the main text with its tables, then footnotes, endnotes, headers and footers. Text that is
hidden, struck, deleted or too small is left out, and named as foreign. Programs that save a
document write numbers of pages, so these count for nothing in headers and footers.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from trialtrace.base.bounded import check_xml
from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_bytes
from trialtrace.report.shown.lines import (
    HEADING,
    BrokenDocument,
    Line,
    Piece,
    Shown,
    Writing,
    picture_of,
    plain,
    shown_lines,
)

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
RUN = f"{W}rPr"
# Properties of letters that no one sees, and elements that no report has.
HIDE = {"vanish": "hidden text", "strike": "struck text", "dstrike": "struck text"}
FOREIGN = {"del": "a tracked deletion", "moveFrom": "a tracked move", "ins": "a tracked insertion"}
FOREIGN |= {"moveTo": "a tracked move", "txbxContent": "a text box", "altChunk": "another document"}
FOREIGN |= {"object": "an embedded object", "control": "a control", "hidden": "a hidden row"}
UNREAD = tuple(f"{W}{name}" for name in ("del", "moveFrom", "txbxContent", "pPr", "rPr"))
SMALL, TINY = "text too small to be read", 6
MACRO = "vbaProject.bin"
OFF = ("0", "false", "off", "none", "nil", "")
MAIN, STYLES, PACKAGE = "word/document.xml", "word/styles.xml", "_rels/.rels"
NOTES = re.compile(r"word/(footnotes|endnotes|header\d*|footer\d*)\.xml")
# A field that is a link: where it leads, and the anchor, which some programs write separately.
HYPERLINK = re.compile(r'HYPERLINK(?:\s+"([^"]*)")?(?:\s+\\l\s+"([^"]*)")?')
PAGE_NUMBERS = re.compile(r"\b(PAGE|NUMPAGES|SECTIONPAGES)\b")
MARKS = {f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "\u2011"}
# A document that was packed to fill the memory is none.
LARGEST = 1 << 28


@dataclass
class _Story:
    """One part with text, while it is read; `hidden` are styles whose letters no one sees."""

    links: dict[str, str]
    pictures: dict[str, str]
    body: bool
    hidden: dict[str, str]
    foreign: dict[str, None]
    lines: list[Line] = field(default_factory=list)
    tables: int = 0
    # Complex fields that are open: what each asks for, and whether its result has begun.
    fields: list[tuple[list[str], bool]] = field(default_factory=list)


def docx_lines(data: bytes) -> Shown:
    """Raises BrokenDocument."""
    parts = _unpacked(data)
    _check_main(parts)
    names = [MAIN, *sorted(name for name in parts if NOTES.fullmatch(name))]
    hidden = _hidden_styles(_xml(parts, STYLES)) if STYLES in parts else {}
    foreign = dict.fromkeys(["a macro"] * any(name.endswith(MACRO) for name in parts))
    lines: list[Line] = []
    seen: list[object] = []
    try:
        for name in names:
            own = shown_lines(_part(parts, name, hidden, foreign))
            # LibreOffice writes a header for every section: of equal ones, one counts.
            what = re.sub(r"\d*\.xml", "", name), [line.key for line in own]
            lines += own if name == MAIN or what not in seen else []
            seen.append(what)
    except RecursionError as error:
        raise BrokenDocument("its parts are nested deeper than any report's") from error
    digests = {name: sha256_bytes(content) for name, content in sorted(parts.items())}
    app = parts.get("docProps/app.xml", b"")
    match = re.search(rb"<Application>([^<]{1,60})</Application>", app)
    program = match[1].decode("utf-8", "replace") if match else "another program"
    return Shown(lines, digests, program, list(foreign))


def _hidden_styles(root: Element) -> dict[str, str]:
    """Styles whose letters no one sees, by themselves or by what they are based on; "" is what a
    paragraph has that names none."""
    styles = {style.get(f"{W}styleId", ""): style for style in root.iter(f"{W}style")}
    found = {}
    for name, usual in styles.items():
        at, seen = name, set[str]()
        while at in styles and at not in seen:
            if why := _unseen(styles[at].find(RUN)):
                found[name] = why
            seen.add(at)
            at = _value(styles[at].find(f"{W}basedOn"))
        if usual.get(f"{W}type") == "paragraph" and usual.get(f"{W}default", "0") not in OFF:
            styled = found.get(name) or _unseen(root.find(f"{W}docDefaults/{W}rPrDefault/{RUN}"))
            found |= {"": styled} if styled else {}
    return found


def _unseen(look: Element | None) -> str:
    """Why letters of these properties are not seen; empty where they are."""
    for one in () if look is None else look:
        name, value = one.tag.removeprefix(W), one.get(f"{W}val", "on")
        if name in HIDE and value not in OFF:
            return HIDE[name]
        if name == "sz" and value.isdecimal() and int(value) < TINY:
            return SMALL
        if name == "color" and value.upper() == "FFFFFF":
            return "white text"
    return ""


def _check_main(parts: dict[str, bytes]) -> None:
    """What a program opens is the part that the package names, whatever another is called."""
    for name in (MAIN, PACKAGE):
        if name not in parts:
            raise BrokenDocument(f"{name} is not there: this is no DOCX")
    relations = [
        one for one in _xml(parts, PACKAGE) if one.get("Type", "").endswith("/officeDocument")
    ]
    if not relations:
        raise BrokenDocument(f"{PACKAGE} names no text")
    if relations[0].get("Target", "").lstrip("/") != MAIN:
        raise BrokenDocument(f"its text is not in {MAIN}, where every report has it")


def _unpacked(data: bytes) -> dict[str, bytes]:
    name = "the list of its parts"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise BrokenDocument("its parts are larger than any report")
            parts: dict[str, bytes] = {}
            for name in archive.namelist():
                if name in parts:
                    raise BrokenDocument(f"{name} is in it twice")
                parts[name] = archive.read(name)
            return parts
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError) as error:
        raise BrokenDocument(f"{name} is damaged") from error
    except (NotImplementedError, RuntimeError) as error:
        raise BrokenDocument(f"{name} is packed in a way that no report is") from error


def _xml(parts: dict[str, bytes], name: str) -> Element:
    try:
        check_xml([parts[name]], name)
        return ElementTree.fromstring(parts[name])
    except UserError as error:
        raise BrokenDocument(f"{name} declares entities, which no report does") from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BrokenDocument(f"{name} is no XML") from error


def _part(
    parts: dict[str, bytes], name: str, hidden: dict[str, str], foreign: dict[str, None]
) -> list[Line]:
    folder, file = posixpath.split(name)
    related = f"{folder}/_rels/{file}.rels"
    relations = _xml(parts, related) if related in parts else ()
    targets = {one.get("Id", ""): one.get("Target", "") for one in relations}
    places = {key: posixpath.join("/", folder, target)[1:] for key, target in targets.items()}
    pictures = {
        key: picture_of(parts[place])
        for key, place in places.items()
        if place in parts and place.startswith("word/media/")
    }
    story = _Story(targets, pictures, name == MAIN, hidden, foreign)
    root = _xml(parts, name)
    for one in root.iter():
        if (tag := one.tag.removeprefix(W)) in FOREIGN and one.tag.startswith(W):
            foreign[FOREIGN[tag]] = None
    for child in root:
        # In the body its children are text; footnotes are one level further in.
        _blocks(story, child)
    return story.lines


def _blocks(story: _Story, element: Element) -> None:
    """Paragraphs and tables, at any depth of what holds them."""
    if element.tag == f"{W}p":
        story.lines += _paragraph(story, element)
    elif element.tag == f"{W}tbl":
        _table(story, element)
    elif element.tag != FALLBACK:
        for child in element:
            _blocks(story, child)


def _table(story: _Story, element: Element) -> None:
    story.tables += 1
    table, above = story.tables, story.lines
    for number, row in enumerate(_within(element, f"{W}tr"), 1):
        if row.find(f"{W}trPr/{W}hidden") is not None:
            continue
        pieces, figures = [], []
        for cell in _within(row, f"{W}tc"):
            story.lines = []
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            # The cell above reaches over one that only continues it.
            if merged is None or merged.get(f"{W}val") == "restart":
                for child in cell:
                    _blocks(story, child)
            figures += [line for line in story.lines if line.kind == "figure"]
            inner = [p for line in story.lines if line.kind != "figure" for p in line.pieces]
            links = tuple(link for piece in inner for link in piece.links)
            many = _value(cell.find(f"{W}tcPr/{W}gridSpan"))
            columns = int(many) if re.fullmatch(r"[1-9]\d?", many) else 1
            pieces.append(Piece(plain(" ".join(piece.text for piece in inner)), links))
            pieces += [Piece("")] * (columns - 1)
        above += [*figures, Line("row", tuple(pieces), table, number)]
    story.lines = above


def _within(element: Element, tag: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, also within what editors put around them."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            yield from _within(child, tag)


def _paragraph(story: _Story, element: Element) -> list[Line]:
    """The paragraph; before it the figures in it."""
    writing, figures = Writing(), list[Line]()
    style = _value(element.find(f"{W}pPr/{W}pStyle"))
    _inline(story, element, writing, figures, style)
    kind = "heading" if HEADING.match(style) else "text"
    return [*figures, Line(kind, (writing.done(),))]


def _inline(
    story: _Story, element: Element, writing: Writing, figures: list[Line], style: str
) -> None:
    """What stands in a line of a paragraph of that style."""
    for child in element:
        tag = child.tag
        if tag in UNREAD or tag == FALLBACK:
            continue
        if tag == f"{W}r" and (why := _why_hidden(story, child.find(RUN), style)):
            story.foreign[why] = None
        elif tag == f"{W}hyperlink":
            writing.open(story.links.get(child.get(f"{R}id", ""), ""), child.get(f"{W}anchor"))
            _inline(story, child, writing, figures, style)
            writing.close()
        elif tag == f"{W}fldSimple":
            if not _page_number(story, child.get(f"{W}instr", "")):
                _inline(story, child, writing, figures, style)
        elif tag == f"{W}fldChar":
            _field(story, child.get(f"{W}fldCharType", ""), writing)
        elif tag == f"{W}instrText":
            if story.fields:
                story.fields[-1][0].append(child.text or "")
        elif tag == BLIP:
            picture = story.pictures.get(child.get(f"{R}embed", ""), "a picture that is not there")
            figures.append(Line("figure", (Piece(f"#{picture}"),)))
        elif tag.endswith("}t"):
            if not any(has and _page_number(story, "".join(asked)) for asked, has in story.fields):
                writing.write(child.text or "")
        elif tag in MARKS:
            writing.write(MARKS[tag])
        else:
            _inline(story, child, writing, figures, style)


def _why_hidden(story: _Story, look: Element | None, paragraph: str) -> str:
    """Why a run is not seen: by itself, by its style, or by that of its paragraph."""
    own = "" if look is None else _value(look.find(f"{W}rStyle"))
    styled = story.hidden.get(own, "") if own else ""
    return _unseen(look) or styled or story.hidden.get(paragraph, "")


def _field(story: _Story, what: str, writing: Writing) -> None:
    """The begin, the middle or the end of a complex field."""
    if what == "begin":
        story.fields.append(([], False))
    elif what == "separate" and story.fields:
        asked = story.fields.pop()[0]
        story.fields.append((asked, True))
        if match := HYPERLINK.search("".join(asked)):
            writing.open(match[1] or "", match[2])
    elif what == "end" and story.fields and HYPERLINK.search("".join(story.fields.pop()[0])):
        writing.close()


def _page_number(story: _Story, asked: str) -> bool:
    """Whether a field of a header or footer counts pages."""
    return not story.body and bool(PAGE_NUMBERS.search(asked))


def _value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "")
