"""Scripts of R: from the exported data sets of a trial to one of its numbers, or to all of them."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trialtrace.report.rcode.call import Calls, NoCall, Parts, Shared
from trialtrace.report.rcode.names import Given, defined, without_text, words
from trialtrace.report.rcode.raw import READ as RAW_READ
from trialtrace.report.rcode.raw import Export, parameters
from trialtrace.report.rcode.write import WIDTH, column, literal, rows
from trialtrace.run.tables.conditions import describe
from trialtrace.run.tables.contracts import DERIVED, read_table
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.words import family_of, labels, members, rule_of
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import adsl_code
from trialtrace.run.trial.plan.methods import OWN_TREATMENT
from trialtrace.run.trial.plan.references import adjustment_of, method_of

FOLDER = 'folder <- c(commandArgs(TRUE), ".")[1]'
READ = """\
read <- function(name) {
  read.csv(file.path(folder, name), colClasses = "character", na.strings = "",
           encoding = "UTF-8")
}"""
# Adjustments of p-values as p.adjust calls them.
ADJUSTED = {
    "bonferroni": "bonferroni",
    "holm": "holm",
    "hochberg": "hochberg",
    "hommel": "hommel",
    "benjamini_hochberg": "BH",
}
ROLES = ("denominator", "analysed")
# Further rows of a result, by the name that a call has for them.
SETS = {"those": "numerator", "known": "analysed", "beside": "with"}
_COLUMN = re.compile(r"\b[A-Z][A-Z0-9_]*\b")
NUMBERS = ("double", "int64", "int32")
Predicate = dict[str, object]


class Scripts:
    """The scripts of a trial's results, from the data sets or from the `raw` export."""

    def __init__(self, tracer: Tracer, *, raw: bool = False):
        self.tracer = tracer
        self._raw = Export(tracer.trial) if raw else None
        self.trial: Trial = tracer.trial
        self.calls = Calls(self.trial)
        self._columns: dict[str, dict[str, str]] = {}
        self._families: dict[str, list[ResultRow]] = {}
        self._lines: dict[str, list[str]] = {}

    def one(self, result_id: str) -> str:
        """The script of a result. Raises NoCall, with the reason, where R has no call for it, and
        UserError where there is no such result."""
        row = self.tracer.result(result_id)
        parts = self._parts(row)
        block = [*parts.rows, *parts.lines, *parts.printed]
        packages = self.packages(row)
        used = sorted(self._datasets(row), key=["adsl", "bds", "adtte", "occds"].index)
        lines = [
            *self._title(row),
            *(f"# {line}" for line in self._about_data()),
            "",
            *(f"library({name})" for name in packages),
            FOLDER,
            *self._read_all(used, "\n".join(block), self._predicates(row)),
            "",
            *block,
        ]
        return "\n".join(lines) + "\n"

    def whole(self) -> tuple[str, dict[str, str]]:
        """The script of all results, and the reason of each that it lacks."""
        blocks: list[str] = []
        lacking: dict[str, str] = {}
        packages: dict[str, None] = {}
        datasets: set[str] = set()
        families: set[str] = set()
        shared = Shared()
        for result_id, row in self.tracer.results.items():
            try:
                before = self._before(row, families)
                parts = self._parts(row, whole=True)
            except NoCall as reason:
                lacking[result_id] = str(reason)
                blocks += [*shared.close(), "", f"# {result_id} is not here: {reason}."]
                continue
            packages |= dict.fromkeys(self.packages(row))
            datasets |= self._datasets(row)
            blocks += [*shared.close(), *before] if before else []
            blocks += shared.add(list(self._heading(row)), parts)
        blocks += shared.close()
        used = sorted(datasets, key=["adsl", "bds", "adtte", "occds"].index)
        lines = [
            f"# {self.trial.name}: {self.trial.title}",
            f"# {len(self.tracer.results) - len(lacking)} of {len(self.tracer.results)} results.",
            *(f"# {line}" for line in self._about_data()),
            "",
            *(f"library({name})" for name in packages),
            FOLDER,
            READ,
            *self._reading(used, "\n".join(blocks)),
            *blocks,
        ]
        return "\n".join(lines) + "\n", lacking

    def _before(self, row: ResultRow, families: set[str]) -> list[str]:
        """What a script of the whole trial has before the first number of a family: its p-values.
        `families` are those that have been."""
        family = family_of(row)
        if family is None or family in families:
            return []
        inner = [f"  {line}" for line in self._family_lines(family)]
        families.add(family)
        return ["", f"# The family {family}.", f"p_{family} <- local({{", *inner, "  p", "})"]

    def _title(self, row: ResultRow) -> Iterator[str]:
        yield f"# {row['result_id']}"
        told = [f"{self.trial.title}.", *self._sentences(row)]
        for sentence in told:
            yield from _comment(sentence)

    def _heading(self, row: ResultRow) -> Iterator[str]:
        yield f"# {row['result_id']}"
        yield from _comment(f"{row['stat_label']}: {self.tracer.about.subject(row)}.")

    def _sentences(self, row: ResultRow) -> Iterator[str]:
        """What the number is, of whom, of what endpoint, by which rule."""
        method = method_of(row["method"])
        reference = f" ({method.reference})" if method.reference else ""
        yield f"{row['stat_label']}, {method.title}{reference}."
        yield f"{self.tracer.about.subject(row)}."
        endpoint = self.trial.endpoints.get(row["parameter"] or "")
        if endpoint is not None:
            rule = rule_of(labels(self.trial), endpoint)
            yield f"Endpoint {endpoint.code}: {endpoint.label}. {rule}"
        population = self.trial.populations.get(row["population"])
        if population is not None:
            where = f": {describe(population.where)}" if population.where else ""
            yield f"Population {population.flag}: {population.label}{where}."

    def _about_data(self) -> list[str]:
        synthetic = ["SYNTHETIC data: not evidence."] if self.trial.synthetic else []
        if self._raw is not None:
            folder = self.trial.at.shown(self.tracer.frames.folder.parent / "raw")
            data, folder = "the raw export, as it was read", f"Use:  Rscript this.R {folder}"
            return [*synthetic, f"Data: {data}", folder]
        return [
            *synthetic,
            f"Data: trialtrace export {self.trial.name} FOLDER --as csv",
            "Use:  Rscript this.R FOLDER",
        ]

    def _read_all(
        self, used: Sequence[str], code: str, predicates: Iterator[tuple[str, Predicate]]
    ) -> Iterator[str]:
        """From the folder to the data sets that the code uses."""
        if self._raw is None:
            yield READ
            yield from self._reading(used, code)
        else:
            yield RAW_READ
            yield from self._raw.lines(parameters(predicates), _columns(code))

    def _predicates(self, row: ResultRow) -> Iterator[tuple[str, Predicate]]:
        """Every selection of rows that a number needs."""
        for each in self._rows_behind(row):
            for dataset, predicate in self._sets(each).values():
                yield dataset, predicate
                yield from ((one["dataset"], one["where"]) for one in _lacking(predicate))

    def _reading(self, used: Sequence[str], code: str) -> Iterator[str]:
        """Each data set, with the variables of the subjects where the code uses them; numbers
        as numbers where it does."""
        columns = {name: set(self._read_columns(name)) for name in ("adsl", *used)}
        wanted = _columns(code) & set().union(*columns.values())
        joined = [name for name in used if wanted - columns[name]]
        if joined or "adsl" in used:
            yield from self._read("adsl", code)
        for name in used:
            if name == "adsl":
                continue
            yield from self._read(name, code)
            if name in joined:
                yield (
                    f'{name} <- merge({name}, adsl[c("USUBJID", setdiff(names(adsl), '
                    f'names({name})))], by = "USUBJID")'
                )

    def _read(self, dataset: str, code: str) -> Iterator[str]:
        if self.tracer.frames.table(dataset).num_rows == 0:
            used = _columns(code) & self._read_columns(dataset).keys() | {"USUBJID"}
            yield "# Without a row, so not exported."
            yield f'{dataset} <- read.csv(text = "{",".join(sorted(used))}")'
            return
        yield f'{dataset} <- read("{dataset}.csv")'
        numeric = self._numeric(dataset, code)
        if len(numeric) == 1:
            name = f"{dataset}${column(numeric[0])}"
            yield f"{name} <- as.numeric({name})"
        elif numeric:
            listed = f"{dataset}[{literal(numeric)}]"
            yield f"{listed} <- lapply({listed}, as.numeric)"

    def _read_columns(self, dataset: str) -> dict[str, str]:
        """The columns of a data set with their types."""
        if dataset not in self._columns:
            path = self.tracer.frames.folder / f"{dataset}.parquet"
            schema = read_table(path, DERIVED[dataset]).schema
            self._columns[dataset] = {field.name: str(field.type) for field in schema}
        return self._columns[dataset]

    def _numeric(self, dataset: str, code: str) -> list[str]:
        used = _columns(code)
        return [
            name
            for name, kind in self._read_columns(dataset).items()
            if name in used and kind in NUMBERS
        ]

    def _datasets(self, row: ResultRow) -> set[str]:
        return {
            name
            for each in self._rows_behind(row)
            for selected in self._sets(each).values()
            for name in _named(*selected)
        }

    def _rows_behind(self, row: ResultRow) -> list[ResultRow]:
        family = family_of(row)
        return [row] if family is None else self._family(family)

    def _family(self, name: str) -> list[ResultRow]:
        """The p-values of a family."""
        if name not in self._families:
            self._families[name] = members(self.trial.plan, self.tracer.results, name)
        return self._families[name]

    def packages(self, row: ResultRow) -> list[str]:
        """The packages that the script of a result needs beyond base R."""
        behind = self._rows_behind(row)
        return list(
            dict.fromkeys(
                name for result_row in behind for name in self.calls.of(result_row).packages
            )
        )

    def _parts(self, row: ResultRow, *, whole: bool = False) -> Parts:
        """From the data sets to the number, and ours beside it; in a script of the `whole` trial
        the p-values of a family stand before."""
        if row["error"]:
            raise NoCall(f"it has no value: {row['error'].rstrip('.')}")
        printed = [
            f"id <- {literal(row['result_id'])}",
            'writeLines(paste(c(id, sprintf("%.15g", value)), collapse = "\\t"))',
            f"# trialtrace: {self._ours(row)}",
        ]
        family = family_of(row)
        if family is None:
            *lines, value = self._after_rows(row)
            return Parts(list(self._rows(row)), [*lines, f"value <- {value}"], printed)
        adjusted = list(self._adjusted(row, family))
        before = [f"p <- p_{family}"] if whole else list(self._family_lines(family))
        return Parts(before, adjusted, printed)

    def _rows(self, row: ResultRow) -> Iterator[str]:
        """The rows that the call uses."""
        for name, (dataset, predicate) in self._sets(row).items():
            yield from rows(dataset, predicate, name)
            yield from self._analysed_value(row, name)

    def _sets(self, row: ResultRow) -> dict[str, tuple[str, Predicate]]:
        """The data set and the predicate of each of the sets of rows that the call uses."""
        used = words("\n".join(self._after_rows(row)))
        behind = {one["role"]: one for one in self.tracer.members.get(row["result_id"], [])}
        found = {"d": self._selected(row)} if "d" in used else {}
        for name, role in SETS.items():
            if name in used:
                found[name] = behind[role]["dataset"], json.loads(behind[role]["predicate"])
        return found

    def _after_rows(self, row: ResultRow) -> list[str]:
        """The lines from the rows to the number; the last one is its expression."""
        if row["result_id"] not in self._lines:
            call = self.calls.of(row)
            names = defined("\n".join([*call.lines, call.value]), self._given(row))
            self._lines[row["result_id"]] = [*names, *call.lines, call.value]
        return self._lines[row["result_id"]]

    def _analysed_value(self, row: ResultRow, of: str) -> Iterator[str]:
        analysis = self.trial.plan.analyses.get(row["analysis_id"])
        if analysis is None or self.calls.of(row).of_values:
            return
        told = self.calls.options(row).get("with_value") if of == "beside" else analysis.value
        if told == "change":
            yield f"{of}$AVAL <- {of}$CHG  # change from baseline"
        elif told == "percent_change":
            yield (
                f"{of}$AVAL <- signif(100 * {of}$CHG / {of}$BASE, 12)"
                "  # change in percent of the baseline"
            )

    def _adjusted(self, row: ResultRow, family: str) -> Iterator[str]:
        """A p-value adjusted with all of its family, which stand in `p`."""
        procedure = adjustment_of(row["method"].partition(".")[2]) or ""
        if procedure not in ADJUSTED:
            raise NoCall(f"p.adjust has no {method_of(row['method']).title}")
        position = [_same_place(texts, row) for texts in self._family(family)].index(True) + 1
        yield f"value <- p.adjust(p, {literal(ADJUSTED[procedure])})[{position}]"

    def _family_lines(self, family: str) -> Iterator[str]:
        """Each p-value of a family by its own call, in `p`."""
        behind = self._family(family)
        made = [self._after_rows(result_row) for result_row in behind]
        same = all(lines == made[0] for lines in made)
        if same:
            yield "# A p-value of the family, from its rows."
            yield "p_value <- function(d) {"
            yield from (f"  {line}" for line in made[0])
            yield "}"
        yield "p <- c()"
        for number, (one, lines) in enumerate(zip(behind, made, strict=True), start=1):
            yield f"# {number}: {one['result_id'].partition('/')[2]}"
            yield from self._rows(one)
            yield from [] if same else lines[:-1]
            yield f"p[{number}] <- {'p_value(d)' if same else lines[-1]}"

    def _ours(self, row: ResultRow) -> str:
        """What trialtrace has; where values are not shown, no more digits than the report."""
        if self.tracer.disclosure != "full":
            return f"{row['stat_text']} (as the report shows it)"
        if row["stat_value"] is None:
            return row["stat_text"]
        text = f"{row['stat_value']:.15g}"
        if row["ci_level"] is None:
            return text
        bounds = (
            "none" if end is None else f"{end:.15g}" for end in (row["ci_low"], row["ci_high"])
        )
        return f"{text}   [{', '.join(bounds)}]"

    def _selected(self, row: ResultRow) -> tuple[str, Predicate]:
        """The data set and the predicate of the rows that are looked at."""
        behind = {one["role"]: one for one in self.tracer.members.get(row["result_id"], [])}
        for role in ROLES:
            if role in behind:
                return behind[role]["dataset"], json.loads(behind[role]["predicate"])
        raise NoCall("it rests on no single selection of rows")

    def _counted(self, row: ResultRow, predicate: Predicate) -> Predicate:
        """What tells the rows that are counted from the others."""
        behind = {one["role"]: one for one in self.tracer.members.get(row["result_id"], [])}
        counted = behind.get("numerator") or behind.get("analysed")
        told: Predicate = json.loads(counted["predicate"]) if counted else {}
        return {name: test for name, test in told.items() if predicate.get(name) != test}

    def _given(self, row: ResultRow) -> Given:
        dataset, predicate = self._selected(row)
        treatment = "TRT01P" if dataset == "adsl" else "TRTP"
        options = self.calls.options(row)
        arms = self.trial.design.arms
        return Given(
            values="AVAL" if dataset != "adsl" else adsl_code(row["parameter"] or ""),
            treatment=treatment,
            treated=row["comparison"],
            reference=row["reference"],
            labels={name: arm.label for name, arm in arms.items()},
            arms=self._arms(row, predicate.get(treatment)),
            counted=self._counted(row, predicate),
            strata=_codes(options.get("strata")),
            covariates=_codes(options.get("covariates")),
            visits=_visits(predicate),
            sequence=adsl_code(str(options.get("sequence"))),
            cluster=adsl_code(str(options.get("cluster", "site"))),
            receipt=self._flag(options.get("receipt")),
            own=self.trial.design.kind in OWN_TREATMENT,
        )

    def _flag(self, population: object) -> str:
        """The column that tells the members of a population, if there is one of the name."""
        data = self.trial.populations.get(str(population))
        return data.flag if data is not None else ""

    def _arms(self, row: ResultRow, test: object) -> list[str]:
        """The arms of the rows, the reference first."""
        among = test.get("in", [test.get("is")]) if isinstance(test, Mapping) else []
        arms = self.trial.design.arms
        first = row["reference"] or next(name for name, arm in arms.items() if arm.control)
        return [*(name for name in among if name == first), *(n for n in among if n != first)]


