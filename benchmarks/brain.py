"""What simulating connectomes costs: the tables of docs/brain/speed.md.

    python benchmarks/brain.py [sweep|trials|order|memory|fly|gradient|scaling|billion ...]

Without arguments all but the last, which takes 15 GiB. Each section is stored under its name in
benchmarks/results/brain.json, with the machine it was measured on, and printed as Markdown. Nothing
else should run meanwhile. Peers run in the same process, in turns: PyTorch's sparse CSR product
(MKL) with the rest of the step in PyTorch, and for synapses with constants of their own a dense
[N, in-degree] gather, which needs one in-degree for all.
"""

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from liquidtime.bench.timing import interleave
from liquidtime.brain import (
    Connectome,
    Experiment,
    Machine,
    Network,
    Parameters,
    Record,
    Sine,
    Step,
    SynapseParameters,
    current,
    simulate,
)
from liquidtime.brain.generate import fly_like, random
from liquidtime.brain.simulation.fitting import _Values
from liquidtime.kernels.network.cpu import CPUStepper
from liquidtime.kernels.network.learning import LearnableNetwork
from liquidtime.kernels.network.stepper import Outside, Task
from liquidtime.runs.provenance import provenance
from liquidtime.runs.write import write_json

RESULTS = Path(__file__).parent / "results" / "brain.json"
ROUNDS = 9
DT = 0.1
SIZES = ((10_000, 100), (100_000, 100))


def sweep() -> dict:
    """One step of both forms, 1 and 2 threads."""
    rows = []
    for neurons, in_degree in SIZES:
        connectome = random(neurons, in_degree, seed=1)
        parameters = _weak(in_degree)
        for threads in (1, 2):
            torch.set_num_threads(threads)
            ours = _native(connectome, parameters, threads)
            peer = _torch_csr(connectome, parameters)
            frozen = _native(connectome, parameters, threads, scheme="frozen")
            _same(frozen, peer)
            rows += _rows(
                "neuron",
                connectome,
                threads,
                {
                    "liquidtime ab2": lambda s=ours: s.advance(2, Outside(), []),
                    "liquidtime frozen": lambda s=frozen: s.advance(2, Outside(), []),
                    "PyTorch CSR": lambda p=peer: (p(), p()),
                },
            )
            del ours, frozen, peer
            own = parameters.replace(synapses=_synapses(connectome))
            mine = _native(connectome, own, threads)
            dense = _torch_gather(connectome, own, in_degree)
            rows += _rows(
                "synapse",
                connectome,
                threads,
                {
                    "liquidtime ab2": lambda s=mine: s.advance(2, Outside(), []),
                    "PyTorch gather": lambda p=dense: (p(), p()),
                },
            )
            del mine, dense
    for row in rows:
        row["ns"] = row["seconds"] / row["edges"] * 1e9
    text = _print(
        ["form", "synapses", "threads", "who", "ms a step", "ns a synapse"],
        [
            [
                r["form"],
                f"{r['edges']:,}",
                r["threads"],
                r["who"],
                f"{r['seconds'] * 1e3:.3f}",
                f"{r['ns']:.3f}",
            ]
            for r in rows
        ],
    )
    return {"rows": rows, "table": text}


def trials() -> dict:
    """Trials side by side."""
    rows = []
    torch.set_num_threads(2)
    for neurons, in_degree in SIZES:
        connectome = random(neurons, in_degree, seed=1)
        calls = {}
        for batch in (1, 2, 4, 8, 16, 32):
            stepper = _native(connectome, _weak(in_degree), 2, batch)
            calls[batch] = lambda s=stepper: s.advance(2, Outside(), [])
        found = _timed(calls)
        for batch, seconds in found.items():
            per_trial = seconds / 2 / batch / len(connectome.synapses) * 1e9
            rows.append(
                {
                    "edges": len(connectome.synapses),
                    "batch": batch,
                    "ns": per_trial,
                    "cheaper": found[1] / (seconds / batch),
                }
            )
    text = _print(
        ["synapses", "trials", "ns a synapse and trial", "× cheaper than alone"],
        [[f"{r['edges']:,}", r["batch"], f"{r['ns']:.3f}", f"{r['cheaper']:.1f}"] for r in rows],
    )
    return {"rows": rows, "table": text}


