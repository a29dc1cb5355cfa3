"""What sentences beside the tables say of a trial: its primary outcome and its direction, who was
studied, who the controls are, what is missing, what was before and after."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from trialtrace.run.drafting.codebook import MOST_BYTES, NOTES, text_of
from trialtrace.run.tables.measures import parts

# "superior as measured by the number of contacts (OC)", "the primary outcome was pain (vas)".
_WORDS = r"(?:[^.;()]|\([^()]*\))*?"
COMPARED = re.compile(
    r"\b(?:superior|inferior|better|compar\w+|effects?|efficacy|differ\w*|versus|vs)\b"
    rf"{_WORDS}\b(?:as )?measured by\b{_WORDS}\(([\w.]+)\)|"
    rf"\b(?:primary|main) (?:outcome|end ?point)\b{_WORDS}\(([\w.]+)\)|"
    r"\(([\w.]+),? (?:the )?(?:primary|main) (?:outcome|end ?point)\)",
    re.IGNORECASE,
)
PRIMARY = re.compile(
    r"\b(?:(?:primary|main) (?:(?:study|trial|efficacy|clinical) )?(?:outcomes?|end ?points?)|"
    r"(?:the|our) (?:(?:response|outcome|dependent) variable|outcome of interest))\b",
    re.IGNORECASE,
)
# A sentence that says which it is: "the primary outcome was", "as our primary outcome".
BE, OF_IT = r"(?:is|was|are|were)", r"(?:measures?|variables?|of (?:the|this|our) (?:trial|study))"
STATED = re.compile(
    rf"{PRIMARY.pattern}\W{{0,3}}(?:\s*{OF_IT})*"
    rf"\s*(?:[:=(,]|[-–—] |{BE}\b|(?:was |is )?defined as\b)|^\s*#[^\n]*{PRIMARY.pattern}",
    re.IGNORECASE,
)
# "An effort to assess the effectiveness of A on reducing systolic blood pressure".
AIMED = re.compile(
    r"\b(?:aim|aims|aimed|goal|purpose|objective|effort|designed|conducted|undertaken|sought|study|"
    r"trial)\b[^.;]*?\b(?:assess|evaluat|test|determin|compar|investigat|examin|estimat|stud)\w*\s"
    r"[^.;]*?\b(?:effects?|effectiveness|efficacy|impact|influence|benefits?)\b[^.;]*?"
    r"\b(?:on|in|for|at|to)\s+(?:(?:the )?(?:reduction|improvement|prevention|change)s? (?:in|of)|"
    r"(?:reduc|improv|lower|increas|prevent|decreas|rais)(?:e|ing))\s+",
    re.IGNORECASE,
)
NAMED_SO = re.compile(rf"(?:\b(?:{BE}|as) (?:the |our |its )?|, (?:the|our|its) )$", re.IGNORECASE)
NOTED_SO = re.compile(r"\([\w.]+,? (?:the )?$", re.IGNORECASE)
OTHER_ROLES = re.compile(r"\b(?:secondary|secondarily|adjust\w*|stratif\w*)\b", re.IGNORECASE)
# A sentence, which ends before the next item of a list.
SENTENCE = re.compile(r"(?:[^.;\n]|[.;](?!\s)|\n(?!\s*[-*+•|]))+")
# A heading on what is compared, and what is below it.
HEADING = re.compile(rf"^(#+[^\n]*{PRIMARY.pattern}[^\n]*)(\s*\n\s*\n\s*)", re.I | re.M)
# What stands between blank lines and headings; how the names of an outcome at visits begin.
BLOCK = re.compile(r"(?:(?!\n\s*\n|\n\s*#)[\s\S])+")
STEM = re.compile(r"[^\W_]+?(?=[._ ]|\d+[a-z]*$|$)|.*")
# Words that may make a sentence one of another study, in it and near it.
UNSAID = re.compile(
    r"\b(?:planned|not|never|unlike|instead|other|another|former|historical|changed|switched|"
    r"replaced|associat\w*|correlat\w*|predict\w*|imput\w*|related|missing|explain\w*|mediat\w*)\b",
    re.IGNORECASE,
)
OF_STUDIES = re.compile(
    r"\bet al\b|\b(?:pilot|parent|registered|protocol|original|earlier|previous)\b|"
    r"\b(?:study|trial|experiment) (?:of|by) (?-i:[A-Z])|"
    r"\b(?:sister|companion|parallel|twin|accompanying|neighbou?ring|separate) (?:study|trial)\b|"
    r"\bdata (?:are|is|were) (?:\w+ )?(?:elsewhere|not here)\b",
    re.IGNORECASE,
)
# What a heading calls this trial, and what a sentence calls its own: ZINCO, the BRISK trial.
OWN_NAME = re.compile(
    r"^#+ *(?:The )?([A-Z][A-Z0-9-]{2,})\b(?=\s*:| [-–] | (?:trial|study)\b)", re.M
)
NAMES = re.compile(
    r"\b(?:[Tt]rial|[Ss]tudy) ([A-Z][A-Z0-9-]{2,})\b|\b([A-Z][A-Z0-9-]{2,}) (?:trial|study)\b"
)
# Anywhere in a text: it is of more than one study, or of what another one left.
OF_SEVERAL = re.compile(
    r"\b(?:sub-?study|substudies|ancillary|secondary analys\w+|post[- ]hoc analys\w+|re-?analys\w+|"
    r"meta-?analys\w+|(?:study|trial|experiment) (?:[2-9]\b|II|two\b))",
    re.IGNORECASE,
)

# "A is the control arm and B the active arm"; "A: those drawn for yoga".
CONTROL = re.compile(r"\b(?:controls?|placebo|sham|comparator)\b")
OF_ARMS = re.compile(
    rf"{CONTROL.pattern}|\b(?:active|intervention|treatment|treated|drawn|randomi[sz]ed|allocated|"
    r"assigned)\b"
)


# "Assigned to a treatment group (consumption) or the control group (avoidance)".
GROUPS = re.compile(r"\b(\w+)\s+(?:groups?|arms?)\s+\(([^()]{2,60})\)", re.IGNORECASE)

ASSIGNED = re.compile(r"\b(?:randomi[sz]|allocat|assign)ed\b", re.IGNORECASE)

# "Before the experiment began": and of no such sentence what was later as well.
AHEAD = re.compile(
    r"\b(?:before|prior to) (?:the )?(?:start of )?(?:the )?(?:experiment|study|trial|treatments?|"
    r"intervention|training|randomi[sz]ation|program(?:me)?)\b|\bat (?:baseline|study entry)\b",
    re.IGNORECASE,
)
NOT_AHEAD = re.compile(
    r"\b(?:after\w*|following|follow-?up|during|then|later|end|post\w*|finally|weeks?|months?|"
    r"change\w*|outcomes?|end ?points?|before|prior|would|will|told|planned)\b",
    re.IGNORECASE,
)
# "Forty-four subjects were randomized into four groups".
COUNTS = ("three", "four", "five", "six", "seven", "eight")
DRAWN_FOR = re.compile(
    rf"\b(?:(?:randomi[sz]|allocat|assign)ed|randomly (?:divided|split|put))\b"
    rf"[^.;()]{{0,60}}?\b(?:to|into|in|among|between)\s+"
    rf"(?:(?:one|either) of )?(?:the |these )?({'|'.join(COUNTS)}|[3-8])\s+(?:[\w-]+\s+){{0,3}}?"
    r"(?:groups|arms|treatments|conditions|regimens|interventions|diets|programs|programmes|doses|"
    r"drugs|therapies|preparations|formulations|methods|schedules|products)\b",
    re.IGNORECASE,
)

# "The study population consists of subjects with M=1 and Q <= 103".
IS = re.compile(r"([\w.]+)\s*(==?|<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)(?![\w.]*\d)")
STUDIED = re.compile(
    r"\b(population|sample|analys[ei]s|analy[sz]ed)\b.*\b(consists?|restricted|limited|comprises?|"
    r"includes?|only|with|where|who|whose)\b",
    re.IGNORECASE,
)
# "Higher scores on v1 indicate more pain": what a sentence says of the values of one column.
SIDED = re.compile(
    r"\b(?:high|great|larg|low|small)er\b.*\b(?:worse|better|more|less|greater|fewer|poorer|indicat\w+|"
    r"reflect\w*|mean(?:s|ing)?|represent\w*|denot\w+)\b",
    re.IGNORECASE | re.DOTALL,
)

# A sentence on other groups than those of the file.
OF_OTHERS = re.compile(
    r"\b(historical|earlier|previous|former|other|first|planned|trial of|study of|not|never|"
    r"neither|nor|no)\b",
    re.IGNORECASE,
)

# "potential controls from other places that received only oxytocin".
CONTROLS = re.compile(
    r"(?<!none of the )(?<!neither )\b(?:controls?|comparators?)\b"
    r"(?:(?!\b(?:later|never|nor|then|after\w*|subsequently|eventually|finally|not|who)\b)[^.;:,()]){0,80}?"
    r"\b(?:received|receiving|were given|got)\s+(?:only\s+|the\s+|an?\s+)*([^\W\d][\w-]*)"
    r"(?!\s+(?:after|later|once|from|at)\b)",
    re.IGNORECASE,
)

# What lies behind the start: "0 is the end of the six weeks of treatment", "on arrival, after the
# operation"; not "before the treatment", and no time since it began.
_GIVEN = (
    r"(?:treatments?|interventions?|training|therapy|program(?:me)?s?|course|operations?|surgery|"
    r"procedure|ana?esthesia|injections?|infusions?|vaccinations?)"
)
AT_ITS_END = re.compile(
    rf"\bpost ?-?(?:treatment|intervention|training|therapy|test)|"
    rf"(?<!before )(?<!until )\b(?:after|following|(?:end|completion) of) "
    rf"(?:(?!before\b|start|begin)\w+ ){{0,5}}?{_GIVEN}\b"
    rf"(?! (?:began|begins?|starts?|started|was drawn)\b)",
    re.IGNORECASE,
)


# "Missing values are coded 9 or 99"; "Missing data codes: -99 for all numeric variables"; "-99
# means missing throughout".
_CODE = r"-?[0-9]{1,4}(?: \([^()]*\))?"
_CODES = rf"{_CODE}(?:(?:\s*[,;/]\s*|\s+(?:or|and|oder|und|ou|et|o|y|e|of|en)\s+)+{_CODE})*"
NONE_ARE = re.compile(
    r"[^\w-]*(?:all )?(?:missing|fehlende|valeurs manquantes|valores perdidos|valori mancanti|"
    r"valores ausentes|ontbrekende)(?: (?:values?|data|werte|answers?|waarden))?"
    r"(?: codes?)?\s*(?::|=|(?:are|is|were|sind)(?:\s+\w+ed)?(?:\s+(?:as|by|with|als))?)\s*"
    r"(?:codes? )?"
    rf"(?P<codes>{_CODES})(?:\s+(?:for|in) all\b.*)?\s*[.;]?|"
    rf"[^\w-]*(?:(?:the )?(?:codes?|values?) )?(?:of )?(?P<before>{_CODES})\s*"
    r"(?:=|:|means?|stands? for|denotes?|indicates?)\s*(?:a |that )?missing\b.*",
    re.IGNORECASE,
)
FOR_ALL = re.compile(
    r"\b(?:for|in) all (?:the )?(?P<word>[^\W\d]{3,})(?: \w+){0,2},? (?P<code>-?[0-9]{1,4}) "
    r"(?:indicates?|means?|stands? for|denotes?|is|=) (?:a |that )?(?:\w+ )?missing\b",
    re.IGNORECASE,
)
# Of some columns alone.
OF_SOME = re.compile(r"\b(?:for|in|except|but|where|when|if)\b(?! all| every| any)", re.IGNORECASE)

# Letters of a name that may be a word of a sentence.
SHORTEST_WORD = 4


def late_in(files: Sequence[str], values: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Columns of which texts say that they lie behind the treatment, or that their first whole
    number does (month.0), each with a sentence; `values` are the different cells of each."""
    made: dict[str, str] = {}
    for path, text in texts_of(files) if values else ():
        names = [re.escape(one) for one in sorted(values, key=len, reverse=True)]
        named = re.compile(rf"(?<![\w.])(?:{'|'.join(names)})(?![\w])")
        for clause in re.finditer(r"[^.;\n]+", text):
            each = [*named.finditer(clause[0])]
            ends = [*(one.start() for one in each[1:]), len(clause[0])]
            line = text.count("\n", 0, clause.start()) + 1
            for one, end in zip(each, ends, strict=False):
                said, codes = clause[0][one.end() : end], [*filter(str.isdecimal, values[one[0]])]
                first = min(codes, key=int, default="")
                at = re.search(rf"(?<!\w){first}\b([^,]*)", said) if first else None
                for name, words in ((one[0], said), (f"{one[0]}.{first}", at[1] if at else "")):
                    if AT_ITS_END.search(words):
                        why = f"{path.name}, line {line}, says that it came after what was given."
                        made.setdefault(name, f"{name}: {why}")
    return made


