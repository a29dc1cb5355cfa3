"""The files of one trial as they were read, and what the checks ask of them."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.names import listed
from trialtrace.base.config.references import DATED
from trialtrace.base.config.schema import tell
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import did_you_mean, one_of
from trialtrace.base.paths import Project
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trial.dictionary import Tables
from trialtrace.run.trial.endpoints.families import expanded
from trialtrace.run.trial.model import Endpoint, Variable, visit_labels
from trialtrace.run.trial.study.subjects import ARM, Groups, Made, Transformed, made_variable

# Where trial.yaml makes variables of subjects from others.
MADE = ("groups", "transformed")
Code = TypeVar("Code", bound=Hashable)
AN_ARM = "an arm of trial.yaml"
# An entry of a file as it is written; the columns of a table, None where they are not known.
Given = dict[str, Any]
Columns = dict[str, Variable] | None


@dataclass(frozen=True)
class Files:
    """A trial's files. `dictionary` is table -> column -> variable, as far as it could be read."""

    at: Project
    trial: Document
    cleaning: Document
    endpoints: Document
    plan: Document
    claims: Document
    dictionary: Tables
    dictionary_shown: str

    def field_place(self, variable: Variable, column: str = "field_name") -> str:
        """The place of a field's cell in the dictionary."""
        return self.dictionary.place(self.dictionary_shown, variable.row, column)

    def field_line(self, variable: Variable) -> str:
        """The same within a sentence: "dictionary.csv:7 (age)"."""
        return f"{self.dictionary_shown}:{variable.row} ({variable.name})"

    def columns(self, table: str | None) -> dict[str, Variable] | None:
        """The columns of a clean table by the dictionary, and its spans; None where it has none."""
        columns = self.dictionary.get(table) if table else None
        if table is None or columns is None:
            return None
        given = self.cleaning.get("tables", table) or {}
        return columns | span_variables(given.get("spans", {}), columns)

    @property
    def raw_tables(self) -> dict[str, bool] | None:
        """The raw tables, and whether each is of several items."""
        items = self.trial.names("source", "items")
        stacks = dict(self.trial.entries("source", "stacked"))
        parts = {item for stack in stacks.values() for item in stack["of"].values()}
        own = [name for name in items or () if name not in parts]
        return None if items is None else dict.fromkeys(own, False) | dict.fromkeys(stacks, True)

    @property
    def subjects_table(self) -> str | None:
        return self.trial.get("subjects", "table")

    @property
    def arms(self) -> list[str] | None:
        return self.trial.names("design", "arms")

    def arm_meant(self, written: str) -> str | None:
        """The name of the arm whose label, code or part in the trial was written for it."""
        for name, arm in self.trial.entries("design", "arms"):
            called = [
                arm["label"],
                *listed(arm["code"]),
                *(["control"] if arm.get("control") else []),
            ]
            if written.casefold() in [one.casefold() for one in called]:
                return name
        return None

    @property
    def populations(self) -> list[str] | None:
        return self.trial.names("populations")

    @cached_property
    def subject_variables(self) -> list[str] | None:
        """What strata, subgroups and the baseline table may name."""
        given = self.trial.names("subjects")
        if given is None:
            return None
        variables = [name for name in ("age", "sex", "site") if name in given]
        made = [one for key in MADE for one in self.trial.names("subjects", key) or []]
        return variables + (self.trial.names("subjects", "variables") or []) + made

    def subject_variable(self, name: str) -> Variable | None:
        """The dictionary's variable of a subject variable; None where that cannot be known."""
        given = self.trial.get("subjects") or {}
        for key in MADE:
            if name in given.get(key, {}):
                return self._product(key, name)
        table, column = self.subjects_table, given.get("variables", {}).get(name)
        if name in ("age", "sex"):
            column = given.get(name, {}).get("column")
        elif name == "site":
            column = given.get("site")
        elif isinstance(column, dict):
            table, column = column.get("table", table), column["column"]
        return (self.columns(table) or {}).get(column) if column else None

    def _product(self, key: str, name: str) -> Variable | None:
        """What is made from another variable, as a variable; None where it is not sound."""
        if not self.trial.sound("subjects", key, name):
            return None
        data = self.trial.get("subjects", key, name)
        product: Made = structure(Transformed if key == "transformed" else Groups, data)
        return made_variable(product, self.subjects_table or "", product.of, None)

    @property
    def columns_of_subjects(self) -> dict[str, Variable] | None:
        """What a population's condition may name: columns of the table of subjects, and variables
        that stand elsewhere, the arm included."""
        columns = self.columns(self.subjects_table)
        given = self.trial.get("subjects") or {}
        if columns is None:
            return None
        elsewhere = {
            name: variable
            for name, one in given.get("variables", {}).items()
            if isinstance(one, dict) and (variable := self.subject_variable(name))
        }
        if arm := given.get("arm"):
            known = (self.columns(arm["table"]) or {}).get(arm["column"])
            elsewhere |= {ARM: known} if known else {}
        return elsewhere | columns

    def subject_choices(self, name: str) -> list[str] | None:
        """The labels of a declared variable with choices; None where that cannot be known."""
        given = self.trial.get("subjects") or {}
        declared = any(name in given.get(key, {}) for key in ("variables", *MADE))
        known = self.subject_variable(name) if declared else None
        return list(known.choices.values()) if known and known.choices else None

    @cached_property
    def derived(self) -> dict[str, Endpoint]:
        """The endpoints of every entry that is sound, an instrument's by their scales."""
        nodes = [one for name, given in self.endpoints.entries() for one in expanded(name, given)]
        return {endpoint.name: endpoint for endpoint in nodes}

    @cached_property
    def endpoint_names(self) -> list[str] | None:
        """What an analysis or another endpoint may name; None where an instrument is not sound."""
        entries = self.endpoints.names()
        if entries is None:
            return None
        families = {endpoint.family for endpoint in self.derived.values()}
        unsound = [name for name in entries if name not in families]
        given = (self.endpoints.data[name] for name in unsound)
        if any(isinstance(one, dict) and one.get("kind") == "instrument" for one in given):
            return None
        return [*self.derived, *unsound]

    @property
    def plannable(self) -> list[str] | None:
        """What an estimand may name: endpoints, and entries that stand for several."""
        if self.endpoint_names is None:
            return None
        families = dict.fromkeys(endpoint.family for endpoint in self.derived.values())
        return list(dict.fromkeys([*self.endpoint_names, *families]))

    def family(self, name: str) -> list[Endpoint]:
        """The endpoints of an entry, or the one endpoint of that name."""
        if name in self.derived:
            return [self.derived[name]]
        return [endpoint for endpoint in self.derived.values() if endpoint.family == name]

    def endpoint_kind(self, name: str) -> str | None:
        endpoint = self.derived.get(name)
        return endpoint.kind if endpoint else None

    def visits_of(self, name: str) -> list[str] | None:
        """The labels of an endpoint's visits: [] where it has none, None where it is not sound, or
        one that it is made from is not."""
        labels = visit_labels(name, self.derived.get) if name in self.derived else None
        return labels or ([] if self._whole(name, {name}) else None)

    def _whole(self, name: str, seen: set[str]) -> bool:
        """Whether an endpoint and all that it is made from are declared."""
        if name not in self.derived:
            return False
        left = [parent for parent in self.derived[name].entry.parents if parent not in seen]
        return all(self._whole(one, {*seen, *left}) for one in left)


