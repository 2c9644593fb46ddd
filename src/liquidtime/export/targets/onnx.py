"""One ONNX file for any runtime that reads the format: the step of the network as a graph.

The graph takes one step of B streams, in float32. B is free; all else is fixed.

- Inputs: `x` [B, D], the encoded inputs; `elapsed` [B], the time since each stream's previous step,
  scaled; then the state, [B, …] each: `h0`, `h1`, … of the layers, after each `c0`, `c1`, … with
  mixed memory, and `mean`, `count` where the head reads means.
- Outputs: `output` [B, K], then `next_h0` and so on, in the order of the state.

Who runs it starts with a state of zeros, and gives each step's `next_…` to the next step.

The file's metadata hold, under `liquidtime`, JSON with `architecture` and `signals` (null for a
layer that was never fitted to a table). With `signals` the file can be used on its own:

1. Standardise each measurement, (value − `mean`) / `std`, and cut it off at ± `clip` if that is not
   null. Where nothing was measured take the last value of the stream, 0 before the first.
2. `x` is made of the blocks that `features` lists, in that order, each in the order of `variables`:
   `values` as just made; `mask`, 1 where measured; `since`, log(1 + age / `time_scale`) with the
   age of the measurement, 0 where just measured. Static features follow, standardised likewise.
   A variable that `categories` holds (a static one: `static_categories`) is a value for each of the
   names there instead, 1 for the one that was measured and 0 for the others. One that `embedded`
   holds is a single value: the place of the name among those, from 1, and 0 for any other.
3. `elapsed` is the time since the stream's previous row / `time_scale`; 0 for its first row.
4. If `classes`, the softmax of `output` are the probabilities of `labels`; if `independent` (absent
   where it is false), the logistic function of each; else `output` · `target_scale` +
   `target_mean` are their values.

`liquidtime.deploy.signals` does 1 to 4 with NumPy alone: `Encoder` and `Signals.predictions`.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from liquidtime import __version__
from liquidtime.deploy.file import described, description
from liquidtime.deploy.network import Array
from liquidtime.errors import InputError
from liquidtime.export.contract import Target
from liquidtime.export.parity import Parity, Step, measure
from liquidtime.export.trained import Trained
from liquidtime.optional import require

_KEY = "liquidtime"


def write(network: Trained, path: Path) -> None:
    """Trace the reference step and write its graph, numbers and signals in it."""
    require("onnxscript", extra="export")
    import torch

    from liquidtime.export.reference import ReferenceStep

    parts = network.network.memory
    # Two streams stand for any number: PyTorch takes a size of 1 for a constant.
    example = (torch.zeros(2, network.architecture.input_size), torch.ones(2))
    state = tuple(torch.zeros(2, width) for width in parts.values())
    streams = {0: torch.export.Dim("streams")}
    with _quiet():
        program = torch.onnx.export(
            ReferenceStep(network.network),
            (*example, *state),
            input_names=["x", "elapsed", *parts],
            output_names=["output", *(f"next_{name}" for name in parts)],
            dynamic_shapes=(streams, streams, (streams,) * len(parts)),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    program.model.producer_name, program.model.producer_version = "liquidtime", __version__
    for node in program.model.graph:
        # Where in the sources each came from: half of a small file, and the paths of this machine.
        node.metadata_props.clear()
    program.model.metadata_props[_KEY] = description(network.architecture, network.signals)
    program.save(path, external_data=False)


def check(network: Trained, path: Path) -> Parity:
    """Step the file in ONNX Runtime, on the CPU."""
    runtime = require("onnxruntime", extra="export")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    try:
        session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        about = session.get_modelmeta().custom_metadata_map
    except Exception as error:  # ONNX Runtime's errors have no other class in common.
        raise InputError(f"{path} is no ONNX file, or is damaged ({error}).") from error
    mine = network.architecture, network.signals
    if _KEY not in about or described(about[_KEY], path) != mine:
        raise InputError(f"{path} holds another network. Write it anew.")
    parts = network.network.memory

    def step(x: Array, elapsed: Array, state: list[Array]) -> tuple[Array, list[Array]]:
        given = {"x": x, "elapsed": elapsed} | dict(zip(parts, state, strict=True))
        output, *after = session.run(["output", *(f"next_{name}" for name in parts)], given)
        return output, after

    def start(streams: int) -> Step:
        return step

    return measure(network, start, f"ONNX Runtime {runtime.__version__}")


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter says of packages that nobody asked for, and of itself."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)


TARGET = Target(
    name="onnx",
    suffix=".onnx",
    title="for ONNX Runtime and others, needs liquidtime[export]",
    write=write,
    check=check,
)
