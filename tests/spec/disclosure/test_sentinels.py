"""No cell of an export gets out of a restricted trial, whatever is wrong with the export.

Every cell that is no declared code is a sentinel. Each spoilt export runs as far as it gets; what
it prints, and every file that it leaves outside the folders of the data, is searched.
"""

import base64
import bz2
import gzip
import hashlib
import html
import json
import lzma
import sys
import tarfile
import warnings
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote

import mini_run
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sentinel_trial import good_export, spoil_some
from sentinels import HASHES, Sentinels
from spoilings import SPOILINGS
from svg_paths import data_places

from trialtrace.base.errors import UserError
from trialtrace.base.store import read_parquet
from trialtrace.cli import main
from trialtrace.report.cells import last_run
from trialtrace.report.commands.closing import closing_lines
from trialtrace.report.floats import write_floats
from trialtrace.report.material import Material
from trialtrace.report.pages.start_page import build_site
from trialtrace.report.report import render_report
from trialtrace.report.sections.data_quality import data_tables
from trialtrace.run.jobs import faults
from trialtrace.run.trace.text import trace_text
from trialtrace.run.trial.load import load_settings, load_trial

# The data themselves; and the configuration, which the user wrote.
AT_HOME = ("data", "config", "workflow", "reports")
STAGES_AT_HOME = ("raw", "clean", "derived", "analysis")
# Cells that spoil_some makes no value of their column.
SPOILT = 6


