"""Draw README's figure: one test stay from inside, as the report of a mortality run shows it.

python tools/readme_figure.py runs/demo
"""

import sys
from pathlib import Path

from liquidtime.plot import series_trace
from liquidtime.runs import folder
from liquidtime.train.report.example import read_example

IMAGE = Path(__file__).parents[1] / "docs" / "images" / "stay.png"


def main(run: str) -> None:
    trace = read_example(Path(run) / folder.EXAMPLE)
    if trace is None:
        sys.exit(f"{run} holds no {folder.EXAMPLE}; expected the folder of a finished run.")
    figure = series_trace(
        trace.times,
        trace.hidden,
        trace.outputs[:, 1:],
        labels=["died"],
        output_name="risk of death",
        observed=trace.observed,
        time_label="hours in intensive care",
    )
    figure.savefig(IMAGE, dpi=110, bbox_inches="tight")


if __name__ == "__main__":
    main(*sys.argv[1:2] or ["runs/demo"])
