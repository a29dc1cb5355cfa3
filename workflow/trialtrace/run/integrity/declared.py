"""What trial.yaml, endpoints.yaml and plan.yaml declare against the words of the dictionary.

A column that says who is not analysed and that no population looks at, a baseline that is not the
visit before treatment, a primary outcome at another visit than its label: told without a warning,
as a label may be wrong.
"""

import re
from collections.abc import Iterator

from trialtrace.base.errors import one_of
from trialtrace.run.cleaning.account import RedLine
from trialtrace.run.integrity.export import Export
from trialtrace.run.trial.endpoints.shared import InTable, Visit
from trialtrace.run.trial.label_words import Moment, means_no, moments
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.outcomes import texts

LEFT_OUT = re.compile(r"\bexclu|not analy[sz]ed|\bausgeschlossen|nicht ausgewertet", re.IGNORECASE)
PRIMARY_AT = re.compile(r"\bprimary (?:outcome |end ?point )?at (.+)", re.IGNORECASE)
_BEFORE = r"(?:baseline|before (?:the )?(?:treatment|randomi[sz]|start)|pre-?treatment)"
BEFORE = re.compile(rf"\b{_BEFORE}", re.IGNORECASE)
NUMBER_BEFORE = re.compile(rf"\b(\d+)\s*[=:(]\s*{_BEFORE}", re.IGNORECASE)


def lines(trial: Trial, export: Export) -> Iterator[RedLine]:
    """A line for each, in the order of the files."""
    yield from not_left_out(trial, export)
    for endpoint in trial.endpoints.values():
        yield from _baseline(trial, endpoint.name, endpoint.entry)
    yield from () if trial.pooled else _primary(trial)


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


def _primary(trial: Trial) -> Iterator[RedLine]:
    """A line for a primary analysis at another visit than its endpoint or column is called."""
    for name, analysis in trial.plan.analyses.items():
        visits = set[Moment]().union(*map(moments, analysis.visits or ()))
        every = [each for one in analysis.estimand.variables for each in trial.family(one)]
        for entry, label in [(e.entry, e.label) for e in every] * (analysis.role == "primary"):
            table, column = getattr(entry, "table", ""), getattr(entry, "column", "")
            variable = trial.dictionary.get(table, {}).get(column)
            for called in dict.fromkeys((label, variable.label if variable else "")):
                found = PRIMARY_AT.search(called)
                due = moments(found[1]) if found else set()
                if {one for one, _ in due} & {one for one, _ in visits} and not due & visits:
                    text = f"plan.yaml, analyses.{name}: primary at {one_of(analysis.visits or ())}"
                    text += f", and called {called}."
                    yield RedLine("remark", table, column or None, text)
