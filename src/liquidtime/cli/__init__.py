"""The command line: `liquidtime <verb>`.

Each module in this folder is a verb and nothing else has to know of it. A verb module has

- a docstring, whose first line stands in `liquidtime --help` and the whole in `<verb> --help`;
- a dataclass `Options`, whose fields are the command's options;
- a function `run(options: Options) -> int`, which returns the exit status;
- where it needs more than `train` installs, `EXTRA`: the name of the extra that does.

Importing a verb module must not import torch: heavy modules are imported inside `run`, so that
`--help` answers at once. What verbs share lies in `common/`. A verb raises `InputError` for what
the user can mend; the message is printed alone and the exit status is 2.
"""