def _visits(predicate: Predicate) -> list[str]:
    """The visits of the rows in their order, as far as the predicate tells them."""
    complete = predicate.get("complete")
    if isinstance(complete, Mapping) and "AVISIT" in complete:
        return list(complete["AVISIT"])
    among = predicate.get("AVISIT")
    return list(dict.fromkeys(among.get("in", ()))) if isinstance(among, Mapping) else []


def _codes(names: object) -> list[str]:
    """The columns of variables that an option of a step names."""
    listed = names if isinstance(names, list) else []
    return ["BASE" if name == "baseline" else adsl_code(str(name)) for name in listed]


def _same_place(result_row: ResultRow, other: ResultRow) -> bool:
    """Whether a p-value is the one that an adjusted p-value adjusts."""
    suffix = result_row["result_id"].partition("@")[2]
    return (
        result_row["analysis_id"] == other["analysis_id"]
        and suffix == other["result_id"].partition("@")[2]
        and other["method"].endswith(f"_{result_row['method'].partition('.')[2]}")
    )


def _named(dataset: str, predicate: Predicate) -> set[str]:
    """The data sets that a selection reads."""
    return {dataset, *(other["dataset"] for other in _lacking(predicate))}


def _lacking(predicate: Predicate) -> list[dict[str, Any]]:
    """The selections whose subjects a selection leaves out."""
    others = predicate.get("lacking", [])
    return others if isinstance(others, list) else []


def _columns(code: str) -> set[str]:
    """What may be names of columns in a piece of R."""
    return set(_COLUMN.findall(without_text(code)))


def _comment(sentence: str) -> Iterator[str]:
    plain = " ".join(sentence.split())
    yield from textwrap.wrap(
        plain, WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False
    )
