"""What two files say of one code: arms, sexes, and codes for missing against the dictionary."""

import pytest

from trialtrace.run.trial.check_labels import _crossed
from trialtrace.run.trial.label_words import means_missing, sex_meant


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
