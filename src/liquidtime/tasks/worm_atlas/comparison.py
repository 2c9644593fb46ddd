"""The worm's connectome, simulated, against the measured signal propagation atlas.

Every neuron is stimulated, and the answers of all others are compared with those that Randi et al.
2023 measured. A few shared constants are fitted on half of the stimulated neurons and tested on
the other half, beside what anatomy predicts without a model, and connectomes with their structure
destroyed. Nothing is chosen on a test half.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.read.celegans import cook2019
from liquidtime.errors import InputError
from liquidtime.runs.provenance import provenance
from liquidtime.runs.write import write_json
from liquidtime.tasks.worm_atlas.data import LEAST, LIMIT, Atlas, measured_atlas
from liquidtime.tasks.worm_atlas.figures import figures
from liquidtime.tasks.worm_atlas.page import write_page
from liquidtime.tasks.worm_atlas.split import Study
from liquidtime.tasks.worm_atlas.summary import over_splits

RECORD = "worm-atlas.json"


def run(
    out: Path,
    *,
    splits: int = 5,
    seed: int = 0,
    least: int = LEAST,
    repeats: int = 1000,
    nulls: int = 10,
    starts: int = 3,
    amplitudes: Sequence[float] = (1.0, 10.0),
    atlas: Atlas | None = None,
    connectome: Connectome | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Fit, test, compare; write the record, figures and the page. Takes about five minutes.

    Args:
        out: Folder for `worm-atlas.json`, `worm-atlas.md` and the figures as SVG and PNG.
        splits: How often the stimulated neurons are halved anew.
        seed: Of the first split; the next ones count up.
        least: Responses that a pair must have to count, on either half.
        repeats: Draws of the bootstrap.
        nulls: Connectomes of each kind with their structure destroyed, a split; the model is
            fitted to each anew.
        starts: Of each fit of the model.
        amplitudes: pA, at which the full nonlinear model is simulated with the constants of the
            first split; none to leave it out.
        atlas: By default that of the wild type.
        connectome: By default the hermaphrodite's of Cook et al. 2019; its table needs `type`.
        progress: Is told what comes next.

    Returns:
        The record, as it is written.

    Raises:
        InputError: If there is nothing to split, or data are not at hand.
    """
    if splits < 1 or nulls < 0:
        raise InputError(f"splits is {splits} and nulls {nulls}; expected splits ≥ 1, nulls ≥ 0.")
    say = progress or (lambda text: None)
    connectome = connectome or cook2019()
    if "type" not in connectome.neurons:
        raise InputError(
            "the connectome's table has no column 'type'; expected the class of each neuron, by "
            "which the halves are made."
        )
    say("Reading the atlas …")
    measured = (atlas or measured_atlas()).aligned([*map(str, connectome.neurons.index)])
    study = Study(connectome, measured, least, repeats, nulls, starts)
    entries, drawn = [], None
    for number in range(splits):
        say(f"Split {number + 1} of {splits} …")
        entry, shown = study.split(seed + number)
        entries.append(entry)
        drawn = drawn or shown
    assert drawn is not None
    record = {
        "format": 1,
        "settings": {
            "connectome": connectome.name,
            "neurons": len(connectome),
            "pairs": int(study.pairs.sum()),
            "stimulated": int(study.pairs.any(0).sum()),
            "responding": int(study.pairs.any(1).sum()),
            "splits": splits,
            "seed": seed,
            "least_responses": least,
            "limit_of_a_response": LIMIT,
            "bootstrap_draws": repeats,
            "nulls_of_each_kind": nulls,
            "starts": starts,
        },
        "summary": over_splits(entries),
        "simulation": [],
        "splits": entries,
        **provenance(),
    }
    for amplitude in amplitudes:
        say(f"Simulating all stimulations at {amplitude:g} pA …")
        record["simulation"].append(study.simulated(amplitude, drawn))
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / RECORD, record)
    write_page(out, record, figures(connectome, measured, drawn, record))
    return record
