"""How far the linear closed form is from the truth: the tables of docs/maths/closed-form.md.

    python benchmarks/closed_form_errors.py [inputs] [recurrent] [stiff] [single]

Prints Markdown; without arguments all four. Needs scipy. The truth is DOP853 at rtol 1e-10, solved
anew for every stretch between two samples. A figure is the median over neurons of the largest error
over the 20 steps of a series.
"""

import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from liquidtime import dynamics
from liquidtime.dynamics import Synapses, closed_form_linear, sources
from liquidtime.dynamics.sigmoid_mean import mean_sigmoid
from liquidtime.dynamics.sources import Network

SYNAPSES, STEPS, WALK = 16, 20, 0.15
Step = Callable[[Tensor, Tensor, Tensor], Tensor]  # (v, before, after) → v


class Case(NamedTuple):
    network: Network
    inputs: Tensor  # [STEPS + 1, M]
    elapsed: float


def draw(seed: int, inputs: int, neurons: int, recurrent: bool, strength=1.0, elapsed=1.0) -> Case:
    """Published initial ranges, and a random walk from the middle of the sigmoids."""
    generator = torch.Generator().manual_seed(seed)

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(*shape, generator=generator, dtype=torch.float64)

    def synapses(sources: int, strength: float) -> Synapses:
        return Synapses(
            strength * uniform(0.001, 1, sources, neurons),
            uniform(0.3, 0.8, sources, neurons),
            uniform(3, 8, sources, neurons),
            torch.sign(uniform(-1, 1, sources, neurons)),
        )

    network = Network(
        uniform(0.4, 0.6, neurons),
        uniform(0.001, 1, neurons),
        uniform(-0.2, 0.2, neurons),
        synapses(neurons, strength * recurrent),
        synapses(inputs, strength),
    )
    moves = torch.randn(STEPS, inputs, generator=generator, dtype=torch.float64)
    walk = 0.5 + torch.cat([torch.zeros(1, inputs), WALK * moves]).cumsum(0)
    return Case(network, walk, elapsed)


def truth(case: Case) -> Tensor:
    """[STEPS, N] by DOP853."""
    network = case.network
    capacitance, leak, potential = (part.numpy() for part in network[:3])
    recurrent, sensory = ([p.numpy() for p in kind] for kind in network[3:])
    v, states = np.zeros(len(leak)), []
    for before, after in zip(case.inputs[:-1].numpy(), case.inputs[1:].numpy(), strict=True):

        def slope(t, y, before=before, after=after):
            total = leak * (potential - y)
            for (w, mu, s, e), at in ((recurrent, y), (sensory, before + t * (after - before))):
                total = total + (w / (1 + np.exp(-s * (at[:, None] - mu))) * (e - y)).sum(0)
            return case.elapsed * total / capacitance

        v = solve_ivp(slope, (0, 1), v, method="DOP853", rtol=1e-10, atol=1e-12).y[:, -1]
        states.append(v)
    return torch.from_numpy(np.array(states))


def run(case: Case, step: Step) -> Tensor:
    """[STEPS, N] by a step function."""
    v, states = torch.zeros(1, len(case.network.capacitance), dtype=torch.float64), []
    for before, after in zip(case.inputs[:-1, None], case.inputs[1:, None], strict=True):
        v = step(v, before, after)
        states.append(v[0])
    return torch.stack(states)


def drive_integrator(case: Case, name: str, unfolds: int, *, line: bool) -> Step:
    """An integrator of a drive; the input stands at its new value, or goes there in stairs."""
    span = torch.full((1, 1), case.elapsed / unfolds, dtype=torch.float64)

    def step(v: Tensor, before: Tensor, after: Tensor) -> Tensor:
        for k in range(unfolds):
            at = before + (k + 1) / unfolds * (after - before) if line else after
            inward = dynamics.synaptic_drive(at, case.network.sensory)

            def drive(v: Tensor, inward=inward) -> tuple[Tensor, Tensor]:
                among = dynamics.synaptic_drive(v, case.network.recurrent)
                return tuple(
                    sum(parts) for parts in zip(inward, among, case.network.leak, strict=True)
                )

            v = dynamics.integrator(name)(v, span, drive, case.network.capacitance)
        return v

    return step


