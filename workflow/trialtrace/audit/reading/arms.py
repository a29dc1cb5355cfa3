"""The arms of a paper, found once from all of its tables and its text, and which of them a head or
a label names."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from trialtrace.audit.reading.allocation import Allocation, loose
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
    r"\b(?:combined|pooled|both|either|any|all|vs?\.?|versus|between|within)\b|"
    r"[0-9A-Z] ?\+ ?[0-9A-Z]\b"
)
_FROM = re.compile(
    r"(?:^|\s|\()(?:(?:differences? )?from|vs?\.?|versus|minus|(?:as )?compared (?:with|to)|"
    r"relative to|against|over) (?:the )?([^()]+)$",
    re.IGNORECASE,
)
# "Intervention (ref = control)".
_OVER = re.compile(r"([^()]+?)\s*\(\s*ref(?:erence)?[\s.:=]+([^()]+)\)", re.IGNORECASE)
_PARTING = re.compile(r"\b(?:not|without|non|no)\b", re.IGNORECASE)
# Heads of what was measured, or of a comparison.
_MEASURED = re.compile(
    r"\b(?:diff(?:erence)?s?|changes?|effects?|number|no\.|rates?|ratio|mean|median|scores?|incidence|"
    r"estimates?|values?|time|age|total|years|duration|statistics?|reference|source|outcomes?|"
    r"levels?|significan(?:t|ce)|missing|grades?|size|p|maximum|minimum|agreement|adherence|attendance|proportions?|"
    r"odds|crude|(?:un)?adjusted|effectiveness|efficacy|(?-i:VE)|sessions|repetitions|frequency|duration|weight|height|index|vs|versus)\b|[%=]|^(?:19|20)[0-9]{2}\b|"
    r"[(\[](?:years|yrs?|days|kg|cm|mm|min|hrs?|mmHg|points|kg/m²|m?mol/l|mg/dl|ml)[)\]]|"
    r"^(?:n|sd|se|[dr]|boys|girls|(?:fe)?males?|(?:wo)?men)$|[∆Δχ]|\w:\w|\b(?:between|within)\b",
    re.IGNORECASE,
)
# Of a trial, and of its patients at other times or places.
_STAGED = re.compile(
    r"(?:part|study|phase|stage|period|trial|site|centre|center|visit) ?(?:[A-Z]|[0-9]+|[IV]+)\b.*|"
    r".*\b(?:first|then)\b.*",
    re.IGNORECASE,
)
# What calls itself a group of the trial.
_CALLED = re.compile(r"^(?!.*\bage\b).*\b(?:groups?|arms?)$", re.IGNORECASE)
_AND = {"plus", "and", "+", "with", "the", "treatment", "therapy", "arm", "group"}
# What stands around an arm's name in a longer text and says nothing.
_PLACES = rf"groups?|arms?|{_PEOPLE}"
_BEFORE = (
    rf"(?:in|of|for|with|on|by|among)(?: the)?|(?:{_PLACES})(?: (?:in|of|on|with))?(?: the)?|the"
)
_AFTER = _PLACES
ALL = "all"


@dataclass(frozen=True)
class Arms:
    """Names of the arms, small letters without fillers, to their labels as printed; `spelt` are
    other names of them. `guessed` where none has a number of patients, is a control's or stands
    where the text tells who was allocated to what."""

    labels: dict[str, str]
    guessed: bool = False
    spelt: dict[str, str] = field(default_factory=dict)

    def of(self, text: str | None) -> str | None:
        """The name of the arm that a head calls so: exactly, by words that one arm alone has, or
        among further words."""
        if text is None or text == ALL:
            return text
        key = bare(text)
        if (known := self.named(text)) is not None:
            return known
        own = set(key.split())
        if not own or _TOGETHER.search(text):
            return None
        plural = [name for name in self.labels if run_together(name) == run_together(key)]
        if len(plural) == 1:
            return plural[0]
        # "Group 1" of "Group 1 (repair)".
        short = re.sub(r"^(?:group|arm) (?=\w$)", "", key)
        near = [name for name in self.labels if set(short.split()) <= set(name.split())]
        lone = {f"{word} {short}" for word in ("group", "arm")}
        if len(near) == 1 and (
            len(short) > 1 or near[0].startswith(f"{short} ") or {*near} <= lone
        ):
            return near[0]
        begun = [name for name in self.labels if name.startswith(key) and len(key) > 2]
        initials = [name for name in self.labels if _initials(name) == key]
        for found in (begun, initials):
            if len(found) == 1:
                return found[0]
        among = self.among(text)
        if among is not None:
            return among[0]
        rest = [name for name in self.labels if not names_control(name)]
        if _OTHER.fullmatch(text.strip()) and len(rest) == 1 and len(self.labels) == 2:
            return rest[0]
        return None

    def among(self, text: str) -> tuple[str, str] | None:
        """The one arm that a text names among other words, and these; none where they part its
        patients, as "without" does, or several arms are named."""
        if _TOGETHER.search(text) or _PARTING.search(text):
            return None
        found: dict[str, tuple[int, int]] = {}
        for pattern, arm in self._patterns:
            match = pattern.search(text)
            inside = match and any(a <= match.start() < b for a, b in found.values())
            if match and not inside:
                found.setdefault(arm, match.span())
        if len(found) != 1:
            return None
        ((arm, (begin, end)),) = found.items()
        left = re.sub(rf"^\W*(?:{_AFTER})\b", " ", text[end:], flags=re.I)
        before = re.sub(rf"\b(?:{_BEFORE})\W*$", " ", text[:begin], flags=re.I)
        rest = re.sub(r"[(\[]\s*[)\]]", " ", f"{before} {left}")
        return arm, " ".join(rest.split()).strip(" ,:;–-")

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        spelt = {name: name for name in self.labels} | self.spelt
        made = []
        for name in sorted(spelt, key=len, reverse=True):
            # "After treatment" is no arm, as "the treatment group" is.
            behind = rf"\s(?={_PLACES})" if _OTHER.fullmatch(name) else r"(?![\w+]| of\b)"
            pattern = rf"(?<![\w+]){loose(name)}{behind}"
            if len(name) > 1:
                made.append((re.compile(pattern, re.IGNORECASE), spelt[name]))
        return made

    def pair(self, text: str) -> tuple[str, ...]:
        """The two arms of "A vs B", "A – B" or "A/B ratio"; none where a text names no such."""
        found = [self.of(side) for side in _sides(text)]
        if (named := _OVER.fullmatch(text)) is not None:
            found = [self.of(side) for side in named.groups()]
        both = len(found) == 2 and found[0] != found[1]
        return tuple(one for one in found if one is not None) if both and None not in found else ()

    def joined(self, text: str) -> tuple[str, ...]:
        """The two arms of "A and B" over a comparison; none where this is a name of its own."""
        found = [self.of(piece) for piece in re.split(r"\s(?:and|&)\s", text)]
        both = self.named(text) is None and len(found) == 2 and found[0] != found[1]
        return tuple(one for one in found if one and one != ALL) if both and all(found) else ()

    def reference(self, texts: Iterable[str]) -> str | None:
        """The arm that the others are compared with by words such as "from placebo"."""
        for text in texts:
            match = _FROM.search(text)
            if match and (arm := self.of(match[1].strip(" ,:()"))) not in (None, ALL):
                return arm
        return None

    def named(self, label: str) -> str | None:
        """The arm that a row's label is the name of, with fillers or a number of patients alone."""
        key = bare(label)
        return key if key in self.labels and key != ALL else self.spelt.get(key)


