"""Which column of a table is what. Imports neither torch nor pandas: it is stored in every run."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from liquidtime.data.table import dialect
from liquidtime.data.table.columns import nearest
from liquidtime.errors import InputError

TableTask = Literal["auto", "classify", "multilabel", "regress", "forecast"]
TargetPer = Literal["auto", "series", "step"]
TimeKind = Literal["auto", "number", "duration", "datetime"]


@dataclass(frozen=True, kw_only=True)
class TableSchema:
    """The columns of the user's table, and how its cells are to be read.

    Give `variable` and `value` for a long table, or `features` alone for a wide one.

    Attributes:
        id: Column that names the series of a row; None where the table is one series.
        time: Column of times: numbers, `HH:MM[:SS]` durations, or ISO date-times; or what
            `time_format` says.
        variable: Long table: column that names the variable of a row.
        value: Long table: column that holds its number or category.
        features: Wide: the columns that are variables. Long: the variables to keep, in this order;
            empty takes all, sorted by name.
        static: Columns that hold one number or category a series, in the table or in the target
            table.
        target: Column(s) to predict, in the table or in the target table; for forecasts the
            variable(s) whose next value is predicted. Classes allow one column only.
        task: "classify", "multilabel" (columns of 0 and 1), "regress", "forecast"; "auto" takes
            classes when the target is text or at most ten different whole numbers, else numbers.
        target_per: One target a "series" or one a "step". "auto" takes "series" when the target
            never changes inside an id.
        targets_id: Name of the id column in the target table, if it is another.
        classes: Labels in the order of the model's outputs; of two, the second is the positive
            one. None takes what the table holds, numbers by size and text by alphabet.
        time_kind: What the time column holds; "auto" looks.
        time_unit: "hours" when times were converted; None is the unit of the data.
        horizon: How far a forecast looks ahead, as the user said it: "24" rows, "24h"; it is then
            made by `liquidtime.data.forecast`, and the table is read without targets. None
            predicts the next row, and adds the time to it as an input.
        typical_gap: Median time between rows; the forecast horizon after a last row.
        categories: Variables and static columns that hold categories (sex, unit, ward), where these
            are numbers; those of text are found. In a run, all that hold any.
        missing: Cells that stand for "not observed" besides the usual ones, such as "-1". Rows
            whose date-time is one of them are left out.
        delimiter: Character between cells; None looks for comma, semicolon or tab.
        decimal: Character before decimals, "." or ",".
        thousands: Character between groups of three digits: ".", ",", " " or "'"; None where
            there is none. It holds for every number of the table.
        time_format: How times are written, in codes of `datetime.strptime`, such as
            "%d/%m/%Y %H:%M" or "%M:%S.%f"; None reads numbers, durations and ISO date-times.
        encoding: Encoding of a text file.
        id_from_file: Whether the id of a row is the name of its file, a file being a series;
            `id` is then what the column of these is called.
        fitted: True in a run: everything that "auto" stood for is resolved, and other tables must
            agree with it.
    """

    id: str | None = None
    time: str
    variable: str | None = None
    value: str | None = None
    features: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    task: TableTask = "auto"
    target_per: TargetPer = "auto"
    targets_id: str | None = None
    classes: tuple[str, ...] | None = None
    time_kind: TimeKind = "auto"
    time_unit: str | None = None
    horizon: str | None = None
    typical_gap: float | None = None
    categories: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    delimiter: str | None = None
    decimal: str = "."
    thousands: str | None = None
    time_format: str | None = None
    encoding: str = "utf-8"
    id_from_file: bool = False
    fitted: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "delimiter", dialect.delimiter(self.delimiter))
        dialect.check_signs(self.delimiter, self.decimal, self.thousands)
        dialect.check_encoding(self.encoding)
        if self.time_format is not None:
            dialect.check_time_format(self.time_format)
        if (self.variable is None) != (self.value is None):
            given, lacking = ("variable", "value") if self.variable else ("value", "variable")
            raise InputError(
                f"{given} is given without {lacking}. A long table needs both "
                "(--variable, --value); a wide table needs features instead (--features)."
            )
        if self.variable is None and not self.features:
            raise InputError(
                "The table's layout is not given. If it has one row an observation, name its "
                "variable and value columns (--variable, --value); if it has one row a time, name "
                "its columns of variables (--features)."
            )
        self._check_distinct()
        if self.task == "classify" and len(self.target) > 1:
            raise InputError(
                f"{len(self.target)} targets ({', '.join(self.target)}) with task 'classify'; "
                "expected one. Name one column, or use task 'multilabel' for columns of 0 and 1, "
                "or 'regress' for numbers."
            )
        if self.horizon is not None and self.task != "forecast":
            raise InputError(
                f"horizon is {self.horizon!r} with task {self.task!r}; only forecasts look ahead. "
                "Use task 'forecast', or leave the horizon out."
            )
        if self.task == "forecast" and self.target_per == "series":
            raise InputError("A forecast has one target a step; leave target_per at 'auto'.")
        self._check_categories()
        if self.classes is not None and len(set(self.classes)) != len(self.classes):
            raise InputError(f"classes {self.classes!r} name a class twice; name each once.")

    def _check_categories(self) -> None:
        known = [*self.features, *self.static]
        lacking = [name for name in self.categories if name not in known]
        # A long table that keeps every variable tells its variables when it is read.
        if not lacking or (self.long and not self.features):
            return
        close = nearest(lacking[0], known)
        raise InputError(
            f"categories name {lacking[0]!r}, which is none of the features and static columns "
            f"({', '.join(known)})."
            + (f" Did you mean {close!r}?" if close else " Name it also as one of these.")
        )

    def _check_distinct(self) -> None:
        if len(set(self.features)) != len(self.features):
            twice = next(name for name in self.features if self.features.count(name) > 1)
            raise InputError(f"features name {twice!r} twice; name each once.")
        roles = [("time", self.time)]
        if self.id is not None:
            roles.insert(0, ("id", self.id))
        if self.variable is not None and self.value is not None:
            roles += [("variable", self.variable), ("value", self.value)]
        else:
            roles += [("a feature", name) for name in self.features]
        if self.task != "forecast":
            roles += [("a target", name) for name in self.target]
        seen: dict[str, str] = {}
        for role, name in roles:
            if name in seen:
                raise InputError(
                    f"Column {name!r} is named as {seen[name]} and as {role}; "
                    "expected a column of its own for each."
                )
            seen[name] = role

    @property
    def id_column(self) -> str:
        """Column of ids; a made-up one where the table is one series."""
        if self.id is not None:
            return self.id
        named = {self.time, self.variable, self.value, *self.features, *self.static, *self.target}
        return "series" if "series" not in named else "series (all rows)"

    @property
    def long(self) -> bool:
        """Whether the table has one row an observation."""
        return self.variable is not None

    def to_dict(self) -> dict[str, Any]:
        """The fields as a JSON-able dictionary."""
        fields = dataclasses.asdict(self)
        return {key: list(v) if isinstance(v, tuple) else v for key, v in fields.items()}

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> "TableSchema":
        """The schema that `to_dict` wrote; unknown keys are an `InputError`."""
        known = {entry.name for entry in dataclasses.fields(cls)}
        unknown = sorted(set(mapping) - known)
        if unknown:
            raise InputError(
                f"A table schema has no {', '.join(map(repr, unknown))}; expected some of "
                f"{', '.join(sorted(known))}. Was it written by a newer version?"
            )
        fields: dict[str, Any] = dict(mapping)
        for key, value in fields.items():
            fields[key] = tuple(value) if isinstance(value, list) else value
        return cls(**fields)