def span_variables(
    spans: Mapping[str, Mapping[str, str]], columns: Mapping[str, Variable]
) -> dict[str, Variable]:
    """The spans of a table as variables, which have no row in the dictionary."""
    made = {}
    for name, span in spans.items():
        ends = [columns.get(span.get(end, "")) for end in ("from", "to")]
        first, last = (lower_first(one.label) if one else "" for one in ends)
        table = next((one.table for one in ends if one), "")
        made[name] = Variable(name, table, "number", f"Time from {first} to {last}")
    return made


def known(
    document: Document,
    path: Path_,
    name: object,
    names: Iterable[str] | None,
    what: str,
    do: str | None = None,
) -> bool:
    """Whether a name is one of `names`; told where it is not, with what to do where that is known.

    True where they are not known.
    """
    if names is None or not isinstance(name, str) or name in (listed := list(names)):
        return True
    if document.full:
        return False
    expected = f"{what}: {one_of(listed)}" if listed else f"{what}, and there is none"
    document.add(path, tell(name), expected, do=do or did_you_mean(name, listed))
    return False


def of_kind(
    files: Files,
    document: Document,
    path: Path_,
    name: str,
    kinds: Collection[str],
    *,
    wanted: str = "",
    do: str | None = None,
) -> bool:
    """Whether an endpoint is of one of these kinds, in words those `wanted`; told where it is not.

    True where its kind is not known.
    """
    kind = files.endpoint_kind(name)
    if not kind or kind in kinds:
        return True
    expected = f"an endpoint of kind {wanted or one_of(kinds)}"
    document.add(path, f"{name}, an endpoint of kind {kind}", expected, do=do)
    return False


