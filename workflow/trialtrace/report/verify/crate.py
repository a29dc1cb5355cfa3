"""A crate held against its sums, its own description, and its signature."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from trialtrace.base.errors import UserError
from trialtrace.base.store import sha256_file
from trialtrace.report.interchange.crate import METADATA, NAMESPACE, SIGNATURE, SUMS, listed
from trialtrace.report.verify.kept_run import Alteration

HIDDEN_RESULTS = "hidden.csv"
_HASH = re.compile(r"[0-9a-f]{64}")
_READ = "#configuration-"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def is_crate(path: Path) -> bool:
    return path.is_dir() and ((path / METADATA).exists() or (path / SUMS).exists())


def is_release(path: Path) -> bool:
    """Whether a folder is what `export --as public` wrote: it has sums, and is no crate."""
    if not (path / SUMS).is_file() or (path / METADATA).exists():
        return False
    return f"  {HIDDEN_RESULTS}\n".encode() in (path / SUMS).read_bytes()


def altered_crate(folder: Path) -> Iterator[Alteration]:
    """Every file that is missing, extra, changed or leads outside, and of a crate what its
    description says otherwise."""
    if not (folder / SUMS).is_file():
        yield Alteration(SUMS, "missing", "the list of files")
        return
    sums: dict[str, str] = {}
    text = (folder / SUMS).read_bytes().decode("utf-8", "backslashreplace")
    for at, line in enumerate(text.split("\n")[:-1] if text.endswith("\n") else [text], 1):
        match = _LINE.fullmatch(line)
        if match is None or match[2] in sums:
            yield Alteration(
                SUMS, "changed", f"line {at}", line, "a hash and a path, each path once"
            )
        elif _outside(folder, match[2]):
            yield Alteration(match[2], "changed", "a path that leads outside of the crate")
        else:
            sums[match[2]] = match[1]
    yield from _unlisted(folder)
    there = listed(folder)
    for name, digest in sums.items():
        if name not in there:
            yield Alteration(name, "missing", f"listed in {SUMS}")
        elif (now := sha256_file(folder / name)) != digest:
            yield Alteration(name, "changed", "", f"sha256 {now}", f"sha256 {digest}")
    for name in there:
        if name not in sums:
            place = "a path that leads outside" if _outside(folder, name) else f"not in {SUMS}"
            yield Alteration(name, "extra", place)
    if not is_release(folder):
        yield from _described(folder, sums)


def _unlisted(folder: Path) -> Iterator[Alteration]:
    """What sums cannot list: links, folders without a file, and what is neither."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield Alteration(name, "extra", "a link: a crate has none")
        elif path.is_dir():
            if not any(path.iterdir()):
                yield Alteration(name, "extra", "an empty folder")
        elif not path.is_file():
            yield Alteration(name, "extra", "no file")


def _outside(folder: Path, name: str) -> bool:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name:
        return True
    return not (folder / name).resolve().is_relative_to(folder.resolve())


def _described(folder: Path, sums: Mapping[str, str]) -> Iterator[Alteration]:
    """Files whose hash in the description is another than in the sums, or that only one has."""
    try:
        graph = json.loads((folder / METADATA).read_bytes())["@graph"]
        places = [str(one["@id"]) for one in graph]
        files = {str(one["@id"]): one["sha256"] for one in graph if "sha256" in one}
        values = {str(one["@id"]): str(one.get("value")) for one in graph}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        what = "changed" if (folder / METADATA).exists() else "missing"
        yield Alteration(METADATA, what, "no description of a crate")
        return
    for name in sorted(name for name, many in Counter(places).items() if many > 1):
        yield Alteration(METADATA, "changed", name, "described twice", "once")
    for name in sorted({*files, *sums} - {METADATA}):
        if files.get(name) != sums.get(name):
            yield Alteration(METADATA, "changed", name, files.get(name), sums.get(name))
    # What the hash of the run is over.
    read = {name[len(_READ) :]: value for name, value in values.items() if name.startswith(_READ)}
    for name, digest in sorted(read.items()):
        if _HASH.fullmatch(digest) and name not in sums:
            yield Alteration(name, "missing", "the run read it", None, digest)
        elif _HASH.fullmatch(digest) and digest != sums[name]:
            yield Alteration(name, "changed", "not as the run read it", sums[name], digest)


def crate_trial(folder: Path) -> str | None:
    """The name of the trial in a crate's description."""
    try:
        graph: list[dict[str, object]] = json.loads((folder / METADATA).read_bytes())["@graph"]
        run = next(one for one in graph if one["@id"] == "#run")
        return str(run["name"]).removeprefix("Run of ")
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return None


def signature(folder: Path, signers: str | None, signer: str | None) -> tuple[str, bool]:
    """What the signature of the sums says, and whether it holds.

    Without `signers`, lines of names and keys as ssh-keygen reads them, only that the sums were not
    altered since somebody signed them, and by which key.
    """
    if signer and not signers:
        raise UserError("--signer", "needs --signers: the file of names and keys")
    if signers and not Path(signers).is_file():
        raise UserError(f"--signers {signers}", "is not there")
    if not (folder / SIGNATURE).exists():
        return "no signature", signers is None
    words = ["check-novalidate"]
    if signers:
        if not signer:
            raise UserError("--signers", "needs --signer: the name of whoever signed")
        words = ["verify", "-f", signers, "-I", signer]
    command = ["ssh-keygen", "-Y", *words, "-n", NAMESPACE, "-s", str(folder / SIGNATURE)]
    try:
        with (folder / SUMS).open("rb") as sums:
            done = subprocess.run(command, stdin=sums, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "a signature that was not checked: ssh-keygen is not there", signers is None
    if done.returncode:
        return (
            f"a signature that does not hold: {done.stderr.strip() or done.stdout.strip()}",
            False,
        )
    said = " ".join(done.stdout.split())
    return said if signers else f"{said}; whose key that is, --signers tells", True
