"""Epochs and passes timed in turns: all models in one process, on the same batches."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import mean, median
from typing import Any

import torch
import torch._dynamo
from torch import Tensor, nn

from liquidtime.bench.timing import in_turns, without_garbage_collection
from liquidtime.data.batch import Batch
from liquidtime.errors import InputError
from liquidtime.models.catalogue import from_dict
from liquidtime.tasks.physionet2012_speed.names import Contender
from liquidtime.tasks.physionet2012_speed.parts import Parts
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.loss import Loss
from liquidtime.train.optimizers import optimizer_of
from liquidtime.train.run import new_model

KINDS = ("training", "inference")
# A full epoch is run as well where it takes at most so many seconds.
_SHORT = 30.0
_CLIP = 1.0
_FORMS = 8


class Subject:
    """A model that can take a step of training, or a pass.

    Args:
        parts: The data.
        contender: The model.
        seed: Of its weights.

    Raises:
        InputError: If the model has no such option.
    """

    def __init__(self, parts: Parts, contender: Contender, seed: int) -> None:
        model = from_dict({"kind": contender.model, **contender.options})
        config = FitConfig(model=model, train=TrainConfig(seed=seed, ensemble=1))
        made = new_model(parts.preprocessor, parts.objective, config)
        self.loss = Loss(made, parts.objective)
        self.network = made.network
        self.optimizer = optimizer_of(
            self.network.parameters(), TrainConfig(learning_rate=1e-4, weight_decay=1e-2)
        )

    @property
    def parameters(self) -> int:
        """Trained numbers."""
        return sum(each.numel() for each in self.network.parameters())

    def training(self, batch: Batch) -> None:
        """One step, as the training of a run takes it."""
        self.loss.train()
        total, weight = self.loss(batch)
        self.optimizer.zero_grad()
        (total / weight.detach()).backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        self.optimizer.step()

    @torch.no_grad()
    def inference(self, batch: Batch) -> Tensor:
        """One pass."""
        self.loss.eval()
        return self.network(batch)

    def compile(self) -> bool:
        """Have torch.compile make what is called once a step, or the whole where nothing is.

        Of a recurrence it is given the piece between two rows: of all rows at once it would make
        one program of thousands of lines, another one for each length.

        Returns:
            Whether there was anything to compile.
        """
        pieces = [each for each in self.network.modules() if _stepped(each)]
        # Flows of one network share their code, and each is compiled with gradients and without.
        torch._dynamo.config.recompile_limit = max(
            torch._dynamo.config.recompile_limit, _FORMS * len(pieces)
        )
        for piece in pieces:
            piece.compile(dynamic=True)
        return bool(pieces)


def _stepped(module: nn.Module) -> bool:
    from liquidtime.baselines.flow import ODEFlow
    from liquidtime.baselines.mtand import MTANDEncoder, MTANDFull

    if isinstance(module, ODEFlow):
        return module.method != "dopri5"
    return isinstance(module, MTANDEncoder | MTANDFull)


@dataclass(frozen=True, kw_only=True)
class Timed:
    """What one model took.

    Attributes:
        name: Of the contender.
        parameters: Trained numbers.
        compiled: Whether the compiled one was the faster, and is the one that was timed.
        seconds: By kind ("training": an epoch; "inference": a pass over the training part),
            `minimum` and `median`: the mean over the batches of each one's fastest and median
            turn, times the number of batches; `turns`, how many each had at least.
        whole: Seconds of a whole epoch of training that was run once; None where it takes long.
        failed: Why there is nothing; "" where there is.
    """

    name: str
    parameters: int = 0
    compiled: bool = False
    seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    whole: float | None = None
    failed: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


@dataclass(eq=False)
class _Turns:
    """Which batches a model has in its turns, so that all of them come up however slow it is."""

    subject: Subject
    compiled: bool
    each: int
    at: int = 0
    taken: dict[str, dict[int, list[float]]] = field(
        default_factory=lambda: {kind: {} for kind in KINDS}
    )


def timed(
    parts: Parts,
    contenders: dict[str, Contender],
    *,
    batches: int,
    rounds: int,
    minutes: float,
    seed: int,
    compiled: bool,
    say: Callable[[str], None],
) -> list[Timed]:
    """Time all of them in rounds.

    Args:
        parts: The data.
        contenders: By name.
        batches: How many batches stand for an epoch.
        rounds: How often each model takes its turn, in an order drawn anew.
        minutes: What the turns of one model take at most, about; none has fewer than each batch
            once.
        seed: Of weights and orders.
        compiled: Try to compile what is not ours, and take the faster.
        say: Is told what is done.

    Returns:
        One a contender; those that cannot be built or run say why.
    """
    drawn = parts.drawn(batches)
    ready: dict[str, _Turns] = {}
    failed: dict[str, str] = {}
    for name, contender in contenders.items():
        say(f"Preparing {contender.label} …")
        try:
            subject, quick = _fastest(parts, contender, drawn, seed, compiled)
        except (InputError, ImportError, RuntimeError) as error:
            failed[name] = str(error).partition("\n")[0]
            continue
        seconds = sum(_clocked(getattr(subject, kind), drawn[-1]) for kind in KINDS)
        room = 60 * minutes / rounds / max(seconds, 1e-6)
        least = -(-len(drawn) // rounds)
        ready[name] = _Turns(subject, quick, min(len(drawn), max(least, int(room))))

    def turn(name: str) -> None:
        one = ready[name]
        with without_garbage_collection():
            for kind in KINDS:
                call = getattr(one.subject, kind)
                for number in range(one.at, one.at + one.each):
                    place = number % len(drawn)
                    seconds = _clocked(call, drawn[place])
                    one.taken[kind].setdefault(place, []).append(seconds)
        one.at += one.each

    in_turns(
        list(ready),
        rounds,
        turn,
        seed=seed,
        peak=None,
        tell=lambda name: say(f"Timing {contenders[name].label} …"),
    )
    found = []
    for name in contenders:
        if name in failed:
            found.append(Timed(name=name, failed=failed[name]))
            continue
        one = ready[name]
        seconds = {kind: _epoch(one.taken[kind], len(parts.epoch)) for kind in KINDS}
        whole = None
        if seconds["training"]["median"] <= _SHORT:
            say(f"A whole epoch of {contenders[name].label} …")
            whole = sum(
                _clocked(one.subject.training, parts.training.batch(index)) for index in parts.epoch
            )
        found.append(
            Timed(
                name=name,
                parameters=one.subject.parameters,
                compiled=one.compiled,
                seconds=seconds,
                whole=whole,
            )
        )
    return found


def _fastest(
    parts: Parts, contender: Contender, drawn: Sequence[Batch], seed: int, compiled: bool
) -> tuple[Subject, bool]:
    """The model, warm; compiled where that can be had and is faster."""
    plain = Subject(parts, contender, seed)
    before = _warm(plain, drawn)
    if not compiled or contender.form != "best":
        return plain, False
    other = Subject(parts, contender, seed)
    if not other.compile():
        return plain, False
    try:
        after = _warm(other, drawn)
    except Exception:
        # Whatever the compiler could not do: it is not what is measured.
        return plain, False
    return (other, True) if after < before else (plain, False)


def _warm(subject: Subject, drawn: Sequence[Batch]) -> float:
    """Seconds of one step and one pass, when all has been called before."""
    middle = drawn[len(drawn) // 2]
    least = float("inf")
    for batch in (drawn[0], middle, middle):
        least = sum(_clocked(getattr(subject, kind), batch) for kind in KINDS)
    return least


def _clocked(call: Callable[[Batch], object], batch: Batch) -> float:
    began = time.perf_counter()
    call(batch)
    return time.perf_counter() - began


def _epoch(taken: dict[int, list[float]], batches: int) -> dict[str, float]:
    return {
        "minimum": batches * mean(map(min, taken.values())),
        "median": batches * mean(map(median, taken.values())),
        "turns": min(map(len, taken.values())),
    }
