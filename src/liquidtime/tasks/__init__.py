"""The experiments of the papers: a folder each, found by `liquidtime.tasks.catalogue`."""
