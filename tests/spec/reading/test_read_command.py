"""`trialtrace read`: a paper's numbers located, and a ledger of what a map says of them."""

import io
import json
import shlex
import sys
import zipfile
from pathlib import Path

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
</tbody></table></table-wrap>"""
JATS = f"""<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS 1.2//EN" "JATS-archivearticle1.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>
<article-id pub-id-type="doi">10.1234/made.up</article-id>
<title-group><article-title>A trial &amp; its &alpha;</article-title></title-group>
<abstract><p>In all, 18/27 (67%) went through with it (P=0.42).</p></abstract>
</article-meta></front>
<body><sec><title>Results</title><p>Strength rose, t(54) = 2.10, p = .04.</p>{TABLE}</sec></body>
<back><ref-list><ref>2013;12:44</ref></ref-list></back></article>"""
HTML = f"""<html><head><title>A trial</title><script>var x = "12/34 (35%)";</script></head><body>
<h1>A trial</h1><h2>Results</h2><p>Strength rose, t(54) = 2.10, p = .04.
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


def read(capsys, *words):
    assert main(["read", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(("name", "text"), [("p.xml", JATS), ("p.html", HTML)])
def test_a_paper_becomes_a_ledger_that_is_judged_when_it_is_confirmed(file, capsys, name, text):
    ledger = file("ledger.yaml", read(capsys, file(name, text)))
    made = yaml.safe_load(Path(ledger).read_text())
    printed = {one["printed"]: one for one in made["claims"].values()}
    assert set(printed) == {
        *("13 (48.1%)", "12 (41.4%)", "P = 0.611", "mean (SD) 62.1 (8.8)"),
        *("mean (SD) 61.1 (8.5)", "P = 0.724", "t(54) = 2.10, p = .04"),
    }
    men = printed["13 (48.1%)"]
    assert men["place"] == "table 1, row 3, column 2" and men["quote"] == "13 (48·1)"
    assert men["about"] == {
        "outcome": "t1_men",
        "group": "training",
        "patients": "27",
        "visit": "Baseline",
    }
    assert made["outcomes"]["t1_men"] == {"label": "Men", "baseline": True}
    assert main(["audit", ledger]) == 1
    assert "nobody confirmed" in capsys.readouterr().err
    assert main(["audit", ledger, "--trust"]) == 0
    capsys.readouterr()
    by_place = Path(ledger).read_text().replace("\nclaims:", '\nconfirmed: ["table 1"]\n\nclaims:')
    assert main(["audit", file("by.yaml", by_place), "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["claims"]
    assert {one["place"].partition(",")[0] for one in rows} == {"table 1"}


def test_every_number_is_located_or_excluded(file, capsys):
    found = json.loads(read(capsys, file("p.xml", JATS), "--located"))
    by_id = {one["id"]: one for one in found["numbers"]}
    assert by_id["t1.r3.c2.n2"] == {
        "id": "t1.r3.c2.n2",
        "text": "48·1",
        "in": "t1.r3.c2",
        "start": 4,
    }
    assert {one["why"]: one["text"] for one in found["excluded"]}["references"] == "2013;12:44"
    assert found["tables"][0]["head_rows"] == 2 and found["doi"] == "10.1234/made.up"


def test_a_map_is_written_once_and_then_used(file, tmp_path, capsys):
    paper, said = file("p.xml", JATS), tmp_path / "p.map.yaml"
    read(capsys, paper, "--map", str(said))
    text = said.read_text()
    said.write_text(text.replace("  t1:", "  t1:\n    confirmed: true"))
    made = yaml.safe_load(read(capsys, paper, "--map", str(said)))
    open_ = {one["place"] for one in made["claims"].values() if "unconfirmed" in one}
    assert len(open_) == 1 and not any("table" in place for place in open_)
    said.write_text(text.replace("Usual care", "Rest"))
    assert main(["read", paper, "--map", str(said)]) == 1
    assert "does not stand in t1.r1.c3" in capsys.readouterr().err


def test_a_command_proposes(file, tmp_path, capsys):
    script = file("propose.py", "print('{sentences: {s2: [{quote: \"18/27 (67%)\"}]}}')")
    command = shlex.join([sys.executable, script])
    assert main(["read", file("p.xml", JATS), "--propose", command]) == 1
    assert "does not stand in s2" in capsys.readouterr().err
    script = file("propose.py", "print('{sentences: {s1: [{quote: \"18/27 (67%)\"}]}}')")
    made = yaml.safe_load(read(capsys, file("p.xml", JATS), "--propose", command))
    assert [one["printed"] for one in made["claims"].values()] == ["18/27 (67%)"]


def test_a_typed_table_is_confirmed(file, capsys):
    form = read(capsys, "--form")
    ledger = file("ledger.yaml", read(capsys, file("table.csv", form)))
    assert main(["audit", ledger]) == 0
    assert len(yaml.safe_load(Path(ledger).read_text())["claims"]) == 16


BOMB = b"""<?xml version="1.0"?><!DOCTYPE article [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
<article><body><p>&b;</p></body></article>"""


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("bomb.xml", BOMB, "a declaration of the entity a"),
        ("broken.xml", b"<?xml version='1.0'?><article><p>half", "broken XML"),
        ("deep.xml", b"<?xml version='1.0'?>" + b"<article>" * 1000, "nested too deep"),
        ("words.html", b"<html><body><p>A trial is planned.</p></body></html>", "no numbers in"),
        (
            "none.html",
            b"<html><body><p>We took 12 of 50.</p></body></html>",
            "of which the map says nothing",
        ),
        ("wide.csv", b"label,A,B\nx,1,2,3,4\n", "as many as its table's head has"),
        ("photo.png", b"\x89PNG\r\n\x1a\n\x00", "a file of another kind"),
        ("old.doc", b"\xd0\xcf\x11\xe0old", "a Word file of the old form"),
        ("none.pdf", b"%PDF-1.4 none", "a broken PDF"),
    ],
)
def test_bad_input_is_told(file, capsys, name, content, told):
    assert main(["read", file(name, content)]) == 1
    assert told in capsys.readouterr().err


def test_a_word_file(file, capsys):
    def row(*cells):
        made = "".join(f"<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>" for cell in cells)
        return f"<w:tr>{made}</w:tr>"

    rows = row("", "Drug (n = 20)", "Placebo (n = 20)") + row("Falls, n (%)", "5 (25)", "8 (40)")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as whole:
        whole.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="w"><w:body><w:tbl>{rows}</w:tbl></w:body></w:document>',
        )
    made = yaml.safe_load(read(capsys, file("p.docx", packed.getvalue())))
    assert [one["printed"] for one in made["claims"].values()] == ["5 (25%)", "8 (40%)"]


WRONG = """<html><body><h2>Results</h2><table><caption>Table 1. Pain, mean (SD)</caption>
<tr><th></th><th>Drug (n = 30)</th><th>Placebo (n = 30)</th><th>P</th></tr>
<tr><td>Week 4</td><td>4.1 (1.0)</td><td>5.3 (1.1)</td><td>0.30</td></tr>
<tr><td>Falls, n (%)</td><td>5 (16.7)</td><td>8 (26.7)</td><td>.35</td></tr>
<tr><td>Deaths, n (%)</td><td>9 (30.0)</td><td>8 (29.7)</td><td>.78</td></tr></table></body>
</html>"""


def test_a_folder_is_screened_one_line_a_matter(tmp_path, capsys):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.html").write_text(WRONG)
    (folder / "b.xml").write_text(JATS)
    (folder / "c.pdf").write_bytes(b"%PDF none")
    assert main(["audit", str(folder)]) == 1
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert len(lines) == 1 and lines[0].startswith(
        "unconfirmed: contradicts: a.html, table 1, row 4"
    )
    assert "8 (29.7%)" in lines[0] and "c.pdf: not read" in said.err and "2 of 3 papers" in said.err
    read(capsys, str(folder / "a.html"), "--map", str(folder / "a.html.map.yaml"))
    text = (folder / "a.html.map.yaml").read_text()
    (folder / "a.html.map.yaml").write_text(text.replace("  t1:", "  t1:\n    confirmed: true"))
    assert main(["audit", str(folder), "--jobs", "2"]) == 1
    assert capsys.readouterr().out.startswith("confirmed: contradicts: a.html")
