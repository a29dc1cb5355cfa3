"""A command of the user's as proposer: the located paper on its stdin, a map on its stdout.

No shell is started, and the package opens no connection: what the command does is the user's own.
"""

import json
import shlex
import subprocess
import tempfile
from pathlib import Path

from trialtrace.audit.locate.paper import LocatedPaper
from trialtrace.audit.meaning.map_file import parse_map, verified
from trialtrace.audit.meaning.mapping import MapFile
from trialtrace.base.errors import Problem, UserError
from trialtrace.base.paths import Project

SECONDS = 60
LARGEST = 2_000_000
"""Bytes of an answer."""


def ask(at: Project, command: str, paper: LocatedPaper) -> MapFile:
    """The map that a command proposes, verified against the paper.

    Raises UserError where the command cannot be started, fails, takes more than 60 s, answers with
    more than 2 MB or with no map, or with a map that the paper refuses.
    """
    words = shlex.split(command)
    if not words:
        raise _wrong(command, "no command", "a program and its arguments")
    text = json.dumps(paper.as_json(), ensure_ascii=False).encode()
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as given:
        given.write(text)
        given.seek(0)
        try:
            done = subprocess.run(
                words,
                stdin=given,
                stdout=answer,
                stderr=subprocess.PIPE,
                timeout=SECONDS,
                check=False,
                cwd=Path.cwd(),
            )
        except subprocess.TimeoutExpired:
            raise _wrong(command, f"no answer in {SECONDS} s", "a map within that time") from None
        except OSError as error:
            raise _wrong(command, str(error.strerror), "a program that starts") from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            last = f": {said[-1][:200]}" if said else ""
            raise _wrong(command, f"exit code {done.returncode}{last}", "a map, and exit code 0")
        if answer.tell() > LARGEST:
            raise _wrong(command, f"{answer.tell():,} bytes", f"at most {LARGEST:,}")
        answer.seek(0)
        content = answer.read()
    try:
        said_map = parse_map(at, f"answer of {words[0]}", content.decode("utf-8"))
    except UnicodeDecodeError:
        raise _wrong(command, "bytes that are no UTF-8", "a map as JSON or YAML") from None
    return verified(paper, said_map, f"answer of {words[0]}")


def _wrong(command: str, found: str, expected: str) -> UserError:
    return UserError(Problem(f"proposer {command!r}", found=found, expected=expected))
