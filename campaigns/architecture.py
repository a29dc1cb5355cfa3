"""Writes docs/architecture.md and its picture: the rooms of the package and who imports whom.

`python campaigns/architecture.py` writes both anew from the imports; a test fails when they are
stale. Sections of the page, from its first `##` on, are written by others and stay.
"""

import ast
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "workflow" / "trialtrace"
PAGE, PICTURE = ROOT / "docs" / "architecture.md", ROOT / "docs" / "images" / "architecture.svg"
# From the ground up. A module imports from its own room and from those above it in this list;
# rooms of one level know nothing of each other.
ORDER = (
    ("ground",),
    ("stats", "instruments"),
    ("config",),
    ("trial",),
    ("running", "sources"),
    ("synthetic", "cleaning"),
    ("endpoints", "interchange", "drafting", "integrity"),
    ("methods", "rehearsal"),
    ("trace",),
    ("claims",),
    ("archive", "rcode", "reading"),
    ("report",),
    ("commands",),
    ("cli",),
)
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}
WIDTH, ROW, HEIGHT, LEFT = 760, 74, 40, 30

TEXT = """\
# Architecture

*Written from the imports of `workflow/trialtrace/` by `python campaigns/architecture.py`; a test
holds it to them.*

Rooms are roles, and a concept has the same name in each: a family of methods is `stats/<family>`
(formulas over arrays) and `methods/<family>` (`analyse` modules, and `check` modules that share no
code with them); an instrument is `instruments/<name>` (what it declares, and its arithmetic) and,
where its records are more than rows of items, `endpoints/scores/<name>`.

Imports run one way, from a room to those below it, also inside functions and for type checkers. So
`ground`, `stats` and `instruments` can be read without a trial, `config` without knowing what can
be said of one, and a job hangs on no room above its own.
`tests/unit/ground/test_ground_layers.py` holds the order.

![Rooms of the package and their imports](images/architecture.svg)

Of the lines, the dark ones cannot be left out; a pale one leads to a room that is reached through
others too.

| room | what | imports from |
| --- | --- | --- |
"""


def imported(file: Path) -> Iterator[str]:
    """Modules of the package that a file names, as dotted paths below it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.partition(".")[2] for name in names if name.startswith("trialtrace."))


def arrows() -> set[tuple[str, str]]:
    """(module, room that it imports from) of other rooms."""
    imports = set()
    for file in PACKAGE.rglob("*.py"):
        module = file.relative_to(PACKAGE).with_suffix("").as_posix()
        imports |= {(module, name.split(".")[0]) for name in imported(file)}
    return {(module, room) for module, room in imports if module.split("/")[0] != room}


def rooms() -> dict[str, set[str]]:
    """Room -> the rooms that it imports from."""
    below: dict[str, set[str]] = {room: set() for room in LEVEL}
    for module, room in arrows():
        below[module.split("/")[0]].add(room)
    return below


def needed(below: dict[str, set[str]]) -> set[tuple[str, str]]:
    """The arrows without which a room could not be reached: the transitive reduction."""

    def reached(room: str) -> set[str]:
        return below[room].union(*(reached(other) for other in below[room]))

    return {
        (room, other)
        for room, others in below.items()
        for other in others
        if not any(other in reached(between) for between in others)
    }


def purpose(room: str) -> str:
    """The first line of a room's docstring."""
    first = PACKAGE / room / "__init__.py"
    source = (first if first.exists() else PACKAGE / f"{room}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").splitlines()[0]


def page() -> str:
    """The page before its sections: an introduction, and a row a room from the top down."""
    below, rows = rooms(), []
    for room in reversed(LEVEL):
        others = ", ".join(f"`{other}`" for other in sorted(below[room], key=list(LEVEL).index))
        rows.append(f"| `{room}` | {purpose(room)} | {others} |")
    return TEXT + "\n".join(rows) + "\n"


def places() -> dict[str, tuple[float, float, float]]:
    """Room -> left edge, top and width of its box; a level is a row, the ground the lowest."""
    boxes = {}
    for level, names in enumerate(ORDER):
        top = 10 + (len(ORDER) - 1 - level) * ROW
        width = 150
        gap = (WIDTH - 2 * LEFT - width * len(names)) / (len(names) + 1)
        # Rows stand aside by turns, so that a line from above does not run through a box.
        shift = 0 if len(names) > 1 else (-1) ** level * 60
        for number, room in enumerate(names):
            boxes[room] = (LEFT + gap * (number + 1) + width * number + shift, top, width)
    return boxes


def picture() -> str:
    """The rooms as boxes, and a line for each pair of which one imports from the other."""
    below, boxes = rooms(), places()
    kept = needed(below)
    pairs = sorted(
        (pair for room in below for pair in ((room, other) for other in below[room])),
        key=lambda pair: (pair in kept, pair),
    )
    drawn = [_line(boxes[above], boxes[other], (above, other) in kept) for above, other in pairs]
    drawn += [_box(room, *box) for room, box in boxes.items()]
    height = 20 + len(ORDER) * ROW
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            'font-family="sans-serif" font-size="14">',
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *drawn,
            "</svg>\n",
        ]
    )


def _line(upper: tuple[float, float, float], lower: tuple[float, float, float], kept: bool) -> str:
    (x1, y1, w1), (x2, y2, w2) = upper, lower
    start, end = (x1 + w1 / 2, y1 + HEIGHT), (x2 + w2 / 2, y2)
    # A pale line bows outwards by its length, so that long ones do not lie on each other.
    bow = 0 if kept else 0.16 * (end[1] - start[1]) * (1 if start[0] >= WIDTH / 2 else -1)
    middle = ((start[0] + end[0]) / 2 + bow * 2, (start[1] + end[1]) / 2)
    colour, width = ("#3b4a5a", 1.6) if kept else ("#c3ccd6", 1)
    return (
        f'<path d="M{start[0]:.0f} {start[1]:.0f} Q{middle[0]:.0f} {middle[1]:.0f} {end[0]:.0f} '
        f'{end[1]:.0f}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
    )


def _box(room: str, left: float, top: float, width: float) -> str:
    return (
        f'<rect x="{left:.0f}" y="{top}" width="{width}" height="{HEIGHT}" rx="6" fill="#eef2f7" '
        f'stroke="#3b4a5a"/><text x="{left + width / 2:.0f}" y="{top + 25}" '
        f'text-anchor="middle">{escape(room)}</text>'
    )


def parts(text: str) -> tuple[str, str]:
    """The page's text before its sections, and the sections."""
    start = text.find("\n## ")
    return (text, "") if start < 0 else (text[:start], text[start:])


def main() -> None:
    PICTURE.parent.mkdir(exist_ok=True)
    _, sections = parts(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(page() + sections, encoding="utf-8")
    PICTURE.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
