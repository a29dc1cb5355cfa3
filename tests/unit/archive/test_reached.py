"""Which functions are reached from another, by the names that each uses."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from trialtrace.run.archive.reached_code import Graph, UsesOfFile
from trialtrace.run.archive.uses import uses_of

ROOM = "workflow/trialtrace"
FILES = {
    "start.py": """\
from trialtrace import kinds
from trialtrace.shapes import Shape as Form, LIMIT
from trialtrace.steps import TABLE

def plain(x: "Form"):
    local = LIMIT
    return local + helper(x)

def helper(helper):
    return helper.size

def shadowed(first, second):
    return first, second

def first(): ...

def made():
    return Form().grow()

def asked(name):
    return getattr(Form(), name)

def asked_for():
    return getattr(Form(), "drawn")

def within():
    from trialtrace.kinds import other
    return [other for _ in ()]

def of_module():
    return kinds.one()

def handed_on():
    return run(kinds)

def of_table(key):
    return TABLE[key]

def matched(x):
    match x:
        case Form(drawn=1):
            return 1
""",
    "shapes.py": """\
from functools import cached_property
LIMIT = 3

class Base:
    def shared(self): ...

class Shape(Base):
    many: int = LIMIT

    def __len__(self): ...

    def grow(self):
        return self.shared()

    def drawn(self): ...

    @cached_property
    def size(self):
        return deep()

def deep(): ...
""",
    "kinds.py": "def one(): ...\n\ndef other(): ...\n",
    "steps.py": """\
from trialtrace.kinds import one, other
TABLE = {"a": one, "b": other}
MADE = {"a": one} | {"b": other}
""",
    "__init__.py": "def begin(): ...\n\nbegin()\n",
}


@pytest.fixture
def uses(tmp_path: Path) -> dict[str, UsesOfFile | None]:
    found: dict[str, UsesOfFile | None] = {}
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
        found[f"{ROOM}/{name}"] = UsesOfFile(uses_of(tmp_path / name))
    return found


def functions(graph: Graph) -> set[str]:
    """What is reached but for names of the module level, beyond the package."""
    left_out = (f"{ROOM}/__init__.py", f"{ROOM}/start.py")
    return {name for file, name in graph.reached if file not in left_out and name[0] not in "=("}


@pytest.mark.parametrize(
    "name, reached",
    [
        ("plain", set()),
        ("shadowed", set()),
        ("made", {"Shape", "Base", "Shape.__len__", "Shape.grow", "Base.shared"}),
        ("asked", {"Shape", "Base", "Shape.__len__", "Shape.size", "deep"}),
        ("asked_for", {"Shape", "Base", "Shape.__len__", "Shape.drawn"}),
        ("matched", {"Shape", "Base", "Shape.__len__", "Shape.drawn"}),
        ("within", {"other"}),
        ("of_module", {"one"}),
        ("handed_on", {"one", "other"}),
        ("of_table", {"one", "other"}),
    ],
)
def test_what_a_function_reaches(uses: dict[str, UsesOfFile | None], name: str, reached: set[str]):
    graph = Graph(uses)
    graph.follow([(f"{ROOM}/start.py", name)])
    assert functions(graph) == reached
    own = {name for file, name in graph.reached if file == f"{ROOM}/start.py"}
    assert ("helper" in own) == (name == "plain") and "first" not in own
    assert (f"{ROOM}/__init__.py", "begin") in graph.reached, "its package is imported first"


def test_a_name_of_the_module_level_is_reached_with_its_file(uses: dict[str, UsesOfFile | None]):
    graph = Graph(uses)
    graph.follow([(f"{ROOM}/start.py", "plain")])
    assert graph.has(f"{ROOM}/shapes.py", "(module)")
    assert not graph.has(f"{ROOM}/kinds.py", "(module)")


@pytest.mark.parametrize(
    "place, keys, reached",
    [
        ("TABLE", ("a", "c"), {"one"}),
        ("TABLE", ("c", "b"), {"other"}),
        ("TABLE", ("c",), {"one", "other"}),
        ("MADE", ("a",), {"one", "other"}),
        ("gone", ("a",), set()),
    ],
)
def test_an_entry_of_a_table(
    uses: dict[str, UsesOfFile | None], place: str, keys: Iterable[str], reached: set[str]
):
    graph = Graph(uses)
    graph.follow(graph.entries(f"trialtrace.steps:{place}", keys))
    assert functions(graph) == reached


def test_what_is_barred_is_not_entered(uses: dict[str, UsesOfFile | None]):
    graph = Graph(uses, {(f"{ROOM}/shapes.py", "Shape.grow")})
    graph.follow([(f"{ROOM}/start.py", "made")])
    assert functions(graph) == {"Shape", "Base", "Shape.__len__"}


def test_a_file_whose_uses_are_not_known_is_reached(uses: dict[str, UsesOfFile | None]):
    graph = Graph(uses | {"reports/page.css": None})
    assert graph.has("reports/page.css", "(file)")
    assert not graph.has("elsewhere.py", "f")


def test_what_is_no_python_uses_nothing(tmp_path: Path):
    for name, text in (("page.css", "p { }"), ("broken.py", "def broken(")):
        (tmp_path / name).write_text(text)
        assert uses_of(tmp_path / name) == {}
