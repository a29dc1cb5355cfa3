"""The maker of spoiled exports: the same case every time, and each is what its class says."""

from collections import Counter
from decimal import Decimal
from functools import cache
from random import Random

import pytest

import spoil
from spoiled import cells, columns
from spoiled.cases import DETECTABLE, LEGAL, kind_of, make_case
from spoiled.export import Export, NotHereError, Sheet, Variable
from spoiled.outcome import Made, telling

PARTS = ("name", "dialect", "disclosure", "trial", "cleaning", "dictionary", "sheets", "files")


def variable_line(name: str, kind: str, choices: str = "", **more: str) -> list[str]:
    line = [name, "patients", "", kind, name, choices, "", *[""] * 11]
    line[7], line[8], line[9] = (more.get(key, "") for key in ("type", "low", "high"))
    line[12] = more.get("required", "")
    return line


def small_export() -> Export:
    """Forty patients, one table."""
    item = {"path": "all.csv", "encoding": "utf-8", "separator": ",", "decimal": "."}
    arms = {"a": {"label": "A", "code": "A"}, "b": {"label": "B", "code": "B", "control": True}}
    trial = {
        "design": {"kind": "parallel", "arms": arms},
        "source": {"kind": "files", "folder": "data", "items": {"all": item}},
        "tables": {"patients": {"of": "all", "key": ["id"], "subject": "id", "arm": "arm"}},
        "subjects": {"table": "patients", "sex": {"codes": {"F": "1", "M": "0"}}},
    }
    dictionary = [
        ["head"] * 18,
        variable_line("id", "text", type="integer", low="1", high="99", required="y"),
        variable_line("arm", "radio", "A, Drug | B, Placebo", required="y"),
        variable_line("seen", "text", type="date_ymd"),
        variable_line("weight", "text", type="number", low="30", high="200"),
        variable_line("relief", "yesno"),
    ]
    rows = [
        [str(n), "AB"[n % 2], f"2020-01-{n % 28 + 1:02}", f"{50 + n}.5", str(n // 2 % 2)]
        for n in range(1, 41)
    ]
    sheet = Sheet(["id", "arm", "seen", "weight", "relief"], rows)
    return Export(
        "small", "plain", "restricted", trial, {"tables": {}}, dictionary, {}, {"all": sheet}
    )


def good(trial: str, dialect: str) -> Export:
    return small_export()


def test_of_ten_cases_seven_can_be_detected_and_kinds_take_turns():
    found = [kind_of(number) for number in range(1000)]
    assert Counter(detectable for detectable, _ in found) == {True: 700, False: 300}
    counts = Counter(kind for _, kind in found)
    assert set(counts) == {*DETECTABLE, *LEGAL}
    assert not set(DETECTABLE) & set(LEGAL)
    assert {counts[kind] for kind in DETECTABLE} <= {
        700 // len(DETECTABLE),
        700 // len(DETECTABLE) + 1,
    }


def test_a_case_is_the_same_every_time_and_leaves_the_good_export_alone():
    kept = small_export()
    first, second = (make_case(7, lambda trial, dialect: kept) for _ in range(2))
    assert first.what == second.what
    assert all(getattr(first.export, part) == getattr(second.export, part) for part in PARTS)
    assert kept == small_export()
    assert make_case(7, good, seed=2).what != first.what


def test_every_case_of_a_small_export_changes_it():
    made = 0
    for number in range(200):
        try:
            case = make_case(number, good)
        except ValueError:
            continue  # a small export has no place for kinds of several tables
        made += 1
        assert case.export != small_export(), (number, case.kind)
    assert made > 100


@pytest.mark.parametrize("kind", cells.KINDS)
def test_a_spoiled_cell_is_one_that_the_dictionary_refuses(kind: str):
    for number in range(20):
        export = small_export()
        try:
            cells.KINDS[kind](export, Random(number))
        except NotHereError:
            continue
        assert refused(export), (kind, number)


@pytest.mark.parametrize("kind", [kind for kind in columns.KINDS if kind.startswith("column:")])
def test_a_spoiled_column_has_a_value_that_the_dictionary_refuses(kind: str):
    for number in range(20):
        export = small_export()
        try:
            columns.KINDS[kind](export, Random(number))
        except NotHereError:
            continue
        assert refused(export), (kind, number)


def refused(export: Export) -> list[str]:
    sheet = export.sheet("patients")
    return [
        text
        for name, variable in export.variables("patients").items()
        for text in sheet.column(name)
        if not export.legal("patients", variable, text)
    ]


def test_nothing_of_the_good_export_is_refused():
    assert not refused(small_export())


def test_what_the_dictionary_allows():
    export = small_export()
    variables = export.variables("patients")
    assert variables["relief"].choices == {"1": "Yes", "0": "No"}
    allowed = {"weight": ["30", "61.1", "", "200"], "seen": ["2020-02-29", ""], "relief": ["0", ""]}
    others = {
        "weight": ["29.9", "61,1", "NaN", "1e999", "x"],
        "seen": ["2019-02-29", "1.2.2020"],
        "relief": ["2", "yes"],
        "id": ["", "0", "1.5"],
        "arm": ["a", ""],
    }
    for name, texts in allowed.items():
        assert all(export.legal("patients", variables[name], text) for text in texts), name
    for name, texts in others.items():
        assert not any(export.legal("patients", variables[name], text) for text in texts), name


def test_a_decimal_comma_is_read_and_written_where_the_source_says_so():
    export = small_export()
    export.item("patients")["decimal"] = ","
    weight = Variable("weight", None, "number_comma_decimal", "30", "200", False)
    assert export.number("61,1") == Decimal("61.1") and export.number("61.1") is None
    assert export.shown(Decimal("61.1")) == "61,1" and export.legal("patients", weight, "61,1")


def made(**parts) -> Made:
    whole = {"results": {}, "data": {}, "rejected": Counter(), "warnings": frozenset()}
    return Made(**({**whole, "closing": (), "account": {}} | parts))


def test_a_new_warning_tells_and_an_old_one_does_not():
    said = made(warnings=frozenset(["5 of 20 weights are not used"]))
    assert telling(made(), said) and not telling(said, said)
    assert telling(made(), made(closing=("mini: 20 rows", "visits: no rows of 7 subjects")))


def test_a_line_of_counts_tells_where_it_says_what_was_rejected():
    account = {"tables": {"visits": {"rows_rejected": {}, "cells_rejected": {"below_minimum": 3}}}}
    before = made(closing=("mini: 1,200 rows, 0 rejected",))
    said = made(closing=("mini: 1,200 rows, 3 rejected (below_minimum)",), account=account)
    hushed = made(closing=("mini: 1,197 rows",), account=account)
    assert telling(before, said) and not telling(before, hushed)


def test_a_line_of_counts_tells_that_subjects_were_lost_and_not_that_there_are_fewer():
    before = made(closing=("mini: 1 111 of 1 111 subjects",))
    lost = {"subjects": {"in_export": 1111, "kept": 1058}}
    assert telling(before, made(closing=("mini: 1 058 of 1 111 subjects",), account=lost))
    fewer = {"subjects": {"in_export": 1058, "kept": 1058}}
    assert not telling(before, made(closing=("mini: 1 058 of 1 058 subjects",), account=fewer))


@cache
def tried(detectable: bool, name: str) -> spoil.Tried:
    outcome = spoil.Outcome(name, "patients.csv:3\n  found x", 0.1)
    kind = next(iter(DETECTABLE if detectable else LEGAL))
    return spoil.Tried(1, kind, detectable, "small, plain", "patients.id: blank", outcome, True)


def test_what_is_not_told_is_a_fault_of_what_can_be_detected_alone():
    assert tried(True, "table only").fault and tried(True, "changed").fault
    assert not tried(True, "stopped").fault and not tried(False, "changed").fault
    assert tried(False, "traceback").fault


def test_a_message_that_names_a_patient_is_a_fault():
    export = small_export()
    export.sheet("patients").put(3, "id", "P004")
    case = spoil.Case(1, False, "a row removed", "small", "plain", "patients: one row", export)
    said, hushed = ("patients.csv: P004 is there twice", "patients.csv: 4 are there twice")
    found = [spoil.tried(case, spoil.Outcome("stopped", words, 0.1)) for words in (said, hushed)]
    assert [one.fault for one in found] == [True, False] and all(one.placed for one in found)
    export.disclosure = "full"
    assert not spoil.tried(case, spoil.Outcome("stopped", said, 0.1)).fault


def test_the_section_counts_by_kind():
    found = [tried(True, "stopped"), tried(True, "table only"), tried(False, "changed")]
    text = spoil.report(found, "Seed 1.")
    assert "Of 2 that can be detected 1 stopped the run (1 messages name" in text
    assert "1 changed a result and nothing told" in text
    assert "| a key twice, rows differ | 2 | 1 | 0 | 1 | 0 | 0 | 0 |" in text
    assert "- 1: a key twice, rows differ; small, plain; patients.id: blank: table only." in text