def run_to_its_end(at):
    """The stages in this process; a mistake and a fault are told as a job tells them."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = faults._tell_warning
        try:
            mini_run.run_stages(load_trial("mini", at), at.results / "mini", at)
        except UserError as error:
            print(error, file=sys.stderr)
            return False
        except Exception:  # noqa: BLE001  any fault of the program
            faults.tell("mini", *sys.exc_info())
            return False
    return True


def told_of_the_data(at) -> str:
    """What the report of a run that went through says of its data, and some of its traces."""
    folder = at.results / "mini"
    material = Material(load_trial("mini", at), load_settings(at), folder, {})
    results = list(material.tracer.results)[::20]
    traces = [trace_text(material.tracer.trace(each), colour=False) for each in results]
    return "\n".join([data_tables(material), *closing_lines(folder, "mini"), *traces])


def outside(root: Path) -> list[Path]:
    """Every file of a project but those where the data may be."""
    kept = []
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        home = parts[0] in AT_HOME or (
            parts[0] == "results" and parts[2:3] in [(name,) for name in STAGES_AT_HOME]
        )
        if path.is_file() and not home:
            kept.append(path)
    return kept


@pytest.mark.parametrize("name", SPOILINGS)
def test_a_spoilt_export_lets_no_cell_out(name, tmp_path, monkeypatch, capfd):
    export = good_export()
    SPOILINGS[name](export)
    at = export.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    capfd.readouterr()
    whole = run_to_its_end(at)
    if whole:
        print(told_of_the_data(at))
    told = "".join(capfd.readouterr())
    assert not export.sentinels.found_in(told)
    assert whole or told.strip()
    assert len(told) < 20_000
    for path in outside(tmp_path):
        assert not export.sentinels.found_in_file(path), path


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """(export, root) of a run up to its site: one cell in forty spoilt, in most columns."""
    export = good_export()
    spoil_some(export)
    root = tmp_path_factory.mktemp("sentinels")
    at = export.write(root)
    key = tmp_path_factory.mktemp("key") / "key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    config = at.config / "config.yaml"
    text = config.read_text().replace("[html]", "[html, docx, pdf]") + f"hash_key: {key}\n"
    config.write_text(text)
    run = mini_run.run_stages(load_trial("mini", at), at.results / "mini", at)
    settings = load_settings(at)
    render_report(run.trial, settings, run.folder, {"clean_tables": "0" * 64})
    build_site([run.trial], settings, at.results, at.site)
    return export, at


def test_no_cell_is_in_a_report_a_site_or_an_answer(rendered, capsys):
    export, at = rendered
    results = read_parquet(at.results / "mini" / "analysis" / "results.parquet").to_pylist()
    numbers = (row[name] for row in results for name in ("stat_value", "ci_low", "ci_high"))
    # A median or a quartile that is one patient's value is a result; README says that it is shown.
    assert export.sentinels.forget({number for number in numbers if number is not None}) < 5
    files = outside(at.root)
    assert len(files) > 90
    assert {".html", ".docx", ".pdf", ".svg", ".png", ".txt", ".json"} <= {
        path.suffix for path in files
    }
    found = {path: hits for path in files if (hits := export.sentinels.found_in_file(path))}
    assert not found
    for words in (
        ["results", "mini"],
        ["results", "mini", "--format", "json"],
        ["claims", "mini"],
        *(
            ["trace", row["result_id"], *more]
            for row in results[::25]
            for more in ([], ["--format", "json"])
        ),
        ["trace", results[0]["result_id"], "--rows"],
    ):
        main(["--project", str(at.root), *words])
    told = capsys.readouterr()
    assert len(told.out) > 10_000
    assert not export.sentinels.found_in(told.out + told.err)


def test_no_cell_is_in_a_report_on_integrity_or_a_query(rendered, tmp_path, monkeypatch, capsys):
    """Nor who a query is about; each has the counts that its items are for."""
    export, at = rendered
    monkeypatch.chdir(tmp_path)
    assert main(["--project", str(at.root), "integrity", "mini"]) == 0
    book = tmp_path / "mini.xlsx"
    assert main(["--project", str(at.root), "queries", "mini", "--file", str(book)]) == 0
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {".html", ".csv", ".xlsx"} <= {path.suffix for path in files}
    assert not {path: hits for path in files if (hits := export.sentinels.found_in_file(path))}
    told = capsys.readouterr()
    assert not export.sentinels.found_in(told.out + told.err)
    sheet = openpyxl.load_workbook(book).active
    assert sum(cell.value is not None for cell in sheet["A"]) > SPOILT


def test_no_cell_is_in_a_table_or_figure_by_itself(rendered, tmp_path):
    export, at = rendered
    names = write_floats(last_run(at, "mini"), tmp_path)
    assert len(names) > SPOILT
    assert not {
        name: hits for name in names if (hits := export.sentinels.found_in_file(tmp_path / name))
    }


def test_no_patient_is_found_by_trying_hashes(rendered):
    """Every identifier in every record, as the plain hashes had it; so also pairs of patients."""
    export, at = rendered
    members = read_parquet(at.results / "mini" / "analysis" / "members.parquet").to_pylist()
    plain = {row["sha256"][:12] for row in members}
    ids = [f"mini-{who}/{record}" for who in export.column("id") for record in range(8)]
    plain |= {hashlib.sha256(each.encode()).hexdigest()[:12] for each in ids}
    texts = [
        path.read_text("utf-8", "replace")
        for path in outside(at.root)
        if path.suffix in (".html", ".json", ".txt")
    ]
    assert not any(digest in text for text in texts for digest in plain)


def test_no_day_of_a_patient_is_in_the_vectors_of_a_curve(rendered):
    export, at = rendered
    days = [float(cell) for cell in export.column("days") if cell.replace(".", "").isdigit()]
    for name in ("kaplan_meier_1", "cumulative_incidence_1"):
        svg = at.results / "mini" / "report" / "figures" / f"{name}.svg"
        places = [x for x, _ in data_places(svg, (0, 365))]
        assert len(places) > 10
        assert max(places) < 365.1
        assert not [x for x in places for day in days if abs(x - day) < 0.01]


def test_no_single_patient_is_drawn(rendered):
    _, at = rendered
    figures = {path.stem for path in (at.results / "mini" / "report" / "figures").iterdir()}
    assert "spaghetti_1" not in figures
    assert "dose_intensity_1" in figures


def sample() -> tuple[Sentinels, list[str]]:
    made = Sentinels()
    return made, [made.word("id"), made.number(10, 99), made.whole(18), made.date()]


def test_the_search_finds_every_spelling(tmp_path):
    made, (word, number, whole, date) = sample()
    year, month, day = date.split("-")
    shorter = f"{float(number):.6f}"
    spellings = [
        word.upper(),
        f"\\u0022{word}",
        html.escape(f"<{word}>"),
        json.dumps(f'"{word}"'),
        quote(f"é {word}"),
        number,
        number.replace(".", ","),
        shorter,
        f"x={number}]",
        whole,
        f"'{whole}'",
        f"Integer value {whole} not",
        date,
        f"{day}.{month}.{year}",
        f"{int(month)}/{int(day)}/{year}",
        f"{year}{month}{day}",
        f"{date}T00:00:00",
        f"{int(day)} {'JanFebMarAprMayJunJulAugSepOctNovDec'[3 * int(month) - 3 :][:3]} {year}",
        word.encode("utf-16-le").decode("utf-16-be") + "\u4e00" * 20,
        "".join(f"&#{ord(letter)};" for letter in word),
        "".join(f"\\u{ord(letter):04x}" for letter in word),
        "".join(f"%{ord(letter):02X}" for letter in word),
        word.encode().hex(),
        f"0x{word.encode().hex().upper()}",
        *(base64.b64encode(f"{'x' * shift}/{word}.csv".encode()).decode() for shift in range(3)),
        base64.urlsafe_b64encode(f"??>{word}".encode()).decode(),
        f"a/b{base64.b64encode(word.encode()).decode()}",
        *(hashlib.new(name, word.encode()).hexdigest() for name in HASHES),
        hashlib.sha256(word.encode()).hexdigest()[:12],
    ]
    for text in spellings:
        assert made.found_in(f"before {text} after"), text
    nothing = "a.b.c 12.345678 1000001 2026-11-20 0.5 'quartz' 1950-01-01 f05ca9b7 12345678901"
    assert not made.found_in(nothing)


def test_the_search_opens_what_holds_text(tmp_path):
    from PIL import Image, PngImagePlugin

    made, (word, *_) = sample()
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", f"<w:t>{word}</w:t>")
    comment = PngImagePlugin.PngInfo()
    comment.add_text("Title", f"of {word}", zip=True)
    Image.new("L", (2, 2)).save(tmp_path / "a.png", pnginfo=comment)
    svg = base64.b64encode(f"<svg><title>{word}</title></svg>".encode()).decode()
    (tmp_path / "a.html").write_text(f'<img src="data:image/svg+xml;base64,{svg}">')
    drawn = quote(f"<svg><title>{word}</title></svg>")
    (tmp_path / "b.html").write_text(f'<img src="data:image/svg+xml,{drawn}">')
    (tmp_path / f"{word}.txt").write_text("nothing")
    text = f"of {word}".encode()
    (tmp_path / "a.gz").write_bytes(gzip.compress(text))
    (tmp_path / "a.bz2").write_bytes(bz2.compress(text))
    (tmp_path / "a.xz").write_bytes(lzma.compress(text))
    (tmp_path / "a.z").write_bytes(zlib.compress(text, 9))
    (tmp_path / "a.zst").write_bytes(pa.compress(text, "zstd", asbytes=True))
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "a.docx")
    cells = pa.table({"text": [word]})
    pq.write_table(cells, tmp_path / "cells.parquet", compression="zstd")
    pq.write_table(pa.table({word: [1]}), tmp_path / "names.parquet")
    told = pa.table({"x": [1]}).replace_schema_metadata({"of": word})
    pq.write_table(told, tmp_path / "about.parquet")
    book = openpyxl.Workbook()
    book.active.title = word
    book.save(tmp_path / "a.xlsx")
    for path in sorted(tmp_path.iterdir()):
        assert made.found_in_file(path), path
