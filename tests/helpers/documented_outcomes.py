"""Registry data sets of trials and experiments whose documentation says which columns were measured
for the comparison of the arms, beside the column of the arm.

`time+status` are a time and the column of how it ended. Several are several outcomes, or one at
several times; any of them is right. Values before treatment are none.
"""

import hashlib
import re
from typing import NamedTuple


class Outcomes(NamedTuple):
    item: str
    arm: str
    columns: str

    @property
    def ruled(self) -> bool:
        """Whether it is of the half on which rules were made; the split is by a checksum."""
        return hashlib.sha256(self.item.encode()).digest()[0] % 2 == 0


def holds(name: str, column: str) -> bool:
    """Whether a choice is a column, or the pattern of several of which it is one."""
    return bool(re.fullmatch(re.escape(name).replace(r"\{visit\}", "[0-9A-Za-z]+"), column))


EVERY = (
    Outcomes("medicaldata/opt", "Group", "GA.at.outcome Preg.ended...37.wk"),
    Outcomes("medicaldata/polyps", "treatment", "number3m number12m"),
    Outcomes("medicaldata/scurvy", "treatment", "fit_for_duty_d6 gum_rot_d6 skin_sores_d6 "
             "weakness_of_the_knees_d6 lassitude_d6"),
    Outcomes("medicaldata/strep_tb", "arm", "radiologic_6m rad_num improved"),
    Outcomes("medicaldata/indo_rct", "rx", "outcome"),
    Outcomes("medicaldata/licorice_gargle", "treat", "pacu30min_throatPain pacu30min_swallowPain "
             "pacu90min_throatPain postOp4hour_throatPain pod1am_throatPain"),
    Outcomes("medicaldata/laryngoscope", "Randomization", "total_intubation_time attempt1_time "
             "attempt1_S_F intubation_overall_S_F"),
    Outcomes("medicaldata/supraclavicular", "group", "onset_sensory"),
    Outcomes("survival/bladder", "rx", "stop+event event"),
    Outcomes("survival/bladder1", "treatment", "status recur"),
    Outcomes("survival/bladder2", "rx", "event"),
    Outcomes("survival/cgd", "treat", "status"),
    Outcomes("survival/cgd0", "treat", "etime1"),
    Outcomes("survival/colon", "rx", "time+status"),
    Outcomes("survival/diabetic", "trt", "time+status"),
    Outcomes("survival/gbsg", "hormon", "rfstime+status"),
    Outcomes("survival/myeloid", "trt", "futime+death"),
    Outcomes("survival/ovarian", "rx", "futime+fustat"),
    Outcomes("survival/pbc", "trt", "time+status"),
    Outcomes("survival/pbcseq", "trt", "futime+status"),
    Outcomes("survival/rats2", "trt", "status"),
    Outcomes("survival/retinopathy", "trt", "futime+status"),
    Outcomes("survival/rotterdam", "hormon", "rtime+recur dtime+death"),
    Outcomes("survival/udca1", "trt", "futime+status"),
    Outcomes("survival/udca2", "trt", "futime+status"),
    Outcomes("survival/veteran", "trt", "time+status"),
    Outcomes("survival/aml", "group", "time+cens"),
    Outcomes("HSAUR/respiratory", "treatment", "status"),
    Outcomes("HSAUR/epilepsy", "treatment", "seizure.rate"),
    Outcomes("HSAUR/BtheB", "treatment", "bdi.2m bdi.4m bdi.6m bdi.8m"),
    Outcomes("HSAUR/Lanza", "treatment", "classification"),
    Outcomes("HSAUR/polyps3", "treatment", "number3m"),
    Outcomes("HSAUR/weightgain", "type", "weightgain"),
    Outcomes("HSAUR/phosphate", "group", "t0.5 t1 t1.5 t2 t3 t4 t5"),
    Outcomes("HSAUR/students", "treatment", "low high"),
    Outcomes("geepack/koch", "trt", "y"),
    Outcomes("geepack/seizure", "trt", "y1 y2 y3 y4"),
    Outcomes("geepack/dietox", "Cu", "Weight"),
    Outcomes("geepack/respdis", "trt", "y1 y2 y3 y4"),
    Outcomes("geepack/respiratory", "treat", "outcome"),
    Outcomes("multgee/arthritis", "trt", "y"),
    Outcomes("MASS/bacteria", "trt", "y"),
    Outcomes("MASS/epil", "trt", "y"),
    Outcomes("MASS/anorexia", "Treat", "Postwt"),
    Outcomes("MASS/gehan", "treat", "time+cens"),
    Outcomes("MASS/Rabbit", "Treatment", "BPchange"),
    Outcomes("asaur/pharmacoSmoking", "grp", "ttr+relapse relapse"),
    Outcomes("gt/rx_adsl", "TRTA", "EVNTFL"),
    Outcomes("HLMdiag/ahd", "treatment", "sbvalue"),
    Outcomes("mediation/jobs", "treat", "depress2 work1"),
    Outcomes("mosaicData/HELPrct", "treat", "dayslink+linkstatus linkstatus"),
    Outcomes("openintro/biontech_adolescents", "group", "outcome"),
    Outcomes("openintro/cpr", "group", "outcome"),
    Outcomes("openintro/diabetes2", "treatment", "outcome"),
    Outcomes("openintro/malaria", "treatment", "outcome"),
    Outcomes("openintro/migraine", "group", "pain_free"),
    Outcomes("openintro/sinusitis", "group", "self_reported_improvement"),
    Outcomes("openintro/stem_cell", "trmt", "after"),
    Outcomes("openintro/stent30", "group", "outcome"),
    Outcomes("openintro/stent365", "group", "outcome"),
    Outcomes("openintro/sulphinpyrazone", "group", "outcome"),
    Outcomes("openintro/yawn", "group", "result"),
    Outcomes("openintro/mammogram", "treatment", "breast_cancer_death"),
    Outcomes("robustbase/CrohnD", "treat", "nrAdvE"),
    Outcomes("robustbase/epilepsy", "Trt", "Y1 Y2 Y3 Y4 Ysum"),
    Outcomes("Stat2Data/CalciumBP", "Treatment", "Decrease"),
    Outcomes("Stat2Data/Contraceptives", "Treatment", "EE"),
    Outcomes("Stat2Data/CrackerFiber", "Fiber", "Calories"),
    Outcomes("Stat2Data/Fingers", "Drug", "TapRate"),
    Outcomes("Stat2Data/FranticFingers", "Drug", "Rate"),
    Outcomes("Stat2Data/FruitFlies", "Treatment", "Longevity"),
    Outcomes("Stat2Data/Meniscus", "Method", "FailureLoad Displacement Stiffness"),
    Outcomes("Stat2Data/MusicTime", "Music", "TimeGuess Accuracy"),
    Outcomes("Stat2Data/Undoing", "Group", "Score"),
    Outcomes("Stat2Data/WalkingBabies", "Group", "Age"),
    Outcomes("Stat2Data/WeightLossIncentive", "Group", "WeightLoss Month7Loss"),
    Outcomes("Stat2Data/WeightLossIncentive4", "Group", "WeightLoss"),
    Outcomes("Stat2Data/WeightLossIncentive7", "Group", "Month7Loss"),
    Outcomes("texmex/liver", "dose", "ALP.M ALT.M AST.M TBL.M"),
    Outcomes("vcd/Arthritis", "Treatment", "Improved"),
    Outcomes("nlme/PBG", "Treatment", "deltaBP"),
    Outcomes("nlme/Tetracycline1", "Formulation", "conc"),
    Outcomes("causaldata/greek_data", "a", "y"),
    Outcomes("KMsurv/rats", "trt", "time+tumor"),
    Outcomes("KMsurv/burn", "Z1", "T3+D3"),
    Outcomes("KMsurv/drughiv", "drug", "time+delta"),
    Outcomes("KMsurv/kidney", "type", "time+delta"),
    Outcomes("KMsurv/alloauto", "type", "time+delta"),
    Outcomes("carData/OBrienKaiserLong", "treatment", "score"),
    Outcomes("carData/OBrienKaiser", "treatment", "post.1 post.2 post.3 post.4 post.5 "
             "fup.1 fup.2 fup.3 fup.4 fup.5"),
    Outcomes("carData/WeightLoss", "group", "wl1 wl2 wl3 se1 se2 se3"),
    Outcomes("datasets/sleep", "group", "extra"),
    Outcomes("datasets/ToothGrowth", "supp", "len"),
    Outcomes("datasets/ChickWeight", "Diet", "weight"),
    Outcomes("datasets/chickwts", "feed", "weight"),
    Outcomes("reshape2/french_fries", "treatment", "potato buttery grassy rancid painty"),
    Outcomes("heplots/Headache", "treatment", "u2 du2"),
    Outcomes("quantreg/uis", "TREAT", "TIME+CENSOR"),
    Outcomes("mlmRev/Early", "trt", "cog"),
)  # fmt: skip
