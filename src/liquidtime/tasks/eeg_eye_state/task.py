"""Whether the eyes are open, row by row of an EEG of 14 electrodes.

One recording of 117 seconds. Rows at random give what the literature reports; later rows do not.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.eeg_eye_state.protocols import PROTOCOLS
from liquidtime.tasks.eeg_eye_state.recipes import RECIPES
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="eeg-eye-state",
    about=About(
        title="Are the eyes open, by an EEG",
        data=("EEG Eye State, UCI Machine Learning Repository (Rösler 2013), CC BY 4.0."),
        time_unit="seconds",
    ),
    preprocess=usual,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy", "auroc"),
    published=read_published("liquidtime.tasks.eeg_eye_state"),
    memory=1,
    files=("eeg_eye_state/EEG_Eye_State.csv",),
)
