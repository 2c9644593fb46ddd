"""The user's own table, CSV or Parquet, long or wide, as an `IrregularSeries`.

A **long** table has one row an observation: (id, time, variable, value). A **wide** table has one
row a time of a series, and a column a variable. `TableSchema` says which columns are which, and
`read_series` reads them. Whatever is wrong with a table is an `InputError` that names the file,
the row and the column, says what came and what was expected, and how to mend it.

Rules that hold for every table:

- Rows of one id need not be neighbours. Series come in the order in which their ids first appear.
- Long: rows may come in any order of time, as such tables are often grouped by variable; they are
  sorted by time inside an id. A variable given twice at one time of an id is averaged.
- Wide: times of an id may not go back from one row to a later one; that is an error.
- Empty cells (also `NA`, `NaN`, `null`, `None`, `N/A`, `?`) among the values were not observed.
- Times are numbers in the data's own unit, or durations (`HH:MM`, `HH:MM:SS`), or ISO date-times;
  the last two become hours, date-times since the first row of their series.

Names are imported when first used; `liquidtime.data.table.schema` stays free of torch and pandas.
"""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
