"""The synthetic export: cleaned, it is the cohort; its mess is what cleaning lists."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from drawn_trial import COHORT, MESS, drawn, write_trial

from trialtrace.base.errors import UserError
from trialtrace.base.store import write_json
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.synthetic import raw_tables
from trialtrace.run.synthetic.export import Export, delimited, export
from trialtrace.run.tables.contracts import CLEAN, RAW, REJECTS, conform, read_table, write_table
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import Trial


def cleaned(trial: Trial, made: Export, out: Path) -> None:
    for raw in raw_tables(trial, trial.source, made):
        write_table(out / "raw" / f"{raw.name}.parquet", conform(raw.table(), RAW, raw.name), RAW)
    write_json(out / "raw" / "manifest.json", {"tables": {}})
    clean_tables(trial, out / "raw", out / "clean")


def table(out: Path, name: str) -> list[dict[str, Any]]:
    return read_table(out / "clean" / f"{name}.parquet", CLEAN).to_pylist()


def found(out: Path) -> Counter:
    rows = read_table(out / "clean" / "rejects.parquet", REJECTS).to_pylist()
    return Counter((r["table"], r["column"], r["rule"], r["severity"]) for r in rows)


def declared(made: Export) -> Counter:
    count: Counter = Counter()
    for done in made.truth["mess"]:
        for one in done["expected"]:
            count[done["table"], one["column"], one["rule"], one["severity"]] += one["rejects"]
    return count


def test_the_configuration_is_in_order(tmp_path: Path):
    trial = write_trial(tmp_path)
    told = [str(problem) for problem in check_trial(trial.at, "made")]
    assert not [line for line in told if "cohort.yaml" in line or "trial.yaml" in line]


def test_without_mess_cleaning_gives_back_what_was_drawn(tmp_path: Path):
    trial = write_trial(tmp_path, mess="")
    cohort = drawn()
    made = export(trial, cohort)
    cleaned(trial, made, tmp_path)
    assert found(tmp_path) == Counter()
    patients, visits = cohort.levels["patients"], cohort.levels["visits"]
    rows = table(tmp_path, "patients")
    for column, quantity, codes in (
        ("id", "id", {}),
        ("age", "age", {}),
        ("randomised", "randomised", {}),
        ("group", "arm", {"active": "1", "control": "2"}),
        ("sex", "sex", {"female": "f", "male": "m"}),
        ("smoker", "smoker", {"yes": "1", "no": "0"}),
        ("centre", "hospital", {"North": "1", "South": "2"}),
    ):
        values = patients.columns[quantity].to_pylist()
        assert [row[column] for row in rows] == [codes.get(v, v) for v in values]
    there = [i for i, v in enumerate(visits.columns["there"].to_pylist()) if v == "yes"]
    rows = table(tmp_path, "pain")
    for column in ("vas", "seen"):
        values = visits.columns[column].to_pylist()
        assert [row[column] for row in rows] == [values[i] for i in there]
    items = cohort.levels["items"].columns["answer"].to_pylist()
    assert [row["item_1"] for row in rows] == [items[2 * i] for i in there]
    second = [items[2 * i + 1] for i in there]
    assert [row["item_2"] for row in rows] == [None if v is None else str(v) for v in second]


def test_the_files_are_spelt_as_the_source_says(tmp_path: Path):
    made = export(write_trial(tmp_path, mess=""), drawn())
    patients = made.files["patients.csv"].decode("utf-8").split("\n")
    assert patients[0] == "id,group,age,sex,smoker,centre,randomised,remark,SYNTHETIC"
    assert patients[1].endswith(',2020-01-01,"says ""yes, no""",synthetic data: not evidence')
    assert all("," + "," not in line for line in patients[2::2] if "-99" in line)
    pain = made.files["pain.csv"].decode("cp1252").split("\n")
    assert pain[0] == "id;visit;vas;unit;seen;item_1;item_2;SYNTHETIC"
    assert any("," in line and "." in line for line in pain[1:])
    ages = drawn().levels["patients"].columns["age"].to_pylist()
    coded = [line.split(",")[2] for line in patients[1:-1]]
    expected = ["-99" if i % 2 == 0 else "" for i, age in enumerate(ages) if age is None]
    assert [c for c, age in zip(coded, ages, strict=True) if age is None] == expected


