"""Arm, control, primary outcome and patients of a plain file in the languages of Europe, and what a
file says outright; each beside what must stay a question."""

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from test_evidence import asked, taken

from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import Question
from trialtrace.run.drafting.tables import profile

# Patient, arm, control and the other, age, sex, outcome, as such a file calls them.
FILES = """\
Patientennummer,Behandlung,Kontrollgruppe,Verum,Alter,Geschlecht,Schmerz
numero_patient,traitement,groupe contrôle,actif,âge,sexe,douleur
numéro_de_patient,bras,témoin,intervention,age,sexe,décès
id_paziente,braccio,gruppo di controllo,sperimentale,età,sesso,dolore
codice_paziente,trattamento,cura usuale,farmaco,età,sesso,guarigione
id_paciente,tratamiento,grupo control,fármaco,edad,sexo,dolor
número_paciente,grupo,sin tratamiento,intervención,edad,sexo,muerte
paciente,tratamento,controle,droga,idade,sexo,dor
patiëntnummer,behandeling,controlegroep,medicijn,leeftijd,geslacht,pijn
deelnemer,groep,gebruikelijke zorg,interventie,leeftijd,geslacht,overleden
patient,behandling,kontrollgrupp,läkemedel,ålder,kön,smärta
patient,gruppe,kontrol,forsøg,alder,køn,smerte
pasientnr,behandling,vanlig behandling,tiltak,alder,kjønn,død
potilas,hoito,lumelääke,lääke,ikä,sukupuoli,kipu
tutkittava,ryhmä,verrokki,hoito,ikä,sukupuoli,kuolema
pacjent,leczenie,placebo,lek,wiek,płeć,ból
nr_pacjenta,grupa,grupa kontrolna,badana,wiek,płeć,śmierć
pacient,skupina,kontrolní,léčba,věk,pohlaví,bolest
pacient,liečba,placebo,liek,vek,pohlavie,bolesť
beteg,csoport,kontrollcsoport,kezelt,életkor,nem,fájdalom
pacient,tratament,martor,medicament,vârsta,sex,durere
ασθενής,θεραπεία,εικονικό φάρμακο,φάρμακο,ηλικία,φύλο,πόνος
пациент,группа,контрольная,препарат,возраст,пол,боль
пацієнт,група,плацебо,препарат,вік,стать,біль
пациент,група,контрола,лекарство,възраст,пол,смърт
bolnik,skupina,kontrolna,zdravilo,starost,spol,bolečina
patsient,rühm,platseebo,ravim,vanus,sugu,valu
pacients,grupa,kontroles,zāles,vecums,dzimums,sāpes
pacientas,grupė,kontrolinė,vaistas,amžius,lytis,skausmas
hasta_no,grup,kontrol,ilaç,yaş,cinsiyet,ağrı
""".splitlines()


@pytest.mark.parametrize("names", FILES, ids=lambda line: line.split(",")[1])
def test_a_plain_file_is_understood_in_its_language(tmp_path: Path, names: str):
    patient, arm, control, other, age, sex, outcome = names.split(",")
    head = ",".join([patient, arm, age, sex, outcome])
    rows = [
        f"{n},{(control, other)[n * n % 3 % 2]},{20 + n * 7 % 60},{'mf'[n % 5 % 2]},{n * 37 % 101}"
        for n in range(1, 91)
    ]
    questions = asked(tmp_path / "t.csv", head, rows)
    assert [taken(questions, flag) for flag in ("arm", "control", "primary")] == [
        arm,
        control,
        outcome,
    ]
    draft = decide(
        profile([str(tmp_path / "t.csv")]),
        {},
        lambda one: None if one.several else one.choices[0][0],
    )
    assert draft.subject["t" if "t" in draft.subject else "data"] == patient
    assert (people(draft).age or ("",))[0] == age


@pytest.mark.parametrize(
    ("column", "levels", "arm"),
    [
        ("Th", ("placebo", "drug"), True),
        ("code", ("usual care", "exercise"), True),
        ("code", ("standard risk", "high risk"), False),
        ("ill", ("control", "case"), False),
        ("sugar", ("controlled", "uncontrolled"), False),
        ("guess", ("placebo", "drug"), False),
        ("blood_group", ("control", "other"), False),
    ],
)
def test_a_level_that_trials_alone_have_is_of_the_arm(tmp_path, column, levels, arm):
    rows = [f"{n},{levels[n % 2]},{n // 2 % 3},{n // 3 % 2},{n * 7 % 30}.5" for n in range(1, 61)]
    questions = asked(tmp_path / "t.csv", f"id,{column},ward,wet,score", rows)
    assert (taken(questions, "arm") == column) == arm


@pytest.mark.parametrize(
    ("head", "levels", "sure"),
    [
        ("id,handicap,score", ("none", "amputee", "crutches"), True),
        ("id,answer,score", ("yes", "no", "no"), False),
        ("id,location,score", ("north", "south", "west"), False),
        ("id,x,score", ("1", "2", "3"), False),
        ("id,sex,score", ("man", "woman", "woman"), False),
        ("id,vote,score", ("left", "left", "right"), False),
        ("id,response,score", ("hide", "tell", "none"), False),
    ],
)
def test_one_column_that_divides_patients_evenly_is_the_arm(tmp_path, head, levels, sure):
    rows = [f"{n},{levels[n % 3]},{n * 7 % 30}.5" for n in range(1, 61)]
    questions = asked(tmp_path / "t.csv", head, rows)
    assert (taken(questions, "arm") == head.split(",")[1]) == sure
    more = [f"{row},{('dry', 'wet')[n % 2]}" for n, row in enumerate(rows)]
    assert taken(asked(tmp_path / "u.csv", f"{head},ground", more), "arm") is None


