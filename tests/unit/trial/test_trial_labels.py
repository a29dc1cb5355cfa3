"""What two files say of one code: arms, sexes, and codes for missing against the dictionary."""

import pytest
from mini_trial import CLEANING, DICTIONARY, TRIAL, told, write_project

from trialtrace.run.trial.check_labels import _crossed
from trialtrace.run.trial.label_words import means_missing, sex_meant

ARMS = '"A, Drug | B, Placebo"'
OF_ARM_A = 'found     "A", which config/trials/mini/dictionary.csv:3 (arm) calls '


def arms(tmp_path, labels: str, drug: str = "Drug", placebo: str = "Placebo") -> str:
    dictionary = DICTIONARY.replace(ARMS, f'"{labels}"')
    trial = TRIAL.replace("label: Drug", f'label: "{drug}"')
    trial = trial.replace("label: Placebo", f'label: "{placebo}"')
    assert dictionary != DICTIONARY or trial != TRIAL
    return told(write_project(tmp_path, dictionary=dictionary, trial=trial))


def test_exchanged_labels_of_arms_stop_and_both_places_are_named(tmp_path):
    text = arms(tmp_path, "A, Placebo | B, Drug")
    assert "config/trials/mini/trial.yaml:7:33: design.arms.drug.code\n" in text
    assert f'{OF_ARM_A}"Placebo": that is the arm placebo' in text
    assert 'expected  the code of Drug, there "B"' in text
    assert "trial.yaml:8:39: design.arms.placebo.code\n" in text


def test_exchanged_codes_of_trial_yaml_are_the_same_contradiction(tmp_path):
    trial = TRIAL.replace('"A"}', '"X"}').replace('"B", control', '"A", control')
    text = told(write_project(tmp_path, trial=trial.replace('"X"}', '"B"}')))
    assert f'{OF_ARM_A}"Drug": that is the arm drug' in text


@pytest.mark.parametrize(
    "labels",
    [
        "A,  PLACEBO | B, drug ",
        "A, A: placebo | B, B - drug",
        "A, Arm A (Placebo) | B, Drug",
        "A, Control | B, Drug",
        "A, Placebo | B, Intervention",
    ],
)
def test_another_spelling_is_the_same_label(tmp_path, labels):
    assert f"{OF_ARM_A}" in arms(tmp_path, labels)


def test_labels_that_are_like_those_of_both_other_arms(tmp_path):
    text = arms(tmp_path, "A, Placebo | B, Semaglutide", "Semaglutide 1 mg", "Matching placebo")
    assert text.count("that is the arm") == 2


@pytest.mark.parametrize(
    ("labels", "drug", "placebo"),
    [
        ("A, Verum | B, Saline", "Drug", "Placebo"),
        ("A, Levamisole and 5FU | B, Levamisole", "Levamisole + fluorouracil", "Levamisole"),
        ("A, Treatment | B, Control", "Drug", "Treatment as usual"),
        ("A, Control of pressure | B, Usual", "Intensive", "Usual care"),
        ("A, - | B, ?", "Drug", "Placebo"),
        ("A, Active control | B, Placebo", "Active control", "Placebo"),
    ],
)
def test_labels_that_are_those_of_no_other_arm_are_fine(tmp_path, labels, drug, placebo):
    assert arms(tmp_path, labels, drug, placebo) == ""


@pytest.mark.parametrize(
    "labels", ["1, male | 2, female", "1, Männlich | 2, Weiblich", "1, Homme | 2, 2 (femme)"]
)
def test_exchanged_labels_of_sexes_stop(tmp_path, labels):
    dictionary = DICTIONARY.replace("1, Female | 2, Male", labels)
    text = told(write_project(tmp_path, dictionary=dictionary))
    assert "trial.yaml:22:33: subjects.sex.codes.F" in text
    assert 'found     "1", which config/trials/mini/dictionary.csv:5 (sex) calls' in text
    assert "expected  the code of male" in text


