"""The worm's connectome, simulated, against the measured signal propagation atlas.

Every neuron is stimulated, and the answers of all others are compared with those that Randi et al.
2023 measured. A few shared constants are fitted on half of the stimulated neurons and tested on
the other half, beside what anatomy predicts without a model, and connectomes with their structure
destroyed. Nothing is chosen on a test half.
"""

from pathlib import Path
from typing import Any

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.read.celegans import cook2019
from liquidtime.errors import InputError
from liquidtime.runs.folder import Folder, Kind
from liquidtime.runs.provenance import provenance
from liquidtime.runs.write import json_text
from liquidtime.tasks.contract import Progress
from liquidtime.tasks.worm_atlas.data import LIMIT, Atlas, measured_atlas
from liquidtime.tasks.worm_atlas.figures import figures
from liquidtime.tasks.worm_atlas.options import Options
from liquidtime.tasks.worm_atlas.page import write_page
from liquidtime.tasks.worm_atlas.split import Halves
from liquidtime.tasks.worm_atlas.summary import over_splits

RECORD = "worm-atlas.json"
ATLAS = Kind(noun="study", record=RECORD, last=RECORD, replaced=True)


def compare(
    out: Path,
    options: Options,
    *,
    atlas: Atlas | None = None,
    connectome: Connectome | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Fit, test, compare; write the record, figures and the page. Takes about five minutes.

    Args:
        out: Folder for `worm-atlas.json`, `worm-atlas.md` and the figures as SVG and PNG.
        options: How often, and how closely.
        atlas: By default that of the wild type.
        connectome: By default the hermaphrodite's of Cook et al. 2019; its table needs `type`.
        progress: Is told what comes next.

    Returns:
        The record, as it is written.

    Raises:
        InputError: If there is nothing to split, or data are not at hand.
    """
    say = progress or (lambda text: None)
    connectome = connectome or cook2019()
    if "type" not in connectome.neurons:
        raise InputError(
            "the connectome's table has no column 'type'; expected the class of each neuron, by "
            "which the halves are made."
        )
    say("Reading the atlas …")
    measured = (atlas or measured_atlas()).aligned([*map(str, connectome.neurons.index)])
    halves = Halves(connectome, measured, options)
    entries, drawn = [], None
    for number in range(options.splits):
        say(f"Split {number + 1} of {options.splits} …")
        entry, shown = halves.split(options.seed + number)
        entries.append(entry)
        drawn = drawn or shown
    assert drawn is not None
    record = {
        "format": 1,
        "settings": {
            "connectome": connectome.name,
            "neurons": len(connectome),
            "pairs": int(halves.pairs.sum()),
            "stimulated": int(halves.pairs.any(0).sum()),
            "responding": int(halves.pairs.any(1).sum()),
            "splits": options.splits,
            "seed": options.seed,
            "least_responses": options.least,
            "limit_of_a_response": LIMIT,
            "bootstrap_draws": options.repeats,
            "nulls_of_each_kind": options.nulls,
            "starts": options.starts,
        },
        "summary": over_splits(entries),
        "simulation": [],
        "splits": entries,
        **provenance(),
    }
    for amplitude in options.amplitudes:
        say(f"Simulating all stimulations at {amplitude:g} pA …")
        record["simulation"].append(halves.simulated(amplitude, drawn))
    write_page(out, record, figures(connectome, measured, drawn, record))
    Folder(out, ATLAS).finish(json_text(record))
    return record
