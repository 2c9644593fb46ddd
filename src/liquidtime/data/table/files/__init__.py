"""The files that tables come in: CSV and Parquet, packed or not, one or many."""