def test_rejects_found_by_cleaning_are_the_mess_declared(tmp_path: Path):
    trial = write_trial(tmp_path)
    made = export(trial, drawn())
    cleaned(trial, made, tmp_path)
    assert found(tmp_path) == declared(made)
    assert sum(declared(made).values()) == 14
    rejects = read_table(tmp_path / "clean" / "rejects.parquet", REJECTS).to_pylist()
    for done in made.truth["mess"]:
        for one in done["expected"]:
            wanted = (done["table"], one["rule"], one["column"])
            rows = [
                r["source_row"] for r in rejects if (r["table"], r["rule"], r["column"]) == wanted
            ]
            assert sorted(rows) == sorted(done["source_rows"])
    balance = json.loads((tmp_path / "clean" / "conservation.json").read_text())
    assert balance["patients"]["columns"]["centre"]["padded"] == 3


def test_a_unit_column_with_choices_lists_the_unknown_unit_too(tmp_path: Path):
    trial = write_trial(tmp_path)
    dictionary = trial.at.trial_config("made") / "dictionary.csv"
    text = dictionary.read_text()
    plain = "unit,pain,,text,Unit of pain,,,,,,,,,,,,,"
    coded = 'unit,pain,,radio,Unit of pain,"cm, cm | mm, mm",,,,,,,y,,,,,'
    assert plain in text
    dictionary.write_text(text.replace(plain, coded))
    cohort = trial.at.trial_config("made") / "cohort.yaml"
    cohort.write_text(cohort.read_text().replace("unit: {of: vas, text: cm}", "unit: {text: cm}"))
    made = export(trial, drawn())
    cleaned(trial, made, tmp_path)
    assert found(tmp_path) == declared(made)
    assert found(tmp_path)["pain", "unit", "unknown_code", "reject"] == 1
    assert found(tmp_path)["pain", "unit", "required", "flag"] == 1


def test_a_broken_check_stands_where_it_may(tmp_path: Path):
    entry = "rows: 1,\n     put: {seen:"
    assert entry in MESS
    for code, visit in (("0", "before"), ("1", "after")):
        where = f"rows: 1,\n     where: {{visit: {{is: {visit}}}}}, put: {{seen:"
        made = export(write_trial(tmp_path, mess=MESS.replace(entry, where)), drawn())
        (done,) = (one for one in made.truth["mess"] if one["defect"] == "breaks_check")
        lines = made.files["pain.csv"].decode().split("\n")
        (row,) = done["source_rows"]
        assert lines[row - 1].split(";")[1] == code


def test_mess_touches_no_value(tmp_path: Path):
    for name, mess in (("plain", ""), ("messy", MESS)):
        trial = write_trial(tmp_path / name, mess=mess)
        cleaned(trial, export(trial, drawn()), tmp_path / name)
    for name in ("patients", "pain"):
        plain, messy = (table(tmp_path / one, name) for one in ("plain", "messy"))
        for row in [*plain, *messy]:
            row.pop("unit", None)
        assert plain == messy


def test_a_defect_moves_no_other(tmp_path: Path):
    entries = MESS.split("\n  - ")
    fewer = "\n  - ".join([entries[0], *entries[4:]])
    all_ = export(write_trial(tmp_path), drawn()).truth["mess"]
    some = export(write_trial(tmp_path, mess=fewer), drawn()).truth["mess"]
    pain = [one["source_rows"] for one in all_ if one["form"] == "pain"]
    assert [one["source_rows"] for one in some if one["form"] == "pain"] == pain


