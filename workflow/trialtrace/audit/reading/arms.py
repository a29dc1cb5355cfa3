"""The arms of a paper, by the heads of its tables, and which arm a text speaks of."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trialtrace.audit.reading.heading_words import STAGE
from trialtrace.audit.reading.heads import ARM, Column

_PEOPLE = (
    r"patients|participants|subjects|practices|schools|clinics|sites|clusters|children|families|"
    r"villages|students|homes"
)
# What two names of one arm may differ in, the most first: "Arm A" is no "a".
_FILLERS = [
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        f"the|groups?|arms?|treatment|therapy|intervention|{_PEOPLE}",
        f"the|groups?|arms?|{_PEOPLE}",
        "the",
    )
]
_CONTROL = re.compile(
    r"\b(?:controls?|placebo|(?-i:PBO|Con|CON|CG|Ctrl|CTRL)|usual care|"
    r"standard (?:care|treatment|therapy)|sham|no treatment|"
    r"wait(?:ing)?[\s-]?list|comparator|vehicle)\b",
    re.IGNORECASE,
)
# Names of whichever group is not the control.
_OTHER = re.compile(
    r"(?:the |active |study )?(?:intervention|experiment(?:al)?|treatment|treated|active|study)"
    r"(?: (?:groups?|arms?|participants|patients|subjects))?",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"\b(?:combined|pooled|both|either|any|all|vs\.?|versus)\b|[0-9A-Z] ?\+ ?[0-9A-Z]\b"
)
# Heads of what was measured, or of a comparison.
_MEASURED = re.compile(
    r"\b(?:differences?|changes?|effects?|number|no\.|rates?|ratio|mean|median|scores?|incidence|"
    r"estimates?|values?|time|age|total|years|duration|statistics?|reference|source|outcomes?|"
    r"levels?|significan(?:t|ce)|missing|grades?|size|p|agreement|adherence|attendance|proportions?|"
    r"odds|crude|(?:un)?adjusted|effectiveness|efficacy|(?-i:VE)|sessions|repetitions|frequency|duration|weight|height|index|vs|versus)\b|[%=]|^(?:19|20)[0-9]{2}\b|"
    r"[(\[](?:years|yrs?|days|kg|cm|mm|min|hrs?|mmHg|points|kg/m²|m?mol/l|mg/dl|ml)[)\]]|"
    r"^(?:n|sd|se|[dr])$",
    re.IGNORECASE,
)
# Of a trial, and of its patients at other times or places.
_STAGED = re.compile(
    r"(?:part|study|phase|stage|period|trial|site|centre|center|visit) ?(?:[A-Z]|[0-9]+|[IV]+)\b.*|"
    r".*\b(?:first|then)\b.*",
    re.IGNORECASE,
)
ALL = "all"


@dataclass(frozen=True)
class Arms:
    """Names of the arms, small letters without fillers, to their labels as printed; `guessed`
    where none has a number of patients and none is a control's."""

    labels: dict[str, str]
    guessed: bool = False

    def of(self, text: str | None) -> str | None:
        """The name of the arm that a head calls so: exactly, or by words that one arm alone has."""
        if text is None:
            return None
        if text == ALL:
            return ALL
        key = bare(text)
        if key in self.labels:
            return key
        own = set(key.split())
        if not own or _TOGETHER.search(text):
            return None
        plural = [name for name in self.labels if _singular(name) == _singular(key)]
        if len(plural) == 1:
            return plural[0]
        near = [
            name
            for name in self.labels
            if own <= set(name.split()) or (len(name) > 2 and _more(own, set(name.split())))
        ]
        if len(near) == 1 and (len(key) > 1 or near[0].startswith(f"{key} ")):
            return near[0]
        begun = [name for name in self.labels if name.startswith(key) or key.startswith(name)]
        begun = [name for name in begun if len(name) > 2]
        if len(begun) == 1 and len(key) > 2 and len(own) - len(begun[0].split()) < 4:
            return begun[0]
        short = [name for name in self.labels if _initials(name) == key]
        if len(short) == 1:
            return short[0]
        rest = [name for name in self.labels if not names_control(name)]
        if _OTHER.fullmatch(text.strip()) and len(rest) == 1 and len(self.labels) == 2:
            return rest[0]
        return None

    def pair(self, text: str) -> tuple[str, ...]:
        """The two arms of "A vs B" or "A – B"; none where a text names no such."""
        pieces = re.split(
            r"\s*\b(?:vs?\.?|versus|minus|compared (?:with|to))\s|\s[-–−/]\s|[—–]", text
        )
        found = [self.of(piece.strip(" ,:()")) for piece in pieces]
        both = len(found) == 2 and found[0] != found[1]
        return tuple(one for one in found if one is not None) if both and None not in found else ()

    def named(self, label: str) -> str | None:
        """The arm that a row's label is the name of, with fillers or a number of patients alone."""
        key = bare(label)
        return key if key in self.labels and key != ALL else None


