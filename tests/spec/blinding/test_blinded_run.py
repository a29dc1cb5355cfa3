"""Blinded runs: permuted arms, what reveals them, and what no byte of their results may hold."""

import csv
import hashlib
import json
import re
import shutil
import zipfile
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from blinded_runs import many_patients, run_for
from mini_run import run_mini, write_mini
from mini_trial import DICTIONARY, FILES, REPOSITORY, edit

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.base.purpose import Purpose
from trialtrace.cli import main
from trialtrace.report.commands.after_run import _keep
from trialtrace.run.archive.kept_tables import kept_table
from trialtrace.run.archive.shelf import Shelf
from trialtrace.run.blinding.permuted import _sides, seen
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.run import apart, begin
from trialtrace.run.jobs.run_state import standing
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import load_trial

BLINDED = Purpose("blinded")
STAMP = re.compile("arms permuted", re.IGNORECASE)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The analysis and the blinded run of the same export, with the report of the latter."""
    root = tmp_path_factory.mktemp("blinded")
    real = run_mini(root, many_patients())
    config = real.at.config / "config.yaml"
    text = config.read_text().replace("by_source", "full")
    config.write_text(text.replace("[html]", "[html, docx, pdf]"))
    return real, run_for(real.at, BLINDED, root / "blinded", report=True)


def arms(run):
    rows = pq.read_table(run.folder / "derived/adsl.parquet").to_pylist()
    return {row["SUBJID"]: (row["SITEID"], row["TRT01P"]) for row in rows}


def test_each_stratum_has_as_many_of_an_arm_as_in_truth(runs):
    real, blinded = map(arms, runs)
    assert Counter(real.values()) == Counter(blinded.values())
    same = sum(real[who] == blinded[who] for who in real)
    assert 20 < same < 70, "about half of two arms keep their own by chance"


def test_no_contrast_of_the_true_arms_is_in_any_byte(runs):
    """Of each estimate that differs from that of the permuted arms, at the digits of a page."""
    real, blinded = (
        {
            row["result_id"]: row
            for row in pq.read_table(run.folder / "analysis/results.parquet").to_pylist()
            if row["comparison"] and row["stat_value"] is not None
        }
        for run in runs
    )
    hidden = {
        f"{abs(row['stat_value']):.8g}"
        for name, row in real.items()
        if abs(row["stat_value"] - blinded[name]["stat_value"]) > 1e-9
    }
    shown = {f"{abs(row['stat_value']):.8g}" for row in blinded.values()}
    assert len(hidden) > 10
    looked = [path for path in runs[1].folder.rglob("*") if path.is_file()]
    for path in looked:
        texts = [path.read_bytes()]
        if path.suffix in (".docx", ".xlsx"):
            with zipfile.ZipFile(path) as whole:
                texts = [whole.read(name) for name in whole.namelist()]
        for value in hidden - shown:
            assert not any(value.encode() in text for text in texts), (path, value)
    values = pq.read_table(runs[1].folder / "analysis/results.parquet")["stat_value"].to_pylist()
    found = {f"{abs(value):.8g}" for value in values if value is not None}
    assert not (hidden - shown) & found


def test_every_page_figure_and_download_is_stamped(runs):
    report = runs[1].folder / "report"
    pages = list(report.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        assert STAMP.search(page.read_text()), page
    for file in (*report.glob("tables/*.csv"), *report.glob("figures/*.csv")):
        first, *rows = csv.reader(file.read_text().splitlines())
        assert first[-1] == "arms permuted", file
        assert {row[-1] for row in rows} <= {"no result"}, file
    for file in (*report.glob("tables/*.xlsx"), report / "plan-coverage.xlsx"):
        with zipfile.ZipFile(file) as whole:
            assert STAMP.search(whole.read("xl/worksheets/sheet1.xml").decode()), file
    pictures = [*report.glob("figures/*.svg")]
    assert pictures and all(STAMP.search(one.read_text()) for one in pictures)
    with zipfile.ZipFile(report / "report.docx") as whole:
        heads = "".join(whole.read(n).decode() for n in whole.namelist() if "header" in n)
    assert STAMP.search(heads)
    pdf = pytest.importorskip("pypdfium2").PdfDocument(report / "report.pdf")
    assert all(STAMP.search(page.get_textpage().get_text_range()) for page in pdf)
    assert STAMP.search((runs[1].folder / "raw/manifest.json").read_text())


def test_the_same_export_gives_the_same_arms_and_another_one_others(runs, tmp_path):
    again = run_for(runs[0].at, BLINDED, tmp_path / "again")
    assert arms(again) == arms(runs[1])
    rows = many_patients()
    rows[0]["comment"] = "seen twice"
    other = arms(run_for(write_mini(tmp_path, rows), BLINDED, tmp_path / "other"))
    changed = sum(arm != other[who] for who, arm in arms(again).items())
    assert 20 < changed < 70, "one cell more, and the arms are drawn anew"


def test_no_hash_of_the_export_is_kept_and_the_key_decides_on_the_arms(runs, tmp_path):
    """From either the true arms of a small trial are found by trying."""
    real, blinded = runs
    export = next(real.at.root.glob("data/**/export.csv")).read_bytes()
    digest = hashlib.sha256(export).hexdigest()
    assert digest in (real.folder / "raw" / "manifest.json").read_text()
    for path in blinded.at.made.rglob("*"):
        assert path.is_dir() or digest.encode() not in path.read_bytes(), path
    at = write_mini(tmp_path, many_patients())
    with pytest.raises(UserError, match=r"hash_key\s+is not there"):
        begin(apart(at, tmp_path / "blinded", BLINDED), check=True, words=["mini"])
    (tmp_path / "blinded" / "trialtrace.project").unlink()
    other = run_for(at, BLINDED, tmp_path / "blinded", key=bytes(range(1, 33)))
    assert arms(other) != arms(blinded)
    edit(at, "trial.yaml", "path: export.csv,", f'path: export.csv, sha256: "{digest}",')
    with pytest.raises(UserError, match=r"export\.sha256\s+arms could be tried"):
        begin(other.at, check=True, words=["mini"])


def test_nothing_that_names_the_true_arm_is_left_in_the_raw_tables(tmp_path):
    """A column that is declared to reveal it, one that nobody described, and a copy of the file."""
    rows = [
        row | {"kit": row["arm"] + "7", "comment": "the drug" * (row["arm"] == "A")}
        for row in many_patients()
    ]
    dictionary = DICTIONARY.replace(
        "relief,patients", "kit,patients,,text,Kit,,,,,,,,,,,,,\nrelief,patients", 1
    )
    cleaning = FILES["cleaning.yaml"].replace("    units:", "    reveals_arm: [kit]\n    units:", 1)
    at = write_mini(tmp_path, rows, more=["kit"], dictionary=dictionary, cleaning=cleaning)
    run = run_for(at, BLINDED, tmp_path / "blinded")
    raw = pq.read_table(run.folder / "raw/export.parquet")
    assert set(raw["kit"].to_pylist()) == set(raw["comment"].to_pylist()) == {""}
    clean = pq.read_table(run.folder / "clean/patients.parquet")
    assert clean["kit"].null_count == len(rows)
    assert "Kit" not in json.dumps(json.loads((run.folder / "clean/account.json").read_text()))


@pytest.mark.parametrize("how", ["declared", "left out", "nothing"])
def test_the_archive_of_a_blinded_run_forgets_what_reveals_the_arm(tmp_path, capsys, how):
    """The first run names the number of the kit, and keeps it; the second hides it."""
    rows = [row | {"kit": f"{row['arm']}-{row['id']}"} for row in many_patients()]
    line = "kit,patients,,text,Kit,,,,,,,,,,,,,\n"
    dictionary = DICTIONARY.replace("relief,patients", f"{line}relief,patients", 1)
    at = write_mini(tmp_path, rows, more=["kit"], dictionary=dictionary)

    def kept():
        run = run_for(at, BLINDED, tmp_path / "blinded")
        records = standing(run.at, "mini")
        kept = SimpleNamespace(
            at=run.at, freshness=freshness(run.at), current=lambda trial: records
        )
        _keep(kept, "mini")
        return Shelf(run.at, "mini")

    shelf = kept()
    (first,) = shelf.names()
    edit(at, "cleaning.yaml", "label: Whoever died", "label: Who died")
    if how == "declared":
        edit(at, "cleaning.yaml", "    units:", "    reveals_arm: [kit]\n    units:")
    elif how == "left out":
        edit(at, "dictionary.csv", line, "")
        edit(at, "cleaning.yaml", "ignore: {", "ignore: {kit: not read, ")
    capsys.readouterr()
    shelf = kept()
    told = capsys.readouterr().err
    assert (first in shelf.names()) == (how == "nothing") == ("is kept no more" not in told)
    assert shelf.faults() == []
    values = [
        str(value)
        for run in shelf.names()
        for name in shelf.manifest(run)["tables"]
        if not name.startswith("audit")
        for column in kept_table(shelf.manifest(run)["tables"][name], shelf.objects).columns
        for value in column.to_pylist()
    ]
    assert values and any(re.fullmatch("[AB]-[0-9]+", one) for one in values) == (how == "nothing")


def warnings(run):
    account = json.loads((run.folder / "clean/account.json").read_text())
    return " ".join(one["text"] for one in account["warnings"])


def test_a_column_that_tells_the_arm_is_named_before_arms_are_permuted(tmp_path):
    rows = [row | {"smoker": "1" if row["arm"] == "A" else "0"} for row in many_patients()]
    run = run_for(write_mini(tmp_path, rows), BLINDED, tmp_path / "blinded")
    told = warnings(run)
    assert "The arm can be told, beyond chance, from patients.smoker:" in told
    assert "reveals_arm" in told


def test_a_column_that_only_one_arm_has_values_in_tells_the_arm(tmp_path):
    """Of whoever has a value it says nothing; whether there is one says all."""
    rows = [row | {"smoker": "" if row["arm"] == "A" else row["smoker"]} for row in many_patients()]
    run = run_for(write_mini(tmp_path, rows), BLINDED, tmp_path / "blinded")
    assert "The arm can be told, beyond chance, from patients.smoker:" in warnings(run)


CHECK = """\
checks:
  smokers_have_the_drug:
    label: Smokers have the drug
    table: patients
    severity: flag
    columns: [smoker]
    expect: {any: [{arm: {is: "A"}, smoker: {is: "1"}}, {arm: {is: "B"}, smoker: {is: "0"}}]}
