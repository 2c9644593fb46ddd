"""The phase of a gesture in each frame of a video, by how hands and wrists move (LTC paper).

Seven videos of three people; 32 velocities and accelerations a frame.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.gesture.protocols import PROTOCOLS
from liquidtime.tasks.gesture.recipes import RECIPES
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="gesture",
    about=About(
        title="Phases of gestures, frame by frame",
        data=(
            "Gesture Phase Segmentation, UCI Machine Learning Repository (Madeo, Lima, Peres "
            "2013), CC BY 4.0."
        ),
        time_unit="frames",
    ),
    preprocess=usual,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy", "macro_f1"),
    published=read_published("liquidtime.tasks.gesture"),
    memory=1,
    files=("gesture/gesture_phase_dataset.zip",),
)
