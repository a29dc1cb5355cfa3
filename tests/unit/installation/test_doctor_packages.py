"""Locks beside what is installed, and advisories in OSV's form."""

import json
import zipfile
from pathlib import Path

import pytest

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.report.installation.advisories import advisories, read_advisories
from trialtrace.report.installation.line import HINDERS, MISSING, OK
from trialtrace.report.installation.packages import against_lock, pins, read_pins

ROOT = Path(__file__).resolve().parents[3]
LOCK = """\
here==1.2 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
local-name==3.0+cpu \\
    --hash=sha256:cc
elsewhere==1.0 ; sys_platform == 'win32' \\
    --hash=sha256:dd
twice==1.0 ; python_full_version < '3' \\
    --hash=sha256:ee
twice==2.0 ; python_full_version >= '3' \\
    --hash=sha256:ff
"""
NOWHERE = Path("x.dist-info")


def there(**versions):
    return {name.replace("_", "-"): (version, NOWHERE) for name, version in versions.items()}


def test_a_lock_is_read_with_hashes_and_by_the_markers_of_this_python():
    read = pins(LOCK)
    assert {pin.name for pin in read.values() if pin.asked} == {"here", "local-name", "twice"}
    assert read["here"].hashes == ("aa", "bb") and read["twice"].version == "2.0"


def test_every_entry_of_the_shipped_lock_is_read():
    text = (ROOT / "requirements.lock").read_text()
    hashes = sum(len(pin.hashes) for pin in pins(text).values())
    entries = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    names = {line.partition("==")[0] for line in entries}
    assert {*read_pins(Project(ROOT))} == names and hashes > len(names)


def test_other_versions_and_what_is_absent_are_named_and_a_builder_is_not():
    whole = there(here="1.2", local_name="3.0_cpu", twice="2.0")
    assert against_lock(pins(LOCK), whole).state == OK
    line = against_lock(pins(LOCK), whole | there(here="1.3"))
    assert line.state == MISSING and "here 1.3 (locked 1.2)" in line.found
    lock = LOCK + "setuptools==1.0 \\\n    --hash=sha256:aa\n"
    assert against_lock(pins(lock), whole | there(setuptools="2")).state == OK
    del whole["twice"]
    assert "not installed: twice" in against_lock(pins(LOCK), whole).found


def entry(**more):
    affected = {
        "package": {"ecosystem": "PyPI", "name": "Local_Name"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2"}, {"fixed": "3.1"}]}],
    }
    return {"id": "X-1", "aliases": ["CVE-1"], "summary": "a fault", "affected": [affected | more]}


def told(tmp_path, document, **versions):
    file = tmp_path / "list.json"
    file.write_text(json.dumps(document))
    return [line for line in advisories(file, there(**versions)) if line.what != "advisories"]


@pytest.mark.parametrize(
    ("version", "hit"),
    [("1.9", False), ("2", True), ("3.0.9", True), ("3.1", False), ("3.1rc1", True)],
)
def test_a_range_begins_with_a_version_and_ends_before_the_mended_one(tmp_path, version, hit):
    lines = told(tmp_path, [entry()], local_name=version)
    assert bool(lines) == hit
    if hit:
        assert "X-1, CVE-1: a fault" in lines[0].found and "from 3.1 on" in lines[0].do


def test_single_versions_last_affected_ones_and_other_ecosystems(tmp_path):
    assert told(tmp_path, entry(ranges=[], versions=["1.0.0"]), local_name="1.0")
    last = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "1.0"}]}]
    assert told(tmp_path, entry(ranges=last), local_name="1.0")
    assert not told(tmp_path, entry(ranges=last), local_name="1.0.1")
    other = {"package": {"ecosystem": "npm", "name": "local-name"}}
    assert not told(tmp_path, entry(**other), local_name="2.5")
    assert not told(
        tmp_path, [entry() | {"withdrawn": "2026-01-01"}, entry(**other)], local_name="3"
    )


def test_an_archive_is_read_and_answers_of_a_query_too(tmp_path):
    file = tmp_path / "all.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("X-1.json", json.dumps(entry()))
        archive.writestr("X-2.json", json.dumps({"vulns": [entry() | {"id": "X-2"}]}))
    *found, last = advisories(file, there(local_name="3.0"))
    assert [line.found.split(": ")[1] for line in found] == ["X-1, CVE-1", "X-2, CVE-1"]
    assert last.state == HINDERS and last.found.startswith("2 of all.zip")


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "[1]", '[{"id": 1}]', '[{"id": "a", "affected": {}}]', '{"vulns": []}'),
        *('[{"id": "a", "affected": [1]}]', '{"id": "a", "affected": [{"package": null}]}'),
    ],
)
def test_what_is_no_list_of_advisories_is_refused(tmp_path, text):
    file = tmp_path / "list.json"
    file.write_text(text)
    with pytest.raises(UserError, match=r"list\.json"):
        read_advisories(file)
