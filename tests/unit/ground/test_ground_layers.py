"""Rooms of the package stand in one order: a module imports from its own and from earlier rooms.

Imports inside functions count too, and those for type checkers.
"""

from architecture import LEVEL, PACKAGE, PAGE, PICTURE, arrows, page, parts, picture

STALE = "write it anew: python campaigns/architecture.py"


def test_every_room_has_its_place():
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert modules | rooms == set(LEVEL)


def test_no_module_imports_from_a_later_room():
    back = {
        (module, room) for module, room in arrows() if LEVEL[room] >= LEVEL[module.split("/")[0]]
    }
    assert not back


def test_the_picture_is_drawn_from_the_imports():
    assert parts(PAGE.read_text(encoding="utf-8"))[0] == page(), STALE
    assert PICTURE.read_text(encoding="utf-8") == picture(), STALE
