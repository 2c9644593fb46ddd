"""A small table and the options of a small fit."""

from pathlib import Path

import numpy as np


def wide_table(path: Path, *, series: int = 60, seed: int = 0, dates: bool = False) -> Path:
    """Series whose class is the sign of their mean; a few cells are empty."""
    generator = np.random.default_rng(seed)
    lines = ["id,t,a,b,y,state"]
    for n in range(series):
        level = generator.choice([-1.0, 1.0])
        for step in range(int(generator.integers(3, 8))):
            a = f"{level + generator.normal():.3f}" if generator.random() < 0.8 else ""
            time = f"2024-03-01T{step:02d}:30:00" if dates else f"{step * 0.5:g}"
            state = "up" if (step + n) % 3 else "down"
            label = "yes" if level > 0 else "no"
            lines.append(f"s{n},{time},{a},{generator.normal():.3f},{label},{state}")
    path.write_text("\n".join(lines) + "\n")
    return path


SMALL = (
    "--model.hidden-size", "6", "--model.backbone-units", "5", "--train.epochs", "2",
    "--train.batch-size", "16", "--baselines", "none",
)  # fmt: skip
COLUMNS = ("--id", "id", "--time", "t", "--features", "a", "b")