@pytest.mark.parametrize(
    ("label", "sure"),
    [
        ("Primary outcome: walking speed", True),
        ("Walking speed, primary endpoint", True),
        ("Primärer Endpunkt: Gehstrecke", True),
        ("Hauptzielgröße", True),
        ("Critère de jugement principal", True),
        ("Endpoint primario", True),
        ("Variable principal (criterio principal)", True),
        ("Primair eindpunt", True),
        ("Pierwszorzędowy punkt końcowy", True),
        ("Первичный исход", True),
        ("Primary school", False),
        ("Primary tumour size", False),
        ("Principal investigator's score", False),
    ],
)
def test_what_a_label_calls_the_primary_outcome_is_taken(tmp_path: Path, label: str, sure: bool):
    assert (beside_others(tmp_path, "walk", label) == "walk") == sure


@pytest.mark.parametrize(
    ("name", "label", "sure"),
    [
        ("walk_primary", "Walking speed", True),
        ("walk_primary", "Walk to primary care services", False),
        ("walk_primary", "Walking in prior 3 months", False),
        ("walk_primary", "Primary outcome: change of speed from baseline", True),
    ],
)
def test_primary_at_the_end_of_a_name_may_be_of_another_thing(tmp_path: Path, name, label, sure):
    assert (beside_others(tmp_path, name, label) == name) == sure


def beside_others(tmp_path: Path, name: str, label: str) -> str | None:
    """The primary endpoint that is taken of a column beside a time to death, which nothing calls
    so, and pain."""
    numbers = range(1, 61)
    frame = pd.DataFrame(
        {
            "id": [float(n) for n in numbers],
            "arm": [("drug", "placebo")[n % 2] for n in numbers],
            name: [n * 7 % 31 + 0.5 for n in numbers],
            "pain": [n * 11 % 41 + 0.5 for n in numbers],
            "time": [float(n * 13 % 59 + 1) for n in numbers],
            "died": [float(n * n % 3 % 2) for n in numbers],
        }
    )
    pyreadstat.write_sav(frame, tmp_path / "t.sav", column_labels={name: label})
    found: dict[str, Question] = {}

    def answer(question: Question) -> str | None:
        found[question.flag] = question
        return None if question.several else question.choices[0][0]

    decide(profile([str(tmp_path / "t.sav")]), {}, answer)
    return taken(found, "primary")


def test_days_of_a_record_and_a_death_beside_them_are_two_ends(tmp_path: Path):
    """Days until linkage may end with it as well as with the death: the end is asked."""
    rows = [
        f"{n},{'AB'[n % 2]},{n * 13 % 97 + 1},{n * n % 3 % 2},{n // 3 % 2}" for n in range(1, 61)
    ]
    questions = asked(tmp_path / "t.csv", "id,arm,adm_days,adm_link,dead", rows, primary="adm_days")
    assert {"adm_link", "dead"} <= {code for code, _ in questions["status"].choices}
    assert taken(questions, "status") is None


@pytest.mark.parametrize(("first", "sure"), [("0", True), ("1", False)])
def test_visits_from_0_on_are_what_a_trial_followed(tmp_path: Path, first: str, sure: bool):
    head = "id,arm," + ",".join(f"acuity{n}" for n in (first, "4", "12", "24")) + ",lesion,line"
    rows = [
        f"{n},{'AB'[n % 2]},"
        + ",".join(str(n * k % 71 + 0.5) for k in (3, 5, 7, 11))
        + f",{n % 5},{n * 3 % 17}"
        for n in range(1, 61)
    ]
    assert (taken(asked(tmp_path / "t.csv", head, rows), "primary") is not None) == sure


@pytest.mark.parametrize(
    ("name", "woman", "man"),
    [
        ("Geschlecht", "weiblich", "männlich"),
        ("sexe", "femme", "homme"),
        ("Kjønn", "kvinne", "mann"),
        ("płeć", "kobieta", "mężczyzna"),
        ("nem", "nő", "férfi"),
        ("пол", "женский", "мужской"),
        ("φύλο", "γυναίκα", "άνδρας"),
        ("sex", "1_female", "2_male"),
    ],
)
def test_a_sex_is_read_in_its_language(tmp_path: Path, name: str, woman: str, man: str):
    rows = [f"{n},{'AB'[n % 2]},{(woman, man)[n // 2 % 2]},{n * 7 % 30}.5" for n in range(1, 61)]
    (tmp_path / "t.csv").write_text("\n".join([f"id,arm,{name},score", *rows]) + "\n")
    draft = decide(
        profile([str(tmp_path / "t.csv")]), {}, lambda q: None if q.several else q.choices[0][0]
    )
    assert people(draft).sex == (name, {"F": woman, "M": man})
