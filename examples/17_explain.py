"""Why it said so: which observations made a patient look ill, and which variables matter at all.

Patients have two variables at irregular times; of the ill ones the pressure falls at the end.
Expect the pressure before the heart rate, and its late observations before the early ones.
"""

import numpy as np

from liquidtime import explain
from liquidtime.data import convert
from liquidtime.estimators import LiquidClassifier


def main(epochs: int = 40) -> dict[str, float]:
    random = np.random.default_rng(0)
    measured, hours, state = [], [], []
    for patient in range(80):
        values = np.stack([random.normal(80, 10, 12), random.normal(120, 8, 12)], axis=1)
        if patient % 2:
            values[-4:, 1] -= 40
        values[random.random((12, 2)) < 0.3] = np.nan
        measured.append(values)
        hours.append(np.sort(random.uniform(0, 48, 12)))
        state.append("ill" if patient % 2 else "well")
    patients = convert.from_lists(measured, hours, features=["HR", "pressure"])
    model = LiquidClassifier(kind="cfc", hidden_size=16, epochs=epochs, random_state=0)
    model.fit(patients, state)

    found = model.explain(patients[1], output="ill", baseline="mean")
    for sentence in explain.sentences(found):
        print(sentence)
    important = explain.importance(model, patients, output="ill", baseline="mean")
    print(important.to_frame().to_string())

    late = np.abs(found.cells[-4:, 1]).sum() / np.abs(found.cells).sum()
    print(f"{100 * late:.0f} % of all that moved it were the last four pressures")
    size = dict(zip(important.names, important.size.tolist(), strict=True))
    return {"HR": size["HR"], "pressure": size["pressure"], "late": float(late)}


if __name__ == "__main__":
    main()
