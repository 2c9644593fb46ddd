from liquidtime.data.splits.by_group import split_by_group as split_by_group
from liquidtime.data.splits.by_name import part_of as part_of
from liquidtime.data.splits.by_name import split_by_name as split_by_name
from liquidtime.data.splits.by_series import split_by_series as split_by_series
from liquidtime.data.splits.crossing import folds as folds
from liquidtime.data.splits.split import PARTS as PARTS
from liquidtime.data.splits.split import Split as Split
