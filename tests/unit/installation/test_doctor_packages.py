"""Installed packages compared with the lock."""

from pathlib import Path

from trialtrace.base.paths import Project
from trialtrace.report.installation.line import MISSING, OK
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


def test_a_lock_is_read_by_the_markers_of_this_python():
    read = pins(LOCK)
    assert {pin.name for pin in read.values() if pin.asked} == {"here", "local-name", "twice"}
    assert read["twice"].version == "2.0"


def test_every_entry_of_the_shipped_lock_is_read():
    text = (ROOT / "requirements.lock").read_text()
    entries = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    names = {line.partition("==")[0] for line in entries}
    assert {*read_pins(Project(ROOT))} == names


def test_other_versions_and_what_is_absent_are_named_and_a_builder_is_not():
    whole = there(here="1.2", local_name="3.0_cpu", twice="2.0")
    assert against_lock(pins(LOCK), whole).state == OK
    line = against_lock(pins(LOCK), whole | there(here="1.3"))
    assert line.state == MISSING and "here 1.3 (locked 1.2)" in line.found
    lock = LOCK + "setuptools==1.0 \\\n    --hash=sha256:aa\n"
    assert against_lock(pins(lock), whole | there(setuptools="2")).state == OK
    del whole["twice"]
    assert "not installed: twice" in against_lock(pins(LOCK), whole).found
