"""What SAS, SPSS and Stata files say of their own variables: labels, formats, labels of codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialtrace.run.sources.readers.statistical import parsed, value_text
from trialtrace.run.tables.canonical import DOUBLE, SINGLE

if TYPE_CHECKING:
    from trialtrace.run.sources.files import Opened
    from trialtrace.run.trial.study.source import StatisticalFile


@dataclass(frozen=True)
class Variable:
    """A variable by its own file. `labels` by code, which is spelt as a cell is."""

    label: str
    format: str
    labels: Mapping[str, str]


def variables(opened: "Opened[StatisticalFile]") -> dict[str, Variable]:
    """The variables by the name of their column."""
    _, meta = parsed(opened, metadataonly=True)
    labelled = meta.variable_value_labels or {}
    made = {}
    for name, label in zip(meta.column_names, meta.column_labels, strict=True):
        precision = SINGLE if meta.readstat_variable_types.get(name) == "float" else DOUBLE
        numeric = meta.readstat_variable_types.get(name) != "string"
        codes = {}
        for code, words in labelled.get(name, {}).items():
            text = value_text(code, precision) if numeric else str(code).strip()
            if text:
                codes[text] = " ".join(str(words).split())
        shown = (meta.original_variable_types or {}).get(name) or ""
        shown = "" if shown == "NULL" else shown
        made[name.strip()] = Variable((label or "").strip(), shown, codes)
    return made


def table_name(opened: "Opened[StatisticalFile]") -> str:
    """The name of the table inside the file, where its format has one."""
    _, meta = parsed(opened, metadataonly=True)
    return (meta.table_name or "").strip()
