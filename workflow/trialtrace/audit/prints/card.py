"""A check on print is one card: what it holds against what, and what its findings are called."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """What a module of this folder checks by its `check(ledger)`.

    `says` is what is held against what, a line of docs/audit.md; `findings` maps the name of each
    finding to what it is about. `of_sizes` are the names of those whose verdict rests on numbers
    of patients, and is none where these are assumed. Numbers that no study can have are left out,
    except where a check is `of_all`.
    """

    says: str
    findings: Mapping[str, str]
    of_sizes: tuple[str, ...] = ()
    of_all: bool = False
