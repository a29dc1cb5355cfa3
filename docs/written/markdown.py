"""What pages of the reference have in common: headings, links to them, tables of keys."""

import re
from collections.abc import Iterable

from trialtrace.run.trial.reference_keys import Key


def heading(path: str) -> str:
    """The heading of the page of a file: its name, and where it lies."""
    return f"# {path.rpartition('/')[2]}\n\n`{path}`"


def anchor(heading: str) -> str:
    """The part of a link that leads to a heading."""
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


def tree(folder: str) -> str:
    """The pages of a folder as the site's navigation has them; not shown on the page."""
    return f"\n```{{toctree}}\n:hidden:\n:glob:\n{folder}/*\n```\n"


def table(keys: Iterable[Key]) -> str:
    """A table of keys; the column of where they stand only if that is told of any."""
    rows = list(keys)
    when = any(key.when for key in rows)
    head = ["key", "needed", "value", *(["where"] if when else []), "meaning"]
    lines = [head, ["---"] * len(head)]
    for key in rows:
        place = [key.when] if when else []
        lines.append([f"`{key.path}`", "yes" if key.required else "", key.kind, *place, key.means])
    told = (" | ".join(cell.replace("|", "\\|") for cell in cells) for cells in lines)
    return "\n".join(f"| {line} |" for line in told) + "\n"
