"""Say what a brain simulation would take: memory, time, machines.

The costs of this machine are fitted to small networks that are run on the spot; those of a GPU are
derived from published figures, and the table says so. Without --neurons and --synapses it plans
known brains.

  liquidtime plan
  liquidtime plan --neurons 138639 --synapses 15.1e6 --dt 0.5
  liquidtime plan --neurons 86e9 --synapses 1e14 --gpus 20000
"""

from dataclasses import dataclass
from typing import Annotated

from tyro.conf import arg

from liquidtime.errors import InputError
from liquidtime.runs.options import Within

EXTRA = "brain"
_MANY = Within(1, 1e24)


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime plan`."""

    neurons: Annotated[float | None, Within(1, 1e18), arg(metavar="N", help_behavior_hint="")] = (
        None
    )
    """Number of neurons."""
    synapses: Annotated[float | None, Within(1, 1e24), arg(metavar="E", help_behavior_hint="")] = (
        None
    )
    """Number of connected pairs, each with its number of contacts."""
    dt: Annotated[float, Within(above=0)] = 0.1
    """Time step in ms."""
    delta_share: Annotated[float, Within(above=0, most=1)] = 1.0
    """Share of the synapses that sending on delta leaves to be worked on."""
    gpus: Annotated[int | None, Within(1), arg(metavar="P", help_behavior_hint="")] = None
    """Number of GPUs (default: as few as hold the network)."""
    threads: Annotated[int | None, Within(1), arg(metavar="T", help_behavior_hint="")] = None
    """Threads of this machine (default: all cores)."""


def run(options: Options) -> int:
    """Measure, plan, print."""
    from rich import box
    from rich.table import Table

    from liquidtime.brain.simulation import planning
    from liquidtime.cli.common.console import messages, results

    if (options.neurons is None) != (options.synapses is None):
        raise InputError("--neurons and --synapses go together; expected both or none.")
    if options.neurons is not None and options.synapses is not None:
        sizes = [planning.Size(options.neurons, options.synapses)]
    else:
        sizes = list(planning.SIZES.values())
    messages().print("Measuring this machine for a few seconds …")
    here = planning.measured_costs(threads=options.threads)
    console = results()
    for costs, machines in ((here, None), (planning.H200, options.gpus)):
        table = Table(*planning.HEADER, box=box.SIMPLE_HEAD, title=costs.name)
        plans = [
            planning.plan(
                size, options.dt, costs, machines=machines, delta_share=options.delta_share
            )
            for size in sizes
        ]
        for row in planning.table(plans):
            table.add_row(*row)
        console.print(table)
        console.print(
            f"{'Measured here' if costs.measured else 'Derived, not measured'}: "
            f"{costs.per_synapse * 1e9:.3g} ns a synapse, {costs.per_neuron * 1e9:.3g} ns a "
            f"neuron, {costs.overhead * 1e6:.3g} µs a step; "
            f"{costs.bytes_per_synapse:.3g} bytes a synapse, {costs.memory / 2**30:.0f} GiB and "
            f"{costs.link / 1e9:.3g} GB/s a machine.\n",
            soft_wrap=True,
        )
    console.print(
        f"Steps of {options.dt:g} ms. Connections are taken to be random, the worst case for "
        "traffic; computing and communication are added, though they can overlap. What was not run "
        "is an estimate, not a claim.",
        soft_wrap=True,
    )
    return 0
