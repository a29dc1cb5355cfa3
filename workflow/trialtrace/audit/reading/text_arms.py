"""The arms that the text of a paper names, and what it calls those of the tables besides."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from functools import partial

from trialtrace.audit.reading.allocation import Called, allocated, loose
from trialtrace.audit.reading.arms import ALL, Arms, bare, names_control
from trialtrace.audit.reading.mentions import NO_ARM, Names, distinct, names_of, strangers

MOST_LISTS = 40
_SENTENCES = re.compile(r"(?<=[.;])\s")


def arms_of_text(title: str, texts: Sequence[str]) -> Arms:
    """The arms that text alone names: those called groups in one sentence more than once, or those
    to which patients were allocated, whichever more sentences with numbers name."""
    if (listed := _in_lists(texts)).labels:
        return listed
    every = [_called_groups(texts), _in_brackets(texts)]
    for called in _allocated(title, texts):
        labels = {bare(name): name for name, _ in called}
        groups = any(_is_called_group(name, title, texts) for name in labels)
        if len(labels) == len(called) and (groups or not every[0].labels):
            spelt = {bare(short): bare(name) for name, short in called if short}
            every.append(Arms(labels, spelt=spelt))
    return max(every, key=lambda arms: uses(arms, texts))


def with_text(arms: Arms, title: str, texts: Sequence[str]) -> Arms:
    """The arms of tables as the text calls them; those of the text where it names these far more
    often, with the names that tables have for them."""
    if any(f"{name} ii" in arms.labels for name in arms.labels):
        # "CIBIS" and "CIBIS II" are trials.
        arms = Arms({})
    named = arms_of_text(title, texts)
    groups = all(_is_called_group(name, title, texts) for name in named.labels)
    if (groups or len(arms.labels) < 2) and uses(named, texts) > 3 * uses(arms, texts):
        of = {name: arms.of(label) or name for name, label in named.labels.items()}
        spellings = {(name, name) for name in arms.labels} | {*arms.spelt.items()}
        if any(_is_shared(one, spellings) for one in of):
            # "EPO" and "placebo" where tables have two doses of EPO.
            return arms
        if len({*of.values()}) < len(of) or ALL in of.values():
            of = {name: name for name in named.labels}
        spelt = {name: one for name, one in of.items() if name != one}
        spelt |= {short: of[name] for short, name in named.spelt.items()}
        labels = {one: arms.labels.get(one, named.labels[name]) for name, one in of.items()}
        return Arms(labels, named.guessed, spelt)
    spelt = dict(arms.spelt)
    for called in _allocated(title, texts):
        found = [arms.of(name) or arms.of(short) for name, short in called]
        rest = [name for name in arms.labels if name not in found]
        if len(called) == len(arms.labels) and found.count(None) == len(rest) < 2:
            for (name, short), arm in zip(called, found, strict=True):
                for text in (bare(name), bare(short or name)):
                    if text not in arms.labels:
                        spelt.setdefault(text, arm or rest[0])
    return Arms(arms.labels, arms.guessed, spelt)


def with_others(names: Names, texts: Sequence[str]) -> Names:
    """The same with groups that no table names and the text calls so twice ("the OPC group"): each
    under what it is called, or as the one arm whose name has words like it."""
    called: Counter[str] = Counter()
    beside: dict[str, Counter[str]] = {}
    spellings = {(name, name) for name in names.arms}
    for text in texts:
        for sentence in filter(_A_GROUP.search, _SENTENCES.split(text)):
            mentions = names.mentions(sentence)
            spellings |= {(bare(sentence[one.begin : one.end]), one.arm) for one in mentions}
            found = strangers(sentence, mentions)
            called.update(match[1] for match in found if "subgroup" not in match[0])
            for match in found:
                beside.setdefault(match[1], Counter()).update(distinct(mentions))
    made = list(names.patterns)
    for name in sorted(called, key=lambda one: (-len(one), one)):
        if called[name] > 1 and not _NO_NAME.search(name) and re.search(r"[^\W\d_]{2}", name):
            listed = r"(?=(?:,| and| or| vs\.?| versus) (?:the )?[\w/+-]+ (?:groups?|arms?)\b)"
            pattern = rf"(?<![\w-]){loose(name)}(?:(?=[\s-](?:groups?|arms?)\b)|{listed})"
            alike = _like(name, names.arms) or _facing(beside[name], names) or [name]
            doses = len(names.arms) != 2 and alike == [name] and _has_doses(name, texts)
            if len(alike) == 1 and not (doses or _is_shared(name, spellings)):
                made.append((alike[0], re.compile(pattern, re.IGNORECASE), BY_TEXT))
    known = tuple(dict.fromkeys(arm for arm, _, _ in made))
    if len(known) == 1 and (control := _control(known[0], texts)):
        made.append((control, re.compile(rf"(?<!\w){loose(control)}(?!\w)", re.I), BY_TEXT))
        return Names(tuple(made), (*known, control))
    return replace(names, patterns=tuple(made))


def _facing(beside: Counter[str], names: Names) -> list[str]:
    """The one of two arms that a name stands for which is told beside the other one alone: "the
    surgery group" of "fusion" beside "the NSM group"."""
    (arm, times), *others = [*beside.most_common(2), ("", 0)]
    other = names.other(arm)
    return [other] if other and times > 1 and others[0][1] == 0 else []


