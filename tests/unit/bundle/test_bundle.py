"""What goes into a bundle: entries of a lock by Python, platforms of wheels, a valid bill."""

import importlib.util
import io
import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[3]
SPEC = importlib.util.spec_from_file_location("bundle_make", ROOT / "bundle" / "make.py")
make = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make)

LOCK = """\
old==1.0 ; python_full_version < '3.11.5' \\
    --hash=sha256:aa
old==2.0 ; python_full_version >= '3.11.5' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
elsewhere==3.0 ; sys_platform == 'win32' \\
    --hash=sha256:dd
later==4.0 ; python_version >= '3.12' \\
    --hash=sha256:ee
plain==5.0 \\
    --hash=sha256:ff
"""


@pytest.mark.parametrize(
    ("python", "names"),
    [
        ("3.11.0", ["old==1.0", "plain==5.0"]),
        ("3.11.99", ["old==2.0", "plain==5.0"]),
        ("3.12.0", ["old==2.0", "later==4.0", "plain==5.0"]),
    ],
)
def test_entries_are_those_of_a_patch_of_python_with_their_hashes(python, names):
    entries = make.pins(LOCK, python)
    assert [entry.split()[0] for entry in entries] == names
    assert all("--hash=sha256:" in entry and ";" not in entry for entry in entries)
    if "old==2.0" in names:
        assert entries[0].count("--hash") == 2


def test_every_entry_of_the_locks_is_in_a_bundle_of_some_python_or_of_another_system():
    for lock in make.LOCKS:
        text = (ROOT / lock).read_text()
        kept = {
            entry.split()[0]
            for python in ("3.11", "3.12", "3.13")
            for end in (0, 99)
            for entry in make.pins(text, f"{python}.{end}")
        }
        heads = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
        for line in heads:
            elsewhere = any(word in line for word in ("== 'win32'", "== 'darwin'", "== 'pypy'"))
        assert line.split()[0] in kept or elsewhere, line


def test_wheels_of_an_older_glibc_run_on_a_newer_one():
    names = make.tags("manylinux_2_28_x86_64")
    assert names[0] == "manylinux_2_28_x86_64" and "manylinux2014_x86_64" in names
    assert "manylinux_2_17_x86_64" in names and "manylinux_2_29_x86_64" not in names
    assert make.tags("macosx_11_0_arm64") == ["macosx_11_0_arm64"]


def test_the_bill_names_each_file_with_its_hash_and_is_valid(tmp_path):
    head = "Metadata-Version: 2.1\nName: Made_Package\nVersion: 1.2\nLicense: MIT\n"
    wheel = tmp_path / "made_package-1.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("made/_vendor/other-9.dist-info/METADATA", head.replace("1.2", "9"))
        archive.writestr("made-1.2.dist-info/METADATA", head)
    source = tmp_path / "older-0.3.tar.gz"
    with tarfile.open(source, "w:gz") as archive:
        text = b"Metadata-Version: 1.0\nName: older\nVersion: 0.3\n"
        entry = tarfile.TarInfo("older-0.3/PKG-INFO")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    text = make.bill("0.1.0", [wheel, source], datetime(2026, 11, 1, tzinfo=UTC))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    parts = {part["name"]: part for part in json.loads(text)["components"]}
    assert parts["made-package"]["version"] == "1.2"
    assert parts["made-package"]["hashes"][0]["content"] == sha256(wheel.read_bytes()).hexdigest()
    assert parts["made-package"]["licenses"][0]["license"]["name"] == "MIT"
    assert parts["older"]["purl"] == "pkg:pypi/older@0.3"
    assert text == make.bill("0.1.0", [wheel, source], datetime(2026, 11, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("needed", "has", "told"),
    [("2.28", "2.36", None), ("2.28", "2.4", "machine has 2.4"), ("2.28", "", "another C library")],
)
def test_an_old_glibc_is_named(tmp_path, needed, has, told):
    shutil.copy2(ROOT / "bundle" / "verify", tmp_path)
    (tmp_path / "GLIBC").write_text(f"{needed}\n")
    (tmp_path / "SHA256SUMS").write_text(
        f"{sha256((needed + chr(10)).encode()).hexdigest()}  GLIBC\n"
    )
    getconf = tmp_path / "bin" / "getconf"
    getconf.parent.mkdir()
    getconf.write_text(f"#!/bin/sh\necho 'glibc {has}'\n" if has else "#!/bin/sh\nexit 1\n")
    getconf.chmod(0o755)
    path = f"{getconf.parent}{os.pathsep}{os.environ['PATH']}"
    call = ["sh", str(tmp_path / "verify")]
    done = subprocess.run(call, env={"PATH": path}, capture_output=True, text=True)
    assert done.returncode == (told is not None), done.stderr
    assert (told or "") in done.stderr
