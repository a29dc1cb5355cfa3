"""Which arms a text names, and where: by their names, by abbreviations that the paper explains, and
by words that one arm alone has."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from trialtrace.audit.reading.allocation import Allocation, loose
from trialtrace.audit.reading.arms import Arms, bare, names_control

_PEOPLE = (
    r"(?:groups?|arms?|patients|participants|subjects|women|men|children|infants|cohort|meals?|"
    r"diets?|periods?|conditions?|treatments?|practices|clusters|villages|schools|sites|recipients|"
    r"mothers|students|users|areas?|communities)"
)
# Words of names that tell no arm from what is measured or done.
_COMMON = {
    *("group", "groups", "treatment", "therapy", "patients", "daily", "twice", "once", "weeks"),
    *("months", "days", "plus", "alone", "dose", "high", "low", "standard", "usual", "care"),
    *("intervention", "control", "with", "without", "after", "before", "only", "study", "total"),
    *("active", "early", "late", "first", "second", "single", "trial", "programme", "program"),
}
# "The low dose group" of "Drug, low" beside "Drug, high".
_OF_DOSES = {"high", "low", "standard", "single"}
_SIZED = re.compile(
    r"\s*(?:[(\[]?\s*(?:n\s*=\s*)?[0-9]+\s*(?:m|mo|months?|w|weeks?|d|days?|y|years?)?\s*[)\]]?)\s*$",
    re.IGNORECASE,
)
BY_A_WORD = "the group is known by a word of its name"


@dataclass(frozen=True)
class Mention:
    """An arm's name in a sentence; `doubt` where it is not its whole name."""

    begin: int
    end: int
    arm: str
    doubt: str | None = None


# "A/B", "A + B" and "A plus B" are neither A nor B; "pre-B" is not B, and "A-B" is both.
_JOINED = re.compile(
    r"[A-Za-z)](?: ?[/+] ?| plus )\||"
    r"\|(?: ?[/+] ?| plus )(?!(?:days?|d|weeks?|kg|h|m[2²]?)\b)[A-Za-z(]"
)