@pytest.mark.parametrize("labels", ["1, Frau | 2, Herr", "1, group one | 2, female to male"])
def test_labels_of_the_same_sex_or_of_none_are_fine(tmp_path, labels):
    dictionary = DICTIONARY.replace("1, Female | 2, Male", labels)
    assert told(write_project(tmp_path, dictionary=dictionary)) == ""


def missing(tmp_path, codes: str, dictionary: str = DICTIONARY) -> str:
    cleaning = CLEANING.replace('{relief: ["9"]}', codes)
    return told(write_project(tmp_path, cleaning=cleaning, dictionary=dictionary))


def test_a_code_for_missing_that_is_an_answer_stops(tmp_path):
    text = missing(tmp_path, '{relief: ["9", "0"]}')
    assert "cleaning.yaml:4:29: tables.patients.missing.relief[2]" in text
    assert 'found     "0", which config/trials/mini/dictionary.csv:8 (relief) calls "No"' in (text)
    assert "word for missing as its label (unknown, not done, missing)" in text


@pytest.mark.parametrize("column", ["smoker", "died"])
def test_so_it_does_where_the_answers_are_yes_and_no(tmp_path, column):
    assert f" ({column})" in missing(tmp_path, f'{{{column}: ["0"]}}')


@pytest.mark.parametrize(
    "label", ["Unknown", "not  DONE", "N/A", "fehlt", "Unknown / refused", "NA_NA", "k. A."]
)
def test_an_answer_whose_label_is_a_word_for_missing_may_be_one(tmp_path, label):
    dictionary = DICTIONARY.replace(
        'Relief,"0, No | 1, Yes"', f'Relief,"0, No | 1, Yes | 9, {label}"'
    )
    assert dictionary != DICTIONARY
    assert missing(tmp_path, '{relief: ["9"]}', dictionary) == ""


def test_an_arm_or_a_sex_is_never_missing_whatever_the_dictionary_says(tmp_path):
    unlisted = DICTIONARY.replace(f"radio,Arm,{ARMS}", "text,Arm,")
    unlisted = unlisted.replace('radio,Sex,"1, Female | 2, Male"', "text,Sex,")
    text = missing(tmp_path, '{arm: ["B"], sex: ["1"]}', unlisted)
    assert 'found     "B", which trial.yaml has as the code of the arm placebo' in text
    assert 'found     "1", which trial.yaml has as the code of the sex F' in text


def test_who_has_no_arm_may_be_missing_there_whatever_the_dictionary_calls_it(tmp_path):
    screened = DICTIONARY.replace("B, Placebo", "B, Placebo | S, Screened")
    assert missing(tmp_path, '{arm: ["S"]}', screened) == ""


@pytest.mark.parametrize(
    ("choices", "wrong"),
    [
        ({"radiology": "Both", "both": "Radiology", "histology": "Histology"}, 1),
        ({"y": "No", "n": "Yes"}, 1),
        ({"y": "Yes", "n": "No"}, 0),
        # Letters of a scale are in any order; "b" may well begin what another letter is called.
        ({"a": "Bad", "b": "Average", "c": "Good"}, 0),
        ({"both": "Both sides", "bothersome": "Both, and bothersome"}, 0),
        ({"1": "2 or more", "2": "1"}, 0),
    ],
)
def test_labels_of_two_codes_that_are_exchanged(choices, wrong):
    assert len(list(_crossed(choices))) == wrong


def test_exchanged_labels_of_a_column_stop(tmp_path):
    dictionary = (
        DICTIONARY + 'place,patients,,radio,Place,"home, Clinic | clinic, Home",,,,,,,,,,,,\n'
    )
    text = told(write_project(tmp_path, dictionary=dictionary))
    assert 'found     "home" is "Clinic", and "clinic" is "Home"' in text


def test_words_for_missing_and_for_a_sex():
    assert means_missing("Not known (patient refused)") and means_missing("don\u2019t know")
    assert not any(map(means_missing, ("No", "None", "Missing teeth", "Not improved", "")))
    assert [sex_meant(one) for one in ("F", "mujer", "uomo", "female or male", "x", "")] == [
        "F",
        "F",
        "M",
        None,
        None,
        None,
    ]
