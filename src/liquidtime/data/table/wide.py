"""A wide table: one row a time of a series, one column a variable."""

import numpy as np

from liquidtime.data.table.categories import read_column
from liquidtime.data.table.labels import Labels
from liquidtime.data.table.rows import Rows
from liquidtime.data.table.schema import TableSchema
from liquidtime.data.table.source import Table
from liquidtime.errors import InputError


def read_wide(table: Table, schema: TableSchema, ids: Labels, times: np.ndarray) -> Rows:
    """Turn each row into a step; rows of one id need not be neighbours.

    Args:
        table: The table.
        schema: For the feature columns, the categories and the missing cells.
        ids: The series of each row.
        times: float64 [rows].

    Raises:
        InputError: If times go back inside an id, or a column holds neither finite numbers nor
            categories.
    """
    order = np.argsort(ids.codes, kind="stable")
    series, times = ids.codes[order], times[order]
    back = (np.diff(times) < 0) & (np.diff(series) == 0)
    if back.any():
        first = int(np.argmax(back))
        before, at = int(order[first]), int(order[first + 1])
        cells = table.frame[schema.time]
        whose = f"inside id {ids.names[series[first]]!r}"
        way_out = "Sort the table by id and time, or correct the cell."
        if schema.id is None:
            whose = "in the table, which is one series as no column of ids is named"
            way_out = "Name it (--id), sort the table by time, or correct the cell."
        way_out += {
            "duration": " Times of day that pass midnight need their dates.",
            "datetime": " Where clocks are put back an hour, times need their zone (+02:00).",
        }.get(schema.time_kind, "")
        raise InputError(
            f"{table.place(at, schema.time)}: the time goes back from {cells.iloc[before]} "
            f"({table.beside(before, at)}) to {cells.iloc[at]} {whose}; expected times that never "
            f"fall. {way_out}"
        )
    values = np.empty((len(table), len(schema.features)), dtype=np.float32)
    mask = np.empty(values.shape, dtype=bool)
    categories = {}
    for at, name in enumerate(schema.features):
        column, labels = read_column(table, name, ids.codes, schema)
        if labels is not None:
            categories[name] = labels
        column = column[order]
        mask[:, at] = ~np.isnan(column)
        values[:, at] = np.where(mask[:, at], column, 0.0)
    step_of = np.empty(len(order), dtype=np.int64)
    step_of[order] = np.arange(len(order))
    features = schema.features
    return Rows(series, times, values, mask, step_of, features, categories=categories)
