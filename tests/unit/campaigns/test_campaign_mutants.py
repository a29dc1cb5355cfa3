"""The mutation tool on a module of three lines: every fault that it makes."""

from pathlib import Path

from mutants import mutants
from mutation import Reach, draw

SOURCE = """\
@frozen(True)
def share(part: int, whole: int = 1) -> float:
    if whole > 0 and part is not None:
        return part / whole  # per patient
    raise ValueError(f"{whole + 1}", part -
                     1)
"""


def test_every_fault_in_a_line():
    test = "whole > 0 and part is not None"
    assert sorted((each.line, each.before, each.after) for each in mutants(SOURCE)) == sorted(
        [
            (2, "1", "2"),
            (3, test, f"not ({test})"),
            (3, test, "whole > 0 or part is not None"),
            (3, "whole > 0", "whole >= 0"),
            (3, "0", "1"),
            (3, "part is not None", "part is None"),
            (4, "part / whole", "None"),
            (4, "part / whole", "part * whole"),
            (6, "1", "2"),
        ]
    )


def test_a_mutant_differs_in_its_line_alone():
    for each in mutants(SOURCE):
        compile(each.source, "mutant", "exec")
        pairs = zip(SOURCE.splitlines(), each.source.splitlines(), strict=True)
        changed = [line for line, (before, after) in enumerate(pairs, 1) if before != after]
        assert changed == [each.line]


def test_the_seed_draws_from_all_modules_and_a_larger_sample_begins_alike():
    every = dict.fromkeys(("a.py", "b.py"), SOURCE)
    drawn = draw(every, sample=8, seed=3)
    assert len({(name, each.source) for name, each in drawn}) == 8
    assert drawn == draw(every, sample=8, seed=3)
    assert len(draw(every, sample=100, seed=3)) == 18


def test_what_is_for_type_checkers_alone_stays():
    assert list(mutants("if TYPE_CHECKING:\n    import x\ny: 1 = z\n")) == []


def test_a_module_is_reached_from_its_own_tests_first():
    root = Path(__file__).resolve().parents[3]
    assert Reach(root).to("base/store.py")[0] == "tests/unit/base/test_base_store.py"
