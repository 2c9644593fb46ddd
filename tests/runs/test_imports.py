import subprocess
import sys
import textwrap


def test_no_module_of_runs_needs_torch_or_anything_that_is_optional():
    script = """
        import importlib, pkgutil, sys
        import liquidtime.runs

        for found in pkgutil.walk_packages(liquidtime.runs.__path__, "liquidtime.runs."):
            importlib.import_module(found.name)
        from liquidtime.runs.provenance import provenance

        machine = provenance()["machine"]
        assert machine["torch_threads"] is None and machine["accelerator"] is None
        print(sorted({name.partition(".")[0] for name in sys.modules} & {
            "torch", "numpy", "pandas", "matplotlib", "rich", "jinja2", "lightning", "zarr"}))
    """
    words = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


def test_where_torch_has_been_imported_its_threads_are_told():
    import torch

    from liquidtime.runs.provenance import provenance

    assert provenance()["machine"]["torch_threads"] == torch.get_num_threads()