def _control(arm: str, texts: Sequence[str]) -> str | None:
    """What text alone calls the control of the one arm that is known."""
    called = Counter(match[0].lower() for text in texts for match in _CONTROL.finditer(text))
    name, times = (called.most_common(1) or [("", 0)])[0]
    return name if times > 2 and not {*name.split()} & {*arm.split()} else None


_CONTROL = re.compile(
    r"\b(?:(?:routine|usual|standard|conventional) (?:care|treatment|therapy)|placebo)\b",
    re.IGNORECASE,
)


def _is_shared(name: str, spellings: Set[tuple[str, str]]) -> bool:
    """Whether a name is but the common part of the names of several arms."""
    words = {*bare(name).split()}
    of = {arm for spelt, arm in spellings if words <= {*spelt.split()}}
    return len(of) > 1 and bare(name) not in {spelt for spelt, _ in spellings}


def _has_doses(name: str, texts: Sequence[str]) -> bool:
    """Whether texts have a drug in several doses."""
    drug = loose(name)
    either = re.compile(rf"({_DOSE}) (?:of )?{drug}(?!\w)|(?<!\w){drug} ({_DOSE})", re.IGNORECASE)
    doses = {match[1] or match[2] for text in texts for match in either.finditer(text)}
    return len({re.sub(r"\s", "", dose) for dose in doses}) > 1


_DOSE = r"(?<![\d.,])[0-9][0-9.,]*\s?(?:m?g|mcg|[µμ]g|IU|U)(?:/\w+)?"
_A_GROUP = re.compile(r"\b(?:groups?|arms?)\b")
BY_TEXT = "the group is known by what text alone calls it"
# Words for any group, for several, or for what is no group.
_NO_NAME = re.compile(
    r"\b(?:treatment|study|interventions?|experimental|treated|trial|patients?|the|a|an|remaining|"
    r"larger|smaller|overall|pooled|combined|randomi[sz]ed|active|therapy|follow|up|time|different|"
    r"various|parallel|such|certain|its|their|our|compared?|using|main|single|multiple|primary|"
    r"reference|drug|dose|focus|prespecified|screening|entry|enrolled|assigned|allocated|received|"
    r"receiving|possible|dietary|(?:un)?favou?rable|points?|lowest|highest)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:no|non|not|without|un(?!i))", re.IGNORECASE)


