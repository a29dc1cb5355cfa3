"""A fault of the program, told without what its exception says: that may hold patients' values.

A mistake in data or configuration is a `UserError`, whose text holds no value. What else goes wrong
comes from anywhere, often from a library that quotes what it could not convert.
"""

import errno
import os
import re
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from trialtrace.base.errors import UserError

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial

PACKAGE = Path(__file__).resolve().parents[2]
LOGS = "logs"
# A disk or a quota that is full, a file beyond what the shell allows.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MAKE_ROOM = "make room on the disk, or ask for a larger quota or limit, and run again"
# Bytes that the jobs of a small trial want.
PROBE = 16 << 20


def guard(trial: str | None = None) -> None:
    """From here on, until the process ends: exceptions that nobody caught, and warnings.

    `trial` is whose data the process works on; None for several.
    """
    sys.excepthook = partial(tell, trial)
    warnings.showwarning = _tell_warning


def trial_of(log: Path) -> str | None:
    """The trial of a job by the place of its log, logs/<trial>/<rule>.log."""
    return None if log.parent.name == LOGS else log.parent.name


def rule_of(log: Path) -> str:
    """The rule of a job by its log, also where a workflow that uses this one calls it otherwise."""
    return log.stem.partition("-")[0]


def without_file_names(text: str, trial: "Trial") -> str:
    """A message with the items of trial.yaml in place of the files, whose names tell of people,
    unless they may be shown."""
    from trialtrace.run.trial.study.source import Files

    source = trial.source
    if trial.shows_values or not isinstance(source, Files):
        return text
    written: dict[str, str] = {}
    for item, entry in source.items.items():
        names = (str(Path(source.folder, entry.path)), entry.path, Path(entry.path).name)
        # A name without an ending may be a word of the message.
        written |= {name: item for name in names if "." in name or "/" in name}
    if "/" in str(source.folder):
        written[str(source.folder)] = "the source's folder"
    for name in sorted(written, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", written[name], text)
    return text


def last_word(log: Path) -> Path:
    """The file beside the log of a job that keeps why it ended: such a job is not tried again. The
    next run begins without it."""
    return log.with_suffix(".told")


def forget_last_words(logs: Path) -> None:
    for path in logs.rglob(last_word(Path("*.log")).name):
        path.unlink(missing_ok=True)


def tell(
    trial: str | None, kind: type[BaseException], error: BaseException, at: TracebackType | None
) -> None:
    """The whole traceback where disclosure is full, else the exception's kind and where it was;
    of a disk without room what the system says of it."""
    if said := _no_room(error):
        print(UserError("the disk", said, do=MAKE_ROOM), file=sys.stderr)
        return
    if kind is KeyboardInterrupt or not _hidden(trial):
        sys.__excepthook__(kind, error, at)
        return
    kinds = (type(each).__name__ for each in _chain(error))
    lines = [f"a fault of the program: {', after '.join(kinds)}"]
    for number, place in enumerate(_places(at)):
        lines.append(f"  {'' if number else 'where':<10}{place}")
    lines += [
        "  hidden    what the exception says, since it may hold a value of the data",
        "  to do     report these lines; where the data are made up, disclosure: full in",
        "            config/config.yaml shows the exception whole",
    ]
    print("\n".join(lines), file=sys.stderr)


def _hidden(trial: str | None) -> bool:
    """Whether a value of the data may not be shown, also where nobody can say."""
    try:
        from trialtrace.run.trial.load import load_settings, load_trial

        settings = load_settings()
        names = settings.named if trial is None else (trial,)
        return any(load_trial(name).disclosure(settings) != "full" for name in names)
    except Exception:  # noqa: BLE001  a second fault would have Python print the first one whole
        return True


def _no_room(error: BaseException) -> str | None:
    """What the system says, in words of its own, where there was no room to write."""
    codes = [each.errno for each in _chain(error) if isinstance(each, OSError)]
    return next((os.strerror(code) for code in codes if code in NO_ROOM), None)


def room_lacks(folder: Path) -> str | None:
    """What the system says where a few megabytes more do not fit into a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(PROBE))
            file.flush()
    except OSError as error:
        return _no_room(error)
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and those that it came from."""
    seen: set[int] = set()
    base_exception: BaseException | None = error
    while base_exception is not None and id(base_exception) not in seen:
        seen.add(id(base_exception))
        yield base_exception
        base_exception = base_exception.__cause__ or (
            None if base_exception.__suppress_context__ else base_exception.__context__
        )


def _places(at: TracebackType | None) -> Iterator[str]:
    """Lines of this package, and the last of all."""
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(at)]
    for number, (code, line) in enumerate(frames, start=1):
        if Path(code.co_filename).is_relative_to(PACKAGE) or number == len(frames):
            yield f"{_short(code.co_filename)}, line {line}, in {code.co_name}"


def _short(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(PACKAGE):
        return str(path.relative_to(PACKAGE.parent))
    return "/".join(path.parts[-2:])


def _tell_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Kind and place of a library's warning; its text may quote a cell."""
    print(f"{category.__name__}: {_short(filename)}, line {lineno}", file=sys.stderr)
