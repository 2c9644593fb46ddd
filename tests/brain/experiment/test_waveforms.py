"""Every waveform that has words, and one that joins from outside."""

from dataclasses import dataclass

import numpy as np
import pytest

from liquidtime.brain import Connectome, Experiment
from liquidtime.brain.experiment.waveforms.catalogue import WRITTEN
from liquidtime.brain.experiment.waveforms.contract import WHEN, Noise, Waveform, Words, when
from liquidtime.brain.experiment.words.stimuli import stimulus_of
from liquidtime.brain.simulation.player import Player

PAIR = Connectome.from_edges(["a"], ["b"])
TIMES = np.linspace(0.0, 300.0, 601)


@pytest.mark.parametrize("name", WRITTEN.entries())
def test_its_example_says_it(name):
    words = WRITTEN.entries()[name]
    assert words.example.startswith(f"{name} ")
    course = stimulus_of(f"a={words.example}").waveform
    assert isinstance(course, Waveform | Noise)


@pytest.mark.parametrize("name", WRITTEN.entries())
def test_it_is_played(name):
    asked = Experiment(f"a={WRITTEN.entries()[name].example}", dt=0.5, trials=2)
    (drive,) = Player(asked.resolved(PAIR)).play(0, 700)
    assert drive.values.shape[1:3] == (700, 1)
    assert np.isfinite(drive.values).all() and np.ptp(drive.values) > 0


@pytest.mark.parametrize("name", WRITTEN.entries())
def test_outside_its_span_it_is_off(name):
    course = stimulus_of(f"a={WRITTEN.entries()[name].example}").waveform
    if isinstance(course, Noise):
        return
    start, stop = course.span
    off = (start > TIMES) | (stop <= TIMES)
    assert not course.values(TIMES)[off].any()


@pytest.mark.parametrize("name", WRITTEN.entries())
def test_without_an_end_it_is_the_same_within(name):
    course = stimulus_of(f"a={WRITTEN.entries()[name].example}").waveform
    if isinstance(course, Noise):
        return
    start, stop = course.span
    within = (start <= TIMES) & (stop > TIMES)
    np.testing.assert_allclose(
        course.endless.values(TIMES)[within], course.values(TIMES)[within], atol=1e-12
    )


@dataclass(frozen=True)
class Square(Waveform):
    """Grows with the square of time."""

    amplitude: float
    start: float
    stop: float

    def values(self, times):
        inside = (times >= self.start) & (times < self.stop)
        return np.where(inside, self.amplitude * times**2, 0.0)

    @property
    def span(self):
        return self.start, self.stop

    @property
    def endless(self):
        return Square(self.amplitude, -np.inf, np.inf)


SQUARE = Words(
    "square",
    1,
    WHEN,
    (),
    "square 2 from 1 to 3",
    lambda plain, words, seed: Square(plain[0], *when(words)),
)


def test_a_waveform_joins_from_outside(monkeypatch):
    monkeypatch.setattr(WRITTEN, "_registered", {})
    WRITTEN.register(SQUARE)
    asked = Experiment("a=square 2 from 1 to 3", dt=0.5, scheme="frozen")
    (drive,) = Player(asked.resolved(PAIR)).play(0, 8)
    assert drive.values[0, :, 0, 0].tolist() == [0, 0, 2, 4.5, 8, 12.5, 0, 0]
    (held,) = Player(
        Experiment("a=clamp square 2 from 1 to 3", dt=0.5, scheme="frozen").resolved(PAIR)
    ).play(0, 8)
    assert np.isfinite(held.values[0, :, 0, 0]).tolist() == [False] * 2 + [True] * 4 + [False] * 2
