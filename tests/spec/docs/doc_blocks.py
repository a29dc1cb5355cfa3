"""Code blocks of a Markdown page: files that it gives, commands with what they print, numbers."""

import re
import runpy
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FILE = re.compile(r"^`([^`\n]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n\$ (.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYCON = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e[+-]\d+)?")
# R's counts, levels and numbers of rows are no results; these have three decimals at least.
RESULT = re.compile(r"(?<![\w.])-?\d+\.(\d{3,})(?:e[+-]\d+)?")
ANYTHING = "…"


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def written_pages() -> dict[str, str]:
    """Pages of the documentation that `make docs` writes, by their paths below docs/."""
    pages: dict[str, str] = runpy.run_path(str(ROOT / "docs" / "build.py"))["written_pages"]()
    return pages


def files(text: str) -> dict[str, str]:
    """Path to content: a path alone in a line, in backticks, and the block that follows it."""
    return dict(FILE.findall(text))


def consoles(text: str) -> list[tuple[str, str]]:
    """(command, what it prints), one a block."""
    return CONSOLE.findall(text)


def told(printed: str, shown: str) -> bool:
    """Whether a page shows what was printed; a line of "…" stands for any lines."""
    parts = (re.escape(line) for line in shown.rstrip().split("\n"))
    pattern = "\n".join(r"(?:.*\n)*?.*" if part == ANYTHING else part for part in parts)
    return re.fullmatch(pattern, printed.rstrip()) is not None


def results(text: str) -> list[tuple[float, float]]:
    """Numbers, each with half a unit of its last digit."""
    found = []
    for match in RESULT.finditer(text):
        power = re.search(r"e([+-]\d+)", match[0])
        last = len(match[1]) - (int(power[1]) if power else 0)
        found.append((float(match[0]), 0.51 * 10.0**-last))
    return found
