"""The pixels of figures: PNG files of their SVG, not drawn a second time.

typst reads the drawings, all of them at once; letters in them are paths, so that no font matters.
"""

import json
import re
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from trialtrace.base.store import write_bytes

DPI = 160
STAMPED = "{} (synthetic, not evidence)"
_SIZE = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt"')
# The first part of a PNG, with its size, comes right behind the signature: 8 and 25 bytes.
_HEAD = 33
_PER_METRE = round(DPI / 0.0254)


def title(name: str, *, synthetic: bool) -> str:
    """What a figure is called in its files."""
    return STAMPED.format(name) if synthetic else name


def write_pixels(folder: Path, names: Sequence[str], *, synthetic: bool) -> None:
    """Write name.png beside each name.svg in `folder`."""
    import typst

    if not names:
        return
    pages = "\n".join(_page(folder, name) for name in names).encode()
    setter = typst.Compiler(pages, root=str(folder), ignore_system_fonts=True)
    made = setter.compile(format="png", ppi=DPI)
    each = made if isinstance(made, list) else [made or b""]
    for name, data in zip(names, each, strict=True):
        write_bytes(folder / f"{name}.png", _told(data, title(name, synthetic=synthetic)))


def _page(folder: Path, name: str) -> str:
    """A page with nothing but the drawing."""
    with open(folder / f"{name}.svg", encoding="utf-8") as file:
        size = _SIZE.search(file.read(1000))
    assert size is not None
    place = json.dumps(f"/{name}.svg", ensure_ascii=False)
    return f"#page(width: {size[1]}pt, height: {size[2]}pt, margin: 0pt, image({place}))"


def _told(data: bytes, words: str) -> bytes:
    """A PNG that tells its title, and its size in print."""
    size = _part(b"pHYs", struct.pack(">IIB", _PER_METRE, _PER_METRE, 1))
    told = _part(b"iTXt", b"Title\0\0\0\0\0" + words.encode())
    return data[:_HEAD] + size + told + data[_HEAD:]


def _part(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
