"""`trialtrace read`: a paper becomes a draft ledger, of which nothing is judged unconfirmed."""

import csv
import io
import json
import re
import zipfile

import pytest
import yaml

from trialtrace.cli import main

TABLE = """
<table-wrap><label>Table 1.</label>
<caption><p>Baseline. Values are n (%) or mean (SD).</p></caption>
<table><thead>
<tr><th rowspan="2">Characteristic</th><th>Training</th><th>Usual care</th>
<th rowspan="2"><italic>P</italic></th></tr>
<tr><th>(n = 27)</th><th>(n = 29)</th></tr></thead><tbody>
<tr><td>Men</td><td>13 (48·1)</td><td>12 (41·4)</td><td>0.611<sup>a</sup></td></tr>
<tr><td>Age, years</td><td>62.1 (8.8)</td><td>61.1 (8.5)</td><td>0.724</td></tr>
<tr><td>Stage</td><td/><td/><td/></tr>
<tr><td>I</td><td>20 (74.1)</td><td>20 (69.0)</td><td>0.67</td></tr>
<tr><td>II</td><td>7 (25.9)</td><td>9 (31.0)</td><td/></tr>
</tbody></table></table-wrap>"""
JATS = f"""<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS 1.2//EN" "JATS-archivearticle1.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>
<article-id pub-id-type="doi">10.1234/made.up</article-id>
<title-group><article-title>A trial &amp; its &alpha;</article-title></title-group>
<abstract><p>In all, 18/27 (67%) of the training group and 16/29 (55%) of the usual care group went
through with it (P=0.42).</p></abstract></article-meta></front><body><sec><title>Results</title>
<p>Relapse was rarer (HR 0.52; 95% CI 0.28–0.97; P=0.04).</p>{TABLE}</sec>
<sec><title>Discussion</title><p>Others: HR 0.9 (95% CI 0.8–1.0).</p></sec></body></article>"""
HTML = f"""<html><head><title>A trial</title><script>var x = "12/34 (35%)";</script></head><body>
<h1>A trial</h1><h2>Abstract</h2><p>In all, 18/27 (67%) of the training group and 16/29 (55%) of the
usual care group went through with it (P=0.42).<h2>Results</h2>
<p>Relapse was rarer (HR 0.52; 95% CI 0.28&ndash;0.97; P=0.04).</p>
<p><b>Table 1.</b> Baseline. Values are n (%) or mean (SD).</p>
{TABLE[TABLE.index("<table>") : TABLE.index("</table-wrap>")].replace("italic", "i")}
</body></html>"""


