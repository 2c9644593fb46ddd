"""Public datasets, one module each: its licence, its files, its published split and a clean one."""
