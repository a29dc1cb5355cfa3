"""Plain English: sentences of at most 25 words and no house words, as `make lint` checks them.

plain_english.json has the faults that are allowed: of pages that are still to be rewritten, and of
the package, whose docstrings, messages and reports are strings. No count may grow; `--write` after
a rewriting lowers it.
"""

import ast
import json
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = Path(__file__).with_suffix(".json")
WORDS = 25
HOUSE = re.compile(
    r"\b(told|tells?|besides?|mend(?:s|ed|ing)?|nobody|somebody|looks? at|made-up|"
    r"as (?:it|they) stands?|in all(?=[,.;)])|by hand|apart|alike|whoever|reckoned|likewise)\b",
    re.IGNORECASE,
)
BLOCK = re.compile(r"^ *(`{3,}).*?^ *\1|<!--.*?-->|^:::.*?$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`|\$[^$]*\$|\]\([^)]*\)|https?://\S+")
ENDS = re.compile(r"(?<=[.:;?!])\s+|\n\s*\n|\n\s*(?=[-*|#]|\d+\. )|\|")


def faults(text: str) -> list[str]:
    """The house words of a text, and its sentences of too many words."""
    prose = CODE.sub("x", BLOCK.sub("\n\n", text))
    sentences = (" ".join(each.split()) for each in ENDS.split(prose))
    long = (
        f"{len(each.split())} words: {each[:60]}" for each in sentences if len(each.split()) > WORDS
    )
    return [*(f'house word "{each[0]}"' for each in HOUSE.finditer(prose)), *long]


def strings(path: Path) -> list[str]:
    """The strings of a module that can be sentences: five words or more."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant))
    return [text for text in texts if isinstance(text, str) and text.count(" ") > 3]


def found() -> dict[str, list[str]]:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    pages = [page for page in pages if "_site" not in page.parts]
    by_page = {
        page.relative_to(ROOT).as_posix(): faults(page.read_text(encoding="utf-8"))
        for page in pages
    }
    # String by string: the start of a comment in one of them would hide all text up to its end.
    modules = sorted((ROOT / "workflow").rglob("*.py"))
    by_page["workflow"] = [
        fault for module in modules for text in strings(module) for fault in faults(text)
    ]
    return by_page


def main() -> int:
    now = found()
    if "--write" in sys.argv:
        counts = Counter({name: len(each) for name, each in now.items() if each})
        KEPT.write_text(json.dumps(counts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    worse = {name: each for name, each in now.items() if len(each) > kept.get(name, 0)}
    for name, each in worse.items():
        print(f"{name}: {len(each)} faults of plain English, {kept.get(name, 0)} allowed")
        print("\n".join(f"  {one}" for one in each[:20]))
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