@pytest.fixture
def file(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def read(path, capsys):
    assert main(["read", path]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(("name", "text"), [("p.xml", JATS), ("p.html", HTML)])
def test_a_paper_becomes_a_ledger(file, capsys, name, text):
    made = yaml.safe_load(read(file(name, text), capsys))
    printed = {key: claim["printed"] for key, claim in made["claims"].items()}
    assert printed["t1_men_training"] == "13 (48.1%)"
    assert printed["t1_men_p"] == "P = 0.611"
    assert printed["t1_age_years_usual_care"] == "mean (SD) 61.1 (8.5)"
    assert "hazard ratio 0.52 (95% CI 0.28 to 0.97), P=0.04" in printed.values()
    assert not any("0.9" in one and "0.8" in one for one in printed.values())
    men = made["claims"]["t1_men_training"]
    assert men["quote"] == "13 (48·1)" and men["place"].startswith("table 1, row 3")
    assert men["about"] == {"outcome": "men", "group": "training", "patients": "27"}
    stage = made["claims"]["t1_ii_training"]["about"]
    assert (stage["outcome"], stage["category"]) == ("stage", "II")
    assert made["claims"]["t1_stage_p"]["about"]["outcome"] == "stage"
    assert all(claim["unconfirmed"] for claim in made["claims"].values())
    assert all(len(claim["quote"].split()) <= 10 for claim in made["claims"].values())
    shares = [one for one in made["claims"].values() if one["printed"].startswith("18/27")]
    assert [one["about"]["group"] for one in shares] == ["training"]


def test_nothing_is_judged_that_nobody_confirmed(file, capsys):
    ledger = file("ledger.yaml", read(file("p.xml", JATS), capsys))
    assert main(["audit", ledger]) == 1
    assert "nobody confirmed" in capsys.readouterr().err
    assert main(["audit", ledger, "--trust"]) == 0
    assert "confirmed by nobody; judged all the\n" in capsys.readouterr().out
    for form, where in (
        ("json", "standing"),
        ("html", "judged all the same"),
    ):
        assert main(["audit", ledger, "--trust", "--format", form]) == 0
        assert where in capsys.readouterr().out
    assert main(["audit", ledger, "--trust", "--format", "csv"]) == 0
    assert "--trust" in capsys.readouterr().err


def test_confirmed_claims_are_judged_without_the_others(file, capsys):
    text = read(file("p.xml", JATS), capsys)
    by_place = file("place.yaml", text.replace("\nclaims:", '\nconfirmed: ["table 1"]\n\nclaims:'))
    assert main(["audit", by_place, "--format", "json"]) == 0
    audit = json.loads(capsys.readouterr().out)
    assert {row["place"].partition(",")[0] for row in audit["claims"]} == {"table 1"}
    assert "left out" in audit["standing"]
    document = yaml.safe_load(text)
    del document["claims"]["t1_men_training"]["unconfirmed"]
    by_claim = file("claim.yaml", yaml.safe_dump(document, allow_unicode=True))
    assert main(["audit", by_claim, "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["claims"]
    assert {row["claim_id"] for row in rows} == {"t1_men_training"}
    wrong = file("wrong.yaml", text.replace("\nclaims:", '\nconfirmed: ["table 7"]\n\nclaims:'))
    assert main(["audit", wrong]) == 1
    assert 'found     "table 7"' in capsys.readouterr().err


def test_a_typed_table_is_confirmed_but_for_what_is_guessed(file, capsys):
    assert main(["read", "--form"]) == 0
    form = capsys.readouterr().out
    ledger = file("ledger.yaml", read(file("table.csv", form), capsys))
    assert main(["audit", ledger]) == 0
    assert "12 claims." in capsys.readouterr().out
    head = ";".join(["label", "A (n=20)", "B (n=20)"])
    made = yaml.safe_load(read(file("t.csv", f"{head}\nPain;3,1 (0,9);2,5 (1,1)\n"), capsys))
    claim = next(iter(made["claims"].values()))
    assert claim["printed"] == "mean (SD) 3.1 (0.9)" and "taken for" in claim["unconfirmed"]


def test_a_typed_table_costs_at_most_35_characters_a_number(capsys):
    assert main(["read", "--form"]) == 0
    form = capsys.readouterr().out
    numbers = re.findall(r"(?<![a-z])[0-9]*\.?[0-9]+", "\n".join(form.splitlines()[1:]))
    assert len(form) / len(numbers) < 35


BOMB = b"""<?xml version="1.0"?><!DOCTYPE article [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
<article><body><p>&b;</p></body></article>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<article><body><p>&x;</p></body></article>"""


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("bomb.xml", BOMB, "a declaration of the entity a"),
        ("outside.xml", OUTSIDE, "a declaration of the entity x"),
        ("broken.xml", b"<?xml version='1.0'?><article><p>half", "broken XML"),
        ("deep.xml", b"<?xml version='1.0'?>" + b"<article>" * 1000, "nested too deep"),
        ("words.html", b"<html><body><p>A trial is planned.</p></body></html>", "no statistics in"),
        ("empty.csv", b"label,A,B\n", "no statistics in"),
        ("wide.csv", b"label,A,B\nx,1,2,3,4\n", "as many as its table's head has"),
        ("photo.png", b"\x89PNG\r\n\x1a\n\x00", "a file of another kind"),
    ],
)
def test_bad_input_is_told(file, capsys, name, content, told):
    assert main(["read", file(name, content)]) == 1
    error = capsys.readouterr().err
    assert told in error and "Traceback" not in error


def test_no_file_and_a_folder(tmp_path, capsys):
    for given in ([], [str(tmp_path / "none.xml")], [str(tmp_path)]):
        assert main(["read", *given]) == 1
        assert "expected" in capsys.readouterr().err


def docx(body, name="word/document.xml"):
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    text = f'<?xml version="1.0"?><w:document {space}><w:body>{body}</w:body></w:document>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as whole:
        whole.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()


def word_cell(text, more=""):
    return f"<w:tc><w:tcPr>{more}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def word_row(*cells):
    return f"<w:tr>{''.join(cells)}</w:tr>"


def test_a_word_file_with_merged_cells(file, capsys):
    caption = "<w:p><w:r><w:t>Table 4. Strength</w:t></w:r></w:p>"
    over = '<w:gridSpan w:val="2"/>'
    mark = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>b</w:t></w:r>'
    table = "".join(
        [
            word_row(
                word_cell("", '<w:vMerge w:val="restart"/>'),
                word_cell("Training (n=27)", over),
                word_cell("Control (n=29)", over),
            ),
            word_row(word_cell("", "<w:vMerge/>"), *[word_cell(one) for one in ("Mean", "SD") * 2]),
            word_row(word_cell("Grip, kg"), *map(word_cell, ("46.0", "10.3", "41.5"))).replace(
                "</w:tr>",
                f"<w:tc><w:p><w:r><w:t>9.9</w:t></w:r>{mark}</w:p></w:tc></w:tr>",
            ),
        ]
    )
    path = file("p.docx", docx(f"{caption}<w:tbl>{table}</w:tbl>"))
    claims = yaml.safe_load(read(path, capsys))["claims"]
    assert [one["printed"] for one in claims.values()] == [
        "mean (SD) 46.0 (10.3)",
        "mean (SD) 41.5 (9.9)",
    ]
    assert [one["about"]["patients"] for one in claims.values()] == ["27", "29"]
    assert {one["place"].partition(",")[0] for one in claims.values()} == {"table 4"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (docx("", "other.xml"), "a ZIP archive of another kind"),
        (docx("")[:60], "cannot be opened"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "locked with a password"),
    ],
    ids=["no text", "cut off", "locked"],  # a ZIP archive has the time in it
)
def test_a_word_file_that_is_none(file, capsys, content, told):
    assert main(["read", file("p.docx", content)]) == 1
    assert told in capsys.readouterr().err


def test_a_spreadsheet_has_the_decimals_that_it_shows(tmp_path, capsys):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["label", "A (n=20): mean", "A (n=20): SD"])
    sheet.append(["Pain", 3.1, 0.9])
    for cell in sheet[2][1:]:
        cell.number_format = "0.00"
    book.save(tmp_path / "t.xlsx")
    claims = yaml.safe_load(read(str(tmp_path / "t.xlsx"), capsys))["claims"]
    assert [one["printed"] for one in claims.values()] == ["mean (SD) 3.10 (0.90)"]


