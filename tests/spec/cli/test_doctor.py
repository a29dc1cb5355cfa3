"""`trialtrace doctor` as it is called."""

import json


def test_doctor_tells_a_line_each_and_mends_by_a_command(run):
    done = run("doctor", "--json")
    lines = json.loads(done.stdout)
    assert {"Python", "disk", "memory", "file locks", "clock", "R", "fonts", "make"} <= {
        line["what"] for line in lines
    }
    assert {line["state"] for line in lines} <= {"ok", "missing", "hinders"}
    assert all(line["do"] for line in lines if line["state"] == "hinders")
    assert done.returncode == any(line["state"] == "hinders" for line in lines)
    assert not done.stderr


def test_doctor_without_a_home_and_without_programs_ends_with_its_lines(run):
    done = run("doctor", PATH="/nowhere", HOME="/nowhere", XDG_CACHE_HOME="")
    assert "missing R             not here: scripts in R" in done.stdout and not done.stderr
    assert "apt-get install r-base-core" in done.stdout


def test_deleted_options_are_answered(run):
    done = run("doctor", "--advisories=all.zip")
    assert done.returncode == 2 and "pip-audit" in done.stderr
