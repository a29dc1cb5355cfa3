"""What dates a frozen plan: a time stamp of an authority, or a receipt of a registry.

Read and checked each time, from the token or the receipt themselves: nothing is taken from what
somebody could have written beside them. Without openssl a token is not checked, and dates nothing.
"""

import datetime
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from trialtrace.base.errors import UserError

TOKEN, AUTHORITY, RECEIPT = "frozen.json.tsr", "authority.pem", "receipt"
RECORD = "frozen.json"
# What a reader of a receipt can be asked to hold in a report.
LONGEST_NAME = 60
_TIME = re.compile(r"^Time stamp: (.+)$", re.MULTILINE)
_MISMATCH = "message imprint mismatch"
_REFUSED = re.compile(r".*[Vv]erify error:\s*([^\n]+)")


@dataclass(frozen=True)
class Proof:
    """Who vouches for the plan, and for a time stamp its time."""

    by: str
    time: str | None = None


def proved(folder: Path, sha256: str) -> tuple[Proof | None, str]:
    """What proves the record in a folder, of a stamp and a receipt the stamp; and what is wrong."""
    receipts = sorted(folder.glob(f"{RECEIPT} of *"))
    try:
        if (folder / TOKEN).exists():
            return stamped(folder / RECORD, folder / TOKEN, folder / AUTHORITY), ""
        if receipts:
            check_receipt(receipts[0], sha256)
            return Proof(receipts[0].stem.partition(" of ")[2]), ""
    except UserError as error:
        problem = error.problems[0]
        name, why = Path(problem.place).name, problem.found or problem.message
        return None, f"What should date the frozen plan, {name}, does not: {why}"
    return None, ""


def stamped(record: Path, token: Path, authority: Path) -> Proof:
    """What a token says of the record. Raises UserError where it is not of it, or not vouched for
    by the authority at the time that it states."""
    with tempfile.TemporaryDirectory(prefix="trialtrace-") as space:
        # openssl takes no name that begins with a hyphen for a file.
        named = (("data", record), ("token", token), ("ca", authority))
        for name, path in named:
            if not path.is_file():
                raise UserError(str(path), "is not there")
            shutil.copyfile(path, Path(space) / name)
        data, answer, trusted = (str(Path(space) / name) for name, _ in named)
        subject = _openssl(authority, "x509", "-in", trusted, "-noout", "-subject")
        stated = _TIME.search(_openssl(token, "ts", "-reply", "-in", answer, "-text"))
        if stated is None:
            raise UserError(str(token), "is a token without a time")
        time = datetime.datetime.strptime(stated[1].strip(), "%b %d %H:%M:%S %Y GMT")
        # A stamp outlives the certificates of its authority: what counts is its own time.
        at = str(int(time.replace(tzinfo=datetime.UTC).timestamp()))
        files = ["-data", data, "-in", answer, "-CAfile", trusted, "-untrusted", trusted]
        _openssl(token, "ts", "-verify", *files, "-attime", at)
    name = subject.strip().removeprefix("subject=").rpartition("CN = ")[2].strip()
    return Proof(name[:LONGEST_NAME], time.isoformat(timespec="seconds") + "Z")


def _openssl(about: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["openssl", *words],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        do = "install openssl: it checks time stamps"
        raise UserError(str(about), "openssl is not here to check it", do=do) from None
    if done.returncode == 0:
        return done.stdout
    said = f"{done.stdout} {done.stderr}"
    refused = _REFUSED.search(said)
    found = "certificates" if words[0] == "x509" else "a time stamp"
    found = f"nothing that openssl reads as {found}"
    if _MISMATCH in said:
        found = "a time stamp of another file"
    elif refused:
        found = f"one that the certificates do not vouch for: {refused[1].strip()}"
    raise UserError(
        str(about),
        found=found,
        expected="a time stamp of frozen/frozen.json that these certificates vouch for",
        do="ask the authority for one of this file, or name its certificates by --ca",
    )


def check_receipt(path: Path, sha256: str) -> None:
    """Raise UserError where a text does not name the hash."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(str(path), f"cannot be read: {error.strerror}") from None
    if sha256.encode() not in content.lower():
        raise UserError(
            str(path),
            "does not name the hash of the frozen plan",
            expected=f"sha256 {sha256} in it, as text",
            do="name a receipt as text or HTML that holds the hash as it was deposited",
        )
