"""Experiments on a small network: stimuli off and on the grid, records, trials, and faults.

The neuron x has no synapse, so that its potential is known: the membrane's equation with the
course of its current, taken on a grid a hundred times finer.
"""

import math
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
from contract import Case, Outcome
from warm import warm

_LEAK, _TAU, _CAPACITANCE = -60.0, 10.0, 10.0
_FINER = 100
_FAULTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("--stimulate", "x=step 20 from 500"), ()),
    (("--stimulate", "x=step 20 form 5"), ("form",)),
    (("--stimulate", "x=stop 20"), ("stop",)),
    (("--stimulate", "nobody=step 20"), ("nobody",)),
    (("--stimulate", "x,x=step 20"), ("x",)),
    (("--stimulate", "x=step nan"), ()),
    (("--stimulate", "x=step 1e999"), ()),
    (("--stimulate", "x=step 20 from 9 to 3"), ()),
    (("--stimulate", "x=pulses 20 width 9 period 3"), ()),
    (("--stimulate", "x=sine 20 period 0"), ("period",)),
    (("--stimulate", "=step 20"), ()),
    (("--stimulate", "x=step 20 nA"), ()),
    (("--stimulate", "x=conductance -2 reversal 0"), ()),
    (("--duration", "0"), ()),
    (("--duration", "-5"), ()),
    (("--duration", "nan"), ()),
    (("--duration", "inf"), ()),
    (("--dt", "0"), ()),
    (("--dt", "nan"), ()),
    (("--dt", "-0.1"), ()),
    (("--dt", "1e-300"), ()),
    (("--every", "0"), ()),
    (("--every", "0.15"), ()),
    (("--every", "nan"), ()),
    (("--delta", "-1"), ()),
    (("--delta", "nan"), ()),
    (("--trials", "0"), ()),
    (("--threshold", "nan"), ()),
    (("--threads", "0"), ()),
    (("--seed", "-1"), ()),
    (("--record", "calcum"), ("calcum",)),
    (("--record", "potential of nobody"), ("nobody",)),
    (("--set", "leak_potentail=-50"), ("leak_potentail",)),
    (("--set", "leak_potential=nan"), ("leak_potential",)),
    (("--set", "membrane_capacitance=0"), ("membrane_capacitance",)),
    (("--set", "membrane_capacitance=-1"), ("membrane_capacitance",)),
    (("--set", "unit_conductance.gabba=1"), ("gabba",)),
    (("--set", "leak_potential"), ()),
    (("--ablate", "nobody"), ("nobody",)),
    (("--scale", "gabba=0"), ("gabba",)),
    (("--scale", "gaba=nan"), ()),
    (("--device", "tpu"), ("tpu",)),
)


class Experiments:
    """One network, many experiments."""

    name = "experiments"
    share = 0.15

    def prepare(self, folder: Path) -> None:
        """Write the network, and simulate once."""
        self._edges = folder / "edges.csv"
        self._edges.write_text("pre,post,count,transmitter\na,b,30,acetylcholine\nb,a,9,gaba\n")
        self._neurons = folder / "neurons.csv"
        self._neurons.write_text("name\na\nb\nx\n")
        warm(*self._command(folder / "out"), "--stimulate", "x=step 20")

    def _command(self, out: Path) -> tuple[str, ...]:
        return (
            *("simulate", str(self._edges), "--neurons", str(self._neurons), "--out", str(out)),
            *("--duration", "20", "--dt", "0.5"),
        )

    def case(self, random: Random, folder: Path) -> Case:
        """A good experiment, or one with a fault in it."""
        make = random.choices([self._good, self._faulty, self._impossible], [0.54, 0.45, 0.01])[0]
        return make(random, folder)

    def _impossible(self, random: Random, folder: Path) -> Case:
        """What no neuron survives is simulated, and said to be impossible."""
        words = random.choice(["x=step 1e38", "x=step 1e7", "a=clamp 1e6"])

        def right(outcome: Outcome) -> str | None:
            return None if "impossible" in outcome.output else "not said to be impossible"

        arguments = (*self._command(folder / "out"), "--stimulate", words)
        return Case(words, arguments, right)

    def _faulty(self, random: Random, folder: Path) -> Case:
        said, refusal = random.choice(_FAULTS)
        out = folder / "out"
        good = ["--stimulate", "a=step 5 from 1"] if random.random() < 0.5 else []
        arguments = (*self._command(out), *good, *said)
        return Case(" ".join(said), arguments, None, refusal, (out,))

    def _good(self, random: Random, folder: Path) -> Case:
        out = folder / "out"
        dt = random.choice([0.1, 0.25, 0.3, 0.5, 1.0])
        steps = random.randrange(4, 60)
        words, course = _stimulus(random)
        scheme = random.choice(["ab2", "midpoint", "frozen", "rk4"])
        arguments = (
            *("simulate", str(self._edges), "--neurons", str(self._neurons), "--out", str(out)),
            *("--duration", f"{round(steps * dt, 9):g}", "--dt", f"{dt:g}", "--scheme", scheme),
            *("--stimulate", f"x={words}"),
            *random.choice([(), ("--ablate", "b"), ("--silence", "a"), ("--trials", "2")]),
            *random.choice([(), ("--start", "rest"), ("--threshold", "-50")]),
        )
        span = steps * dt
        late = words.partition("from ")[2].split(" ")[0]
        # A stimulus that begins after the end is a slip, and refused.
        refusal = ("end",) if late and float(late) >= span else None

        def right(_: Outcome) -> str | None:
            return _as_the_equation(out, dt, steps, course)

        return Case(f"{words}, dt {dt}, {scheme}", arguments, right, refusal, (out,))