def order() -> dict:
    """Steps at equal error: frozen sources at 0.1 ms against ab2."""
    connectome = random(1000, 100, seed=3)
    parameters = _weak(100)
    start = np.random.default_rng(4).uniform(-70, -20, 1000)
    machine = Machine(dtype="float64", backend="reference")
    cases = {
        "start-up transient, 10 ms": ((), 10.0),
        "20 ms sine into every 4th neuron, 100 ms": (
            current(np.arange(0, 1000, 4), Sine(60.0, 20.0)),
            100.0,
        ),
    }
    rows = []
    for name, (stimulus, duration) in cases.items():

        def potentials(scheme, dt, stimulus=stimulus, duration=duration):
            record = Record(every=round(1 / dt))
            asked = Experiment(stimulus, duration, dt, scheme, record, initial=start)
            return simulate(connectome, parameters, asked, where=machine)["potential"].values

        truth = potentials("rk4", 0.01)
        errors = {
            scheme: {
                dt: float(np.abs(potentials(scheme, dt) - truth).max())
                for dt in (0.05, 0.1, 0.125, 0.2, 0.25, 0.5, 1.0)
            }
            for scheme in ("frozen", "ab2", "midpoint")
        }
        wanted = errors["frozen"][0.1]
        times = sorted(errors["ab2"])
        equal = float(
            np.exp(
                np.interp(np.log(wanted), np.log([errors["ab2"][t] for t in times]), np.log(times))
            )
        )
        rows.append({"case": name, "errors": errors, "equal_dt": equal, "fewer": equal / 0.1})
    text = _print(
        ["case", "frozen 0.1 ms", "ab2 0.1 ms", "0.5 ms", "1 ms", "ab2's dt at equal error"],
        [
            [
                r["case"],
                *(
                    f"{r['errors'][s][t]:.2g} mV"
                    for s, t in (("frozen", 0.1), ("ab2", 0.1), ("ab2", 0.5), ("ab2", 1.0))
                ),
                f"{r['equal_dt']:.2f} ms",
            ]
            for r in rows
        ],
    )
    return {"rows": rows, "table": text}


def memory() -> dict:
    """Bytes a synapse of connectome and layout, and what the process grew by."""
    before = _resident()
    connectome = random(200_000, 100, seed=1)
    stepper = _native(connectome, _weak(100), 2)
    grown = _resident() - before
    edges = len(connectome.synapses)
    row = {
        "edges": edges,
        "connectome": connectome.nbytes / edges,
        "layout": stepper.network.graph_bytes / edges,
        "process": grown / edges,
    }
    text = _print(
        ["synapses", "connectome B", "layout B", "process B a synapse"],
        [[f"{edges:,}", *(f"{row[k]:.2f}" for k in ("connectome", "layout", "process"))]],
    )
    return {**row, "table": text}


def fly() -> dict:
    """A network of the fly's size at dt 0.5 ms, sources sent on delta."""
    torch.set_num_threads(2)
    connectome = fly_like(seed=1)
    # The mean neuron gets 20 leak conductances if all its sources are open: tau 0.5 to 10 ms.
    parameters = Parameters(unit_conductance=20.0 / 393)
    driven = np.random.default_rng(5).choice(len(connectome), 7000, replace=False)
    stimulus = current(driven, Step(40.0, 20.0, 120.0))
    seen = np.random.default_rng(6).choice(len(connectome), 5000, replace=False)
    start = Network(connectome, parameters).rest()[:, 0]

    def potentials(dt, delta, duration=200.0):
        record = Record(neurons=seen, every=round(1 / dt))
        asked = Experiment(stimulus, duration, dt, record=record, initial=start, delta=delta)
        found = simulate(connectome, parameters, asked)
        return found["potential"].values, found.statistics

    truth, _ = potentials(0.05, 0.0)
    rows = []
    for dt, delta in ((0.5, 0.0), (0.5, 1e-4), (0.5, 1e-3), (0.5, 3e-3), (0.5, 1e-2), (1.0, 1e-3)):
        values, statistics = min(
            (potentials(dt, delta) for _ in range(3)), key=lambda r: r[1]["wall_seconds"]
        )
        rows.append(
            {
                "dt": dt,
                "delta": delta,
                "error": float(np.abs(values - truth).max()),
                "work": statistics.get("work_share", 1.0),
                "slowdown": 1 / statistics["simulated_per_wall"],
            }
        )
    text = _print(
        ["dt ms", "delta", "work share", "largest error mV", "× slower than real time"],
        [
            [r["dt"], r["delta"], f"{r['work']:.3f}", f"{r['error']:.3f}", f"{r['slowdown']:.2f}"]
            for r in rows
        ],
    )
    return {
        "neurons": len(connectome),
        "edges": len(connectome.synapses),
        "rows": rows,
        "table": text,
    }


