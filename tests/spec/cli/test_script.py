"""`trialtrace r-script`: what it writes, and what it says where it does not."""

import shutil
import subprocess

import pytest


@pytest.fixture(scope="module")
def ids(run):
    lines = run("results", "mini").stdout.splitlines()
    return [line.split()[0] for line in lines if line.startswith("mini/")]


def primary(ids) -> str:
    return next(name for name in ids if "/risk_difference.newcombe@" in name)


def full(mini, folder):
    """The same project under full disclosure."""
    shutil.copytree(mini.at.root, folder, symlinks=True)
    config = folder / "config" / "config.yaml"
    config.write_text(config.read_text().replace("by_source", "full"))
    return folder


def test_a_script_of_a_number_ends_with_ours(run, mini, ids, tmp_path):
    name = primary(ids)
    text = run("script", name, at=full(mini, tmp_path / "full")).stdout
    assert text.startswith(f"# {name}\n")
    assert "prop.test(" in text
    assert text.splitlines()[-1].startswith("# trialtrace: 0.26666666666")


def test_under_restricted_disclosure_ours_is_what_the_report_shows(run, ids):
    text = run("script", primary(ids)).stdout
    assert text.endswith("(as the report shows it)\n")
    assert "26.7 percentage points" in text and "0.2666" not in text


def test_a_trial_is_all_its_numbers(run, ids, tmp_path):
    made = tmp_path / "all.R"
    done = run("script", "mini", "-o", str(made))
    assert (done.returncode, done.stdout) == (0, "")
    text = made.read_text(encoding="utf-8")
    assert all(f"# {name}" in text for name in ids)


def test_an_unknown_number_gives_the_nearest_and_a_part_of_several_says_so(run, ids):
    name = primary(ids)
    wrong = run("script", name.replace("newcombe", "newcomb"))
    assert wrong.returncode == 1 and f"nearest: {name}" in wrong.stderr
    part = run("script", name.rpartition("/")[0])
    assert part.returncode == 1 and "results whose names begin so" in part.stderr


def test_what_is_not_written_in_r_is_told_with_exit_code_2(run, mini, ids, tmp_path, monkeypatch):
    from trialtrace import cli
    from trialtrace.report.rcode.call import Calls, NoCall

    def none(self, row):
        raise NoCall("R has none")

    monkeypatch.setattr(Calls, "of", none)
    monkeypatch.chdir(mini.at.root)
    assert cli.main(["script", primary(ids)]) == 2


def test_from_the_raw_export_what_is_not_written_is_refused(run, ids):
    done = run("script", primary(ids), "--from", "raw")
    assert done.returncode == 1 and "a source of kind files" in done.stderr
    assert "leave out --from raw" in done.stderr
    whole = run("script", "mini", "--from", "raw")
    assert whole.returncode == 1 and "a result" in whole.stderr


def test_before_the_first_run_the_way_to_one_is_told(run, tmp_path):
    from mini_run import write_mini

    write_mini(tmp_path)
    done = run("script", "mini", at=tmp_path)
    assert done.returncode == 1 and "run the workflow first: trialtrace run" in done.stderr


def test_the_data_as_csv_hold_what_was_derived(run, mini, tmp_path):
    import pyarrow.parquet as pq

    done = run("export", "mini", str(tmp_path / "data"), "--as", "csv")
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "data" / "adsl.csv").read_text(encoding="utf-8").splitlines()
    table = pq.ParquetFile(mini.folder / "derived" / "adsl.parquet").read()
    assert lines[0].split(",") == table.column_names
    assert len(lines) == table.num_rows + 1


@pytest.mark.r
def test_r_runs_what_is_written(run, mini, ids, tmp_path):
    assert run("export", "mini", str(tmp_path / "data"), "--as", "csv").returncode == 0
    script = tmp_path / "all.R"
    assert run("script", "mini", "-o", str(script)).returncode == 0
    command = ["Rscript", script.name, "data"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    given = dict(line.split("\t")[:2] for line in done.stdout.splitlines())
    assert float(given[primary(ids)]) == pytest.approx(6 / 10 - 3 / 9)
    assert len(given) >= 0.9 * len(ids)


def test_a_folder_is_no_file_to_write_to(run, tmp_path):
    done = run("script", "mini", "-o", str(tmp_path))
    assert done.returncode == 1 and "a folder" in done.stderr and "script.R" in done.stderr