def known_arm(files: Files, document: Document, path: Path_, name: object) -> bool:
    """Whether a name is that of an arm; told where it is not, with the one that is meant."""
    meant = (
        files.arm_meant(name) if isinstance(name, str) and name not in (files.arms or ()) else None
    )
    do = f"did you mean {tell(meant)}?" if meant else None
    return known(document, path, name, files.arms, AN_ARM, do)


def known_code(document: Document, path: Path_, code: object, variable: Variable | None) -> bool:
    """Whether a code is a choice of its variable; told with the code that is near where not.

    True where the variable is not known, or has no choices.
    """
    choices = variable.choices if variable else {}
    if variable is None or not choices or not isinstance(code, str) or code in choices:
        return True
    if document.full:
        return False
    told = one_of(f'"{one}" {label}'.rstrip() for one, label in choices.items())
    expected = f"a choice of {variable.name}: {told}"
    document.add(path, tell(code), expected, do=near_code(variable, code))
    return False


def near_code(variable: Variable, written: str) -> str | None:
    """The code that was meant: that of a label which was written, or one that is spelt alike."""
    labels: dict[str, str] = {}
    for code, label in variable.choices.items():
        labels.setdefault(label.casefold(), code)
    labels |= {f"{code}.0": code for code in variable.choices}
    if written.casefold() in labels:
        return f"did you mean the code {tell(labels[written.casefold()])}?"
    return did_you_mean(written, variable.choices)


def proposed_codes(variable: Variable) -> str | None:
    """What `codes` may say of a column of words; None of another."""
    if variable.kind != "text":
        return None
    named = [f"{tell(code)}: …" for code in variable.choices] or ["poor: 0", "good: 1"]
    return f"say what each code is worth: codes: {{{', '.join(named[:6])}}}"


def column(
    document: Document,
    path: Path_,
    name: str,
    columns: Mapping[str, Variable] | None,
    kinds: tuple[str, ...] = (),
    extra: tuple[str, ...] = (),
) -> Variable | None:
    """The dictionary's variable of a column, checked to be of one of `kinds` where given."""
    if columns is None or not known(document, path, name, [*columns, *extra], "a column"):
        return None
    variable = columns.get(name)
    if variable and kinds and variable.kind and variable.kind not in kinds:
        expected = f"a column of {' or '.join(kinds)} by the dictionary"
        document.add(path, f"{name}, a column of {told_kind(variable)}", expected)
        return None
    return variable


def names_nobody(document: Document, path: Path_, variable: Variable | None) -> None:
    """Tells of a column that is taken for its values and says who a patient is: these do not go
    beyond the clean tables. A date is taken for the days between it and others."""
    if variable is not None and variable.identifier and variable.kind not in DATED:
        document.add(
            path,
            f"{variable.name}, an identifier by dictionary.csv",
            "a column that names nobody; the number of the patient stands in each row",
        )


def told_kind(variable: Variable) -> str:
    return f"{variable.kind} with choices" if variable.choices else variable.kind


def repeated(values: Mapping[str, Code]) -> list[tuple[str, str, Code]]:
    """(key, earlier key, value) for every value that stands under two keys."""
    first: dict[Code, str] = {}
    found = []
    for key, value in values.items():
        if value in first:
            found.append((key, first[value], value))
        else:
            first[value] = key
    return found


def is_number(text: str) -> bool:
    """Whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