def _like(name: str, arms: Sequence[str]) -> list[str]:
    """The arms that have all words of a group, or words with these in them ("corticosteroid" of
    "steroid"), or the one without something where the group is called a control."""
    negative = [arm for arm in arms if _NOT.search(arm)]
    if names_control(name) and len(negative) == 1 and not any(map(names_control, arms)):
        return negative
    words = [word for word in bare(name).split() if len(word) > 2]
    return [
        arm
        for arm in arms
        if words
        and bool(_NOT.search(name)) == bool(_NOT.search(arm))
        and all(any(map(partial(_same, one), arm.split())) for one in words)
    ]


def _same(one: str, other: str) -> bool:
    """Whether two words begin the same, or have one another in them."""
    return (
        one[:6] == other[:6]
        or one in other
        or (len(other) > 3 and one.startswith(other))
        or (len(other) > 4 and other in one)
    )


def _is_called_group(name: str, title: str, texts: Sequence[str]) -> bool:
    whole = rf"(?<!\w){loose(name)}"
    people = r"[\s-](?:treated|groups?|arms?|patients|participants|subjects)\b"
    pattern = re.compile(whole + people, re.IGNORECASE)
    return bool(re.search(whole, title, re.IGNORECASE)) or any(map(pattern.search, texts))


def _allocated(title: str, texts: Sequence[str]) -> list[tuple[Called, ...]]:
    sentences = (one for text in texts for one in _SENTENCES.split(text))
    return allocated(title, sentences)[:MOST_LISTS]


def uses(arms: Arms, texts: Sequence[str]) -> int:
    """How often sentences with numbers name two of the arms, or the one that is named least."""
    if len(arms.labels) < 2:
        return 0
    names = names_of(arms, texts)
    found = [
        distinct(names.mentions(sentence))
        for text in texts
        for sentence in _SENTENCES.split(text)
        if re.search("[0-9]", sentence)
    ]
    times = Counter(arm for one in found for arm in one)
    least = min(times[arm] for arm in arms.labels)
    pairs = sum(len(one) > 1 for one in found)
    return least + 2 * pairs if least > 1 or (pairs and least) or pairs > 2 else 0


def _called_groups(texts: Sequence[str]) -> Arms:
    """Those of "the A group" and "the B group", in one sentence more than once. None where more
    than four are so named."""
    together: Counter[tuple[str, str]] = Counter()
    alone: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for text in texts:
        for sentence in _SENTENCES.split(text):
            labelled = {bare(one): one for one in _groups_in(re.sub(r" \+ (?=\w)", "+", sentence))}
            labels = labelled | labels
            names = sorted(labelled)
            alone.update(names)
            together.update((a, b) for at, a in enumerate(names) for b in names[at + 1 :])
    parts = {name for name in alone if _is_part_of_two(name, alone)}
    together = Counter({pair: times for pair, times in together.items() if not parts & {*pair}})
    often = {name for name, times in alone.items() if times > 2}
    pairs = [pair for pair, times in together.most_common(6) if times > 1 or {*pair} <= often]
    if not pairs:
        return Arms({})
    kept = {name: None for pair in pairs for name in pair if {*pair} & {*pairs[0]}}
    long = {name for name in kept for other in kept if name != other and name.endswith(f" {other}")}
    letters = {name[:1] for name in kept if len(name) > 1}
    short = {name for name in kept for other in pairs[0] if other.endswith(f" {name}")}
    kept = {name: None for name in kept if name not in long | letters | short or name in pairs[0]}
    return Arms({name: labels[name] for name in kept} if 1 < len(kept) < 5 else {})


def _in_lists(texts: Sequence[str]) -> Arms:
    """Three groups or more that are listed in the same words three times: "the A, A+B, and B
    groups"."""
    lists = Counter(match[1] for text in texts for match in _LIST_OF_GROUPS.finditer(text))
    listed, times = (lists.most_common(1) or [("", 0)])[0]
    names = re.split(r",? and (?:the )?|, (?:the )?", listed)
    named = times > 2 and not any(NO_ARM.search(name.lower()) for name in names)
    return Arms({bare(name): name for name in names} if named else {})


