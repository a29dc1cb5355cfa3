"""Writes docs/architecture.md and its picture: wings, their rooms, and who imports whom.

`python campaigns/architecture.py` writes both anew from the imports; a test fails when they are
stale. Sections of the page, from its first `##` on, are written by others and stay.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "workflow" / "trialtrace"
PAGE, PICTURE = ROOT / "docs" / "architecture.md", ROOT / "docs" / "images" / "architecture.svg"
# Wings from the ground up, and the rows of rooms in each. A module imports from its own room and
# from those above it in this list; rooms of one row know nothing of each other.
WINGS: dict[str, tuple[tuple[str, ...], ...]] = {
    "base": (("base",), ("base.config",)),
    "stats": (("stats",),),
    "audit": (
        ("audit.printed",),
        ("audit.ledger", "audit.candidates"),
        ("audit.prints",),
        ("audit.registration", "audit.search", "audit.files"),
        ("audit.verdicts",),
        ("audit.editor",),
        ("audit.reading",),
    ),
    "run": (
        ("run.tables",),
        ("run.trial",),
        ("run.jobs", "run.sources"),
        ("run.synthetic", "run.cleaning"),
        ("run.integrity",),
        ("run.endpoints", "run.drafting"),
        ("run.methods", "run.rehearsal", "run.blinding"),
        ("run.trace", "run.multiverse", "run.simulation"),
        ("run.claims", "run.archive", "run.disclosure"),
    ),
    "report": (
        ("report.interchange", "report.rcode"),
        ("report",),
        ("report.verify", "report.installation"),
        ("report.commands",),
        ("cli",),
    ),
}
ORDER = tuple(row for rows in WINGS.values() for row in rows)
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}
# They name modules of later rooms: two say which jobs hang on them, and load none; of the kinds of
# source one draws a cohort, whose export is then read as any other.
NAMES_ALONE = frozenset({"run.jobs.fresh", "run.jobs.closure", "run.sources.registry"})
WIDTH, ROW, HEIGHT, LEFT, BOX = 900, 66, 36, 110, 150
DOTTED = re.compile(r"trialtrace(?:\.\w+)+")

TEXT = """\
# Architecture

*Written from the imports of `workflow/trialtrace/` by `python campaigns/architecture.py`; a test
holds it to them.*

The package has five wings, and a wing knows those before it alone:

| wing | what | needs |
| --- | --- | --- |
| `base` | errors, words, paths, the engine of the configuration | PyYAML |
| `stats` | formulas over arrays | numpy, scipy |
| `audit` | printed numbers: ledger, checks, search, verdicts, reading of papers | jsonschema |
| `run` | a trial from raw export to results and trace; claims against data | pyarrow, Snakemake |
| `report` | documents, figures, the site, exports, commands | matplotlib, pandoc, typst |

Rooms are roles, and a concept has the same name in each: a family of methods is `stats/<family>`
(formulas over arrays) and `run/methods/<family>` (`analyse` modules, and `check` modules that share
no code with them); what a plan can say of one stands in `run/trial/plan/cards/`, which a job
reads before it loads what does the work. An instrument is `run/trial/instruments/<name>`: what
an entry says, what it declares, and its arithmetic.

Imports run one way, from a room to those below it, also inside functions, for type checkers, and
where a registry names a module; and no file is reached from itself. So what audits a paper knows
nothing of a trial, and a job hangs on no room above its own.
`tests/unit/base/test_base_layers.py` holds this.

![Wings of the package, their rooms and imports](images/architecture.svg)

Lines are imports within a wing that cannot be left out: rooms that others lead to are reached
through them.

| room | what | imports from |
| --- | --- | --- |
"""


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name below it, a package by its own; without
    `__main__`, which starts the command line."""
    files = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return {name: file for name, file in files.items() if name not in ("", "__main__")}


