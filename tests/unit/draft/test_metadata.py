"""What files and documents declare of columns."""

import csv
import json

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from trialtrace.base.errors import UserError
from trialtrace.run.draft.files import read_files
from trialtrace.run.draft.metadata import cdisc, codebook, table_schema
from trialtrace.run.draft.profile import profiled
from trialtrace.run.trial.dictionary import PARTS

DEFINE = """<?xml version="1.0"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><Study OID="S"><MetaDataVersion OID="M">
<ItemGroupDef OID="IG" Name="VS" SASDatasetName="VS"><ItemRef ItemOID="I.SEX"/>
<ItemRef ItemOID="I.W"/></ItemGroupDef>
<ItemDef OID="I.SEX" Name="SEX" SASFieldName="SEX"><Description><TranslatedText>Sex
</TranslatedText></Description><CodeListRef CodeListOID="CL"/></ItemDef>
<ItemDef OID="I.W" Name="WEIGHT" SASFieldName="WEIGHT">
<RangeCheck Comparator="GE"><CheckValue>2</CheckValue></RangeCheck>
<RangeCheck Comparator="LE"><CheckValue>300</CheckValue></RangeCheck></ItemDef>
<CodeList OID="CL"><CodeListItem CodedValue="F"><Decode><TranslatedText>Female</TranslatedText>
</Decode></CodeListItem><EnumeratedItem CodedValue="M"/></CodeList>
</MetaDataVersion></Study></ODM>"""


def test_define_xml():
    found = cdisc.read_define(DEFINE.encode(), "define.xml")["VS"]
    assert (found["SEX"].label, found["SEX"].choices) == ("Sex", {"F": "Female", "M": "M"})
    assert (found["WEIGHT"].low, found["WEIGHT"].high) == ("2", "300")
    with pytest.raises(UserError, match="ItemGroupDef"):
        cdisc.read_define(b"<a/>", "a.xml")


def test_table_schema():
    schema = {
        "fields": [
            {"name": "sex", "type": "string", "constraints": {"enum": ["f", "m"]}},
            {"name": "on", "type": "date", "format": "%d.%m.%Y", "title": "Entry"},
            {"name": "w", "type": "number", "constraints": {"minimum": 2}},
        ],
        "missingValues": ["", "-9"],
    }
    found = table_schema.read_schemas(json.dumps(schema).encode(), "s.json")[""]
    assert found["sex"].choices == {"f": "f", "m": "m"} and found["w"].missing == {"-9": ""}
    assert (found["on"].kind, found["on"].order, found["on"].label) == ("date", "dmy", "Entry")
    package = {"resources": [{"path": "data/visits.csv", "schema": schema}]}
    assert table_schema.read_schemas(json.dumps(package).encode(), "p")["visits"] == found
    with pytest.raises(UserError, match="no column"):
        table_schema.read_schemas(b"{}", "e.json")


