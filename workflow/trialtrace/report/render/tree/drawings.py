"""Pictures of a document: which file of one is shown, and how high it is."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from trialtrace.report.render.tree.nodes import Node

# A larger drawing gives way to its pixels where they are smaller.
LARGEST_DRAWING = 150_000
WIDTH = 470  # points across a page
HIGHEST = 570  # points of a picture that leaves room for its caption
_SIZE = re.compile(rb'width="([\d.]+)pt" height="([\d.]+)pt"')


def size_of(file: Path) -> int | None:
    return file.stat().st_size if file.is_file() else None


def is_drawn(drawing: int | None, pixels: int | None) -> bool:
    """Whether a picture is shown as its drawing, by the sizes of both files; None is not there."""
    if drawing is None:
        return False
    return drawing < LARGEST_DRAWING or pixels is None or drawing <= pixels


def take_drawing(image: Node, folder: Path) -> None:
    """A picture of a format that shows drawings takes its own."""
    target = image["c"][2]
    if target[0].endswith(".png"):
        drawing = f"{target[0].removesuffix('.png')}.svg"
        if is_drawn(size_of(folder / drawing), size_of(folder / target[0])):
            target[0] = drawing


def height(file: Path) -> str | None:
    """Where a picture would be too high for a page with its caption: the height that it gets."""
    if not file.is_file():
        return None
    with file.open("rb") as opened:
        start = opened.read(1000)
    found = _SIZE.search(start)
    wide, high = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    if start.startswith(b"\x89PNG"):
        wide, high = struct.unpack(">II", start[16:24])
    taken = min(WIDTH, wide) * high / wide if wide > 0 else 0
    return f"{HIGHEST}pt" if taken > HIGHEST else None
