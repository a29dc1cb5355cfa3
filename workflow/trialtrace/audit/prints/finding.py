"""A finding: what one check says of one printed number, and the words it is told in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trialtrace.audit.printed.expression import Component
from trialtrace.audit.prints.agreements import (
    AGREEMENTS,
    COMPATIBLE,
    DOUBT,
    EXACT,
    INCONSISTENT,
    NOT_CHECKABLE,
    REMARK,
)
from trialtrace.audit.relations.wording import doubtful

if TYPE_CHECKING:
    from trialtrace.audit.ledger.claim import Claim
    from trialtrace.audit.ledger.ledger import Ledger


@dataclass(frozen=True)
class Finding:
    """The verdict of a check on a component of a claim.

    `check` names the check, `claim` the claim that the verdict is on and `beside` those it was
    held against. `sentence` states facts and accuses nobody. `detail` holds the numbers behind it.
    `covers` are further components of the claim on which the verdict is the same. A `remark` is
    told also where another finding on the component is graver. `open` says that nothing tried gives
    a p of which the ledger names no test: that is no contradiction, but worth a search.
    """

    check: str
    claim: str
    component: str
    agreement: str
    sentence: str
    beside: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    covers: tuple[str, ...] = ()
    remark: bool = False
    open: bool = False

    @property
    def made(self) -> bool:
        """Whether the check was made, be it without a verdict."""
        return self.open or self.agreement != NOT_CHECKABLE


@dataclass(frozen=True)
class Check:
    """What a function `check_<name>(ledger)` of this folder holds against what, under `@checks`.

    `says` is what is held against what, a line of docs/audit.md; `findings` maps the name of each
    finding to what it is about. `of_sizes` are the names of those whose verdict rests on numbers
    of patients, and is none where these are assumed. Numbers that no study can have are left out,
    except where a check is `of_all`.
    """

    held: "Callable[[Ledger], Iterator[Finding]]"
    says: str
    findings: Mapping[str, str]
    of_sizes: tuple[str, ...] = ()
    of_all: bool = False


def checks(
    says: str, findings: Mapping[str, str], of_sizes: tuple[str, ...] = (), of_all: bool = False
) -> "Callable[[Callable[[Ledger], Iterator[Finding]]], Check]":
    """Makes a check of the function that holds numbers against each other; see `Check`."""
    return lambda held: Check(held, says, findings, of_sizes, of_all)


def verdict(
    check: str,
    entry: "Claim",
    component: Component | str,
    agreement: str | bool,
    text: str,
    beside: Iterable["Claim"] = (),
    detail: Mapping[str, object] | None = None,
    covers: tuple[str, ...] = (),
    shown: str | None = None,
    *,
    remark: bool = False,
    open: bool = False,
) -> Finding:
    """The finding on a component by the numbers of `text`, which leave room for it or do not.

    Text that is no sentence yet ends with what is printed: `shown`, else the component. In place of
    an agreement stands whether it fits, or REMARK, DOUBT or UNDECIDED. The claim itself is not
    `beside` it.
    """
    if isinstance(agreement, bool):
        agreement = COMPATIBLE if agreement else INCONSISTENT
    part = entry.parts[component] if isinstance(component, str) else component
    if not text.endswith((".", "?")):
        endings = {COMPATIBLE: ", in keeping with {}.", EXACT: ", as printed."}
        endings[REMARK] = endings[COMPATIBLE]
        text += endings.get(agreement, "; printed is {}.").format(shown or part.text)
    text = doubtful(text) if agreement in (DOUBT, NOT_CHECKABLE) else text
    names = tuple(dict.fromkeys(claim.name for claim in beside if claim.name != entry.name))
    remark = remark or agreement in (REMARK, DOUBT)
    agreement = AGREEMENTS.get(agreement, agreement)
    return Finding(
        check, entry.name, part.name, agreement, text, names, detail or {}, covers, remark, open
    )


def interval_verdict(
    check: str,
    entry: "Claim",
    agreement: str | bool,
    text: str,
    beside: Iterable["Claim"] = (),
    detail: Mapping[str, object] | None = None,
    covers: tuple[str, ...] = ("ci_high",),
    *,
    remark: bool = False,
) -> Finding:
    """The finding on both limits of the interval of a claim."""
    both = entry.interval
    return verdict(
        check, entry, "ci_low", agreement, text, beside, detail, covers, both, remark=remark
    )
