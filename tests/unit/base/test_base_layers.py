"""Rooms of the package stand in one order: a module imports from its own and from earlier rooms.

Imports inside functions count too, those for type checkers, and names in registries.
"""

from pathlib import Path

import pytest

from architecture import (
    LEVEL,
    NAMES_ALONE,
    PACKAGE,
    PAGE,
    PICTURE,
    ROOT,
    arrows,
    cycle,
    modules,
    page,
    parts,
    picture,
    room_of,
)

STALE = "write it anew: python campaigns/architecture.py"


def test_every_module_has_its_room():
    assert {room_of(module) for module in modules()} - {None} <= set(LEVEL)
    outside = {module for module in modules() if room_of(module) is None}
    assert outside == {"audit", "run"}, "folders of a wing are rooms: say where each stands"


def test_every_room_is_there():
    there = {room.replace(".", "/") for room in LEVEL}
    assert all((PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists() for name in there)


def test_no_module_imports_from_a_later_room():
    back = {(module, room) for module, room in arrows() if LEVEL[room] >= LEVEL[room_of(module)]}
    assert not back


def test_what_names_later_rooms_is_there():
    assert set(modules()) >= NAMES_ALONE


def test_no_file_of_the_package_is_reached_from_itself():
    assert cycle(modules(), "trialtrace") == []


@pytest.mark.parametrize("folder", ["campaigns", "tests/helpers"])
def test_no_file_beside_the_package_is_reached_from_itself(folder: str):
    at = ROOT / folder
    files = {
        ".".join(file.relative_to(at).with_suffix("").parts).removesuffix(".__init__"): file
        for file in sorted(at.rglob("*.py"))
    }
    assert cycle(files) == []


def test_a_cycle_is_found(tmp_path: Path):
    texts = {
        "a": "from b import x",
        "b": "def f():\n    import c",
        "c": "import a",
        "d": "import a",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
    assert {*cycle({name: tmp_path / f"{name}.py" for name in texts})} == {"a", "b", "c"}


def test_the_picture_is_drawn_from_the_imports():
    assert parts(PAGE.read_text(encoding="utf-8"))[0] == page(), STALE
    assert PICTURE.read_text(encoding="utf-8") == picture(), STALE
