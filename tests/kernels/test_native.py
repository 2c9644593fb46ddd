"""The extension itself: instruction sets, threads, argument checks."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from liquidtime.native import native

extension = native()


def small(hidden=3, inputs=2):
    generator = np.random.default_rng(0)

    def draw(*shape):
        return generator.standard_normal(shape).astype(np.float32)

    backbone = (draw(5, inputs + hidden), draw(5))
    heads = (draw(4 * hidden, 5), draw(4 * hidden))
    return extension.CfC(
        "gated", "tanh", inputs, hidden, [backbone], heads,
        None, None, None, "state", None, False, False, False,
    )  # fmt: skip


def forward(cell, x, threads=1, **others):
    batch, steps, _ = x.shape
    hidden = cell.hidden_size
    given = {
        "x": x,
        "h": np.zeros((batch, hidden), np.float32),
        "c": None,
        "elapsed": np.ones((batch, steps), np.float32),
        "active": None,
        "dropout": [],
        "output": np.full((batch, steps, hidden), np.nan, np.float32),
        "h_last": np.full((batch, hidden), np.nan, np.float32),
        "c_last": None,
        "saved": None,
        "memories": None,
        "threads": threads,
    }
    given |= others
    cell.forward(**given)
    return given["output"]


def test_the_generic_path_is_always_there():
    assert extension.isas()[-1] == "generic"
    assert extension.isa() in extension.isas()


def test_the_environment_chooses_the_instruction_set():
    code = "import liquidtime._native as n; print(n.isa())"
    for name in extension.isas():
        env = os.environ | {"LIQUIDTIME_ISA": name}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
        assert done.stdout.strip() == name
    env = os.environ | {"LIQUIDTIME_ISA": "mmx"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode
    assert "LIQUIDTIME_ISA: instruction set 'mmx' is not to be had here" in done.stderr
    assert "generic" in done.stderr


def test_unknown_instruction_set():
    with pytest.raises(ValueError, match=r"expected one of .*generic"):
        extension.use_isa("mmx")


def test_peak_is_of_this_machine():
    peak = extension.fma_peak(0.01)
    assert 0.1 < peak < 1e4
    if extension.has_bfloat16():
        assert 0.1 < extension.fma_peak(0.01, True) < 1e4


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("h", np.zeros((4, 4), np.float32), r"h has shape \[4, 4\]; expected \[4, 3\]"),
        ("elapsed", np.zeros((4, 4), np.float32), r"elapsed has shape \[4, 4\]; expected \[4, 6\]"),
        ("active", np.zeros((6, 4), bool), r"active has shape \[6, 4\]"),
        ("output", np.zeros((4, 6, 4), np.float32), r"output has shape \[4, 6, 4\]"),
        ("c", np.zeros((4, 3), np.float32), "memory"),
    ],
)
def test_shapes_are_checked(name, value, message):
    with pytest.raises(ValueError, match=message):
        forward(small(), np.zeros((4, 6, 2), np.float32), **{name: value})


def test_wrong_names_and_dtypes():
    with pytest.raises(ValueError, match="'gated', 'no_gate', 'closed_form'"):
        extension.CfC(
            "open", "tanh", 2, 3, [], (np.zeros((12, 5), np.float32), np.zeros(12, np.float32)),
            None, None, None, "state", None, False, False, False,
        )  # fmt: skip
    # What is written into must be what it is; a converted copy would lose the result.
    with pytest.raises(TypeError):
        forward(small(), np.zeros((4, 6, 2), np.float32), output=np.zeros((4, 6, 3)))


def test_threads_share_the_batch_and_change_nothing():
    cell, x = small(), np.random.default_rng(1).standard_normal((70, 5, 2)).astype(np.float32)
    one = forward(cell, x)
    for threads in (2, 3, 8, 100):
        assert np.array_equal(forward(cell, x, threads), one)


def test_many_callers_at_once():
    cell, x = small(), np.random.default_rng(1).standard_normal((70, 50, 2)).astype(np.float32)
    wanted = forward(cell, x)
    results = [None] * 6

    def call(i):
        for _ in range(20):
            results[i] = forward(cell, x, threads=2)

    callers = [threading.Thread(target=call, args=(i,)) for i in range(len(results))]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert all(np.array_equal(result, wanted) for result in results)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own():
    cell, x = small(), np.random.default_rng(1).standard_normal((70, 5, 2)).astype(np.float32)
    wanted = forward(cell, x, threads=2)
    child = os.fork()
    if child == 0:
        same = np.array_equal(forward(cell, x, threads=2), wanted)
        os._exit(0 if same else 1)
    assert os.waitpid(child, 0)[1] == 0


POOL = """
import sys, threading
import numpy as np
import liquidtime._native as native
assert "torch" not in sys.modules
weight = np.full((12, 5), 0.1, np.float32)
cell = native.CfC(
    "gated", "tanh", 2, 3, [], (weight, np.zeros(12, np.float32)),
    None, None, None, "state", None, False, False, False,
)
x = np.random.default_rng(0).standard_normal((90, 40, 2)).astype(np.float32)

def run(threads):
    output = np.empty((90, 40, 3), np.float32)
    h = np.zeros((90, 3), np.float32)
    elapsed = np.ones((90, 40), np.float32)
    cell.forward(x, h, None, elapsed, None, [], output, h.copy(), None, None, None, threads)
    return output

wanted, same = run(1), []
def call():
    same.extend(np.array_equal(run(2), wanted) for _ in range(30))
callers = [threading.Thread(target=call) for _ in range(3)]
[caller.start() for caller in callers]
[caller.join() for caller in callers]
print(len(same), all(same))
"""


def test_without_torch_the_threads_are_our_own():
    done = subprocess.run([sys.executable, "-c", POOL], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["90", "True"]
    assert not done.stderr
