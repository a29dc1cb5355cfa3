"""Data contracts: the columns of every table the stages hand to each other.

Each contract is checked where its table is written and where it is read. Column names are CDISC
ADaM's where ADaM has one. A contract fixes the order of columns; the order of rows is the key's
unless a contract says that it is the writer's (results stand in the order of the plan).
"""

from dataclasses import dataclass

VERSION = 2
"""Of all contracts together: it rises where a table loses or renames a column, or changes what a
column means, so that who reads results elsewhere can tell. A further column is no new version."""

TEXT, NUMBER, INTEGER, FLAG, DATE = "text", "number", "integer", "flag", "date"


@dataclass(frozen=True)
class Column:
    """A column: its name, type, what it holds, and whether every row must have a value."""

    name: str
    kind: str
    means: str
    required: bool = False


@dataclass(frozen=True)
class Contract:
    """A table's columns and key; with `extra`, further columns follow in the writer's order."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    row: str
    sorted_by_key: bool = True
    extra: bool = False
    private: bool = False

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


_c = Column

SOURCE = (
    _c("source_file", TEXT, "file of the export; a sheet is file[sheet]", True),
    _c("source_row", INTEGER, "line, sheet row or record number in that file", True),
)

RAW = Contract(
    "raw", SOURCE, ("source_file", "source_row"), "a source row, every cell as text", extra=True
)
CLEAN = Contract(
    "clean", SOURCE, ("source_file", "source_row"), "an accepted source row, typed", extra=True
)
REJECTS = Contract(
    "rejects",
    (
        _c("table", TEXT, "clean table", True),
        _c("level", TEXT, "row or cell", True),
        *SOURCE,
        _c("subject", TEXT, "subject key where it is known"),
        _c("column", TEXT, "column; empty for a whole row"),
        _c("value", TEXT, "the value as found (quarantine: never shown unless disclosure is full)"),
        _c("rule", TEXT, "identifier of the rule", True),
        _c("reason", TEXT, "a sentence without the value", True),
        _c("severity", TEXT, "reject (the value or row is not used) or flag (kept, listed)", True),
    ),
    ("table", "source_file", "source_row", "column", "rule"),
    "a rejected cell, a rejected row, or a flagged cell",
    private=True,
)

IDENTITY = (
    _c("STUDYID", TEXT, "trial", True),
    _c("USUBJID", TEXT, "subject, unique over trials", True),
)
ADSL = Contract(
    "adsl",
    (
        *IDENTITY,
        _c("SUBJID", TEXT, "subject within the trial", True),
        _c("SITEID", TEXT, "site"),
        _c("AGE", NUMBER, "age"),
        _c("AGEU", TEXT, "unit of AGE"),
        _c("SEX", TEXT, "F, M or U"),
        _c("ARM", TEXT, "label of the arm"),
        _c("TRT01P", TEXT, "planned treatment: the arm's name in the configuration"),
        _c("SYNTHFL", TEXT, "Y if the subject is synthetic, else N", True),
    ),
    ("USUBJID",),
    "a subject; further columns: strata and covariates, then population flags (Y or N)",
    extra=True,
)
BDS = Contract(
    "bds",
    (
        *IDENTITY,
        _c("ASEQ", INTEGER, "number of the record within the subject", True),
        _c("PARAMCD", TEXT, "code of the endpoint", True),
        _c("PARAM", TEXT, "label of the endpoint", True),
        _c("AVISIT", TEXT, "visit; empty where the endpoint is not a repeated one"),
        _c("AVISITN", INTEGER, "order of the visit"),
        _c("ADT", DATE, "date of the record"),
        _c(
            "ADY",
            INTEGER,
            "day of the record from the endpoint's start: 1 on it, -1 the day before",
        ),
        _c("LAT", TEXT, "side of the body"),
        _c("LOC", TEXT, "muscle, site, nerve"),
        _c("TRTP", TEXT, "planned treatment of the record"),
        _c("AVAL", NUMBER, "value; for events 1 yes, 0 no"),
        _c("AVALC", TEXT, "value as text; for events Y or N"),
        _c("AVALU", TEXT, "unit"),
        _c("BASE", NUMBER, "baseline value"),
        _c("CHG", NUMBER, "AVAL - BASE"),
        _c("ABLFL", TEXT, "Y on the baseline record"),
        _c("DTYPE", TEXT, "how the value was imputed"),
        _c("GROUNDS", TEXT, "what a made value rests on, such as the findings that were present"),
        _c("SYNTHFL", TEXT, "Y if the subject is synthetic, else N", True),
    ),
    ("USUBJID", "ASEQ"),
    "a subject x parameter x visit x location x side, also where the value is missing",
    extra=True,
)
ADTTE = Contract(
    "adtte",
    (
        *IDENTITY,
        _c("ASEQ", INTEGER, "number of the record within the subject", True),
        _c("PARAMCD", TEXT, "code of the endpoint", True),
        _c("PARAM", TEXT, "label of the endpoint", True),
        _c("TRTP", TEXT, "planned treatment"),
        _c("AVAL", NUMBER, "time"),
        _c("AVALU", TEXT, "unit of the time"),
        _c("CNSR", INTEGER, "0 event, 1 and more censored"),
        _c("EVNTDESC", TEXT, "what happened"),
        _c("CNSDTDSC", TEXT, "why the time ends without an event"),
        _c("STARTDT", DATE, "date from which time runs"),
        _c("ADT", DATE, "date of the event or of censoring"),
        _c("AVALLO", NUMBER, "lower bound of an interval-censored time"),
        _c("AVALHI", NUMBER, "upper bound of an interval-censored time"),
        _c("TSTART", NUMBER, "start of the interval (entry exclusive)"),
        _c("TSTOP", NUMBER, "end of the interval"),
        _c("SYNTHFL", TEXT, "Y if the subject is synthetic, else N", True),
    ),
    ("USUBJID", "ASEQ"),
    "a subject x time-to-event parameter x interval",
    extra=True,
)
OCCDS = Contract(
    "occds",
    (
        *IDENTITY,
        _c("ASEQ", INTEGER, "number of the record within the subject", True),
        _c("PARAMCD", TEXT, "code of the kind of occurrence", True),
        _c("PARAM", TEXT, "label of the kind of occurrence", True),
        _c("TERM", TEXT, "what occurred", True),
        _c("ADT", DATE, "date"),
        _c("TRTP", TEXT, "planned treatment"),
        _c("SYNTHFL", TEXT, "Y if the subject is synthetic, else N", True),
    ),
    ("USUBJID", "ASEQ"),
    "an occurrence",
    extra=True,
)
SOURCES = Contract(
    "sources",
    (
        _c("dataset", TEXT, "adsl, bds, adtte or occds", True),
        _c("USUBJID", TEXT, "subject of the derived row", True),
        _c("ASEQ", INTEGER, "record of the derived row; 0 in ADSL", True),
        _c("variable", TEXT, "derived variable", True),
        _c("table", TEXT, "clean (and raw) table", True),
        *SOURCE,
        _c("column", TEXT, "column of the raw table", True),
    ),
    ("dataset", "USUBJID", "ASEQ", "variable", "table", "source_file", "source_row", "column"),
    "an edge from a derived value to a raw cell it was made from",
)
RESULTS = Contract(
    "results",
    (
        _c("result_id", TEXT, "readable identifier, unique", True),
        _c("analysis_id", TEXT, "analysis of the plan", True),
        _c("method", TEXT, "method of the registry", True),
        _c("options", TEXT, "every choice of the method, as JSON with sorted keys", True),
        _c("estimand", TEXT, "estimand of the plan"),
        _c("population", TEXT, "population of the trial", True),
        _c("parameter", TEXT, "endpoint or covariate by its name in the configuration"),
        _c("visit", TEXT, "visit by its label"),
        _c("stratum", TEXT, "stratum or subgroup as name=level"),
        _c("group1", TEXT, "first grouping variable"),
        _c("group1_level", TEXT, "its level"),
        _c("group2", TEXT, "second grouping variable (effect, level, time)"),
        _c("group2_level", TEXT, "its level"),
        _c("comparison", TEXT, "treated arm of a comparison"),
        _c("reference", TEXT, "reference arm of a comparison"),
        _c("stat_name", TEXT, "statistic", True),
        _c("stat_label", TEXT, "statistic as a reader knows it", True),
        _c("stat_value", NUMBER, "value, not rounded for display"),
        _c("ci_low", NUMBER, "lower confidence limit"),
        _c("ci_high", NUMBER, "upper confidence limit"),
        _c("ci_level", NUMBER, "confidence level of the interval"),
        _c("unit", TEXT, "unit of the value"),
        _c("n_used", INTEGER, "subjects (or records, by method) that entered"),
        _c("denominator", INTEGER, "denominator of a proportion"),
        _c("seed", INTEGER, "seed of random draws"),
        _c("n_draws", INTEGER, "number of random draws"),
        _c("mc_se", NUMBER, "Monte Carlo standard error"),
        _c("stat_text", TEXT, "the value as the report shows it", True),
        _c("warning", TEXT, "what a reader must know"),
        _c("error", TEXT, "why there is no value"),
        _c("synthetic", FLAG, "true if the data is synthetic", True),
    ),
    ("result_id",),
    "a statistic, with its interval where it has one",
    sorted_by_key=False,
)
MEMBERS = Contract(
    "members",
    (
        _c("result_id", TEXT, "result", True),
        _c("role", TEXT, "analysed, numerator, denominator, with, drawn_from", True),
        _c("dataset", TEXT, "adsl, bds, adtte or occds", True),
        _c("predicate", TEXT, "condition on the data set, as JSON with sorted keys", True),
        _c("n", INTEGER, "rows that meet it", True),
        _c("sha256", TEXT, "hash over the sorted row ids (USUBJID/ASEQ), one a line", True),
    ),
    ("result_id", "role"),
    "the rows behind a result in one role",
    sorted_by_key=False,
)
CHECKS = Contract(
    "checks",
    (
        _c("result_id", TEXT, "result", True),
        _c("component", TEXT, "value, ci_low, ci_high or n_used", True),
        _c("check_by", TEXT, "the independent function that recomputed it", True),
        _c("version", TEXT, "its library's version", True),
        _c("recomputed", NUMBER, "its value"),
        _c("tolerance", NUMBER, "largest relative difference that agrees", True),
        _c("agrees", FLAG, "whether it does", True),
    ),
    ("result_id", "component"),
    "an independent recomputation",
    sorted_by_key=False,
)
CLAIMS = Contract(
    "claims",
    (
        _c("claim_id", TEXT, "claim of the ledger", True),
        _c("component", TEXT, "count, denominator, percent, value, at_least, p, words, …", True),
        _c("reading", TEXT, "what the number is taken for, where the paper leaves it open"),
        _c("paper", TEXT, "citation", True),
        _c("place", TEXT, "where it is printed", True),
        _c("label", TEXT, "what is claimed, in words", True),
        _c("quote", TEXT, "the whole printed expression", True),
        _c("printed", TEXT, "this component as printed", True),
        _c("recomputed", NUMBER, "this component from the data"),
        _c("recomputed_text", TEXT, "the same, as it would be printed"),
        _c("result_id", TEXT, "result it was compared with"),
        _c(
            "against_data",
            TEXT,
            "exact, compatible, alternative, differs, not_tied or not_checkable",
            True,
        ),
        _c(
            "on_print",
            TEXT,
            "exact, compatible, alternative, inconsistent, used or not_checkable",
            True,
        ),
        _c("size", NUMBER, "difference in units of the last printed digit; for p |log10 ratio|"),
        _c("decision", TEXT, "same, changes, undetermined, or empty"),
        _c("data_finding", TEXT, "what the data say, at most 40 words", True),
        _c("data_more", TEXT, "what the search with the data found, or what to mend"),
        _c("print_finding", TEXT, "what the other printed numbers say, at most 40 words", True),
        _c("no_usual_test", FLAG, "a p of an unnamed test that no usual test gives", True),
        _c("print_more", TEXT, "remarks, and what the search on print found"),
        _c("alternative", TEXT, "the other choice that gives the printed number, or may"),
        _c("candidates", INTEGER, "choices tried, with the data where they were searched"),
        _c("chance", NUMBER, "chance of a coincidental fit over all of them"),
    ),
    ("claim_id", "reading", "component"),
    "a component of a published number",
    sorted_by_key=False,
)

DERIVED = {contract.name: contract for contract in (ADSL, BDS, ADTTE, OCCDS)}
