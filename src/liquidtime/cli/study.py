"""Compare closed forms with the ODE, or the simulated worm with the measured one.

`closed-form` trains a 19-neuron NCP to imitate, then runs every published closed form, every
integrator and the closed form for linear input on the test series, against the ODE solved to nine
digits. The folder gets study.json, study.csv, figures and report.html; the network lies in its
sub-folder `model` and is used again when it is there. The LiDAR set is fetched where it is not at
hand; without a network a made-up task stands in for it, and the output says so.

`worm-atlas` fits a model of C. elegans to the measured responses of half of the stimulated neurons
and compares it, and what anatomy alone says, with the responses of the other half. It takes
about five minutes; the folder gets worm-atlas.json, a page and figures.

  liquidtime study closed-form
  liquidtime study closed-form --data synthetic --steps 50 --out runs/quick
  liquidtime study worm-atlas
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from liquidtime.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime study`."""

    study: Positional[Literal["closed-form", "worm-atlas"]]
    """Which study."""
    data: Literal["auto", "lidar", "walker", "synthetic"] = "auto"
    """What to imitate; auto: lidar where it can be had, else synthetic."""
    out: Annotated[Path | None, arg(metavar="RUN", help_behavior_hint="")] = None
    """Folder of the study (default: runs/closed-form-DATA or runs/worm-atlas)."""
    splits: int = 5
    """Of the worm: halves to fit and test on."""
    neurons: int = 19
    """Neurons of the NCP."""
    epochs: Annotated[int | None, arg(metavar="N", help_behavior_hint="")] = None
    """Epochs of the training (default: the recipe's)."""
    seed: int = 0
    """Seed of the training and of the made-up task."""
    steps: int = 100
    """Of each test series so many steps at most."""
    most_unfolds: int = 64
    """Leave out forms with more sub-steps a step; at least 6."""
    every: Annotated[bool, arg(help_behavior_hint="")] = False
    """Print every form, not a choice of them."""


def run(options: Options) -> int:
    """Run the study, write and print."""
    return _worm_atlas(options) if options.study == "worm-atlas" else _closed_form(options)


def _worm_atlas(options: Options) -> int:
    from liquidtime.cli.common.console import messages, results
    from liquidtime.cli.common.places import RUNS
    from liquidtime.tasks.worm_atlas import page as worm_atlas_page
    from liquidtime.tasks.worm_atlas import study as worm_atlas

    out = options.out or RUNS / "worm-atlas"
    with messages().status("Reading …") as status:
        record = worm_atlas.run(
            out, splits=options.splits, seed=options.seed, progress=lambda text: status.update(text)
        )
    console = results()
    console.print(worm_atlas_page.results(record), markup=False, soft_wrap=True)
    console.print(f"Page: {out / worm_atlas_page.PAGE}", markup=False, soft_wrap=True)
    return 0


def _closed_form(options: Options) -> int:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from liquidtime.cli.common.console import messages, results
    from liquidtime.cli.common.places import RUNS
    from liquidtime.runs.folder import Folder
    from liquidtime.tasks.closed_form import files as closed_form_files
    from liquidtime.tasks.closed_form import page as closed_form_page
    from liquidtime.tasks.closed_form import study as closed_form
    from liquidtime.tasks.closed_form.table import BRIEF, brief, power, selected

    for name, least in (("neurons", 3), ("steps", 2), ("most_unfolds", 6)):
        if getattr(options, name) < least:
            flag = name.replace("_", "-")
            raise InputError(f"--{flag} is {getattr(options, name)}; expected {least} or more.")
    out = options.out or RUNS / f"closed-form-{options.data}"
    claim = Folder(out, closed_form_files.STUDY).claim()
    with claim, messages().status("Reading …") as status:

        def say(text: str) -> None:
            if text.endswith("…"):
                status.update(text)
            else:
                messages().print(text, markup=False)

        found = closed_form.study(
            out,
            data=options.data,
            neurons=options.neurons,
            epochs=options.epochs,
            seed=options.seed,
            steps=options.steps,
            most_unfolds=options.most_unfolds,
            progress=say,
        )
        status.update("Drawing …")
        figures = closed_form_files.write_files(out, found)
        page = closed_form_page.write_page(out, found, figures)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for number, name in enumerate(BRIEF):
        table.add_column(name, justify="right" if number else "left", no_wrap=True)
    shown = found.measured if options.every else selected(found.measured)
    for entry in shown:
        table.add_row(*map(escape, brief(entry)))
    console = results()
    console.print(f"{found.data.title}: {found.data.source}", markup=False, soft_wrap=True)
    if found.data.note:
        console.print(found.data.note, markup=False, soft_wrap=True)
    console.print(table)
    console.print(
        "MSE and largest error at the output, MSE over all neurons, against dopri5 for the input "
        "model that the form solves; sigmoids and microseconds a step. The two input models "
        f"differ by an MSE of {power(found.input_models.mse)}; the paper's Fig. 2 has "
        f"{closed_form.PUBLISHED_OUTPUT_MSE}.",
        markup=False,
    )
    console.print(f"Report: {page}", markup=False, soft_wrap=True)
    return 0
