"""A trained network on a robot: one file, NumPy in and out, no PyTorch.

The first half runs where the network was trained. The second half is all that the robot runs: it
loads the file and steps with its sensors, each reading at its own moment. Expect the same outputs
as in training, and a few microseconds a step where the compiled kernels are installed.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from liquidtime.deploy import Stream
from liquidtime.nn import CfC
from liquidtime.wirings import AutoNCP


def train_and_save(file: Path) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Where the network was trained: readings [T, 4], their gaps [T] and its commands [T, 2]."""
    torch.manual_seed(0)
    rnn = CfC(4, wiring=AutoNCP(32, 2))
    readings, gaps = torch.randn(200, 4), torch.rand(200) * 0.1
    with torch.inference_mode():
        commands, _ = rnn(readings, elapsed=gaps)
    Stream.from_module(rnn).save(file)
    return readings, gaps, commands


def drive(file: Path, sensors: np.ndarray, moments: list[float]) -> np.ndarray:
    """On the robot: one step a reading."""
    pilot = Stream.load(file)
    started = time.perf_counter()
    commands = [pilot.step(reading, gap) for reading, gap in zip(sensors, moments, strict=True)]
    each = (time.perf_counter() - started) / len(commands)
    print(f"{file.stat().st_size / 1024:.0f} KiB, {each * 1e6:.1f} µs a step")
    return np.stack(commands)


def main() -> float:
    file = Path(tempfile.mkdtemp()) / "pilot.safetensors"
    readings, gaps, expected = train_and_save(file)
    commands = drive(file, readings.numpy(), gaps.tolist())
    difference = float(np.abs(commands - expected.numpy()).max())
    print(f"largest difference from PyTorch: {difference:.1e}")
    return difference


if __name__ == "__main__":
    main()
