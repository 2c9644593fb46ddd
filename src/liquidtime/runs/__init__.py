"""What is left on disk, whoever left it: files, folders, pages, versions."""