def gradient() -> dict:
    """Forward and backward through 50 steps against forward alone."""
    torch.set_num_threads(2)
    rows = []
    for neurons, in_degree in ((10_000, 100),):
        connectome = random(neurons, in_degree, seed=1)
        network = Network(connectome, _weak(in_degree))
        moved = LearnableNetwork(network.constants, Task(DT))
        start = torch.from_numpy(network.initial(None).copy()).float()
        where = torch.arange(neurons)
        for learn in (
            {"leak_conductance": "each", "steepness": "each"},
            {"leak_conductance": "each", "synapses": "each"},
        ):
            values = _Values(network, learn)

            def forward(values=values, moved=moved, where=where, start=start):
                with torch.no_grad():
                    return moved.trace(values.learnable(), 50, [], where, start=start)

            def both(checkpoint_steps, values=values, moved=moved, where=where, start=start):
                learnable = values.learnable()
                found = moved.trace(
                    learnable, 50, [], where, start=start, checkpoint_steps=checkpoint_steps
                )
                found.square().mean().backward()

            found = _timed(
                {"forward": forward, "both": lambda: both(None), "checkpointed": lambda: both(10)}
            )
            rows.append(
                {
                    "edges": len(connectome.synapses),
                    "learnt": sorted(learn),
                    **{k: v / 50 for k, v in found.items()},
                }
            )
    text = _print(
        [
            "synapses",
            "learnt",
            "forward ms a step",
            "with backward",
            "ratio",
            "checkpointed",
            "ratio",
        ],
        [
            [
                f"{r['edges']:,}",
                ", ".join(r["learnt"]),
                f"{r['forward'] * 1e3:.2f}",
                f"{r['both'] * 1e3:.2f}",
                f"{r['both'] / r['forward']:.2f}",
                f"{r['checkpointed'] * 1e3:.2f}",
                f"{r['checkpointed'] / r['forward']:.2f}",
            ]
            for r in rows
        ],
    )
    return {"rows": rows, "table": text}


def scaling() -> dict:
    """A step against the number of synapses, over four decades and more."""
    torch.set_num_threads(2)
    rows = []
    for neurons, in_degree in (
        (1_000, 10),
        (3_000, 30),
        (10_000, 100),
        (100_000, 100),
        (100_000, 1_000),
        (300_000, 1_000),
    ):
        connectome = random(neurons, in_degree, seed=1)
        for threads in (1, 2):
            stepper = _native(connectome, _weak(in_degree), threads)
            found = _timed({"ab2": lambda s=stepper: s.advance(1, Outside(), [])})
            rows.append(
                {
                    "neurons": neurons,
                    "edges": len(connectome.synapses),
                    "threads": threads,
                    "seconds": found["ab2"],
                }
            )
            del stepper
    text = _print(
        ["neurons", "synapses", "threads", "ms a step", "ns a synapse"],
        [
            [
                f"{r['neurons']:,}",
                f"{r['edges']:,}",
                r["threads"],
                f"{r['seconds'] * 1e3:.4g}",
                f"{r['seconds'] / r['edges'] * 1e9:.3f}",
            ]
            for r in rows
        ],
    )
    return {"rows": rows, "table": text}


def billion() -> dict:
    """A thousand million synapses on this machine."""
    torch.set_num_threads(2)
    began = time.perf_counter()
    connectome = random(1_000_000, 1000, seed=1)
    made = time.perf_counter() - began
    began = time.perf_counter()
    stepper = _native(connectome, _weak(1000), 2)
    laid_out = time.perf_counter() - began
    found = _timed({"ab2": lambda: stepper.advance(1, Outside(), [])}, rounds=3)
    row = {
        "edges": len(connectome.synapses),
        "made": made,
        "laid_out": laid_out,
        "seconds": found["ab2"],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "resident": _resident(),
    }
    text = _print(
        [
            "synapses",
            "made s",
            "laid out s",
            "s a step",
            "ns a synapse",
            "resident GiB",
            "peak GiB",
        ],
        [
            [
                f"{row['edges']:,}",
                f"{made:.0f}",
                f"{laid_out:.0f}",
                f"{row['seconds']:.3f}",
                f"{row['seconds'] / row['edges'] * 1e9:.3f}",
                f"{row['resident'] / 2**30:.1f}",
                f"{row['peak'] / 2**30:.1f}",
            ]
        ],
    )
    return {**row, "table": text}


SECTIONS: dict[str, Callable[[], dict]] = {
    "sweep": sweep,
    "trials": trials,
    "order": order,
    "memory": memory,
    "fly": fly,
    "gradient": gradient,
    "scaling": scaling,
    "billion": billion,
}


