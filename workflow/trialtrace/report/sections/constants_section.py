"""Declared constants: values that a rule takes from the configuration, each with its source."""

from trialtrace.report.material import Material
from trialtrace.report.tables import captioned, rows_table
from trialtrace.run.trial.constants import Constant

OPENING = (
    "What the rules of the endpoints take as given. Other values would give other numbers; the "
    "trace of every number lists those that it rests on."
)


def constants_section(material: Material) -> str:
    """The table with its lead; nothing where no endpoint declares any."""
    found = material.tracer.constants.every
    if not found:
        return ""
    header = ["Constant", "Value", "Endpoints", "Where", "Source"]
    body = [
        [constant.what, constant.value, entries, place(constant), constant.source]
        for constant, entries in _joined(material, found)
    ]
    table = captioned(material, rows_table(header, body), "constants", "Declared constants.")
    return f"{OPENING}\n\n{table}\n"


def place(constant: Constant) -> str:
    """The file with the line, or with the hash of a table."""
    if constant.sha256:
        return f"{constant.file}, {constant.sha256[:16]}"
    return f"{constant.file}, line {constant.line}"


def _joined(material: Material, constants: list[Constant]) -> list[tuple[Constant, str]]:
    """One line for what several endpoints declare alike: the first, and the labels of all."""
    alike: dict[tuple[str, str, str], list[Constant]] = {}
    for constant in constants:
        alike.setdefault((constant.what, constant.value, constant.source), []).append(constant)
    told = []
    for group in alike.values():
        labels = [material.trial.family(one.entry)[0].label for one in group]
        told.append((group[0], "; ".join(dict.fromkeys(labels))))
    return told