# "At home" and "in our clinic" are places.
_OF_PLACE = re.compile(r"\b(?:at|our|their|own)\s$", re.IGNORECASE)
_GROUP = re.compile(rf"[\s-](?:\w+[\s-])?{_PEOPLE}(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class Names:
    """Patterns of the names of each arm, the most telling first."""

    patterns: tuple[tuple[str, re.Pattern[str], str | None], ...]
    arms: tuple[str, ...]

    def mentions(self, sentence: str) -> list[Mention]:
        """The arms that a sentence names, in order."""
        found: list[Mention] = []
        for arm, pattern, doubt in self.patterns:
            for match in pattern.finditer(sentence):
                begin, end = match.span(match.lastindex or 0)
                if _JOINED.search(
                    sentence[max(0, begin - 7) : begin] + "|" + sentence[end : end + 7]
                ) or (_OF_PLACE.search(sentence, 0, begin) and not _GROUP.match(sentence, end)):
                    continue
                beside = [
                    one for one in found if doubt and 0 <= begin - one.end < 2 and one.arm != arm
                ]
                if beside:
                    # "The red laser group" is not the "green laser" one.
                    continue
                if all(end <= one.begin or begin >= one.end for one in found):
                    found.append(Mention(begin, end, arm, doubt))
        ends = {one.end for one in found}
        apart = [
            one
            for one in found
            if one.begin - 1 in ends or not re.search(r"\w-$", sentence[: one.begin])
        ]
        return sorted(apart, key=lambda mention: mention.begin)

    def other(self, arm: str | None) -> str | None:
        """The other one of two arms."""
        rest = [name for name in self.arms if name != arm]
        return rest[0] if len(self.arms) == 2 and arm in self.arms and len(rest) == 1 else None


def names_of(arms: Arms, texts: Sequence[str]) -> Names:
    """What a paper's text calls its arms."""
    whole: dict[str, str | None] = {}
    for name, label in arms.labels.items():
        _add(whole, name, name)
        _add(whole, bare(re.sub(r"[(\[][^()\[\]]*[)\]]", " ", label)), name)
        for short in re.findall(r"[(\[]([A-Z][A-Za-z0-9+-]{1,9})[)\]]", label):
            _add(whole, short.lower(), name)
    for spelling, name in arms.spelt.items():
        _add(whole, spelling, name)
    for name, label in arms.labels.items():
        # "Sucrose 6 months" and "Sucrose (22)" are one arm to a sentence.
        whole.setdefault(bare(_SIZED.sub("", label)), name)
    explained = Allocation(passages=texts).explained
    for short, long in explained:
        if re.search(r"\b(?:study|trial)$", long, re.IGNORECASE):
            continue
        by_short = whole.get(short.lower())
        if by_short is not None:
            if any(of != by_short and one in bare(long) for one, of in whole.items()):
                continue
            _add(whole, long.lower(), by_short)
        elif (arm := _named_by(long, arms)) is not None:
            _add(whole, short.lower(), arm)
    named = {
        text: arm for text, arm in whole.items() if arm is not None and re.search(r"[^\W\d_]", text)
    }
    made: list[tuple[str, re.Pattern[str], str | None]] = [
        (named[text], _pattern(text), None) for text in sorted(named, key=len, reverse=True)
    ]
    for text, arm in named.items():
        if lettered := re.fullmatch(r"group (\w{1,3})", text):
            # "Groups A and B": the word stands before the first alone.
            list_of = r"(?:\w{1,3}(?:,? (?:and|or|vs\.?|versus) |, )){1,4}"
            pattern = rf"(?<!\w)groups (?:{list_of})?({lettered[1]})(?!\w)"
            made.append((arm, re.compile(pattern, re.IGNORECASE), None))
    for name, label in arms.labels.items():
        if lettered := re.match(
            r"(?:arm|group)\s([A-Z]|[1-9]|I{1,3}|IV)\b(?!$)", label, re.IGNORECASE
        ):
            list_of = r"(?:\w{1,3}(?:,? (?:and|or|vs\.?|versus) |, )){0,4}"
            pattern = rf"(?<!\w)(?:[Aa]rm|[Gg]roup)s? (?:{list_of})?({lettered[1]})(?!\w)"
            made.append((name, re.compile(pattern), None))
    made += _by_dose(named)
    made += _lettered(arms)
    made += _roles(arms, {short for short, _ in explained})
    made += _called(arms, named, texts)
    made += _single_words(arms, named)
    made += _numbered(Names(tuple(made), tuple(arms.labels)), texts)
    return Names(tuple(made), tuple(arms.labels))


_BEFORE_ROLE = (
    r"(?:^|(?<=[(\[%=:\d])|(?<=[%=:;,\d] )|(?<=\bthe )|(?<=\b(?:in|vs|to) )|(?<=\b(?:and|for) )|"
    r"(?<=\bbetween )|(?<=\bor )|"
    r"(?<=\b(?:with|than) )|(?<=\bversus )|(?<=vs\. ))"
)


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern of a name: of one letter where it stands for a group, of a word that is used of
    other things where it does so."""
    if len(text) == 1:
        letter = text.upper()
        behind = r"(?:,? (?:(?:and|or|vs\.?|versus) )?\w{1,3}){0,3} (?:group|arm)s?\b"
        return re.compile(rf"(?<![\w-]){letter}(?={behind}|[)\]])|(?<=\bin ){letter}(?![\w-])")
    if _GENERAL.fullmatch(text) or text == "control":
        # "Poor control" and "the control of pain" are no arms.
        behind = r"(?!\w|-\w+(?:ed|ing)\b)(?!\s(?:of|over|for|the|their|among|was|were)\b)"
        given = rf"(?:(?<=receiving )|(?<=receiving the )|(?<=assigned to the )){text}(?![\w-])"
        people = rf"(?<![\w-]){text}s?(?=[\s-]{_PEOPLE}(?!\w))"
        pattern = rf"(?:{_BEFORE_ROLE}{text}s?{behind})|{given}|{people}"
        return re.compile(pattern, re.IGNORECASE)
    return re.compile(rf"(?<!\w)(?:{loose(text)})s?(?!\w)", re.IGNORECASE)


def _add(whole: dict[str, str | None], text: str, arm: str) -> None:
    """A name of an arm; one that two arms have is none."""
    whole[text] = arm if whole.get(text, arm) == arm else None


def _by_dose(named: Mapping[str, str]) -> list[tuple[str, re.Pattern[str], str | None]]:
    """Doses and times of arms that have all other words in common: "the 0.25-mg group" of "Drug
    0.25 mg" and "Drug 0.5 mg", and "24-" in "the 24- and 48-week groups"."""
    made: list[tuple[str, re.Pattern[str], str | None]] = []
    doses: dict[str, set[str]] = {}
    for text in named:
        if match := _DOSE.search(text):
            doses.setdefault(text[: match.start()] + text[match.end() :], set()).add(text)
    for texts in doses.values():
        of = {match[0]: named[text] for text in texts if (match := _DOSE.search(text))}
        if len(set(of.values())) < 2 or len(of) < len(texts):
            continue
        for dose, arm in sorted(of.items(), key=lambda pair: len(pair[0]), reverse=True):
            number, unit = dose.rsplit(" ", 1)
            others = "|".join(loose(other) for other in of if other != dose)
            beside = rf"(?=(?:, (?:and )?|\s(?:and|or|vs\.?|versus)\s)(?:{others}))"
            pattern = rf"(?<![\w.]){loose(number)}[\s-]*(?:{unit}(?!\w)|{beside})"
            made.append((arm, re.compile(pattern, re.IGNORECASE), BY_A_WORD))
        # "11 1 5 g": of several numbers of a name the first, with its decimals.
        ranked = sorted(of, key=lambda dose: float(".".join(dose.split()[:-1][:2])))
        for word, dose in (("low", ranked[0]), ("high", ranked[-1])):
            # "The low and high dose groups".
            other = {"low": "high", "high": "low"}[word]
            behind = (
                rf"(?=[\s-]doses?\b|,? (?:and|or|vs\.?|versus) (?:the )?{other}(?:er)?[\s-]dose)"
            )
            pattern = rf"(?<![\w-]){word}(?:er|est)?{behind}"
            made.append((of[dose], re.compile(pattern, re.IGNORECASE), BY_A_WORD))
    return made


_DOSE = re.compile(
    r"\b[0-9][0-9 ]* (?:mg|g|mcg|µg|μg|iu|ml|weeks?|months?|days?|hours?|hz|min|portions?)\b"
)


def _numbered(names: Names, texts: Sequence[str]) -> list[tuple[str, re.Pattern[str], str | None]]:
    """ "Group 1" where the text tells which arm that is: "group 1 (placebo)"."""
    told: dict[str, Counter[str]] = {}
    for text in texts:
        for match in _NUMBER_OF.finditer(text):
            arms = distinct(names.mentions(match["behind"] or match["before"] or ""))
            whole = names.mentions(match[0])
            if len(arms) == 1 and len(distinct(whole)) == 1:
                told.setdefault(match["number"] or match["of"], Counter())[arms[0]] += 1
    own = " ".join(names.arms).split()
    best = {
        number: arms.most_common(1)[0][0]
        for number, arms in told.items()
        if number.lower() not in own
    }
    if len({*best.values()}) < len(best):
        return []
    return [
        (
            arm,
            re.compile(rf"(?<![\w-])(?:[Gg]roup|[Aa]rm)s? (?:\w,? and )?({number})(?![\w-])"),
            BY_A_WORD,
        )
        for number, arm in best.items()
    ]


_NUMBER_OF = re.compile(
    r"\b(?:[Gg]roup|[Aa]rm) (?P<number>[A-D]|[1-4]|I{1,3}|IV)\b(?! and)"
    r"(?:\s*[(\[:,=]|\s(?:patients |subjects |participants )?"
    r"(?:was|were|received?|had|underwent|is))"
    r"(?P<behind>[^.;()]{3,70})|"
    r"(?P<before>[^.;,()]{3,50})[(\[](?:the )?(?:[Gg]roup|[Aa]rm) (?P<of>[A-D]|[1-4]|I{1,3}|IV)\b"
)


def _lettered(arms: Arms) -> list[tuple[str, re.Pattern[str], str | None]]:
    """ "The L group" of arms whose names begin with letters of their own."""
    first = {name: name[:1].upper() for name in arms.labels}
    if not all(map(str.isalnum, first.values())) or any(len(name) < 2 for name in first):
        return []
    if len({*first.values()}) < len(first):
        return []
    return [
        (
            name,
            re.compile(rf"(?<![\w-])(?:{letter} (?:group|arm)|[Gg]roup {letter})(?![\w-])"),
            BY_A_WORD,
        )
        for name, letter in first.items()
    ]


def _roles(arms: Arms, explained: Collection[str]) -> list[tuple[str, re.Pattern[str], str | None]]:
    """ "The control group", where one arm is the control, and the other one of two; "CG" and "IG"
    where the text has them as `explained` for nothing else."""
    controls = [name for name in arms.labels if names_control(name)]
    if len(controls) != 1 or len(arms.labels) < 2:
        return []
    control = rf"(?<!\w)(?:controls(?!\w)|(?:control|comparison|comparator)\W{_PEOPLE}(?!\w))"
    made: list[tuple[str, re.Pattern[str], str | None]] = [
        (controls[0], re.compile(control, re.IGNORECASE), None)
    ]
    if len(arms.labels) == 2:
        other = next(name for name in arms.labels if name not in controls)
        words = (
            rf"(?<!\w)(?<!each )(?:(?:intervention|experimental|treatment)\W{_PEOPLE}|"
            r"(?<!\bof )(?<!\bby )(?:active|study)\W(?:groups?|arms?))(?!\w)"
        )
        made.append((other, re.compile(words, re.IGNORECASE), None))
        for arm, shorts in ((controls[0], {"CG"}), (other, {"IG", "EG"})):
            usual = "|".join(sorted(shorts - {*explained})) or "(?!)"
            made.append((arm, re.compile(rf"(?<![\w-])(?:{usual})(?![\w-])"), BY_A_WORD))
    return made


def _called(
    arms: Arms, named: Mapping[str, str], texts: Sequence[str]
) -> list[tuple[str, re.Pattern[str], str | None]]:
    """What text calls the one arm that tables call "Experimental" or the like."""
    others = [name for name in arms.labels if not names_control(name)]
    if len(arms.labels) != 2 or len(others) != 1 or not _GENERAL.fullmatch(others[0]):
        return []
    called: Counter[str] = Counter()
    for text in texts:
        for match in re.finditer(r"\b(?:the|in) ((?:[\w-]{2,20} )?[\w-]{2,20}) group\b", text):
            called[match[1].lower().removeprefix("the ")] += 1
    for known in [*called]:
        if known in named or names_control(known) or _GENERAL.search(known) or NO_ARM.search(known):
            del called[known]
    most = called.most_common(2)
    if not most or most[0][1] < 3 or (len(most) > 1 and most[1][1] * 2 > most[0][1]):
        return []
    pattern = re.compile(rf"(?<!\w){loose(most[0][0])}\s{_PEOPLE}(?!\w)", re.IGNORECASE)
    return [(others[0], pattern, "the group is known by what text alone calls it")]


_GENERAL = re.compile(r"(?:intervention|experiment(?:al)?|treatment|active|study|treated|test)\b")
NO_ARM = re.compile(
    r"\b(?:each|this|that|both|two|other|same|age|one|every|all|first|second|any|which|either|whole|"
    r"entire|third|per|between|within|small|large|three|four|these|those|most|no|non|was|were|had|"
    r"is|are|not|also|differ\w*|significant\w*|respective|comparison|sub|younger|older|patients|by|"
    r"in|of|min|mean|techniques?|gel|baseline|analysis|with|without|than|for|to|from|and|or|"
    r"ref|case|following|corresponding|above)\b"
)


def _single_words(
    arms: Arms, named: Mapping[str, str]
) -> list[tuple[str, re.Pattern[str], str | None]]:
    """Words that one arm alone has, where they stand for its patients."""
    of: dict[str, list[str]] = {}
    for text, arm in named.items():
        for word in set(re.findall(r"[^\W\d_]{3,}", text)):
            of.setdefault(word, []).append(arm)
    made: list[tuple[str, re.Pattern[str], str | None]] = []
    for text, arm in named.items():
        # "Web-based instruction" of "web-based lecture".
        how = re.match(r"\w+ (?:based|assisted|guided|supported|led|delivered|enhanced)(?= )", text)
        if how and sum(other.startswith(how[0]) for other in named) == 1:
            whole = re.compile(rf"(?<!\w){loose(how[0])}(?!\w)", re.IGNORECASE)
            made.append((arm, whole, BY_A_WORD))
    for word, owners in of.items():
        if len(set(owners)) == 1 and word not in named:
            listed = rf"(?<![\w-]){word}(?= (?:and|or|vs\.?|versus) [\w-]+ {_PEOPLE})"
            if word in _COMMON or len(word) < 4:
                # "The usual and the early groups".
                dosed = rf"(?<![\w-]){word}[\s-]doses?[\s-]{_PEOPLE}(?!\w)"
                pattern = f"{listed}|{dosed}" if word in _OF_DOSES else listed
                made.append((owners[0], re.compile(pattern, re.IGNORECASE), BY_A_WORD))
                continue
            stands = (
                rf"(?:(?<=[(\[])|(?<=received )|(?<=applied )|(?<=given )|(?<=taking )|(?<=in )|"
                rf"(?<=in the )|(?<=with )|(?<=for )|(?<=on )|(?<=receiving )|(?<=than )|"
                rf"(?<=to )|(?<=and )|(?<=or )|(?<=vs )|(?<=vs\. )|(?<=versus )){word}(?![\w-])|"
                rf"(?<=[,;] ){word}(?=:? [0-9])|(?<![\w-]){word}-treated|"
                rf"{listed}|(?<=%\) ){word}(?=[;,.)])|"
                rf"(?<![\w-]){word}[\s-](?:(?!(?:in|of|for|by|and|than|who|with|at|to|from)\b)\w+[\s-]){{0,2}}?{_PEOPLE}(?!\w)"
            )
            made.append((owners[0], re.compile(stands, re.IGNORECASE), BY_A_WORD))
    return made


def _named_by(long: str, arms: Arms) -> str | None:
    """The arm whose name is explained: all its words stand there, or it has all of them."""
    words = {word.removesuffix("s") for word in bare(long).split()}
    near = [
        name
        for name in arms.labels
        if (own := {word.removesuffix("s") for word in name.split()})
        and (own <= words or words <= own)
        and len(words) < 8
    ]
    longest = [name for name in near if len(name) == max(map(len, near))]
    return longest[0] if len(longest) == 1 else None


def distinct(mentions: Sequence[Mention]) -> list[str]:
    """The names of the arms of some mentions, each once, in order."""
    return list(dict.fromkeys(one.arm for one in mentions))


# What stands right before the group that another is compared with.
REFERENCE = re.compile(
    r"\b(?:(?:as )?compared (?:with|to)|in comparison (?:with|to)|relative to|versus|vs\.?|than|"
    r"against|over)\W+(?:(?:those|that|patients|participants|subjects|women|children|"
    r"the results(?: obtained)?)\W+)?"
    r"(?:(?:in|with|of|for|on|among|after|from|receiving|given)\W+)?(?:the\W+)?$",
    re.IGNORECASE,
)
# "The statin group" that no arm's name is.
_A_GROUP = re.compile(
    r"\b(?:in|of|for|[Tt]he|and|with|to|on) (?:the )?((?:[\w/+-]+ ){0,2}?[\w/+-]+) "
    r"(?:sub)?(?:groups?|arms?)\b"
)


def strangers(text: str, mentions: Sequence[Mention]) -> list[re.Match[str]]:
    """Where a text names groups that are no known arms."""
    return [
        match
        for match in _A_GROUP.finditer(text)
        if not NO_ARM.search(match[1].lower())
        and not any(match.start() <= one.begin < match.end() for one in mentions)
    ]
