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


def test_a_list_that_is_none_is_a_mistake_of_the_call(run, tmp_path):
    done = run("doctor", "--advisories", "nowhere.json")
    assert done.returncode == 2 and "nowhere.json" in done.stderr
