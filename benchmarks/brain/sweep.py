"""One step of both forms of a network, beside PyTorch's."""

import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from _networks import DT, same_step, sizes, start, stepping, weak
from _peers import csr_step, gather_step

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.bench.timing import fastest
from liquidtime.brain import Connectome, Parameters, SynapseParameters
from liquidtime.brain.generate import random

# PyTorch's, that sparse matrices are in beta.
warnings.filterwarnings("ignore", message="Sparse CSR tensor support", category=UserWarning)
_STEPS = 2


def _networks(setting: Setting) -> Iterator[tuple[str, Connectome, Parameters, str, object]]:
    """(form, connectome, parameters, name of the peer, its step)."""
    for neurons, in_degree in sizes(setting):
        connectome, parameters = random(neurons, in_degree, seed=1), weak(in_degree)
        peer = csr_step(connectome, parameters, DT)
        yield "neuron", connectome, parameters, "PyTorch CSR", peer
        own = parameters.replace(synapses=_synapses(len(connectome.synapses)))
        dense = gather_step(connectome, own, in_degree, DT)
        yield "synapse", connectome, own, "PyTorch gather", dense


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    for form, connectome, parameters, _, peer in _networks(setting):
        tell(f"Checking a step: form {form}, {len(connectome.synapses):,} synapses")
        for threads in setting.threads:
            yield same_step(f"form {form}", connectome, parameters, threads, peer)


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    for form, connectome, parameters, name, peer in _networks(setting):
        edges = len(connectome.synapses)
        v = torch.from_numpy(start(len(connectome))[:, 0]).float()
        for threads in setting.threads:
            tell(f"Timing a step: form {form}, {edges:,} synapses, {threads} threads")
            torch.set_num_threads(threads)
            schemes = ("ab2", "frozen") if form == "neuron" else ("ab2",)
            ready = {
                f"liquidtime {scheme}": stepping(connectome, parameters, threads, scheme=scheme)
                for scheme in schemes
            }
            calls = {who: lambda ours=ours: ours.run(_STEPS) for who, ours in ready.items()}
            calls[name] = lambda peer=peer, v=v: [peer(v) for _ in range(_STEPS)]
            for who, seconds in fastest(calls, setting).items():
                step = seconds / _STEPS
                yield {
                    "form": form,
                    "edges": edges,
                    "threads": threads,
                    "who": who,
                    "seconds": step,
                    "ns": 1e9 * step / edges,
                }


def _synapses(count: int) -> SynapseParameters:
    draw = np.random.default_rng(8)
    return SynapseParameters(
        draw.uniform(0.01, 0.2, count),
        draw.uniform(-50, -40, count),
        draw.uniform(0.1, 0.3, count),
        draw.choice([0.0, -40.0, -70.0], count),
    )


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    return plain_table(
        "One step",
        ["form", "synapses", "threads", "who", "ms a step", "ns a synapse"],
        [
            [
                g["form"],
                f"{g['edges']:,}",
                g["threads"],
                g["who"],
                f"{g['seconds'] * 1e3:.3f}",
                f"{g['ns']:.3f}",
            ]
            for g in groups
        ],
    )


CASE = Case(name="sweep", checks=_checks, measure=_measure, tables=_tables)
