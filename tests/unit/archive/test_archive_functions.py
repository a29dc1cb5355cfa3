"""A change of code is told by its functions; remarks and layout are none."""

from pathlib import Path

import pytest

from trialtrace.run.archive.functions import FILE, MODULE, functions_of

CODE = '''\
"""A module."""
LIMIT = 3


def one(x: int) -> int:
    """Adds."""
    return x + LIMIT


class Two:
    """Has a method."""

    size = 4

    def grow(self) -> int:
        # A remark.
        return self.size
'''


def functions(folder: Path, text: str, name: str = "code.py") -> dict[str, str]:
    (folder / name).write_text(text)
    return functions_of(folder / name)


@pytest.mark.parametrize(
    "old, new, changed",
    [
        ("# A remark.", "# Another.", set()),
        ('"""Adds."""', '"""Adds a limit."""', set()),
        ("x + LIMIT", "(x  +  LIMIT)", set()),
        ("x + LIMIT", "x - LIMIT", {"one"}),
        ("LIMIT = 3", "LIMIT = 4", {MODULE}),
        ("size = 4", "size = 5", {"Two"}),
        ("return self.size", "return self.size + 1", {"Two.grow"}),
        ("class Two:", "class Two(dict):", {"Two"}),
        ("def one(x: int)", "def one(x: int = 2)", {"one"}),
        ("def one(", "def first(", {"one", "first"}),
    ],
)
def test_what_changes(tmp_path: Path, old: str, new: str, changed: set[str]):
    before = functions(tmp_path, CODE)
    after = functions(tmp_path, CODE.replace(old, new))
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} == changed


def test_what_is_no_python_changes_as_a_file(tmp_path: Path):
    assert set(functions(tmp_path, "p { }", "page.css")) == {FILE}
    assert set(functions(tmp_path, "def broken(", "broken.py")) == {FILE}