def test_csvw():
    columns = [
        {"titles": "sex", "datatype": {"base": "boolean", "format": "f|m"}, "dc:title": "Sex"},
        {"name": "n", "titles": {"en": ["on"]}, "datatype": {"base": "date", "format": "d.M.yyyy"}},
        {"name": "w", "datatype": {"base": "decimal", "minimum": "2"}, "null": ["-9", ""]},
        {"name": "seen_at", "datatype": "dateTime"},
    ]
    schema = {"columns": columns}
    document = {"@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}], "null": "NA"}
    alone = {**document, "url": "data/visits.csv", "tableSchema": schema}
    found = table_schema.read_schemas(json.dumps(alone).encode(), "m.json")["visits"]
    assert (found["sex"].label, [*found["sex"].choices]) == ("Sex", ["f", "m"])
    assert (found["on"].kind, found["on"].order, found["on"].missing) == ("date", "dmy", {"NA": ""})
    assert (found["w"].low, found["w"].missing, found["seen_at"].kind) == (
        "2",
        {"-9": ""},
        "moment",
    )
    group = {**document, "tables": [{"url": "visits.csv", "tableSchema": schema}]}
    assert table_schema.read_schemas(json.dumps(group).encode(), "m.json")["visits"] == found


def test_a_codebook_needs_its_six_heads():
    assert codebook.is_codebook(["missing", "name", "label", "Type", "unit", "values"])
    assert not codebook.is_codebook(["name", "label", "type", "unit", "values"])
    row = {
        "name": "pain",
        "label": "Pain",
        "type": "integer",
        "unit": "points",
        "values": "",
        "missing": "9=refused; 8",
    }
    one = codebook.read_codebook([row], "c.csv")["pain"]
    assert (one.unit, one.kind, one.missing) == ("points", "integer", {"9": "refused", "8": ""})
    walk = codebook.read_codebook([row | {"type": "mm:ss"}], "c.csv")["pain"]
    assert (walk.kind, walk.order) == ("duration", "mm:ss")
    with pytest.raises(UserError, match="the type float"):
        codebook.read_codebook([row | {"type": "float"}], "c.csv")


def test_labels_of_stata_and_spss(tmp_path):
    frame = pd.DataFrame({"arm": [1.0, 2.0, 1.0], "score": [3.0, 9.0, 5.0]})
    labels = {"column_labels": ["Arm", "Score"], "variable_value_labels": {"arm": {1: "A", 2: "B"}}}
    pyreadstat.write_dta(frame, tmp_path / "a.dta", **labels)
    missing = {"score": [9]}
    pyreadstat.write_sav(frame, tmp_path / "a.sav", missing_ranges=missing, **labels)
    for name in ("a.dta", "a.sav"):
        (table,) = read_files([str(tmp_path / name)], {})
        assert table.declared["arm"].choices == {"1": "A", "2": "B"}
        assert table.declared["score"].label == "Score"
    assert table.declared["score"].missing == {"9": ""}


FIELDS = (
    {"field_name": "record_id", "form_name": "entry", "field_type": "text"},
    {
        "field_name": "arm",
        "form_name": "entry",
        "field_type": "radio",
        "choices": "1, New | 2, Old",
    },
    {
        "field_name": "race",
        "form_name": "entry",
        "field_type": "checkbox",
        "label": "Race",
        "choices": "1, A | 2, B",
    },
    {
        "field_name": "ae_grade",
        "form_name": "ae",
        "field_type": "text",
        "validation": "integer",
        "minimum": "1",
        "maximum": "5",
    },
    {"field_name": "at", "form_name": "ae", "field_type": "text", "validation": "datetime_dmy"},
    {"field_name": "bed", "form_name": "ae", "field_type": "text", "validation": "time"},
    {"field_name": "walk", "form_name": "ae", "field_type": "text", "validation": "time_mm_ss"},
)


def test_a_redcap_export_with_a_repeating_instrument(tmp_path):
    with (tmp_path / "dictionary.csv").open("w") as file:
        writer = csv.writer(file)
        writer.writerow(PARTS.values())
        writer.writerows([field.get(part, "") for part in PARTS] for field in FIELDS)
    (tmp_path / "data.csv").write_text(
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,arm,race___1,race___2,ae_grade,"
        "at,bed,walk\n1,,,1,0,1,,,,\n1,ae,1,,,,2,2024-05-01 14:00,23:30,75:01\n"
        "1,ae,2,,,,3,,,\n2,,,2,1,0,,,,\n"
    )
    home, events = sorted(read_files([str(tmp_path)], {}), key=lambda one: one.name, reverse=True)
    assert (home.name, events.name, home.of, events.of) == ("subjects", "ae", "data", "data")
    assert events.where == {"redcap_repeat_instrument": {"is": "ae"}}
    assert home.cells.num_rows == events.cells.num_rows == 2 and home.record == "record_id"
    assert home.declared["arm"].choices == {"1": "New", "2": "Old"}
    assert home.declared["race___2"].label == "Race: B"
    grade = events.declared["ae_grade"]
    assert (grade.kind, grade.low, grade.high, grade.form) == ("integer", "1", "5", "ae")
    columns = profiled(events).columns
    assert [columns[name].kind.name for name in ("at", "bed")] == ["moment", "clock"]
    walk = columns["walk"]
    assert (walk.kind.name, walk.unit) == ("duration", "minutes")
    assert walk.numbers[0] == pytest.approx(75 + 1 / 60)
    assert walk.in_unit("seconds").numbers[0] == 4501


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        (b"a;b\n1,5;2\n", {"encoding": "utf-8", "separator": ";"}),
        ("a,b\nM\xfcller,2\n".encode("latin-1"), {"encoding": "windows-1252", "separator": ","}),
        ("a\tb\n1\t2\n".encode("utf-16"), {"format": "tsv", "encoding": "utf-16"}),
        (b'"","a"\n"1",2\n', {"row_names": "rownames"}),
        (b"a b\n1 2\n3 4\n5 6\n", {"separator": "blanks"}),
    ],
)
def test_encoding_and_separator(tmp_path, text, reading):
    (tmp_path / "a.csv").write_bytes(text)
    (table,) = read_files([str(tmp_path / "a.csv")], {})
    assert {key: table.reading[key] for key in reading} == reading


def test_rows_around_a_table_are_left_out_as_told(tmp_path):
    (tmp_path / "a.csv").write_text("Export of May\n\nid,w\n,kg\n1,60\n2,70\nsum,130\n")
    layout = {"header": 3, "under_header": 1, "foot": 1}
    (table,) = read_files([str(tmp_path / "a.csv")], layout)
    assert table.cells.to_pydict() == {"id": ["1", "2"], "w": ["60", "70"]}
    assert np.all([table.reading[key] == n for key, n in layout.items()])