def closed_form(case: Case, nodes: int, unfolds: int = 1, way="frozen", sweeps: int = 2) -> Step:
    """The linear closed form with any recurrent sources."""
    span = torch.full((1, 1), case.elapsed / unfolds, dtype=torch.float64)
    slope = torch.zeros(1, len(case.network.capacitance), dtype=torch.float64)

    def step(v: Tensor, before: Tensor, after: Tensor) -> Tensor:
        nonlocal slope
        for k in range(unfolds):
            line = [before + share / unfolds * (after - before) for share in (k, k + 1)]
            if way == "frozen":
                v = sources.frozen(v, span, *line, case.network, nodes)
            elif way == "extrapolated":
                v, slope = sources.extrapolated(v, span, *line, case.network, slope, nodes)
            else:
                v = sources.iterated(v, span, *line, case.network, nodes, sweeps)
        return v

    return step


def values_alone(case: Case, nodes: int) -> Step:
    """What the closed form is without slopes: one polynomial in y through v∞ at the nodes.

    Integrated against the exponential by Gauss–Legendre on 1 − exp(−(Y − y)), exact to rounding.
    """
    network = case.network
    w, mu, s, e = network.sensory
    points, weights = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(60))

    def step(v: Tensor, before: Tensor, after: Tensor) -> Tensor:
        shares = torch.linspace(0, 1, nodes, dtype=torch.float64)[:, None, None]
        z = s * (before[..., None] + shares * (after - before)[..., None] - mu)
        opening = w * torch.sigmoid(z)
        target = (network.leak[1] + (e * opening).sum(1)) / (network.leak[0] + opening.sum(1))
        passed = network.leak[0] + (w * mean_sigmoid(z[:-1], z[1:])).sum(1)
        clock = case.elapsed / (nodes - 1) / network.capacitance * passed
        y = torch.cat([torch.zeros_like(clock[:1]), clock.cumsum(0)])
        gone = -torch.expm1(-y[-1])
        new = torch.exp(-y[-1]) * v[0]
        for point, weight in zip(0.5 * (1 + points), 0.5 * weights, strict=True):
            at, value = y[-1] + torch.log1p(-point * gone), torch.zeros_like(gone)
            for k in range(nodes):
                others = [j for j in range(nodes) if j != k]
                basis = torch.stack([(at - y[j]) / (y[k] - y[j]) for j in others]).prod(0)
                value = value + target[k] * basis
            new = new + weight * gone * value
        return new[None]

    return step


def figures(cases: list[Case], exact: list[Tensor], make: Callable[[Case], Step]) -> Tensor:
    """Largest error of every neuron of every case."""
    errors = [(run(c, make(c)) - t).abs().amax(0) for c, t in zip(cases, exact, strict=True)]
    return torch.cat(errors)


def inputs() -> None:
    """No recurrence: the error that the form itself makes."""
    cases = [draw(seed, SYNAPSES, 20, recurrent=False) for seed in range(10)]
    exact = [truth(case) for case in cases]
    rows: list[tuple[str, int, Callable[[Case], Step]]] = [
        (
            "fused Euler, 6 unfolds, input still",
            1,
            lambda c: drive_integrator(c, "fused", 6, line=False),
        ),
        (
            "exponential, input still",
            1,
            lambda c: drive_integrator(c, "exponential", 1, line=False),
        ),
        (
            "fused Euler, 6 unfolds, input in stairs",
            6,
            lambda c: drive_integrator(c, "fused", 6, line=True),
        ),
        (
            "exponential, 6 unfolds, input in stairs",
            6,
            lambda c: drive_integrator(c, "exponential", 6, line=True),
        ),
    ]
    for n in (2, 3, 5):
        rows.append(
            (f"values alone, {n} nodes", n + 3 * (n - 1), lambda c, n=n: values_alone(c, n))
        )
    for n in (2, 3, 5, 9):
        rows.append(
            (f"**closed form, {n} nodes**", n + 3 * (n - 1), lambda c, n=n: closed_form(c, n))
        )
    print("| | evaluations | median error | worst | below fused Euler |\n|---|---|---|---|---|")
    base = None
    for name, cost, make in rows:
        found = figures(cases, exact, make)
        middle = float(found.median())
        base = base or middle
        worst, ratio = float(found.max()), base / middle
        print(f"| {name} | {cost} | {middle:.1e} | {worst:.1e} | {ratio:,.0f} × |")


