"""Tables of page 1: a row a measure, a column an arm."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.results_in_short import arm_in_text


@dataclass
class Row:
    """A label and a cell an arm, both Markdown; an arm without a cell has none."""

    label: str
    cells: dict[str, str] = field(default_factory=dict)


def arms_in_order(material: Material) -> list[str]:
    """The arms of a trial, controls last."""
    arms = material.trial.design.arms
    return sorted(arms, key=lambda name: bool(arms[name].control))


def arms_table(material: Material, title: str, rows: Sequence[Row]) -> str:
    """A pipe table with `title` as its first head; empty where no row has a cell."""
    filled = [row for row in rows if row.cells]
    arms = [arm for arm in arms_in_order(material) if any(arm in row.cells for row in filled)]
    if not arms:
        return ""
    lines = [[escape_markdown(title), *(_head(material, arm) for arm in arms)]]
    lines += [["---", *["---:"] * len(arms)]]
    lines += [[row.label, *(row.cells.get(arm, "") for arm in arms)] for row in filled]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _head(material: Material, arm: str) -> str:
    text = arm_in_text(material, arm)
    return text[:1].upper() + text[1:]
