"""What `make size` counts as a line of code."""

import size

SOURCE = '''"""A module.

Two lines of it.
"""

# A comment.
WORDS = """a text
over two lines"""


def double(x: int) -> int:
    """Return it twice."""
    return (
        x  # the first

        + x
    )
'''


def test_docstrings_comments_and_blank_lines_are_no_code():
    assert size.code_lines(SOURCE) == 7


def test_a_file_counts_for_its_room():
    package = size.PACKAGE
    assert size.room_of(package / "run" / "trial" / "plan" / "card.py") == "run.trial"
    assert size.room_of(package / "run" / "__init__.py") == "run"
    assert size.room_of(package / "stats" / "survival" / "cox.py") == "stats"
    assert size.room_of(package / "cli.py") == "cli"


def test_every_file_of_the_package_is_counted():
    python = [path for path in (size.ROOT / size.PACKAGE).rglob("*.py") if path.is_file()]
    whole = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in python)
    assert 0.5 * whole < size.package_sizes().total() < whole