def imported(tree: ast.Module) -> Iterator[str]:
    """What of the package a file imports, as dotted names below it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.partition(".")[2] for name in names if name.startswith("trialtrace."))


def named(tree: ast.Module) -> Iterator[str]:
    """What of the package a file names in a text, as a registry does."""
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and DOTTED.fullmatch(text):
            yield text.partition(".")[2]


def room_of(module: str) -> str | None:
    """The room of a module: the longest name of a room that its own begins with."""
    while module and module not in LEVEL:
        module = module.rpartition(".")[0]
    return module or None


@cache
def arrows() -> frozenset[tuple[str, str]]:
    """(module, other room that it imports from, or names in a registry)."""
    found = set()
    for module, file in modules().items():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {*imported(tree), *(() if module in NAMES_ALONE else named(tree))}
        found |= {(module, room) for room in map(room_of, names) if room}
    return frozenset((module, room) for module, room in found if room_of(module) != room)


def cycle(files: dict[str, Path], package: str = "") -> list[str]:
    """Files of which each imports the next and the last the first; empty where there are none.

    `files` are by the names that they import each other under, below `package`.
    """

    def known(name: str) -> str:
        while name and name not in files:
            name = name.rpartition(".")[0]
        return name

    below = {}
    for module, file in files.items():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = imported(tree) if package else _plain(tree)
        below[module] = {known(name) for name in names} - {module, ""}
    try:
        TopologicalSorter(below).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _plain(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms() -> dict[str, set[str]]:
    """Room -> the rooms that it imports from."""
    below: dict[str, set[str]] = {room: set() for room in LEVEL}
    for module, room in arrows():
        below[room_of(module) or ""].add(room)
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
    place = PACKAGE / room.replace(".", "/")
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").splitlines()[0]


def page() -> str:
    """The page before its sections: an introduction, and a row a room from the top down."""
    below, rows = rooms(), []
    for room in reversed(LEVEL):
        others = ", ".join(f"`{other}`" for other in sorted(below[room], key=list(LEVEL).index))
        rows.append(f"| `{room}` | {purpose(room)} | {others} |")
    return TEXT + "\n".join(rows) + "\n"


def wing_of(room: str) -> str:
    return next(wing for wing, rows in WINGS.items() if any(room in row for row in rows))


def places() -> dict[str, tuple[float, float]]:
    """Room -> left edge and top of its box; a level is a row, the ground the lowest."""
    boxes = {}
    for level, names in enumerate(ORDER):
        top = 20 + (len(ORDER) - 1 - level) * ROW
        gap = (WIDTH - LEFT - 20 - BOX * len(names)) / (len(names) + 1)
        # Rows stand aside by turns, so that a line from above does not run through a box.
        shift = 0 if len(names) > 1 else (-1) ** level * 90
        for number, room in enumerate(names):
            boxes[room] = (LEFT + gap * (number + 1) + BOX * number + shift, top)
    return boxes


def picture() -> str:
    """The wings as bands, rooms as boxes, and the lines that are needed within a wing."""
    boxes, height = places(), 30 + len(ORDER) * ROW
    drawn = []
    for number, (wing, rows) in enumerate(WINGS.items()):
        tops = [boxes[room][1] for row in rows for room in row]
        top, deep = min(tops) - 12, max(tops) - min(tops) + HEIGHT + 24
        drawn.append(
            f'<rect x="10" y="{top}" width="{WIDTH - 20}" height="{deep}" rx="8" '
            f'fill="{("#f6f8fa", "#eef2f7")[number % 2]}"/>'
            f'<text x="26" y="{top + deep / 2 + 6:.0f}" font-weight="bold">{wing}</text>'
        )
    drawn += [
        _line(boxes[room], boxes[other])
        for room, other in sorted(needed(rooms()))
        if wing_of(room) == wing_of(other)
    ]
    drawn += [_box(room, *box) for room, box in boxes.items()]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            'font-family="sans-serif" font-size="14">',
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *drawn,
            "</svg>\n",
        ]
    )


def _line(upper: tuple[float, float], lower: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = upper, lower
    return (
        f'<path d="M{x1 + BOX / 2:.0f} {y1 + HEIGHT} L{x2 + BOX / 2:.0f} {y2}" fill="none" '
        'stroke="#3b4a5a" stroke-width="1.4"/>'
    )


def _box(room: str, left: float, top: float) -> str:
    name = room.partition(".")[2] or {"report": "documents"}.get(room, room)
    return (
        f'<rect x="{left:.0f}" y="{top}" width="{BOX}" height="{HEIGHT}" rx="6" fill="#ffffff" '
        f'stroke="#3b4a5a"/><text x="{left + BOX / 2:.0f}" y="{top + 23}" '
        f'text-anchor="middle">{escape(name)}</text>'
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
