"""Three ways to say when things happened, and one result.

Two series of unequal length in one padded batch. The time goes in as gaps (`elapsed`), as time
stamps (`times`), or as a regular grid on which a `mask` says which moments were observed. Expect
differences of rounding only, and the same for each series on its own: no series sees its
neighbour's clock.
"""

import torch

from liquidtime.nn import CfC

STAMPS = torch.tensor([[0.0, 1.0, 3.0, 4.0, 7.0], [0.0, 2.0, 3.0, 0.0, 0.0]])
LENGTHS = torch.tensor([5, 3])


def main() -> dict[str, float]:
    torch.manual_seed(0)
    rnn = CfC(2, 8)
    x = torch.randn(2, 5, 2)

    times = STAMPS.clone()
    times[1, 3:] = times[1, 2]  # behind the end anything may stand that does not go back
    by_times, state = rnn(x, times=times, lengths=LENGTHS)

    elapsed = torch.diff(times, dim=1, prepend=times[:, :1])
    by_elapsed, _ = rnn(x, elapsed=elapsed, lengths=LENGTHS)

    # The grid 0, 1, …, 7: a moment that was not observed is False in the mask.
    grid, mask = torch.zeros(2, 8, 2), torch.zeros(2, 8, dtype=torch.bool)
    for series, length in enumerate(LENGTHS.tolist()):
        moments = STAMPS[series, :length].long()
        grid[series, moments], mask[series, moments] = x[series, :length], True
    _, on_grid = rnn(grid, times=torch.arange(8.0), mask=mask)

    differences = {
        "elapsed and times": (by_elapsed - by_times).abs().max().item(),
        "mask and times": (on_grid.h - state.h).abs().max().item(),
    }
    for series, length in enumerate(LENGTHS.tolist()):
        alone, _ = rnn(x[series, :length], times=times[series, :length])
        apart = (alone - by_times[series, :length]).abs().max().item()
        differences[f"series {series} alone and in the batch"] = apart
    behind_the_end = by_times[1, 3:].abs().max().item()
    for name, difference in differences.items():
        print(f"{name:<34} differ by {difference:.1e}")
    print(f"outputs behind the end             {behind_the_end:g}")
    return differences


if __name__ == "__main__":
    main()