def missing_in(files: Sequence[str], values: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Codes of which a sentence says that they are missing in all columns, each with where; nothing
    of one on some of them alone, or on a column."""
    made: dict[str, str] = {}
    for path, text in texts_of(files):
        for line, each in enumerate(text.splitlines(), start=1):
            for sentence in re.split(r"(?<=[.;])\s+", each):
                told = NONE_ARE.fullmatch(sentence)
                if (
                    not told
                    or OF_SOME.search(sentence)
                    or {*re.findall(r"\w+", sentence)} & {*values}
                ):
                    continue
                for code in re.findall(r"-?\b[0-9]+", told["codes"] or told["before"]):
                    why = f"{path.name}, line {line}, says that {code} stands for what is missing."
                    made.setdefault(code, why)
    return made


def missing_of_words(files: Sequence[str], names: Collection[str]) -> dict[str, tuple[str, str]]:
    """Columns of a word of which a sentence says that a code is missing in all of them, "for all
    pain scores 999 indicates missing", with the code and where."""
    made: dict[str, tuple[str, str]] = {}
    for path, text in texts_of(files):
        for told in FOR_ALL.finditer(text):
            if _of_other_study(text, told.start()):
                continue
            word = told["word"].lower()
            for name in names:
                if word in parts(name) or name.lower().startswith(word):
                    line = text.count("\n", 0, told.start()) + 1
                    made[name] = (told["code"], f"{path.name}, line {line}")
    return made


def primary_in(
    files: Sequence[str], labels: Mapping[str, str], told: Mapping[str, str]
) -> tuple[list[str], str, bool]:
    """The columns of the one outcome by which texts say that the arms are compared, a sentence, and
    whether that is of this trial beyond doubt: the same file says what they are (`told` are columns
    with their files), or is a README beside such a one, and nothing around it is of another study.
    None where texts name none or several; `labels` are what columns are said to be."""
    found: dict[str, tuple[str, bool]] = {}
    for path, text in texts_of(files):
        called, several = path.stem.casefold().startswith("readme"), OF_SEVERAL.search(text)
        joined = HEADING.sub(lambda one: one[1] + " " * len(one[2]), text)
        for block in BLOCK.finditer(joined):
            for said in SENTENCE.finditer(block[0]):
                line = text.count("\n", 0, block.start() + said.end()) + 1
                why = f"{path.name}, line {line}, says that it is what is compared."
                others = bool(
                    several
                    or UNSAID.search(said[0])
                    or OF_STUDIES.search(block[0])
                    or _of_another(said[0], text)
                )
                known = _states(said[0]) and not others
                for name in sorted(_compared(said[0], labels)):
                    own = told.get(name) == path.name or (called and bool(told))
                    # A plain word may be of something else, as pain of relief from it, unless a
                    # README beside the files has it as a name.
                    plain = _worded(" ".join(parts(said[0])), {name: ""})
                    own = (own and not plain) or (called and f"`{name}`" in said[0])
                    found.setdefault(name, (why, own and known))
    if len({*map(_stem, found)}) != 1:
        return [], "", False
    return [*found], next(iter(found.values()))[0], all(sure for _, sure in found.values())


def _of_other_study(text: str, at: int) -> bool:
    """Whether the block of a text in which something stands speaks of another study."""
    block = next((one[0] for one in BLOCK.finditer(text) if one.start() <= at < one.end()), "")
    return bool(OF_STUDIES.search(block))


def _of_another(sentence: str, text: str) -> bool:
    """Whether a sentence is of a trial of another name than the one that a heading has."""
    own = {*OWN_NAME.findall(text)}
    named = {name for pair in NAMES.findall(sentence) for name in pair if name}
    return bool(own and named and not own & named)


def sides_in(files: Sequence[str], labels: Mapping[str, str]) -> dict[str, str]:
    """Sentences on higher or lower values of one column each, without its name; nothing of a
    column on which there are several."""
    found: dict[str, set[str]] = {}
    names = "|".join(re.escape(one) for one in sorted(labels, key=len, reverse=True))
    for _, text in texts_of(files) if labels else ():
        for said in SENTENCE.finditer(text):
            named = {*re.findall(rf"(?<![\w.])(?:{names})(?![\w])", clause := said[0])}
            if len(named) == 1 and SIDED.search(clause):
                name = min(named)
                of_it = rf"\b(?:on|for|of|in) (?:the )?[`'\"*]*{re.escape(name)}[`'\"*]*(?!\w)"
                words = re.sub(of_it, "", clause)
                found.setdefault(name, set()).add(" ".join(words.split()).strip(" -*#|"))
    return {name: min(each) for name, each in found.items() if len(each) == 1}


def _states(sentence: str) -> bool:
    """Whether a sentence says which the primary outcome is, and not only something of it."""
    role = PRIMARY.search(sentence)
    ahead = sentence[: role.start()] if role else ""
    return bool(
        AIMED.search(sentence)
        or STATED.search(sentence)
        or NAMED_SO.search(ahead)
        or NOTED_SO.search(ahead)
    )


def _compared(sentence: str, labels: Mapping[str, str]) -> set[str]:
    """The columns of which a sentence says that the arms are compared by them: in brackets, by a
    name that is no plain word, by the beginning of the names of several, or by their label."""
    found = {one for each in COMPARED.findall(sentence) for one in each if one in labels}
    role = PRIMARY.search(sentence) or AIMED.search(sentence)
    if role is None:
        return found
    known = "|".join(map(re.escape, labels))
    # What is said of another column in a list begins a line with it.
    names = rf"\n\W*\b(?:{known})\b(?:\W+(?:{known})\b)*"
    listed = re.compile(rf"{names}(?:\W*[:=|–]|\s+-|[^\S\n]{{2,}}|\t)")
    behind = sentence[role.end() :]
    behind = ahead if NAMED_SO.search(ahead := sentence[: role.start()]) else behind
    said = OTHER_ROLES.split(listed.split(behind)[0])[0]
    marked = {*re.findall(r"(?<=\()[\w.]+(?=[,)])|(?<=`)[\w.]+(?=`)", said)}
    odd = {one for one in re.findall(r"[\w.]*\w", said) if not re.fullmatch("[A-Z]?[a-z]+", one)}
    words = {word.casefold() for word in marked | odd if re.search("[A-Za-z]{2}", word)}
    if found := found | {name for name in labels if {name.casefold(), _stem(name)} & words}:
        return found
    plain = " ".join(parts(said))
    heads = {name: " ".join(parts(re.split(r"[,;(]", label)[0])) for name, label in labels.items()}
    return {
        name
        for name, head in heads.items()
        if " " in head and re.search(rf"\b{re.escape(head)}\b", plain)
    } or _worded(plain, labels)


def _worded(plain: str, labels: Mapping[str, str]) -> set[str]:
    """The one column whose name is a word of a sentence: "was pain at 12 weeks"."""
    words = {*plain.split()}
    found = {name for name in labels if len(name) >= SHORTEST_WORD and name.casefold() in words}
    return found if len(found) == 1 else set()


def _stem(name: str) -> str:
    """How a name begins, in small letters: sbp of SBP_12m, pain of pain6w."""
    found = STEM.match(name.casefold())
    return found[0] if found else name


def arms_of_files(files: Sequence[str], tables: Collection[str]) -> dict[str, str]:
    """What a text says of files by their names beside words of arms: under `arms_of_files` a
    sentence that each may be one, under `control.` and a name that it alone is the control."""
    stems = {Path(one).stem.casefold() for one in tables}
    for path, text in texts_of(files):
        said: dict[str, str] = {}
        line = 0
        for sentence in re.finditer(r"(?:[^.]|\.(?!\s))+", text):
            words = sentence[0].casefold()
            at = {
                found.start(): one
                for one in stems
                for found in re.finditer(rf"(?<!\w){re.escape(one)}(?!\w)", words)
            }
            ends = [*sorted(at), len(words)][1:]
            for start, end in zip(sorted(at), ends, strict=True):
                if OF_ARMS.search(words[start:end]):
                    said[at[start]] = said.get(at[start], "") + words[start:end]
                    line = line or text.count("\n", 0, sentence.end()) + 1
        if len(said) > 1:
            told = {"arms_of_files": f"{path.name}, line {line}, says which of them is which arm"}
            controls = [one for one, words in said.items() if CONTROL.search(words)]
            if len(controls) == 1:
                told[f"control.{controls[0]}"] = f"{path.name}, line {line}, says so of its file."
            return told
    return {}


def population_in(files: Sequence[str], values: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Conditions on columns by which a sentence says who was studied, each with the sentence; none
    where it says who was not."""
    made: dict[str, str] = {}
    for path, text in texts_of(files):
        for sentence in re.finditer(r"(?:[^.;\n]|\.(?=\S)|\n(?=[^\n\s*#-]))+", text):
            said = " ".join(sentence[0].split())
            found = [(name, sign.replace("==", "="), n) for name, sign, n in IS.findall(said)]
            fits = [
                name in values and (n in values[name] or sign != "=") for name, sign, n in found
            ]
            if fits and all(fits) and STUDIED.search(said) and not OF_OTHERS.search(said):
                key, line = ",".join(map("".join, found)), text.count("\n", 0, sentence.end()) + 1
                made[f"population.{key}"] = f"{path.name}, line {line}: {said}."
    return made


def before_in(files: Sequence[str], names: Collection[str]) -> dict[str, str]:
    """Columns of which a sentence on what was before treatment has the name in brackets or as code:
    before the experiment began, the Embedded Figures Test (EFT) was done. Each with where."""
    made: dict[str, str] = {}
    known = {name.casefold(): name for name in names}
    for path, text in texts_of(files):
        for sentence in SENTENCE.finditer(text):
            said = " ".join(sentence[0].split())
            if not AHEAD.search(said) or NOT_AHEAD.search(AHEAD.sub("", said)):
                continue
            for marked in re.findall(r"\(([\w.]+)\)|`([\w.]+)`", said):
                if name := known.get("".join(marked).casefold()):
                    line = text.count("\n", 0, sentence.start()) + 1
                    made.setdefault(name, f"{path.name}, line {line}")
    return made


def groups_in(files: Sequence[str]) -> dict[str, str]:
    """Under `groups.4` a sentence that people were drawn for as many groups, if more than two and
    the same wherever texts say it."""
    found: dict[str, str] = {}
    for path, text in texts_of(files):
        for told in DRAWN_FOR.finditer(text):
            if not (OF_OTHERS.search(told[0]) or _of_other_study(text, told.start())):
                line, n = text.count("\n", 0, told.end()) + 1, told[1].lower()
                n = str(COUNTS.index(n) + 3) if n in COUNTS else n
                found.setdefault(f"groups.{n}", f"{path.name}, line {line}, has so many groups.")
    return found if len(found) == 1 else {}


def controls_in(files: Sequence[str]) -> dict[str, str]:
    """What texts say that controls received, in small letters, each with a sentence; under `group.`
    what one sentence has in brackets behind the control group, under `beside.` behind others."""
    made: dict[str, str] = {}
    for path, text in texts_of(files):
        for told in CONTROLS.finditer(text):
            line = text.count("\n", 0, told.end()) + 1
            made[told[1].lower()] = f"{path.name}, line {line}, says that controls received it."
        for sentence in re.finditer(r"[^.;]+", text):
            groups = [*GROUPS.finditer(sentence[0])]
            named = [one for one in groups if CONTROL.search(one[1].lower())]
            lot = ASSIGNED.search(sentence[0]) and not OF_OTHERS.search(sentence[0])
            line = text.count("\n", 0, sentence.end()) + 1
            why = f"{path.name}, line {line}, says which group is the control."
            for one in groups if lot and len(named) == 1 < len(groups) else ():
                of = "group" if one in named else "beside"
                made[f"{of}.{' '.join(one[2].lower().split())}"] = why
    return made


def texts_of(files: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """The texts among files, each once, with their paths; none that is too large for a note."""
    for path in map(Path, dict.fromkeys(files)):
        if path.suffix.lower() in NOTES and path.stat().st_size <= MOST_BYTES:
            yield path, text_of(path)
