"""No room loses types: the gaps that mypy cannot see are those of the committed table."""

import pytest
import type_gaps


def test_gaps_in_the_types_are_those_of_the_table():
    hint = "python tests/helpers/type_gaps.py writes the table, where no sum has grown"
    assert type_gaps.count_rooms() == type_gaps.committed(), hint


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("Row = dict[str, Any]", "any"),
        ("def rows() -> list[Any]: ...", "any"),
        ("n = cast(int, n)", "cast"),
        ("n = m  # type: ignore[assignment]", "ignore"),
        ("def size(x) -> int: ...", "unannotated"),
        ("def size(x: int): ...", "unannotated"),
        ("def size(*x) -> int: ...", "unannotated"),
        ("def size(*, x) -> int: ...", "unannotated"),
    ],
)
def test_each_kind_of_gap_is_counted(source, kind):
    assert type_gaps.gaps(source) == dict.fromkeys(type_gaps.KINDS, 0) | {kind: 1}


def test_a_typed_method_is_no_gap():
    source = "class Size:\n    def __init__(self, n: int): ...\n    def n(self) -> int: ..."
    assert not any(type_gaps.gaps(source).values())
