"""The mutation tool on a module of three lines: every fault that it makes."""

from mutants import mutants
from mutation import draw

SOURCE = """\
def share(part: int, whole: int = 1) -> float:
    if whole > 0 and part is not None:
        return part / whole
"""


def bodies() -> list[tuple[int, str, str]]:
    return [(one.line, one.before, one.after) for one in mutants(SOURCE)]


def test_every_fault_of_three_lines():
    line, test = "whole > 0 and part is not None", "if whole > 0 and part is not None:"
    assert sorted(bodies()) == sorted(
        [
            (1, "1", "2"),
            (2, test, f"if not ({line}):"),
            (2, line, "whole > 0 or part is not None"),
            (2, "whole > 0", "whole >= 0"),
            (2, "0", "1"),
            (2, "part is not None", "part is None"),
            (3, "return part / whole", "return None"),
            (3, "part / whole", "part * whole"),
        ]
    )


def test_each_mutant_is_a_module_with_one_change():
    sources = [one.source for one in mutants(SOURCE)]
    assert len(set(sources)) == len(sources)
    for one in mutants(SOURCE):
        compile(one.source, "mutant", "exec")
        assert one.after.rstrip(":") in one.source


def test_the_seed_draws_the_same_share_of_every_module():
    every = {name: list(mutants(SOURCE)) for name in ("a.py", "b.py")}
    drawn = draw(every, sample=8, seed=3)
    assert [len(some) for some in drawn.values()] == [4, 4]
    assert drawn == draw(every, sample=8, seed=3)
    assert draw(every, sample=0, seed=3) == every


def test_what_is_for_type_checkers_alone_stays():
    assert list(mutants("if TYPE_CHECKING:\n    import x\ny: 1 = z\n")) == []
