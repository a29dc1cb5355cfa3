"""What trial.yaml and endpoints.yaml declare against the words of the dictionary.

A column that says who is not analysed and that no population looks at, and a baseline that is not
the visit before treatment: told without a warning, as a label may be wrong.
"""

import re
from collections.abc import Iterator

from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.account import RedLine
from trialtrace.run.integrity.export import Export
from trialtrace.run.trial.endpoints.shared import InTable, Visit
from trialtrace.run.trial.label_words import means_no
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.outcomes import texts

LEFT_OUT = re.compile(r"\bexclu|not analy[sz]ed|\bausgeschlossen|nicht ausgewertet", re.IGNORECASE)
_BEFORE = r"(?:baseline|before (?:the )?(?:treatment|randomi[sz]|start)|pre-?treatment)"
BEFORE = re.compile(rf"\b{_BEFORE}", re.IGNORECASE)
NUMBER_BEFORE = re.compile(rf"\b(\d+)\s*[=:(]\s*{_BEFORE}", re.IGNORECASE)


def lines(trial: Trial, export: Export) -> Iterator[RedLine]:
    """A line for each, in the order of the files."""
    yield from not_left_out(trial, export)
    for endpoint in trial.endpoints.values():
        yield from _baseline(trial, endpoint.name, endpoint.entry)


def not_left_out(trial: Trial, export: Export) -> Iterator[RedLine]:
    """A line for each column that says who is not analysed, and that no population looks at."""
    named = set(texts(list(trial.populations.values())))
    named |= {trial.subjects.origins[one].column for one in named & {*trial.subjects.origins}}
    for sheet in export.sheets:
        for column in sheet.columns if sheet.name == export.subjects else ():
            no = [means_no(level) for level in column.levels]
            said = f"{column.name} {column.label}".replace("_", " ")
            if column.name in named or sorted(no) != [False, True] or not LEFT_OUT.search(said):
                continue
            if k := int((column.values == no.index(False)).sum()):
                text = f"{column.name} ({column.label}) is {column.levels[no.index(False)]} for "
                text += f"{k} patients, and no population leaves one out by it."
                yield RedLine("remark", sheet.name, column.name, text)


def _baseline(trial: Trial, name: str, entry: object) -> Iterator[RedLine]:
    """A line where the dictionary says of another visit than the baseline that it is before."""
    start, axis = getattr(entry, "baseline", None), getattr(entry, "visit", None)
    if not isinstance(entry, InTable) or not isinstance(axis, Visit) or not start:
        return
    variable = trial.dictionary[entry.table][axis.column]
    before = {code for code in axis.labels if BEFORE.search(variable.choices.get(code, ""))}
    before = before or {*NUMBER_BEFORE.findall(variable.label)} & {*axis.labels}
    if before and start not in (called := [axis.labels[code] for code in sorted(before)]):
        text = f"endpoints.yaml, {name}: the baseline is {start}, and the dictionary says "
        text += f"of {one_of(called)} that it is before treatment ({axis.column})."
        yield RedLine("remark", entry.table, axis.column, text)