def _stimulus(random: Random) -> tuple[str, Callable[[np.ndarray], np.ndarray]]:
    """A stimulus in words, and its course."""
    size = round(random.uniform(-30, 60), 1)
    start = random.choice([0.0, 2.0, round(random.uniform(0, 8), 2)])
    stop = start + random.choice([0.3, 3.0, round(random.uniform(0.1, 20), 2)])
    kind = random.choice(["step", "ramp", "sine", "pulses"])
    window = f"from {start:g} to {stop:g}"

    def inside(t: np.ndarray) -> np.ndarray:
        return (t >= start) & (t < stop)

    if kind == "step":
        return f"step {size:g} {window}", lambda t: size * inside(t)
    if kind == "ramp":
        return (
            f"ramp 0 {size:g} {window}",
            lambda t: inside(t) * size * (t - start) / (stop - start),
        )
    if kind == "sine":
        period = random.choice([3.0, 10.0])
        return (
            f"sine {size:g} period {period:g} {window}",
            lambda t: inside(t) * size * np.sin(2 * math.pi * (t - start) / period),
        )
    width, period = random.choice([(0.2, 5.0), (1.0, 4.0), (2.5, 7.0)])
    return (
        f"pulses {size:g} width {width:g} period {period:g} from {start:g}",
        lambda t: size * ((t >= start) & ((t - start) % period < width)),
    )


def _as_the_equation(
    out: Path, dt: float, steps: int, course: Callable[[np.ndarray], np.ndarray]
) -> str | None:
    import zarr

    recording = zarr.open_group(out / "recording.zarr", mode="r")
    names = list(recording["neuron_potential"][:])
    found = np.asarray(recording["potential"][:], dtype=np.float64)
    if len(found) != steps:
        return f"{len(found)} samples of {steps}"
    if not np.isfinite(found).all():
        return "a potential is not finite"
    fine = dt / _FINER
    current = course((np.arange(steps * _FINER) + 0.5) * fine)
    potential, wanted, bound = _LEAK, [], 0.0
    for step in range(steps):
        within = current[step * _FINER : (step + 1) * _FINER]
        # A mean current is exact in charge: it is off by no more than the course moves in a step.
        bound = max(bound, np.ptp(within) * dt / _CAPACITANCE / 4)
        for one in within:
            settled = _LEAK + one * _TAU / _CAPACITANCE
            potential = settled + (potential - settled) * math.exp(-fine / _TAU)
        wanted.append(potential)
    off = np.abs(found[:, names.index("x"), :] - np.array(wanted)[:, None]).max()
    # The course on the fine grid misses its own corners by up to half a fine step.
    bound += 1e-3 + np.abs(current).max() * fine / _CAPACITANCE
    return f"the potential of x is off by {off:.3g} mV, bound {bound:.3g}" if off > bound else None
