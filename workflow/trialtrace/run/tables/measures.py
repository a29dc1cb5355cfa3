"""What a measure can be, by the words of its name and by its unit."""

import re
import unicodedata

AGES = {"age", "alter", "eta", "edad", "idade", "leeftijd", "alder", "ika", "wiek", "vek",
        "eletkor", "yas", "varsta", "starost", "vanus", "vecums", "amzius", "ηλικια", "возраст",
        "вік", "възраст"}  # fmt: skip
# An age that is none of the years of who was treated: of a pregnancy, a bone, a parent.
OTHER_AGES = re.compile(
    r"gestation\w*|gest|ga|(post)?menstrual|(post)?concept\w*|pma|corrected|bone|mental|heart|"
    r"maternal|paternal|moms?|mothers?|fathers?|parents?|partners?|spouse|husband|wife"
)
DEATH = re.compile(r"\b(deaths?|dead|died|fatal|mortality)\b", re.IGNORECASE)
SURVIVAL = re.compile(r"overall survival\b", re.IGNORECASE)
# An outcome of which death is a part, or of those deaths alone that nothing came before.
_MORE = re.compile(r"\b(or|without|before|as)\b", re.IGNORECASE)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+|[%µ]")

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae",
                          "œ": "oe", "đ": "d", "ı": "i"})  # fmt: skip
# What a name of a total may have behind it: which it is, and when it was.
_AT = (
    r"(t|tot|total|sum)?((bl|base|baseline|pre|post|fu|v|visit|w|wk|week|m|mo|month|d|day|t|y)?"
    r"\d{0,3})?"
)
# Words of a variable, its unit, the ends of what it can be: people from birth, in illness and in
# intensive care. Where no unit is said, the first row whose ends hold nearly all cells is taken.
POSSIBLE: tuple[tuple[str, str, float, float], ...] = (
    ("age", "years", 0, 120),
    ("age", "months", 0, 1440),
    ("age", "weeks", 0, 6300),
    ("age", "days", 0, 44000),
    (r"weight|wt|gewicht|poids|peso", "kg", 0.3, 450),
    (r"weight|wt", "lb", 0.6, 990),
    (r"bw|birthw(eigh)?t\w*|geburtsgewicht\w*|poids(de)?naissance\w*", "g", 200, 9000),
    (r"weight|wt|gewicht|poids|peso", "g", 1000, 30000),
    (r"height|ht|grosse|taille|altezza|talla|lengte", "cm", 20, 260),
    (r"height|ht", "m", 0.2, 2.6),
    ("bmi|bodymassindex", "", 7, 110),
    (r"sbp|sysbp|systolic|bpsys", "", 20, 320),
    (r"dbp|diabp|diastolic|bpdia", "", 10, 220),
    (r"pulse|heartrate|hr_?bpm|pulsrate", "", 10, 350),
    (r"temp|temperature|bodytemp", "°C", 25, 45),
    (r"karno\w*|kps", "", 0, 100),
    (r"ecog|ecogps", "", 0, 5),
    (r"h(a)?emoglobin|hgb|hb", "g/dL", 1, 28),
    (r"h(a)?emoglobin|hgb|hb", "g/L", 10, 280),
    (r"hba1c\w*", "%", 2, 25),
    (r"hba1c\w*", "mmol/mol", 5, 250),
    (r"creatinine|kreatinin|creat", "µmol/L", 5, 3000),
    (r"creatinine|kreatinin|creat", "mg/dL", 0.05, 35),
    (r"sodium|natrium", "", 80, 220),
    (r"potassium|kalium", "", 0.8, 15),
    (r"albumin", "g/dL", 0.3, 7),
    (r"albumin", "g/L", 3, 70),
    # Totals of questionnaires and scales, from the fewest to the most points of their items.
    (rf"(mmse|moca|epds){_AT}", "", 0, 30),
    (rf"phq9{_AT}", "", 0, 27),
    (rf"(gad7|hads(a|d|anx|dep|anxiety|depression)|psqi){_AT}", "", 0, 21),
    (rf"bdi(ii|2)?{_AT}", "", 0, 63),
    (rf"(madrs|ymrs){_AT}", "", 0, 60),
    (rf"(eq5?d?5?l?vas|sf36(pf|rp|bp|gh|vt|sf|re|mh)|barthel|odi|kps){_AT}", "", 0, 100),
    (rf"nihss{_AT}", "", 0, 42),
    (rf"gcs{_AT}", "", 3, 15),
    (rf"(rmdq|ess){_AT}", "", 0, 24),
    (rf"isi{_AT}", "", 0, 28),
    (rf"ybocs{_AT}", "", 0, 40),
    (rf"nrs(pain)?{_AT}", "", 0, 10),
    (rf"nrs(pain)?{_AT}", "", 0, 100),
)  # fmt: skip
# The ends between which the median of any patients lies, where another unit has many of the same
# numbers.
MIDDLES: tuple[tuple[str, str, float, float], ...] = (
    (r"h(a)?emoglobin|hgb", "g/dL", 5, 21),
    (r"h(a)?emoglobin|hgb", "g/L", 50, 210),
    (r"albumin", "g/dL", 1, 6),
    (r"albumin", "g/L", 10, 60),
)  # fmt: skip
# Changes, scores, squares and products of a variable are not the variable.
NOT_IT = re.compile(
    r"chg|change|diff|difference|gap|delta|gain|loss|score|z|percent\w*|pct|cat|group|grp|gr|"
    r"sqr?t?|squared?|log|ln|x(treat\w*|trt|arm)"
)


def of_death(label: str, *, time: bool = False) -> bool:
    """Whether the words of an event, or of a `time` until one, say death and nothing else: who has
    "overall survival" at a time lives, and died at the end of the time of that name."""
    said = DEATH.match(label) or (time and SURVIVAL.match(label))
    return bool(said) and _MORE.search(label) is None


def folded(text: str) -> str:
    """Letters without their marks: Prüfmedikation is Prufmedikation, groß is gross."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return bare.translate(_LETTERS)


def plain(name: str) -> str:
    """Small letters and digits only, without marks: Patient.ID is patientid."""
    return re.sub(r"[\W_]+", "", folded(name)).lower()


def parts(name: str) -> list[str]:
    """The words of a name: weightKg and weight_kg are weight, kg."""
    return [part.lower() for part in _PARTS.findall(folded(name))]


def other_age(name: str) -> bool:
    """Whether a name is that of an age which is none of a patient's years."""
    return any(map(OTHER_AGES.fullmatch, parts(name)))


def known_ends(name: str, unit: str) -> list[tuple[float, float]]:
    """The ends of what a variable of this name and unit can be: several where the unit is not said,
    none where nothing is known of it, as of its change or a score of it."""
    return _ends(name, unit, POSSIBLE)


def known_middles(name: str, unit: str) -> list[tuple[float, float]]:
    """The ends of what the median of a variable can be in this unit; none where it is not said."""
    return _ends(name, unit, MIDDLES) if unit else []


def _ends(
    name: str, unit: str, table: tuple[tuple[str, str, float, float], ...]
) -> list[tuple[float, float]]:
    words = {*parts(name), plain(name)}
    if any(NOT_IT.fullmatch(word) for word in words) or (words & AGES and other_age(name)):
        return []
    return [
        (low, high)
        for known, its_unit, low, high in table
        if (not unit or not its_unit or unit.lower() == its_unit.lower())
        and (words & AGES if known == "age" else any(re.fullmatch(known, w) for w in words))
    ]
