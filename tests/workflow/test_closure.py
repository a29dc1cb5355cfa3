"""The static import closure on packages of a few lines, drawn here."""

from pathlib import Path

import pytest

from trialtrace.base.paths import Project
from trialtrace.run.jobs.closure import FIGURES, FORMULAS, Sources, imports_of, outside_entries

SCRIPT = "scripts/job.py"


@pytest.fixture
def closure(tmp_path: Path):
    """Write files under a package and give the closure of a script, by their names."""

    def of(
        script: str, files: dict[str, str], used: set[str] | None = None, room: str | None = None
    ) -> set[str]:
        package = tmp_path / "workflow" / "trialtrace"
        named = {SCRIPT: script} | {f"workflow/trialtrace/{k}": v for k, v in files.items()}
        for name, text in ({"workflow/trialtrace/__init__.py": ""} | named).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        found = Sources(Project(tmp_path)).closure(tmp_path / SCRIPT, lambda _: used, room=room)
        return {str(p.relative_to(package)) for p in found if p.is_relative_to(package)}

    return of


@pytest.mark.parametrize(
    "code",
    [
        "import trialtrace.a.b",
        "from trialtrace.a import b",
        "from trialtrace.a.b import value",
        "def later():\n    from trialtrace.a import b",
        "try:\n    import trialtrace.a.b\nexcept ImportError:\n    pass",
        "class C:\n    def f(self):\n        with f:\n            import trialtrace.a.b as x",
        "match 1:\n    case 1:\n        import trialtrace.a.b",
    ],
)
def test_an_import_in_any_form_brings_the_module_and_its_packages(closure, code):
    files = {"a/__init__.py": "", "a/b.py": "value = 1", "c.py": ""}
    assert closure(code, files) == {"__init__.py", "a/__init__.py", "a/b.py"}


CARDS = """SHARED = ("bounds:ends", "ranks:other")
CARDS = (
    Card("mean.plain", "mean", formula="means:plain"),
    Card(
        "mean.robust",
        formula=("ranks:robust", "bounds:ends", "ranks:other"),
    ),
    Card("mean.bounded", formula=SHARED),
)
"""
OF_PARTIAL = """_PLAIN = "means:plain"
_card = partial(Card, formula=_PLAIN)
_robust = partial(_card, formula=(*("ranks:robust", "bounds:ends"), "ranks:other"))
CARDS = (
    _card("mean.plain", "mean"),
    _robust("mean.robust"),
    _card("mean.bounded", formula=("bounds:ends", "ranks:other")),
)
"""


@pytest.mark.parametrize("source", [CARDS, OF_PARTIAL])
def test_a_card_leads_to_its_formula_where_something_is_computed(closure, source):
    stats = {f"stats/{name}.py" for name in ("__init__", "means", "ranks", "bounds")}
    files = {"cards.py": source} | dict.fromkeys(stats, "")
    code, cards = "import trialtrace.cards", {"__init__.py", "cards.py"}
    assert closure(code, files, {"mean.robust"}) == cards
    computed = closure(code, files, {"mean.robust"}, FORMULAS)
    assert computed == cards | stats - {"stats/means.py"}
    assert closure(code, files, {"mean.bounded"}, FORMULAS) == computed
    assert closure(code, files, {"mean.plain"}, FORMULAS) == cards | {
        "stats/__init__.py",
        "stats/means.py",
    }


def test_a_card_of_a_display_leads_to_its_figure_where_it_is_drawn(closure):
    files = {
        "shown.py": 'DISPLAY = Display("lines", "Lines.", Lines, check)\n',
        "report/__init__.py": "",
        "report/figures/__init__.py": "",
        "report/figures/lines.py": "",
    }
    code, card = "import trialtrace.shown", {"__init__.py", "shown.py"}
    assert closure(code, files, {"lines"}) == card
    assert closure(code, files, {"lines"}, FORMULAS) == card
    assert closure(code, files, set(), FIGURES) == card
    assert closure(code, files, {"lines"}, FIGURES) == card | set(files)


def test_entries_that_are_not_used_do_not_count():
    registry = 'HERE = "a"\nMODULES = {\n    "x": f"{HERE}.x",\n    "y": "a.y",\n}\n'
    entries = imports_of(registry, ".py", ()).entries
    kept = outside_entries(registry, entries, {"y"})
    assert '"a.y"' in kept and ".x" not in kept and "HERE" in kept
    kept = outside_entries(CARDS, imports_of(CARDS, ".py", ()).entries, {"mean.plain"})
    assert "means:plain" in kept and "robust" not in kept


def test_relative_imports_and_what_they_import_in_turn(closure):
    files = {
        "a/__init__.py": "from .b import value",
        "a/b.py": "from ..c import value",
        "c.py": "value = 1",
        "d.py": "",
    }
    found = closure("import trialtrace.a", files)
    assert found == {"__init__.py", "a/__init__.py", "a/b.py", "c.py"}


def test_imports_for_type_checkers_do_not_count_but_their_else_does(closure):
    code = (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import trialtrace.a\nelse:\n    import trialtrace.b"
    )
    assert closure(code, {"a.py": "", "b.py": ""}) == {"__init__.py", "b.py"}


REGISTRY = {
    "r.py": '_HERE = "trialtrace"\nMODULES: dict = {"one": f"{_HERE}.a", "two": "trialtrace.b"}',
    "a.py": "",
    "b.py": "",
}


def test_a_registry_brings_the_modules_that_are_named(closure):
    assert closure("import trialtrace.r", REGISTRY, {"one"}) == {"__init__.py", "r.py", "a.py"}
    assert closure("import trialtrace.r", REGISTRY, None) == {"__init__.py", *REGISTRY}


def test_other_files_come_where_they_are_named(closure):
    files = {"a.py": 'TEMPLATE = "page.html"', "page.html": "<p>", "other.html": "<p>"}
    assert closure("import trialtrace.a", files) == {"__init__.py", "a.py", "page.html"}


def test_the_cells_of_a_report_are_code(tmp_path, closure):
    (tmp_path / "reports").mkdir()
    text = "# Title\n\n```{python}\nfrom trialtrace import a\n```\n\nfrom trialtrace import b\n"
    (tmp_path / "reports/trial.qmd").write_text(text)
    files = {"report.py": 'SOURCE = "trial.qmd"', "a.py": "", "b.py": ""}
    assert closure("import trialtrace.report", files) == {"__init__.py", "report.py", "a.py"}


def test_what_is_remembered_follows_the_content(tmp_path, closure):
    assert closure("import trialtrace.a", {"a.py": "", "b.py": ""}) == {"__init__.py", "a.py"}
    sources = Sources(Project(tmp_path))
    sources.closure(tmp_path / SCRIPT, lambda _: None)
    sources.remember()
    files = {"a.py": "from trialtrace import b"}
    assert closure("import trialtrace.a", files) == {"__init__.py", "a.py", "b.py"}
