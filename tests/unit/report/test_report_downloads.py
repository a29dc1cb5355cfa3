"""Each table of a page as CSV and XLSX; a program that is not ours reads them."""

import csv
import io

import openpyxl

from trialtrace.base.stamp import SYNTHETIC
from trialtrace.report.downloads import as_xlsx, offer_tables, with_links
from trialtrace.report.listing import csv_text

NARROW = "\N{NO-BREAK SPACE}"
PAGE = f"""<p>before <a href="#tbl-risk">Table 1</a></p>
<div id="tbl-risk" class="float tbl"><div class="table"><table>
<caption>Table 1: Risk &amp; more.</caption>
<thead><tr><th scope="col">Arm</th><th scope="col">n</th></tr></thead>
<tbody><tr><th scope="row">Drug</th><td><a href="trace/x.html#a">12{NARROW}of 40</a></td></tr>
<tr><th scope="row" aria-label="Drug"></th><td>=1+1<br />next</td></tr></tbody>
</table></div></div>
<div id="tbl-none" class="float tbl"><p>no table</p></div>
<div id="tbl-bare"><table><tr><td>1</td></tr></table></div>
"""
ROWS = (("Arm", "n"), ("Drug", "12 of 40"), ("Drug", "=1+1 next"))


def cells(data):
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


def test_a_table_is_read_as_it_is_shown_and_gets_its_links():
    told, (risk, bare) = with_links(PAGE)
    assert (risk.name, risk.caption, risk.rows) == ("risk", "Table 1: Risk & more.", ROWS)
    assert (bare.name, bare.caption, bare.rows) == ("bare", "", (("1",),))
    assert '<a href="tables/risk.xlsx">XLSX</a></span></caption>' in told
    assert told.endswith("</table><p>" + told.rpartition("<p>")[2])
    assert told.replace("tables/bare", "").count("tables/") == 2


def test_a_page_without_tables_stays_as_it_is():
    assert with_links("<p>none</p>") == ("<p>none</p>", [])


def test_another_program_reads_the_cells_as_texts():
    data = as_xlsx(ROWS)
    assert cells(data) == [*ROWS]
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} == {"s"}
    assert cells(as_xlsx([("<&>\x07", "\N{MINUS SIGN}0.50")])) == [("<&>", "\N{MINUS SIGN}0.50")]


def test_no_cell_of_a_csv_is_run_as_a_formula():
    assert list(csv.reader(io.StringIO(csv_text(ROWS))))[2] == ["Drug", "'=1+1 next"]


def test_files_are_small_have_the_same_bytes_and_a_stamp(tmp_path):
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "report.html").write_text(PAGE)
        offer_tables(folder, ["report.html"], SYNTHETIC)
        made.append({file.name: file.read_bytes() for file in sorted(folder.rglob("*.*"))})
    assert made[0] == made[1] and len(made[0]) == 5
    assert len(made[0]["risk.xlsx"]) < 2000
    assert made[0]["risk.csv"].decode().splitlines()[0] == "Arm,n,synthetic"
    assert cells(made[0]["risk.xlsx"])[0][0] == "Table 1: Risk & more."
    assert all(row[-1] == "not evidence" for row in cells(made[0]["risk.xlsx"])[2:])