def test_the_same_bytes_again(tmp_path: Path):
    trial = write_trial(tmp_path)
    first, second = export(trial, drawn()), export(trial, drawn())
    assert first == second


def test_too_many_rows_for_a_defect_are_told(tmp_path: Path):
    mess = "mess:\n  - {form: patients, column: age, defect: impossible, value: '540', rows: 99}\n"
    with pytest.raises(UserError, match="99, while"):
        export(write_trial(tmp_path, mess=mess), drawn())


def test_a_value_without_a_code_is_told(tmp_path: Path):
    cohort = COHORT.replace("sex: {of: sex, codes: {female: f, male: m}}", "sex: sex")
    with pytest.raises(UserError, match="values with a code"):
        export(write_trial(tmp_path, cohort=cohort), drawn())


def test_cells_that_hold_the_separator_are_quoted():
    import pyarrow as pa

    made = delimited(
        {"a|b": pa.array(["x|y", 'say "no"', None]), "c": pa.array(["1", "2", "3"])}, "|"
    )
    assert made == '"a|b"|c\n"x|y"|1\n"say ""no"""|2\n|3\n'
    assert delimited({"a": pa.array([None, "1"])}, ",") == 'a\n""\n1\n'


MISTAKES = [
    ("level: visits\n    where", "level: vists\n    where", "forms.pain.level", '"visits"'),
    ("{there: {is:", "{thre: {is:", "forms.pain.where", '"there"'),
    ("group: arm", "gruop: arm", "forms.patients.columns.gruop", '"group"'),
    ("centre: hospital", "centre: hopsital", "forms.patients.columns.centre", '"hospital"'),
    ("male: m}", "male: x}", "forms.patients.columns.sex.codes.male", "a choice of sex"),
    ('smoker: "9"', 'smoker: "8"', "forms.patients.missing.smoker", "takes for missing"),
    ("prefix: item_", "prefix: itm_", "forms.pain", "nothing for the column item_1"),
    ("columns: {unit: {of: vas, text: cm}}\n    ", "", "forms.pain", "column unit"),
    ('value: "540"', 'value: "54"', "mess[2].value", "outside the dictionary's bounds"),
    ("value: about fifty", 'value: "50"', "mess[3].value", "words without"),
    ("unit: mm", "unit: km", "mess[6].unit", "a unit of factors"),
    ("unit: inch", "unit: mm", "mess[8].unit", "an unknown unit"),
    ('value: "5.5"', 'value: "5,5"', "mess[9].value", "a number with ."),
    ('value: "2,5"', 'value: "2"', "mess[10].value", "with a fraction"),
    ('unknown_code, value: "5"', 'unknown_code, value: "4"', "mess[11].value", "no choice"),
    ("2020-02-30", "2020-02-20", "mess[12].value", "a day such as"),
    ("check: not_before", "check: not_befor", "mess[13].check", '"not_before"'),
    ("put: {seen:", "where: {thre: {is: yes}}, put: {seen:", "mess[13].where", '"thre"'),
    ("put: {seen:", "put: {vas:", "mess[13].put", "nothing for seen"),
    (
        "form: pain, defect: unknown_subject",
        "form: patients, defect: unknown_subject",
        "mess[14].form",
        "another form",
    ),
    ("column: centre, defect", "column: centr, defect", "mess[4].column", '"centre"'),
]


@pytest.mark.parametrize(("old", "new", "key", "words"), MISTAKES)
def test_a_mistake_is_told_at_its_key(tmp_path: Path, old: str, new: str, key: str, words: str):
    whole = COHORT + MESS
    assert whole.count(old) == 1
    trial = write_trial(tmp_path, mess="", cohort=whole.replace(old, new))
    told = [str(problem) for problem in check_trial(trial.at, "made")]
    at_key = [line for line in told if "cohort.yaml" in line and f": {key}\n" in line]
    assert any(words in line for line in at_key), "\n\n".join(told)
