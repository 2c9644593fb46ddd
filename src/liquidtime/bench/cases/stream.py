"""Single steps of a CfC with its data: ours without PyTorch, PyTorch and ncps."""

from collections.abc import Iterator

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.layer_tables import LEGEND, stream_table
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.sizes import stream_sizes
from liquidtime.bench.streams import check_streams, measure_streams
from liquidtime.native import native


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    sizes = stream_sizes(quick=setting.quick)
    tell(f"Checking a stream, {sizes.title}: all")
    yield from check_streams(sizes)


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    # Percentiles want many calls: 20,000 of each, if not quick.
    yield measure_streams(
        stream_sizes(quick=setting.quick),
        rounds=2 if setting.quick else 20,
        calls=50 if setting.quick else 1000,
        burst_seconds=setting.burst_seconds,
        seed=setting.seed,
        tell=tell,
    )


def _notes(setting: Setting) -> list[str]:
    return [] if native() is not None else ["Without compiled kernels streams run in NumPy."]


CASE = Case(
    name="stream",
    checks=_checks,
    measure=_measure,
    tables=lambda groups: [stream_table(group) for group in groups],
    notes=_notes,
    legend=LEGEND,
)
