"""The DOCX files whose styles reports take: pandoc's default with the styles below."""

from __future__ import annotations

import io
import subprocess
import zipfile
from xml.etree import ElementTree

from trialtrace.base.stamp import SYNTHETIC
from trialtrace.report.render.pandoc import find_pandoc

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
PART = "application/vnd.openxmlformats-officedocument.wordprocessingml"

SERIF = '<w:rFonts w:ascii="Cambria" w:hAnsi="Cambria" w:cs="Cambria"/>'
SANS = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/>'
MONO = '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/>'


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _spacing(before: int, after: int, line: int = 0) -> str:
    rule = f' w:line="{line}" w:lineRule="auto"' if line else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{rule}/>'


def _color(value: str) -> str:
    return f'<w:color w:val="{value}"/>'


def _edges(tag: str, sides: str, color: str, size: int = 4, space: int = 0) -> str:
    attributes = f'w:val="single" w:sz="{size}" w:space="{space}" w:color="{color}"'
    edges = "".join(f"<w:{side} {attributes}/>" for side in sides.split())
    return f"<w:{tag}>{edges}</w:{tag}>"


def _paragraph(style: str, name: str, based: str, layout: str, run: str, more: str = "") -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{style}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based}"/>{more}<w:qFormat/>'
        f"<w:pPr>{layout}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _heading(level: int, size: int, before: int) -> str:
    layout = f"<w:keepNext/><w:keepLines/>{_spacing(before, 80)}"
    layout += f'<w:outlineLvl w:val="{level - 1}"/>'
    run = f"{SANS}<w:b/>{_color('1F2933')}{_size(size)}"
    following = '<w:next w:val="BodyText"/>'
    return _paragraph(f"Heading{level}", f"heading {level}", "Normal", layout, run, following)


def _table() -> str:
    thin = _edges("tblBorders", "top bottom insideH", "C5CCD3")
    head = _edges("tcBorders", "bottom", "1F2933", 6)
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 20), ("left", 80), ("bottom", 20), ("right", 80))
    )
    return (
        '<w:style w:type="table" w:default="1" w:styleId="Table"><w:name w:val="Table"/>'
        '<w:basedOn w:val="TableNormal"/><w:qFormat/>'
        f"<w:pPr>{_spacing(0, 0)}</w:pPr><w:rPr>{SANS}{_size(18)}</w:rPr>"
        f'<w:tblPr><w:tblInd w:w="0" w:type="dxa"/>{thin}<w:tblCellMar>{margins}</w:tblCellMar>'
        f"</w:tblPr><w:trPr><w:cantSplit/></w:trPr>"
        f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>{head}'
        '<w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>'
    )


def _callout(style: str, name: str, run: str, before: int, after: int) -> str:
    bar = _edges("pBdr", "left", "8FA3B5", 24, 8)
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="F3F5F7"/>'
    layout = f'{bar}{shade}{_spacing(before, after)}<w:ind w:left="200" w:right="100"/>'
    return _paragraph(style, name, "BodyText", layout, run)


def _synthetic() -> str:
    border = _edges("pBdr", "top left bottom right", "A33A00", 8, 4)
    layout = f'{border}{_spacing(160, 160)}<w:ind w:left="100" w:right="100"/>'
    run = f"{SANS}<w:b/>{_color('A33A00')}"
    return _paragraph("Synthetic", "Synthetic", "BodyText", layout, run)


def _lost() -> str:
    bar = _edges("pBdr", "left", "B3001B", 24, 8)
    layout = f'{bar}{_spacing(40, 80)}<w:ind w:left="200" w:right="100"/>'
    return _paragraph("Lost", "Lost", "BodyText", layout, f"{SANS}{_color('B3001B')}")


def _hyperlink() -> str:
    return (
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
        '<w:basedOn w:val="DefaultParagraphFont"/><w:rPr>'
        '<w:u w:val="dotted" w:color="6B7C8C"/></w:rPr></w:style>'
    )


def _styles() -> list[str]:
    code = f"{MONO}{_size(17)}"
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="F3F5F7"/>'
    keep = "<w:keepLines/>"
    centred_off = '<w:jc w:val="left"/>'
    return [
        _paragraph("BodyText", "Body Text", "Normal", _spacing(80, 100, 276), ""),
        _paragraph("Compact", "Compact", "Normal", _spacing(20, 20), ""),
        _paragraph(
            "Title",
            "Title",
            "Normal",
            _spacing(0, 120) + centred_off,
            f"{SANS}<w:b/>{_color('1F2933')}{_size(40)}",
            '<w:next w:val="BodyText"/>',
        ),
        _paragraph("Subtitle", "Subtitle", "Normal", _spacing(0, 80), f"{SANS}{_size(24)}"),
        _paragraph("Author", "Author", "Normal", _spacing(0, 60), f"{SANS}{_size(20)}"),
        _paragraph("Date", "Date", "Normal", _spacing(0, 200), f"{SANS}{_size(20)}"),
        _heading(1, 32, 360),
        _heading(2, 28, 320),
        _heading(3, 23, 240),
        _heading(4, 21, 200),
        _paragraph("Caption", "caption", "Normal", keep + _spacing(200, 100), f"{SANS}{_size(19)}"),
        _paragraph(
            "CaptionedFigure", "Captioned Figure", "Figure", "<w:keepNext/>" + _spacing(200, 0), ""
        ),
        _paragraph("SourceCode", "Source Code", "Normal", shade + _spacing(80, 140), code),
        _callout("CalloutTitle", "Callout Title", f"{SANS}{_size(20)}", 240, 0),
        _callout("Callout", "Callout", f"{SERIF}{_size(20)}", 0, 160),
        _synthetic(),
        _lost(),
        _hyperlink(),
        _table(),
    ]