def _sides(text: str) -> list[str]:
    """What stands before and behind the sign of a comparison, without words for its measure."""
    parting = _SIGNS if not re.search(r"\bratio", text, re.I) else rf"{_SIGNS}|/"
    return [_OF_SIDES.sub("", side).strip(" ,:;()") for side in re.split(parting, text)]


_SIGNS = r"\s*\b(?:vs?\.?|versus|minus|compared (?:with|to))\s|\s[-–−/×xX]\s|[—–×]"
_OF_SIDES = re.compile(r"\b(?:diff(?:erence)?s?|contrasts?|ratios?)\b\.?", re.IGNORECASE)
# Whatever stands on either side of these, a head with them is no group's.
_OF_TWO = re.compile(r"\S\s+(?:vs?\.?|versus|minus)\s+\S|\bratios?\W*$", re.IGNORECASE)


def _compares(head: str, names: Iterable[str]) -> bool:
    """Whether a head names a comparison, such as that of two heads beside it."""
    sides = [bare(side) for side in _sides(head)]
    return bool(_OF_TWO.search(head)) or (len({*sides}) == 2 and {*sides} <= {*names})


def names_control(text: str) -> bool:
    """Whether a head or label is of a group that is compared with."""
    return bool(_CONTROL.search(text))


def bare(label: str) -> str:
    """The name by which two heads are the same arm."""
    names = (re.sub(r"[^\w+]+", " ", fillers.sub(" ", label)) for fillers in _FILLERS)
    short = [" ".join(name.split()).lower() for name in names]
    worded = (name for name in short if len(name) > 1 and name not in ("no", ALL))
    return next((name for name in worded if not name.isdigit()), short[-1])