def names_control(text: str) -> bool:
    """Whether a head or label is of a group that is compared with."""
    return bool(_CONTROL.search(text))


def bare(label: str) -> str:
    """The name by which two heads are the same arm."""
    names = (re.sub(r"[^\w+]+", " ", fillers.sub(" ", label)) for fillers in _FILLERS)
    short = [" ".join(name.split()).lower() for name in names]
    return next((name for name in short if len(name) > 1), short[-1])


def arms_of(tables: Iterable[Sequence[Column]]) -> Arms:
    """The arms: heads that stand over numbers beside others such, of any table, in order.

    A head with a number of patients counts in any table, and then those that stand beside it; one
    without in tables of two such heads at least, of which the table has no others.
    """
    labels: dict[str, str] = {}
    seen: Counter[str] = Counter()
    sized: set[str] = set()
    together: list[list[str]] = []
    for every in tables:
        arms = [one for one in every if one.role == ARM and one.arm not in (None, ALL)]
        arms = [one for one in arms if one.kind != "statistic"]
        arms = [one for one in arms if one.size or not _no_name(one.arm or "")]
        arms = [one for one in arms if not _STAGED.fullmatch(one.arm or "")]
        names = list(dict.fromkeys(bare(one.arm or "") for one in arms))
        if len(names) < 2:
            continue
        together.append(names)
        for one in arms:
            name = bare(one.arm or "")
            labels.setdefault(name, one.arm or "")
            seen[name] += 1
            if one.size:
                sized.add(name)
    kept = {name: label for name, label in labels.items() if name in sized}
    if len(kept) < 2:
        kept = {name: label for name, label in labels.items() if names_control(label)}
        kept = {
            name: labels[name] for names in together if kept.keys() & set(names) for name in names
        }
    guessed = len(kept) < 2
    if guessed:
        most = max(seen.values(), default=0)
        kept = {name: label for name, label in labels.items() if 2 * seen[name] >= most}
    kept = _beside(kept, labels, together)
    long = {_initials(name) for name in kept}
    kept = {name: label for name, label in kept.items() if name not in long}
    # "Acupuncture" of one table is "Acupuncture + usual care" of another.
    shorter = {
        name
        for name in kept
        for other in kept
        if other.startswith(f"{name} ") and not any({name, other} <= set(one) for one in together)
    }
    left = shorter - sized | _plurals(kept, together)
    return Arms({name: label for name, label in kept.items() if name not in left}, guessed)


def _plurals(kept: dict[str, str], together: Sequence[Sequence[str]]) -> set[str]:
    """Names that are another one's but for an "s", as of "1 portion" and "1 portions"."""
    every = list(kept)
    return {
        later
        for at, later in enumerate(every)
        for name in every[:at]
        if _singular(name) == _singular(later)
        and not any({name, later} <= set(one) for one in together)
    }


def _beside(
    kept: dict[str, str], labels: dict[str, str], together: Sequence[Sequence[str]]
) -> dict[str, str]:
    """The arms with the heads that stand beside one of them and are no other name of one."""
    for names in together:
        arms = Arms(kept)
        known = [arms.of(labels[name]) for name in names]
        new = [name for name, arm in zip(names, known, strict=True) if arm is None]
        if len(new) < len(names) and len(set(known) - {None}) == len(names) - len(new):
            kept = kept | {name: labels[name] for name in new}
    return kept


def _more(own: set[str], name: set[str]) -> bool:
    """Whether a head has an arm's words and few others, none of which parts its patients."""
    return own >= name and len(own - name) < 4 and not own & {"not", "without", "non", "no"}


def _singular(name: str) -> str:
    return re.sub(r"(?<=[a-z]{3})s\b", "", name)


def _initials(name: str) -> str | None:
    """The abbreviation of a name of several words."""
    words = name.split()
    return "".join(word[0] for word in words) if len(words) > 1 else None


def _no_name(head: str) -> bool:
    """Whether a head is of what was measured, when, or of which comparison."""
    return bool(_MEASURED.search(head) or STAGE.search(head)) and not names_control(head)