"""


def test_a_check_that_holds_the_arm_against_a_column_tells_it(tmp_path):
    at = write_mini(tmp_path, many_patients())
    edit(at, "cleaning.yaml", "checks:\n", CHECK)
    with pytest.raises(UserError, match=r"holds the arm against patients\.smoker"):
        run_for(at, BLINDED, tmp_path / "blinded")
    edit(at, "cleaning.yaml", "    units:", "    reveals_arm: [smoker]\n    units:")
    run_for(at, BLINDED, tmp_path / "blinded")


def test_an_outcome_that_differs_is_not_named_since_that_is_a_result(tmp_path):
    """Nine in ten with the drug and one in ten without: an effect, and no reveal."""
    rows = many_patients()
    for at, row in enumerate(rows):
        row["relief"] = int((row["arm"] == "A") != (at % 10 == 0))
    run = run_for(write_mini(tmp_path, rows), BLINDED, tmp_path / "blinded")
    assert "can be told" not in warnings(run)
    for row in rows:
        row["relief"] = int(row["arm"] == "A")
    (tmp_path / "all").mkdir()
    run = run_for(write_mini(tmp_path / "all", rows), BLINDED, tmp_path / "all" / "blinded")
    assert "from patients.relief" in warnings(run)


NAUSEA = 'nausea,patients,,radio,Nausea,"0, No | 1, Yes",,,,,,,,,,,,\n'


@pytest.mark.parametrize("before", [True, False])
def test_what_may_be_an_effect_is_not_named_though_no_endpoint_reads_it(tmp_path, before):
    """Four in five with the drug, and one in seven without; a variable of the subjects is known
    at randomisation, and is named."""
    rows = many_patients()
    for at, row in enumerate(rows):
        row["nausea"] = int(at % 5 > 0 if row["arm"] == "A" else at % 7 == 0)
    dictionary = DICTIONARY.replace("relief,patients", f"{NAUSEA}relief,patients", 1)
    at = write_mini(tmp_path, rows, more=["nausea"], dictionary=dictionary)
    if before:
        edit(at, "trial.yaml", "    smoker: smoker", "    smoker: smoker\n    nausea: nausea")
    told = warnings(run_for(at, BLINDED, tmp_path / "blinded"))
    assert ("from patients.nausea:" in told) == before == ("can be told" in told)


def with_events(at, patients):
    """An adverse event of each of these patients, and of no other."""
    path = next(at.root.glob("data/**/events.csv"))
    header = path.read_text().splitlines()[0]
    path.write_text("\n".join([header, *(f"{who},infusion" for who in patients)]) + "\n")


@pytest.mark.parametrize("column", ["id", "days"])
def test_odd_and_even_numbers_are_told(tmp_path, column):
    rows = many_patients()
    for at, row in enumerate(rows):
        row[column] = 10 * at + 2 + (row["arm"] == "A")
    at = write_mini(tmp_path, rows)
    with_events(at, [rows[3]["id"], rows[8]["id"]])
    run = run_for(at, BLINDED, tmp_path / "blinded")
    assert f"from patients.{column}:" in warnings(run)


def test_an_export_sorted_by_arm_is_told(tmp_path):
    rows = sorted(many_patients(), key=lambda row: row["arm"])
    run = run_for(write_mini(tmp_path, rows), BLINDED, tmp_path / "blinded")
    assert "from patients.rows" in warnings(run)


def test_strata_of_one_arm_are_permuted_together(tmp_path):
    """All of the first site have the drug: their own arms would be known."""
    rows = many_patients()
    for row in rows:
        row["site"] = "01" if row["arm"] == "A" and row["id"] < 40 else "02"
    at = write_mini(tmp_path, rows)
    run = run_for(at, BLINDED, tmp_path / "blinded")
    sites = Counter(arms(run).values())
    assert sites["North", "placebo"] > 0
    assert Counter(arm for _, arm in arms(run).values()) == Counter(
        {"A": "drug", "B": "placebo"}[row["arm"]] for row in rows
    )


def test_clusters_are_permuted_whole(tmp_path):
    rows = many_patients()
    for row in rows:
        row["age"] = 40 + row["id"] % 12
        row["arm"] = "AB"[row["age"] % 2]
    at = write_mini(tmp_path, rows)
    edit(at, "trial.yaml", "{scheme: stratified, strata: [site]}", "{scheme: simple}\n  unit: age")
    edit(at, "trial.yaml", "kind: parallel", "kind: cluster")
    run = run_for(at, BLINDED, tmp_path / "blinded")
    table = pq.read_table(run.folder / "derived/adsl.parquet").to_pylist()
    of = {row["AGE"]: row["TRT01P"] for row in table}
    assert all(of[row["AGE"]] == row["TRT01P"] for row in table)
    assert Counter(of.values()) == {"drug": 6, "placebo": 6}


def test_a_cluster_with_patients_of_two_arms_is_refused(tmp_path):
    rows = many_patients()
    for row in rows:
        row["age"] = 40 + row["id"] % 12
        row["arm"] = "AB"[row["age"] % 2]
    rows[0]["arm"] = "A" if rows[0]["arm"] == "B" else "B"
    at = write_mini(tmp_path, rows)
    edit(at, "trial.yaml", "{scheme: stratified, strata: [site]}", "{scheme: simple}\n  unit: age")
    edit(at, "trial.yaml", "kind: parallel", "kind: cluster")
    with pytest.raises(UserError, match="1 of 12 have patients of two arms"):
        run_for(at, BLINDED, tmp_path / "blinded")


def test_a_folder_of_blinded_results_takes_no_others(tmp_path):
    at = write_mini(tmp_path, many_patients())
    run_for(at, BLINDED, tmp_path / "blinded")
    with pytest.raises(UserError, match="of runs for: blinded"):
        run_for(at, Purpose(), tmp_path / "blinded")


def test_a_multiverse_is_of_the_analysis(tmp_path, capsys):
    write_mini(tmp_path)
    assert main(["--project", str(tmp_path), "run", "mini", "--blinded", "--multiverse"]) == 1
    assert "not of: blinded" in capsys.readouterr().err


def test_of_a_crossover_each_patient_keeps_both_treatments(tmp_path):
    """What they are called is drawn anew for each; nothing tells what the cohort was drawn to."""
    folder = tmp_path / "config" / "trials" / "made_crossover"
    shutil.copytree(REPOSITORY / "config" / "trials" / "made_crossover", folder)
    shutil.copy(REPOSITORY / "config" / "config.yaml", tmp_path / "config")
    cleaning = (folder / "cleaning.yaml").read_text()
    hidden = cleaning.replace("  patients:\n", "  patients:\n    reveals_arm: [sequence]\n", 1)
    (folder / "cleaning.yaml").write_text(hidden)
    there = apart(Project(tmp_path), tmp_path / "apart", BLINDED)
    trial, raw = load_trial("made_crossover", there), {}
    for name, module in (("real", None), ("blinded", seen)):
        ingest_sources(trial, tmp_path / name, module)
        rows = pq.read_table(tmp_path / name / "periods.parquet").to_pylist()
        raw[name] = {(row["record_id"], row["period"]): row["treatment"] for row in rows}
    patients = {who for who, _ in raw["real"]}
    changed = set()
    for who in patients:
        real, blinded = (
            [given for (one, _), given in raw[name].items() if one == who] for name in raw
        )
        assert len(set(real)) == len(set(blinded)) == len(real)
        changed |= {who} if real != blinded else set()
    assert 10 < len(changed) < len(patients) - 10, "half of them, by lot"
    assert "put_in.csv" in {path.name for path in (tmp_path / "real").iterdir()}
    assert {path.suffix for path in (tmp_path / "blinded").iterdir()} == {".parquet", ".json"}
    assert not (tmp_path / "blinded" / "put_in.csv").exists()


def test_the_side_that_was_treated_is_exchanged_with_the_arms(tmp_path):
    """A patient's column that says which side had the real stimulation tells every arm; checks
    hold the arms against it, and hold in a blinded run too."""
    there = apart(Project(REPOSITORY), tmp_path / "apart", BLINDED)
    trial, raw = load_trial("musaro2019", there), {}
    for name, module in (("real", None), ("blinded", seen)):
        ingest_sources(trial, tmp_path / name, module)
        patients = pq.read_table(tmp_path / name / "patients.parquet").to_pylist()
        raw[name] = {row["record_id"]: row["real_side"] for row in patients if row["real_side"]}
        rows = pq.read_table(tmp_path / name / "handgrip.parquet").to_pylist()
        agree = [
            (row["side"] == raw[name][row["record_id"]]) == (row["treatment"] == "real")
            for row in rows
            if row["record_id"] in raw[name] and row["treatment"]
        ]
        assert sum(agree) >= len(agree) - 1 > 50
    changed = sum(side != raw["blinded"][who] for who, side in raw["real"].items())
    assert 3 < changed < len(raw["real"]) - 3, "half of them, by lot"


def test_what_a_patient_has_in_two_tables_is_no_side_and_is_left_as_it_is():
    """Sex stands in both tables, of one patient otherwise; the treated side is exchanged, where the
    file has 1.0 for the code 1."""
    n = 40
    who = [str(at) for at in range(n)]
    sex, side = [str(at % 2) for at in range(n)], ["left" if at % 3 else "right" for at in range(n)]
    other = {"left": "right", "right": "left"}
    patients = {"id": who, "sex": ["9", *sex[1:]], "treated": side}
    rows = {
        "id": [one for one in who for _ in "ab"],
        "sex": [one for one in sex for _ in "ab"],
        "place": [place for _ in who for place in ("left", "right")],
        "arm": ["1.0" if place == one else "0.0" for one in side for place in ("left", "right")],
    }
    exchanged = [at % 2 == 0 for at in range(n)]
    now = [
        {"1": "0", "0": "1"}[arm[0]] if exchanged[at // 2] else arm[0]
        for at, arm in enumerate(rows["arm"])
    ]
    tables = {"patients": SimpleNamespace(of="p", name="patients")}
    whole = SimpleNamespace(
        trial=SimpleNamespace(
            tables=tables,
            subjects=SimpleNamespace(table="patients"),
            dictionary={"patients": [*patients], "rows": [*rows]},
            design=SimpleNamespace(
                arms={each: SimpleNamespace(code=each, codes=(each,)) for each in "10"}
            ),
        ),
        raw={"p": pa.table(patients), "r": pa.table(rows)},
        subjects=lambda name: np.array(who if name == "patients" else rows["id"]),
        arm_cells=lambda: [("r", "arm", "rows")],
    )
    made = _sides(whole, {"r": {"arm": np.array(now)}})
    assert made == {
        "treated": [
            other[one] if turned else one for one, turned in zip(side, exchanged, strict=True)
        ]
    }
