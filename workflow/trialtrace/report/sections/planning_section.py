"""Sample size, power and precision of the designs that a plan assumes."""

import json

from trialtrace.base.words import LABELS, POINTS
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import captioned, link, pipe_table, slug
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.planning import ANALYSIS, CHOICES, Design, Tested

OPENING = (
    "What designs of given sizes can find, under assumptions that the plan writes down. No "
    "outcome of the trial enters: power at an estimate would say again what its p-value says."
)
BASIS = {
    "grid": "The assumptions are a grid that singles out none.",
    "protocol": "The assumptions are those of the protocol.",
    "other_data": "The assumptions come from other data than the trial's own.",
    "relevance": "The assumption is the smallest effect that matters.",
}
CHOSEN = {
    "sides: two_sided": "two-sided",
    "sides: one_sided": "one-sided",
    "test: fisher": "Fisher's exact test",
    "test: chi_squared": "χ² test",
}
TOLD = (*CHOICES, "clusters", "visits")
NOT_REACHED = "not reached"
# Of which quantity an interval is, where two designs have widths of one name.
WIDTHS = {
    "wilson_expected": "width to expect of Wilson's interval of the share",
    "newcombe_expected": "width to expect of Newcombe's interval of the risk difference",
}


def planning_section(material: Material) -> str:
    """What a plan has of designs; nothing where it has none."""
    entries = material.trial.plan.planning
    if not entries:
        return ""
    parts = [OPENING]
    for entry in entries.values():
        parts += _entry(material, entry)
    return "\n\n".join(part for part in parts if part) + "\n"


def _entry(material: Material, entry: Design) -> list[str]:
    rows = [row for row in material.of(ANALYSIS) if row["parameter"] == entry.name]
    options = json.loads(rows[0]["options"])
    arms = [material.arm_label(arm) for arm in entry.arms or ()] or ["Patients"]
    sizes = ", ".join(f"{arm} {n}" for arm, n in zip(arms, options["patients"], strict=True))
    counted = "as planned"
    if entry.reached is not None:
        counted = f"as reached, {material.trial.populations[entry.reached].label}"
    chosen = "; ".join(_chosen(name, options[name]) for name in TOLD if name in options)
    told = f"{sizes} ({counted}); {chosen}." if chosen else f"{sizes} ({counted})."
    text = [f"### {escape_markdown(entry.label)}", escape_markdown(f"{told} {BASIS[entry.basis]}")]
    reason = entry.level_reason if isinstance(entry, Tested) else None
    text += [f"*{escape_markdown(one)}*" for one in (entry.note, reason) if one]
    return [*text, _table(material, entry, rows)]


def _chosen(name: str, value: object) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{key} {one}" for key, one in value.items())
        return f"{name} ({inner})".replace("_", " ")
    return CHOSEN.get(f"{name}: {value}", f"{name} {value}").replace("_", " ")


def _assumed(row: ResultRow) -> tuple[str, str]:
    """What is assumed without the wanted power, and that."""
    parts = present(row["group2_level"]).split(", ")
    wanted = [part.removeprefix("power=") for part in parts if part.startswith("power=")]
    rest = [part.replace("=", " ").replace("_", " ") for part in parts if "power=" not in part]
    return ", ".join(rest), wanted[0] if wanted else ""


def _table(material: Material, entry: Design, rows: list[ResultRow]) -> str:
    """A line for each number: under which assumption and wanted power, and what it is."""
    body = []
    for row in rows:
        assumed, wanted = _assumed(row)
        given = [assumed, f"power {100 * float(wanted):g} %" if wanted else ""]
        unit = ", percentage points" if row["stat_name"] in POINTS else ""
        what = WIDTHS.get(row["method"].partition(".")[2], LABELS[row["stat_name"]])
        value = link(row, NOT_REACHED if wanted and row["stat_value"] is None else None)
        told = escape_markdown(", ".join(filter(None, given)))
        body.append([told, escape_markdown(what + unit), value])
    table = pipe_table(["Assumed", "What", "Value"], body, numbers_from=2)
    caption = f"{entry.label}: power by formula, and what these sizes detect. Patients and events "
    caption += "needed are those of all arms together."
    return captioned(material, table, f"planning-{slug(entry.name)}", caption)