def _weak(in_degree: int) -> Parameters:
    """All sources open give the mean neuron 10 leak conductances."""
    return Parameters(unit_conductance=10.0 / in_degree)


def _native(connectome, parameters, threads, batch=1, scheme="ab2") -> CPUStepper:
    network = Network(connectome, parameters, trials=batch)
    stepper = CPUStepper(network.constants, Task(DT, scheme, threads=threads))
    rng = np.random.default_rng(2)
    stepper.start(rng.uniform(-70, -20, (len(connectome), batch)))
    return stepper


def _torch_csr(connectome: Connectome, parameters: Parameters):
    """A step by a peer: sparse product, then the exponential in PyTorch."""
    edges = connectome.synapses
    units = parameters.unit_conductances(connectome.classes)
    potentials = parameters.reversal_potentials(connectome.classes)
    source_class = np.zeros(len(connectome), np.int64)
    source_class[edges.sources] = edges.classes
    weights = edges.counts * units[edges.classes]
    matrix = torch.sparse_csr_tensor(
        torch.from_numpy(edges.offsets.astype(np.int32)),
        torch.from_numpy(edges.sources),
        torch.from_numpy(weights.astype(np.float32)),
        size=(len(connectome),) * 2,
    )
    reversal = torch.from_numpy(potentials[source_class]).float()
    v = torch.from_numpy(
        np.random.default_rng(2).uniform(-70, -20, (len(connectome), 1))[:, 0]
    ).float()

    @torch.no_grad()
    def step():
        nonlocal v
        s = torch.sigmoid(0.2 * (v + 45.0))
        gh = matrix @ torch.stack([s, s * reversal], 1)
        g, h = 1.0 + gh[:, 0], -60.0 + gh[:, 1]
        v = h / g + (v - h / g) * torch.exp(-DT / 10.0 * g)
        return v

    return step


def _synapses(connectome: Connectome) -> SynapseParameters:
    rng = np.random.default_rng(8)
    count = len(connectome.synapses)
    return SynapseParameters(
        rng.uniform(0.01, 0.2, count),
        rng.uniform(-50, -40, count),
        rng.uniform(0.1, 0.3, count),
        rng.choice([0.0, -40.0, -70.0], count),
    )


def _torch_gather(connectome: Connectome, parameters: Parameters, in_degree: int):
    own = parameters.synapses
    sources = torch.from_numpy(connectome.synapses.sources.astype(np.int64)).view(-1, in_degree)
    shape = sources.shape
    w, mu, k, reversal = (
        torch.from_numpy(part).float().view(shape)
        for part in (own.conductance, own.midpoint, own.steepness, own.reversal_potential)
    )
    v = torch.full((len(connectome),), -60.0)

    @torch.no_grad()
    def step():
        nonlocal v
        s = w * torch.sigmoid(k * (v[sources] - mu))
        g, h = 1.0 + s.sum(1), -60.0 + (s * reversal).sum(1)
        v = h / g + (v - h / g) * torch.exp(-DT / 10.0 * g)
        return v

    return step


def _same(ours: CPUStepper, peer) -> None:
    """No timing of things that differ."""
    ours.advance(1, Outside(), [])
    apart = float(np.abs(ours.potentials()[:, 0] - peer().numpy()).max())
    if apart > 1e-3:
        raise SystemExit(f"ours and the peer differ by {apart} mV after one step")


def _rows(form, connectome, threads, calls) -> list[dict]:
    return [
        {
            "form": form,
            "edges": len(connectome.synapses),
            "threads": threads,
            "who": who,
            "seconds": seconds / 2,
        }
        for who, seconds in _timed(calls).items()
    ]


def _timed(calls, rounds=ROUNDS) -> dict:
    turns = interleave(calls, repeats=rounds, burst_seconds=0.05, seed=0)
    return {key: min(turn.minimum for turn in taken) for key, taken in turns.items()}


def _resident() -> int:
    text = Path("/proc/self/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) * 1024


def _print(header, rows) -> str:
    lines = [header, ["---"] * len(header), *rows]
    text = "".join("| " + " | ".join(map(str, row)) + " |\n" for row in lines)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
    return text


def main() -> None:
    warnings.simplefilter("ignore", UserWarning)  # PyTorch's, that sparse matrices are in beta
    wanted = sys.argv[1:] or [name for name in SECTIONS if name != "billion"]
    for name in wanted:
        found = {"result": SECTIONS[name](), **provenance("scipy")}
        stored = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        write_json(RESULTS, {**stored, name: found})


if __name__ == "__main__":
    main()
