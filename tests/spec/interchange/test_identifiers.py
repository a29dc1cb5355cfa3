"""What the dictionary calls an identifier leaves the clean tables as keyed hashes or not at all."""

import csv
import hmac
import io

import mini_run
import mini_trial
import pytest

from trialtrace.base.errors import UserError
from trialtrace.report.commands.export import write_form
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

ID = "id,patients,,text,Number,,,integer,1,999,"
MARKED = mini_trial.DICTIONARY.replace(ID, f"{ID}y")
KEY = bytes(range(32))


@pytest.fixture
def run(tmp_path):
    made = mini_run.run_mini(tmp_path / "project", dictionary=MARKED)
    return made.at


def test_an_export_has_hashes_by_the_key_and_in_their_order(run, tmp_path):
    key = tmp_path / "key"
    key.write_bytes(KEY)
    key.chmod(0o600)
    config = run.config / "config.yaml"
    config.write_text(config.read_text() + f"hash_key: {key}\n")
    trial = load_trial("mini", run)
    for form in ("csv", "adam"):
        write_form(trial, str(tmp_path / form), form)
    found = {}
    for name in ("adsl", "bds", "adtte"):
        text = (tmp_path / "csv" / f"{name}.csv").read_text(encoding="utf-8")
        rows = list(csv.DictReader(io.StringIO(text)))
        found[name] = [row["USUBJID"] for row in rows]
        assert found[name] == sorted(found[name])
        assert "mini-" not in text
    expected = {
        hmac.digest(KEY, f"subject\nmini-{number}".encode(), "sha256").hex()[:16]
        for number in range(1, 21)
    }
    assert set(found["adsl"]) == expected
    assert set(found["bds"]) == set(found["adtte"]) == expected
    assert not any(b"mini-" in path.read_bytes() for path in (tmp_path / "adam").glob("*.xpt"))


def test_without_a_key_nothing_is_written(run, tmp_path):
    with pytest.raises(UserError, match="no hash_key"):
        write_form(load_trial("mini", run), str(tmp_path / "new"), "csv")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [("variables:\n", "variables:\n    number: id\n"), ("site: site\n", "site: id\n")],
)
def test_a_variable_that_names_a_patient_is_refused(old, new, tmp_path):
    text = mini_trial.FILES["trial.yaml"].replace(old, new)
    at = mini_trial.write_project(tmp_path, dictionary=MARKED, trial=text)
    told = [str(problem) for problem in check_trial(at, "mini")]
    assert any("id, an identifier by dictionary.csv" in each for each in told)


def test_an_outcome_that_names_a_patient_is_refused(tmp_path):
    row = "pain0,patients,,text,Pain before,,,integer,0,10,"
    marked = mini_trial.DICTIONARY.replace(f"{row},", f"{row}y,")
    assert marked != mini_trial.DICTIONARY
    at = mini_trial.write_project(tmp_path, dictionary=marked)
    told = [str(problem) for problem in check_trial(at, "mini")]
    assert any("pain0, an identifier by dictionary.csv" in each for each in told)