FLIP = """label;A (n=50);B (n=50);p
Death, n (%);10 (20.0);12 (24.0);.01
Pain, n (%);11 (22.0);12 (24.0);.81
"""


@pytest.fixture
def many(tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.xml").write_text(JATS, encoding="utf-8")
    (folder / "b.csv").write_text(FLIP, encoding="utf-8")
    (folder / "c.xml").write_text("<?xml version='1.0'?><article>", encoding="utf-8")
    (folder / "notes.md").write_text("no paper", encoding="utf-8")
    return folder, tmp_path / "out"


def test_a_folder_is_summed_up_with_flips_first(many, capsys):
    folder, out = many
    assert main(["read", str(folder), "--into", str(out), "--trust", "--jobs", "2"]) == 0
    shown = capsys.readouterr().out
    lines = (out / "summary.csv").read_text(encoding="utf-8").splitlines()
    assert [line.partition(",")[0] for line in lines] == ["paper", "b.csv", "a.xml", "c.xml"]
    assert lines[1].startswith("b.csv,1,") and "broken XML" in lines[3]
    rows = {row["paper"]: row for row in csv.DictReader(lines)}
    assert rows["b.csv"]["gravest"].startswith("across 0.05: P = .01 (Death")
    assert rows["c.xml"]["gravest"] == "" and rows["b.csv"]["comparisons"] == "0"
    assert "across 0.05" in shown and shown.splitlines()[0].startswith("b.csv")
    assert sorted(path.name for path in out.iterdir()) == [
        *("a.xml.json", "a.xml.yaml", "b.csv.json", "b.csv.yaml", "c.xml.json", "summary.csv")
    ]


def test_a_second_run_reads_and_judges_only_what_has_changed(many, monkeypatch, capsys):
    from trialtrace.audit.reading import folder as module

    folder, out = many
    assert main(["read", str(folder), "--into", str(out)]) == 0
    capsys.readouterr()
    read_again, judged = [], []
    reading, judging = module.read_paper, module._judge
    monkeypatch.setattr(module, "read_paper", lambda p: read_again.append(p.name) or reading(p))
    monkeypatch.setattr(
        module, "_judge", lambda *call, **how: judged.append(call[1].name) or judging(*call, **how)
    )
    assert main(["read", str(folder), "--into", str(out)]) == 0
    assert (read_again, judged) == ([], [])
    ledger = out / "a.xml.yaml"
    text = ledger.read_text(encoding="utf-8")
    edited = text.replace("\nclaims:", '\nconfirmed: ["table 1"]\n\nclaims:')
    ledger.write_text(edited, encoding="utf-8")
    (folder / "b.csv").write_text(FLIP.replace(".01", ".81"), encoding="utf-8")
    capsys.readouterr()
    assert main(["read", str(folder), "--into", str(out)]) == 0
    assert (read_again, sorted(judged)) == (["b.csv"], ["a.xml.yaml", "b.csv.yaml"])
    assert ledger.read_text(encoding="utf-8") == edited
    assert "across 0.05" not in capsys.readouterr().out
    (folder / "a.xml").write_text(JATS + " ", encoding="utf-8")
    assert main(["read", str(folder), "--into", str(out)]) == 0
    assert "move the ledger away" in capsys.readouterr().out
    assert ledger.read_text(encoding="utf-8") == edited


def test_what_other_checks_judged_is_judged_again(many, monkeypatch):
    from trialtrace.audit.reading import folder as module

    folder, out = many
    assert main(["read", str(folder), "--into", str(out)]) == 0
    judged = []
    judging = module._judge
    monkeypatch.setattr(
        module, "_judge", lambda *call, **how: judged.append(call[1].name) or judging(*call, **how)
    )
    monkeypatch.setattr(module, "_code", lambda: "another")
    assert main(["read", str(folder), "--into", str(out)]) == 0
    assert main(["read", str(folder), "--into", str(out)]) == 0
    assert sorted(judged) == ["a.xml.yaml", "b.csv.yaml"]


def test_two_papers_of_one_name_are_refused(many, capsys):
    folder, out = many
    (folder / "more").mkdir()
    (folder / "more" / "a.xml").write_text(JATS, encoding="utf-8")
    assert main(["read", str(folder), "--into", str(out)]) == 1
    assert "several papers of the name a.xml" in capsys.readouterr().err


def test_the_closing_words_name_tables_that_were_not_taken_up_first(tmp_path, capsys):
    rating = "<tr><th>Item</th><th>Scale</th><th>1</th></tr><tr><td>A</td><td>b</td><td>c</td></tr>"
    more = f"<table-wrap><label>Table 2</label><table>{rating}</table></table-wrap>"
    path = tmp_path / "paper.xml"
    text = JATS.replace("</table-wrap>", f"</table-wrap>{more}").replace(
        "Relapse", "The score was 5.9 [5.4–6.5] with training. Relapse"
    )
    path.write_text(text, encoding="utf-8")
    assert main(["read", str(path), "-o", str(tmp_path / "ledger.yaml")]) == 0
    first, second, last = capsys.readouterr().err.splitlines()
    assert first == "table 2: a number not taken up (no column of numbers)"
    assert second.startswith("results: a number not taken up (an interval, one of a list")
    assert last.endswith("2 numbers seen and not taken up")
