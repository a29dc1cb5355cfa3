"""Lines of the project: `make size`.

Code is Python without docstrings, comments and blank lines, by room of the package; Lua, Typst and
templates count as they stand, and so does scripts/cohorts. Tests are all lines of their Python,
documentation is all lines of its Markdown. tests/second, which left the package whole, is apart.
"""

import ast
import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("workflow/trialtrace")
SECOND = Path("tests/second")
AS_THEY_STAND = {".lua", ".typ", ".html"}
# Wings whose folders are rooms of their own.
WINGS = ("audit", "run", "report")
QUIET = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def code_lines(source: str) -> int:
    """Lines of Python that hold more than a docstring or a comment.

    A text that stands alone in a line of its own, below a constant for example, is documentation
    too.
    """
    texts = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in QUIET:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - texts)


def room_of(path: Path) -> str:
    """The room of a file of the package: a folder of a wing, else the wing."""
    wing, *below = path.relative_to(PACKAGE).parts
    if wing in WINGS and len(below) > 1:
        return f"{wing}.{below[0]}"
    return Path(wing).stem


def files(folder: Path, *suffixes: str) -> Iterator[Path]:
    """Files below a folder of the project, by their paths from its root; links are not followed."""
    for path in sorted((ROOT / folder).rglob("*")):
        inside = path.relative_to(ROOT)
        if path.suffix in suffixes and "__pycache__" not in inside.parts and path.is_file():
            yield inside


def package_sizes() -> Counter[str]:
    sizes: Counter[str] = Counter()
    for path in files(PACKAGE, ".py", *AS_THEY_STAND):
        sizes[room_of(path)] += size_of(path)
    return sizes


def size_of(path: Path) -> int:
    text = (ROOT / path).read_text(encoding="utf-8")
    return code_lines(text) if path.suffix == ".py" else len(text.splitlines())


def all_lines(folder: str, *suffixes: str) -> int:
    return sum(
        len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in files(Path(folder), *suffixes)
        if "_site" not in path.parts and (folder == str(SECOND) or path.parent != SECOND)
    )


def main() -> None:
    rooms = package_sizes()
    cohorts = all_lines("scripts/cohorts", ".py", ".R")
    for room, lines in sorted(rooms.items()):
        print(f"{room:24}{lines:9,}")
    print(f"{'scripts/cohorts':24}{cohorts:9,}")
    print(f"{'package, code':24}{rooms.total() + cohorts:9,}")
    for name, folder, suffixes in (
        ("tests", "tests", (".py",)),
        ("tests/second", str(SECOND), (".py",)),
        ("documentation", "docs", (".md",)),
        ("campaigns", "campaigns", (".py", ".R")),
        ("benchmarks", "benchmarks", (".py",)),
    ):
        print(f"{name + ', all lines':24}{all_lines(folder, *suffixes):9,}")


if __name__ == "__main__":
    main()
