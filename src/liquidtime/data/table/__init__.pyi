from liquidtime.data.table.clock import Clock as Clock
from liquidtime.data.table.read import Reading as Reading
from liquidtime.data.table.read import read_series as read_series
from liquidtime.data.table.read import read_table as read_table
from liquidtime.data.table.schema import TableSchema as TableSchema