def arms_of(tables: Iterable[Sequence[Column]], known: Allocation) -> Arms:
    """The arms: heads that stand over numbers beside others such, of any table, in order.

    Heads with a number of patients are arms, else those of tables with a control, else those that
    `known` has as allocated to or that come back most. Where two are a control's or
    allocated to, one that is neither has to stand beside such.
    """
    labels: dict[str, str] = {}
    seen: Counter[str] = Counter()
    sized: set[str] = set()
    alike: set[str] = set()
    together: list[list[str]] = []
    for every in tables:
        arms = [one for one in every if one.role == ARM and one.arm not in (None, ALL)]
        arms = [one for one in arms if one.kind != "statistic"]
        arms = [one for one in arms if one.size or not _no_name(one.arm or "")]
        arms = [one for one in arms if not _STAGED.fullmatch(one.arm or "")]
        heads = [bare(one.arm or "") for one in arms]
        arms = [one for one in arms if not _compares(one.arm or "", heads)]
        names = list(dict.fromkeys(bare(one.arm or "") for one in arms))
        if len(names) < 2:
            continue
        together.append(names)
        seen.update(names)
        for one in arms:
            labels.setdefault(bare(one.arm or ""), one.arm or "")
        sized |= {bare(one.arm or "") for one in arms if one.size}
        alike |= _paired(arms)
    spelt = _spellings(seen, together, known)
    for name, of in spelt.items():
        seen[of] += seen[name]
    together = [list(dict.fromkeys(spelt.get(name, name) for name in names)) for names in together]
    sized = {spelt.get(name, name) for name in sized}
    anchored = {name for name in labels if names_control(name) or known.names(name)}
    anchored |= {spelt[name] for name in anchored & spelt.keys()}
    kept = [name for name in labels if name in sized]
    if len(kept) < 2:
        controls = [name for name in labels if names_control(name) and name not in spelt]
        kept = [name for names in together if {*controls} & {*names} for name in names]
    if len(kept) < 2:
        most = max(seen.values(), default=0)
        kept = [name for name in labels if 2 * seen[name] >= most and name not in spelt]
        both = [name for name in labels if name in anchored and name not in spelt]
        beside = {name for names in together if len({*both} & {*names}) > 1 for name in names}
        kept = [name for name in kept if name in {*both} | beside] if len(both) > 1 else kept
    guessed = not sized & {*kept} and not anchored & {*kept}
    if len(anchored & {*kept}) > 1:
        beside = {name for names in together if anchored & {*names} for name in names}
        kept = [name for name in kept if name in anchored | beside]
    groups = [name for name in labels if _CALLED.search(labels[name]) and name not in spelt]
    for names in together:
        of_groups = [name for name in names if name in groups]
        kept += [name for name in of_groups if len(of_groups) > 1 and name not in kept]
    trusted = sized | anchored | alike | {name for name, times in seen.items() if times > 1}
    found = {name: labels[name] for name in kept}
    found = _beside(found, labels, together, trusted)
    spelt = {one: of for one, of in spelt.items() if of in found}
    for short, long in known.explained:
        of = spelt.get(bare(long), bare(long))
        if of not in found and _CALLED.search(long):
            # "Donepezil hydrochloride group (DG)", where tables have "Donepezil".
            near = [name for name in found if {*name.split()} <= {*of.split()}]
            of = near[0] if len(near) == 1 else of
        if of in found and bare(short) not in found:
            spelt.setdefault(bare(short), of)
    return Arms(found, guessed, spelt)


