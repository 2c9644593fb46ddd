import numpy as np
import pandas as pd
import pytest

from liquidtime.brain.read import flywire
from liquidtime.errors import InputError

IDS = np.array([720575940596125868, 720575940597856265, 720575940597944841, 720575940598267657])
EDGES = [(0, 1, 5, 1), (0, 2, 200, 1), (1, 2, 1, -1), (2, 0, 7, 1), (1, 0, 3, -1)]


def _files(folder, change=None, unnamed=True, **options):
    neurons = pd.DataFrame({"Completed": True}, index=pd.Index(IDS, name="root_id"))
    neurons.to_csv(folder / "Completeness_783.csv", index_label="" if unnamed else None)
    pre, post, count, sign = (np.array(column) for column in zip(*EDGES, strict=True))
    frame = pd.DataFrame(
        {
            "Presynaptic_ID": IDS[pre],
            "Postsynaptic_ID": IDS[post],
            "Presynaptic_Index": pre,
            "Postsynaptic_Index": post,
            "Connectivity": count,
            "Excitatory": sign,
            "Excitatory x Connectivity": sign * count,
        }
    )
    frame = frame if change is None else change(frame)
    frame.to_parquet(folder / "Connectivity_783.parquet", index=False, **options)
    return folder / "Completeness_783.csv", folder / "Connectivity_783.parquet"


@pytest.mark.parametrize("unnamed", [True, False])
def test_edges_of_all_row_groups_with_their_signs(tmp_path, unnamed):
    connectome = flywire(*_files(tmp_path, unnamed=unnamed, row_group_size=2))
    assert connectome.classes == ("excitatory", "inhibitory")
    assert connectome.neurons.index.tolist() == IDS.tolist()
    assert connectome.neurons["transmitter"].tolist() == [
        *("excitatory", "inhibitory", "excitatory", "unknown"),
    ]
    assert sorted(connectome.to_frame().itertuples(index=False, name=None)) == sorted(
        (IDS[pre], IDS[post], count, "excitatory" if sign > 0 else "inhibitory")
        for pre, post, count, sign in EDGES
    )
    assert connectome.find(int(IDS[2])).tolist() == [2]


def _set(column, value):
    def change(frame):
        frame.loc[1, column] = value
        return frame

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.drop(columns="Excitatory"), "no column 'Excitatory'; its columns"),
        (_set("Excitatory", 0), "Excitatory holds 0; expected 1 or -1"),
        (_set("Connectivity", -4), "Connectivity holds -4"),
        (_set("Presynaptic_Index", 3), f"3 is called {IDS[0]} there, but {IDS[3]}"),
        (_set("Postsynaptic_Index", 9), "from 0 to 9, but there are 4 neurons"),
    ],
)
def test_files_that_do_not_fit(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        flywire(*_files(tmp_path, change))


def test_what_is_not_there_or_no_such_file(tmp_path):
    neurons, edges = _files(tmp_path)
    with pytest.raises(InputError, match="there is no file"):
        flywire(neurons, tmp_path / "Connectivity_630.parquet")
    with pytest.raises(InputError, match="not a whole Parquet file"):
        flywire(neurons, neurons)
    neurons.write_text("root_id,Completed\nabc,True\n")
    with pytest.raises(InputError, match="expected the root ids"):
        flywire(neurons, edges)