def _with_styles(xml: bytes) -> bytes:
    root = ElementTree.fromstring(xml)
    # As a default and not in a paragraph style: the smaller type of tables must win over it.
    default = _element(root, f"{{{W}}}docDefaults/{{{W}}}rPrDefault/{{{W}}}rPr")
    language = '<w:lang w:val="en-GB" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    default[:] = ElementTree.fromstring(f'<x xmlns:w="{W}">{SERIF}{_size(21)}{language}</x>')
    for text in _styles():
        style = ElementTree.fromstring(f'<x xmlns:w="{W}">{text}</x>')[0]
        identifier = style.get(f"{{{W}}}styleId")
        for old in root.findall(f"{{{W}}}style"):
            if old.get(f"{{{W}}}styleId") == identifier:
                root.remove(old)
        root.append(style)
    return _xml(root)


def _element(root: ElementTree.Element, path: str) -> ElementTree.Element:
    """What every document of pandoc's has."""
    element = root.find(path)
    assert element is not None
    return element


def _xml(root: ElementTree.Element, default: str = "") -> bytes:
    """`default` is the namespace written without a prefix: pandoc merges such parts as text."""
    if default:
        ElementTree.register_namespace("", default)
    return ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _page_part(kind: str, body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:{kind} xmlns:w="{W}"><w:p><w:pPr>'
        f'<w:jc w:val="{"center" if kind == "hdr" else "right"}"/></w:pPr>{body}</w:p></w:{kind}>'
    ).encode()


def _footer() -> bytes:
    run = f"<w:r><w:rPr>{SANS}{_size(16)}</w:rPr>"
    begin, end = (f'{run}<w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    code = f'{run}<w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    return _page_part("ftr", begin + code + end)


def _header() -> bytes:
    run = f"<w:r><w:rPr>{SANS}<w:b/>{_color('A33A00')}{_size(18)}</w:rPr>"
    return _page_part("hdr", f"{run}<w:t>{SYNTHETIC.sentence}</w:t></w:r>")


def _with_pages(parts: dict[str, bytes], synthetic: bool) -> None:
    """A4, margins, a page number, and on every page the stamp of synthetic data."""
    added = [("footer1", "footer", _footer())]
    if synthetic:
        added.insert(0, ("header1", "header", _header()))
    document = ElementTree.fromstring(parts["word/document.xml"])
    relations = ElementTree.fromstring(parts["word/_rels/document.xml.rels"])
    types = ElementTree.fromstring(parts["[Content_Types].xml"])
    section = _element(document, f".//{{{W}}}sectPr")
    for index, (name, kind, data) in enumerate(added):
        parts[f"word/{name}.xml"] = data
        identifier, target = f"rId{900 + index}", f"{name}.xml"
        ElementTree.SubElement(
            relations,
            f"{{{RELATION}}}Relationship",
            {"Type": f"{R}/{kind}", "Id": identifier, "Target": target},
        )
        ElementTree.SubElement(
            types,
            f"{{{TYPES}}}Override",
            {"PartName": f"/word/{target}", "ContentType": f"{PART}.{kind}+xml"},
        )
        element = ElementTree.Element(
            f"{{{W}}}{kind}Reference", {f"{{{W}}}type": "default", f"{{{R}}}id": identifier}
        )
        section.insert(index, element)
    ElementTree.SubElement(section, f"{{{W}}}pgSz", {f"{{{W}}}w": "11906", f"{{{W}}}h": "16838"})
    sides = dict.fromkeys(("top", "right", "bottom", "left"), 1247)
    sides |= {"header": 624, "footer": 624, "gutter": 0}
    ElementTree.SubElement(
        section, f"{{{W}}}pgMar", {f"{{{W}}}{side}": str(width) for side, width in sides.items()}
    )
    parts["word/document.xml"] = _xml(document)
    parts["word/_rels/document.xml.rels"] = _xml(relations, RELATION)
    parts["[Content_Types].xml"] = _xml(types, TYPES)


def reference_bytes(synthetic: bool) -> bytes:
    """The reference document."""
    for prefix, uri in (("w", W), ("r", R)):
        ElementTree.register_namespace(prefix, uri)
    command = [find_pandoc(), "--print-default-data-file=reference.docx"]
    plain = subprocess.run(command, capture_output=True, check=True).stdout
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["word/styles.xml"] = _with_styles(parts["word/styles.xml"])
    _with_pages(parts, synthetic)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(parts.items()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