_LIST_OF_GROUPS = re.compile(
    r"\b(?:the|in|for|of|among) ((?:[\w/+-]{1,20}, (?:the )?){1,3}[\w/+-]{1,20},? and "
    r"(?:the )?[\w/+-]{1,20}) (?:group|arm)s\b"
)


def _in_brackets(texts: Sequence[str]) -> Arms:
    """The names behind the numbers of a list, a control's among them: "2.8% (placebo), 5.8%
    (Nigella sativa) and 7.2% (garlic)"; "N. Sativa" is that one too."""
    labels: dict[str, str] = {}
    for sentence in (one for text in texts for one in _SENTENCES.split(text)):
        found = [match[1] for match in _BEHIND_NUMBER.finditer(sentence)]
        if any(map(names_control, found)) or labels:
            named = [name for name in found if not NO_ARM.search(name.lower())]
            labels = {bare(name): name for name in named} | labels
    if not any(map(names_control, labels)) or not 1 < len(labels) < 8:
        return Arms({})
    spelt = {
        short: name
        for short in labels
        for name in labels
        if short != name and re.fullmatch(rf"\w(?<={name[0]}) (?:{_rest(name)})", short)
    }
    kept = {name: label for name, label in labels.items() if name not in spelt}
    return Arms(kept, spelt=spelt) if 1 < len(kept) < 6 else Arms({})


_BEHIND_NUMBER = re.compile(r"[0-9]\s?%?\s\(([A-Za-z][\w.+/-]{0,20}(?: [\w.+/-]{2,20}){0,2})\)")


def _rest(name: str) -> str:
    return re.escape(name.partition(" ")[2]) or "(?!)"


def _is_part_of_two(name: str, called: Iterable[str]) -> bool:
    """Whether two groups are called by it and a dose, or a word for one."""
    words = {*name.split()}
    return sum(words < (own := {*one.split()}) and _doses(own - words) for one in called) > 1


def _doses(words: Set[str]) -> bool:
    return all(re.fullmatch(r"[0-9.]+\w*|m?g|ml|high|low|medium|dose", one) for one in words)


def _groups_in(sentence: str) -> list[str]:
    """What a sentence calls groups, without the words for them."""
    found = re.findall(r"\b[Gg]roups? (?:[A-Z]{1,4}|[1-4])\b(?! ?[×x%.][0-9])", sentence)
    for match in re.finditer(
        r"\b(?:the|in|to|for|and|with|than) "
        r"((?:[\w/+-]{2,20} ){0,2}[\w/+-]{2,20}) (?:group|arm)s?\b",
        sentence,
    ):
        name = re.sub(r"^(?:.*\b)?(?:the|in|of|and|to|for|with|than|a|an|both)\s+", "", match[1])
        found.append(name)
    for match in _NAMED_GROUPS.finditer(sentence):
        found += [name for name in match.groups() if name]
    # "SI" of "the single SI group" is none.
    return [
        name
        for name in dict.fromkeys(found)
        if not (NO_ARM.search(name.lower()) or re.fullmatch(r"(?:age|study|\d+)", name))
        and not any(other.endswith(f" {name}") for other in found)
    ]


# Without a word before: "MS-EGF group", "intervention arm 85.9%", "Amlexanox and laser groups".
_NAMED_GROUPS = re.compile(
    r"(?<![\w-])(?:([\w/+-]{2,20}) (?:and|versus|vs\.?) (?:the )?)?"
    r"(intervention|control|placebo|experimental|[A-Z]|(?=[a-z]*[A-Z])[\w/+-]{2,20}|"
    r"(?<=and )[\w/+-]{2,20}|(?<=vs )[\w/+-]{2,20}) (?:group|arm)s?\b|"
    r"\b(intervention|control) (?:area|cluster|site|village|school|practice|clinic|communit)"
)