def recurrent() -> None:
    """12 neurons, all to all, and 4 inputs."""
    cases = [draw(seed, 4, 12, recurrent=True) for seed in range(10)]
    exact = [truth(case) for case in cases]
    unfolds = (1, 2, 4, 8, 16)
    print(f"| sub-steps: | evaluations in each | {' | '.join(f'{k}' for k in unfolds)} |")
    print("|---|---|" + "---|" * len(unfolds))
    rows: list[tuple[str, int, Callable[[Case, int], Step]]] = [
        (
            "fused Euler, input in stairs",
            192,
            lambda c, k: drive_integrator(c, "fused", k, line=True),
        ),
        ("frozen", sources.evaluations("frozen", 48, 144), lambda c, k: closed_form(c, 3, k)),
        (
            "extrapolated",
            sources.evaluations("extrapolated", 48, 144),
            lambda c, k: closed_form(c, 3, k, "extrapolated"),
        ),
    ]
    for sweeps in (1, 2, 3):
        cost = sources.evaluations("iterated", 48, 144, sweeps=sweeps)
        rows.append(
            (
                f"iterated, {sweeps} sweep{'s' * (sweeps > 1)}",
                cost,
                lambda c, k, sweeps=sweeps: closed_form(c, 3, k, "iterated", sweeps),
            )
        )
    for name, cost, make in rows:
        medians = (
            float(figures(cases, exact, lambda c, k=k, make=make: make(c, k)).median())
            for k in unfolds
        )
        print(f"| {name} | {cost} | {' | '.join(f'{m:.1e}' for m in medians)} |")


def stiff() -> None:
    """Strong synapses and long steps. The truth is the form itself in 200 sub-steps of 5 nodes."""
    print("| weights × | elapsed | fused Euler, 6 unfolds | values alone, 5 | closed form, 3 | 5 |")
    print("|---|---|---|---|---|---|")
    for strength, elapsed in ((1, 1), (1, 1e3), (1e3, 1), (1e3, 1e3)):
        cases = [
            draw(seed, SYNAPSES, 20, recurrent=False, strength=strength, elapsed=elapsed)
            for seed in range(3)
        ]
        exact = [run(case, closed_form(case, 5, 200)) for case in cases]
        row = [
            figures(cases, exact, make)
            for make in (
                lambda c: drive_integrator(c, "fused", 6, line=False),
                lambda c: values_alone(c, 5),
                lambda c: closed_form(c, 3),
                lambda c: closed_form(c, 5),
            )
        ]
        cells = " | ".join(f"{float(f.median()):.1e}, {float(f.max()):.1e}" for f in row)
        print(f"| {strength:g} | {elapsed:g} | {cells} |")


def single() -> None:
    """float32 against float64 where the argument of a sigmoid hardly moves."""
    print("| move of the argument | plain difference | with the series | v after a step |")
    print("|---|---|---|---|")
    z = torch.linspace(-4, 4, 4001)
    case = draw(0, SYNAPSES, 20, recurrent=False)
    rounded = in_dtype(case.network, torch.float32)
    at = case.inputs[:1].float()
    softplus = torch.nn.functional.softplus
    for move in (1e-6, 1e-4, 1e-2, 1.0):
        exact = mean_sigmoid(z.double(), (z + move).double())
        plain = (softplus(z + move) - softplus(z)) / move
        shares = [(found - exact).abs() / exact for found in (plain, mean_sigmoid(z, z + move))]
        ends = []
        for dtype in (torch.float32, torch.float64):
            start, one = torch.linspace(-1, 1, 20).to(dtype)[None], torch.ones(1, 1, dtype=dtype)
            line = at.to(dtype), (at + move / 5).to(dtype)  # 5: a usual steepness
            ends.append(sources.frozen(start, one, *line, in_dtype(rounded, dtype)))
        errors = (*(share.max() for share in shares), (ends[0] - ends[1]).abs().max())
        print(f"| {move:g} | {' | '.join(f'{float(e):.0e}' for e in errors)} |")


def in_dtype(network: Network, dtype: torch.dtype) -> Network:
    kinds = (Synapses(*(part.to(dtype) for part in kind)) for kind in network[3:])
    return Network(*(part.to(dtype) for part in network[:3]), *kinds)


if __name__ == "__main__":
    tables = {"inputs": inputs, "recurrent": recurrent, "stiff": stiff, "single": single}
    print(f"<!-- order {closed_form_linear.order()}, torch {torch.__version__} -->")
    for wanted in sys.argv[1:] or tables:
        print(f"\n{wanted}\n")
        tables[wanted]()