def _short_for(name: str, other: str, known: Allocation) -> bool:
    """Whether the text explains one name by the other."""
    return other in {bare(long) for long in known.expansions.get(name, ())}


def _paired(columns: Sequence[Column]) -> set[str]:
    """Names over the same columns each, two at least, as a number and its spread."""
    forms: dict[str, tuple[tuple[str | None, str | None], ...]] = {}
    for one in columns:
        name = bare(one.arm or "")
        forms[name] = (*forms.get(name, ()), (one.kind, one.visit))
    every = list(forms.values())
    return {name for name, form in forms.items() if len(form) > 1 and every.count(form) > 1}


def _spellings(
    seen: Counter[str], together: Sequence[Sequence[str]], known: Allocation
) -> dict[str, str]:
    """Names that are another name of one before them, with which they never stand in one table: of
    the same words, an abbreviation, or words that one other name alone has all of; then the one
    that more tables have is the name. `seen` counts the tables of each."""
    names = list(seen)
    spelt: dict[str, str] = {}
    apart = {frozenset(pair) for one in together for pair in combinations(one, 2)}

    def same(name: str, other: str) -> None:
        first, second = (spelt.get(one, one) for one in (name, other))
        if first != second and frozenset((first, second)) not in apart:
            spelt.update({one: first for one, of in spelt.items() if of == second})
            spelt[second] = first

    for name, other in combinations(names, 2):
        alike = set(name.split()) == set(other.split()) or run_together(name) == run_together(other)
        short = _initials(other) == name or _initials(name) == other
        if alike or short or _short_for(name, other, known) or _short_for(other, name, known):
            same(name, other)
    for name in names:
        own = set(name.split()) - _AND
        wider = {
            spelt.get(one, one)
            for one in names
            if own < set(one.split()) - _AND and not _PARTING.search(one)
        }
        if own and len(wider) == 1 and not _no_name(name):
            same(*sorted((name, wider.pop()), key=lambda name: (-seen[name], -len(name))))
    return spelt


def _beside(
    kept: dict[str, str],
    labels: dict[str, str],
    together: Sequence[Sequence[str]],
    trusted: set[str],
) -> dict[str, str]:
    """The arms with those heads among the trusted that stand beside one of them and are no other
    name of one."""
    for names in together:
        arms = Arms(kept)
        known = [arms.of(labels[name]) for name in names]
        new = [name for name, arm in zip(names, known, strict=True) if arm is None]
        if len(new) < len(names) and len(set(known) - {None}) == len(names) - len(new):
            kept = kept | {name: labels[name] for name in new if name in trusted}
    return kept


def run_together(name: str) -> str:
    """A name without spaces and the ends of plurals, in which heads and texts differ."""
    return re.sub(r"(?<=[a-z]{3})s\b| ", "", name)


def _initials(name: str) -> str | None:
    """The abbreviation of a name of several words."""
    words = name.split()
    return "".join(word[0] for word in words) if len(words) > 1 else None


def _no_name(head: str) -> bool:
    """Whether a head is of what was measured, when, or of which comparison."""
    control = names_control(head) and len(head.split()) < 5
    return bool(_MEASURED.search(head) or STAGE.search(head)) and not control
