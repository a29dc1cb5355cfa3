"""The key of row hashes: a file of random bytes outside the project that only its owner can read.

Identifiers of patients are few, so that a plain hash over them is undone by trying. Under
restricted disclosure a row hash is made with this key, or not shown.
"""

import hmac
from pathlib import Path
from typing import TYPE_CHECKING

from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import Project

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial
    from trialtrace.run.trial.settings import Settings

SHORTEST, LONGEST = 32, 4096
OTHERS = 0o077
MAKE = f"head -c {SHORTEST} /dev/urandom > {{0}}; chmod 600 {{0}}"
EXPECTED = (
    f"a file outside the project, of {SHORTEST} to {LONGEST} random bytes, that only its owner can "
    "read"
)
_NAME = b"trialtrace: which key"


def read_hash_key(at: Project, text: str | None) -> bytes | None:
    """The bytes of the file that `hash_key` of config.yaml names; None where it names none.

    Raises UserError for a file that is not there, lies inside the project, can be read by others
    than its owner, or is no key by its size.
    """
    if text is None:
        return None
    path = Path(text).expanduser() if text.startswith("~/") else Path(text)
    problem = _problem(at, text, path)
    if problem is None:
        try:
            key = path.read_bytes()
        except OSError as error:
            problem = _refused(at, text, f"cannot be read: {error.strerror}")
    if problem is not None:
        raise UserError(problem)
    return key


def fingerprint(key: bytes) -> str:
    """What tells a key from another one, and nothing of the key itself."""
    return hmac.digest(key, _NAME, "sha256").hex()[:16]


def key_in_use(trial: "Trial", settings: "Settings") -> str | None:
    """The fingerprint of the key that a trial's pages are made with; None where none is used."""
    if trial.disclosure(settings) == "full":
        return None
    key = read_hash_key(trial.at, settings.hash_key)
    return None if key is None else fingerprint(key)


def key_of_hidden(trial: "Trial", settings: "Settings") -> bytes:
    """The key by which a run that hides the arms hashes its export and permutes: arms could be
    tried against a plain hash. Empty for what is no secret, drawn or public data.

    Raises UserError where there is none.
    """
    if not trial.private or trial.synthetic:
        return b""
    key = read_hash_key(trial.at, settings.hash_key)
    if key is None:
        raise UserError(
            f"{trial.at.shown(trial.at.config / 'config.yaml')}: hash_key",
            "is not there: against a plain hash of the export the arms could be tried",
            expected=EXPECTED,
            do=f"{MAKE.format('~/trialtrace.key')}; then hash_key: ~/trialtrace.key",
        )
    return key


def _problem(at: Project, text: str, path: Path) -> Problem | None:
    if not path.is_absolute():
        return _refused(at, text, "is no absolute path, nor one that begins with ~/")
    if path.resolve().is_relative_to(at.root.resolve()):
        return _refused(at, text, "lies inside the project, with which it would be handed on")
    if not path.is_file():
        return _refused(at, text, "is no file that is there")
    told = path.stat()
    if told.st_mode & OTHERS:
        rights = f"can be used by others than its owner (rights {told.st_mode & 0o777:o})"
        return _refused(at, text, rights, f"chmod 600 {text}")
    if not SHORTEST <= told.st_size <= LONGEST:
        return _refused(at, text, f"has {told.st_size} bytes")
    return None


def _refused(at: Project, text: str, why: str, do: str | None = None) -> Problem:
    path = text if text.startswith(("~/", "/")) else f"~/{Path(text).name}"
    return Problem(
        f"{at.shown(at.config / 'config.yaml')}: hash_key",
        found=f"{text}, which {why}",
        expected=EXPECTED,
        do=do or f"{MAKE.format(path)}; or leave hash_key out: then no row hash is shown",
    )
