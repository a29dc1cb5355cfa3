"""Images of a page put into it: drawings as text, which is shorter than base64, all else as base64.

A page that is mailed or kept alone has its images. Pandoc would write drawings by base64 too, and
reads the whole page anew for it.
"""

from __future__ import annotations

import base64
import re
from html import unescape
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote

DRAWING = "data:image/svg+xml,"
# As pandoc writes what a page shows from a file; within a text these marks are escaped.
_SOURCE = re.compile(r'(<\w+\b[^>]*?\bsrc=")([^"]*)(?=")')
# What is not drawn: a head for other programs, whose entities would be lost with it, and remarks.
_UNSEEN = re.compile(
    r"<\?xml[^>]*\?>|<!DOCTYPE[^>\[]*>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL
)
_GROUP = re.compile(r'<g id="([^"]*)">')
_NAMED = re.compile(r"#([^\")'\s]+)")
_BLANK = re.compile(r"\s*\n\s*")
# What a URL in an attribute may not hold; all else stands as it is.
_MARKS = str.maketrans({"%": "%25", "#": "%23", '"': "'", "<": "%3C", ">": "%3E", "&": "%26"})
_QUOTED = _MARKS | {ord('"'): "%22", ord("'"): "%27"}


def with_images(page: str, folder: Path) -> str:
    """The page with the images that it names in `folder`, where its filter found each of them."""

    def shown(match: re.Match[str]) -> str:
        source = unescape(match[2])
        if source.startswith("data:"):
            return match[0]
        return f"{match[1]}{_data(folder / unquote(source))}"

    return _SOURCE.sub(shown, page)


def _data(image: Path) -> str:
    data = image.read_bytes()
    if image.suffix == ".svg":
        return DRAWING + as_text(data.decode("utf-8"))
    kind = guess_type(image.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def as_text(drawing: str) -> str:
    """What is seen of a drawing, as the data of a URL.

    Names of groups go where nothing refers to them. Its quotes become single ones, which are
    shorter there, unless it has such itself.
    """
    if "<![CDATA[" not in drawing:
        drawing = _BLANK.sub(" ", _UNSEEN.sub("", drawing)).strip().replace("> <", "><")
        used = set(_NAMED.findall(drawing))
        # Browsers know the shorter name; other programs have the drawing's own file.
        drawing = drawing.replace(" xlink:href=", " href=")
        drawing = _GROUP.sub(lambda group: group[0] if group[1] in used else "<g>", drawing)
    return drawing.translate(_QUOTED if "'" in drawing else _MARKS)
