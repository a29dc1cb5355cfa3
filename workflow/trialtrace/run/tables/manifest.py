"""What the manifest of the raw tables has of the files behind them."""

from collections.abc import Iterator, Mapping
from typing import Any

# What it has of a file or a raw table, and of each raw table by its name.
Entry = Mapping[str, Any]
Noted = Mapping[str, Entry]


def files_in(noted: Noted) -> Iterator[tuple[str, Entry]]:
    """The raw table of each file, and what is noted of the file."""
    for raw, one in noted.items():
        for part in one.get("parts", (one,)):
            yield raw, part


def called(noted: Noted) -> dict[tuple[str, str], str]:
    """What each file of a raw table is called beside others, by both: as the table, or of several
    by its place in the order of their names."""
    made: dict[tuple[str, str], str] = {}
    for raw, one in noted.items():
        files = sorted(file["source_file"] for _, file in files_in({raw: one}))
        several = len(files) > 1
        made |= {
            (raw, file): f"{raw}-{at}" if several else raw for at, file in enumerate(files, start=1)
        }
    return made
