"""Make the compact PhysioNet 2012 copy that ships inside the package, from the upstream files.

    python tools/pack_physionet2012.py [--out FILE]

The upstream files are looked for in LIQUIDTIME_MIRROR, then in the cache, then on the network.
The same input gives the same bytes.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from liquidtime.data.sets import physionet2012
from liquidtime.data.sets.compact import Compact, write_compact
from liquidtime.data.sources import fetch
from liquidtime.runs.digests import file_sha256

LIMIT = 4_000_000
PACKAGED = Path(__file__).parents[1] / "src" / "liquidtime" / "data" / "packaged"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=PACKAGED / physionet2012.PACKAGED)
    out = parser.parse_args().out
    cells, ids = physionet2012.parse_records(fetch(physionet2012.RECORDS))
    died = physionet2012.parse_outcomes(fetch(physionet2012.OUTCOMES))
    target = np.array([died[record] for record in ids.tolist()])
    write_compact(out, Compact(cells, ids, target))
    size = out.stat().st_size
    print(f"{out}: {len(ids)} stays, {size:,} bytes, sha256 {file_sha256(out)}")
    if size > LIMIT:
        print(f"that is more than {LIMIT:,} bytes", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
