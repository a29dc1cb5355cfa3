"""Registry data sets whose documentation says what their columns are: subject, arm, visit, key.

Nothing stands for none. A key is one of those that tell the rows apart by the documentation; it is
left out where the rows have none but their number.
"""

from typing import NamedTuple


class Documented(NamedTuple):
    item: str
    subject: str = ""
    arm: str = ""
    visit: str = ""
    key: tuple[str, ...] = ()


# Seen while the rules were made.
SEEN = (
    Documented("medicaldata/opt", "PID", "Group", "", ("PID",)),
    Documented("medicaldata/polyps", "participant_id", "treatment", "", ("participant_id",)),
    Documented("medicaldata/scurvy", "study_id", "treatment", "", ("study_id",)),
    Documented("medicaldata/strep_tb", "patient_id", "arm", "", ("patient_id",)),
    Documented("medicaldata/indo_rct", "id", "rx", "", ("id",)),
    Documented("medicaldata/licorice_gargle", "", "treat"),
    Documented("medicaldata/laryngoscope", "", "Randomization"),
    Documented("medicaldata/supraclavicular", "subject", "group", "", ("subject",)),
    Documented("medicaldata/indometh", "Subject", "", "time", ("Subject", "time")),
    Documented("medicaldata/theoph", "Subject", "", "", ("Subject", "Time")),
    Documented("survival/bladder", "id", "rx", "", ("id", "enum")),
    Documented("survival/cgd", "id", "treat", "", ("id", "enum")),
    Documented("survival/colon", "id", "rx", "", ("id", "etype")),
    Documented("survival/diabetic", "id", "trt", "", ("id", "eye")),
    Documented("survival/pbcseq", "id", "trt", "", ("id", "day")),
    Documented("survival/udca", "id", "trt", "", ("id",)),
    Documented("survival/veteran", "", "trt"),
    Documented("survival/myeloid", "id", "trt", "", ("id",)),
    Documented("survival/ovarian", "", "rx"),
    Documented("survival/gbsg", "pid", "hormon", "", ("pid",)),
    Documented("HSAUR/respiratory", "subject", "treatment", "month", ("subject", "month")),
    Documented("HSAUR/epilepsy", "subject", "treatment", "period", ("subject", "period")),
    Documented("HSAUR/BtheB", "", "treatment"),
    Documented("geepack/koch", "id", "trt", "day", ("id", "day")),
    Documented("geepack/ohio", "id", "", "age", ("id", "age")),
    Documented("geepack/seizure", "", "trt"),
    Documented("geepack/dietox", "Pig", "Cu", "Time", ("Pig", "Time")),
    Documented("multgee/arthritis", "id", "trt", "time", ("id", "time")),
    Documented("MASS/bacteria", "ID", "trt", "week", ("ID", "week")),
    Documented("MASS/epil", "subject", "trt", "period", ("subject", "period")),
    Documented("MASS/anorexia", "", "Treat"),
    Documented("KMsurv/bmt", "", ""),
)
# Looked at once the rules were made; what they taught was then mended in general.
FIRST = (
    Documented("asaur/pharmacoSmoking", "id", "grp", "", ("id",)),
    Documented("asaur/pancreatic"),
    Documented("gt/rx_adsl", "USUBJID", "TRTA", "", ("USUBJID",)),
    Documented("HLMdiag/ahd", "subject", "treatment", "week", ("subject", "week")),
    Documented("HSAUR/Lanza", "", "treatment"),
    Documented("HSAUR/polyps3", "", "treatment"),
    Documented("HSAUR/weightgain", "", "type"),
    Documented("MASS/Rabbit", "Animal", "Treatment", "", ("Animal", "Treatment", "Dose")),
    Documented("mediation/jobs", "", "treat"),
    Documented("mosaicData/HELPrct", "id", "treat", "", ("id",)),
    Documented("openintro/biontech_adolescents", "", "group"),
    Documented("openintro/cpr", "", "group"),
    Documented("openintro/diabetes2", "", "treatment"),
    Documented("openintro/malaria", "", "treatment"),
    Documented("openintro/migraine", "", "group"),
    Documented("openintro/sinusitis", "", "group"),
    Documented("robustbase/CrohnD", "ID", "treat", "", ("ID",)),
    Documented("robustbase/epilepsy", "ID", "Trt", "", ("ID",)),
    Documented("Stat2Data/CalciumBP", "", "Treatment"),
    Documented("Stat2Data/Contraceptives", "ID", "Treatment", "StudyPeriod", ("ID", "StudyPeriod")),
    Documented("Stat2Data/CrackerFiber", "Subj", "Fiber", "", ("Subj", "Fiber")),
    Documented("Stat2Data/FranticFingers", "Subj", "Drug", "", ("ID",)),
    Documented("texmex/liver", "", "dose"),
    Documented("vcd/Arthritis", "ID", "Treatment", "", ("ID",)),
    Documented("nlme/PBG", "Rabbit", "Treatment", "", ("Rabbit", "Treatment", "dose")),
    Documented("causaldata/greek_data", "name", "a", "", ("name",)),
    Documented("KMsurv/rats", "", "trt"),
)
# Looked at after that, once more before anything was mended.
SECOND = (
    Documented("survival/cgd0", "id", "treat", "", ("id",)),
    Documented("survival/udca2", "id", "trt", "", ("id", "endpoint")),
    Documented("survival/aml", "", "group"),
    Documented("carData/OBrienKaiserLong", "id", "treatment", "hour", ("id", "hour", "phase")),
    Documented("carData/OBrienKaiser", "", "treatment"),
    Documented("carData/WeightLoss", "", "group"),
    Documented("KMsurv/burn", "Obs", "T1", "", ("Obs",)),
    Documented("KMsurv/hodg"),
    Documented("KMsurv/drughiv", "", "drug"),
    Documented("datasets/sleep", "ID", "group", "", ("ID", "group")),
    Documented("datasets/ToothGrowth", "", "supp"),
    Documented("datasets/ChickWeight", "Chick", "Diet", "Time", ("Chick", "Time")),
    Documented("lme4/sleepstudy", "Subject", "", "Days", ("Subject", "Days")),
    Documented("nlme/Cefamandole", "Subject", "", "Time", ("Subject", "Time")),
    Documented("nlme/Quinidine", "Subject", "", "", ("Subject", "time")),
    Documented(
        "nlme/Tetracycline1", "Subject", "Formulation", "Time", ("Subject", "Time", "Formulation")
    ),
    Documented("Stat2Data/MusicTime", "Subject", "Music", "", ("Subject", "Music")),
    Documented("openintro/stent30", "", "group"),
    Documented("openintro/mammogram", "", "treatment"),
    Documented("openintro/avandia", "", "treatment"),
    Documented("mosaicData/HELPfull", "ID", "GROUP", "TIME", ("ID", "TIME")),
    Documented("mstate/ebmt3", "id", "", "", ("id",)),
    Documented("HSAUR/phosphate", "", "group"),
    Documented(
        "reshape2/french_fries",
        "subject",
        "treatment",
        "time",
        ("subject", "time", "rep", "treatment"),
    ),
    Documented("mlmRev/bdf", "pupilNR", "", "", ("pupilNR",)),
    Documented("mstate/aidssi", "patnr", "", "", ("patnr",)),
)
MISSES = {
    "survival/gbsg": {"arm"},
    "geepack/dietox": {"arm"},
    "KMsurv/bmt": {"arm"},
    "HSAUR/weightgain": {"arm"},
    "MASS/Rabbit": {"key"},
    "nlme/PBG": {"key"},
    "causaldata/greek_data": {"subject", "arm"},
    "KMsurv/burn": {"subject", "arm"},
    "datasets/ToothGrowth": {"arm"},
}
