"""Pages to read or to print: blocks of plain values, and the templates that they are shown by."""
