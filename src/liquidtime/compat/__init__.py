"""Earlier libraries' weights, both ways, and their names on this library's kernels.

`liquidtime.compat.ncps` is ncps 1.0.1 for PyTorch; `liquidtime.compat.raminmh` is the code of the
CfC paper. Nothing here is needed by, or known to, the rest of the library.
"""
