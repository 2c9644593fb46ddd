"""Public data files: a local mirror first, then the cache, then the network, always checked."""

import gzip
import hashlib
import os
import tarfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Literal

from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.runs.digests import file_sha256
from liquidtime.runs.write import write_atomically

MIRROR = "LIQUIDTIME_MIRROR"
CACHE = "LIQUIDTIME_CACHE"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Source:
    """A file that somebody publishes.

    Attributes:
        set: Name of the dataset; the folder in the mirror and in the cache.
        file: The upstream file name.
        url: Where it is published.
        sha256: Lower-case hexadecimal checksum; "" where copies differ in form, or none is known,
            so that who reads the file checks what it holds.
        digest: What the checksum is of. "file": the bytes of the file. "contents": the files
            inside a .zip, .tar.gz or .gz, by name and bytes, so that an archive which was packed
            again still passes (see `contents_sha256`).
        folder: Of an archive, the folder or folders that count, wherever they lie inside; "" for
            all. So the archive of a whole repository passes as well as one of that folder alone.
        files: Of an archive, only the files whose base name matches, such as "trace_*.npy".
    """

    set: str
    file: str
    url: str
    sha256: str = ""
    digest: Literal["file", "contents"] = "file"
    folder: str | tuple[str, ...] = ""
    files: str = "*"

    def checksum(self, path: Path) -> str:
        """The checksum of a local copy, of the kind that `sha256` is."""
        if self.digest == "contents":
            return contents_sha256(path, self.folder, self.files)
        return file_sha256(path)


def cache_folder() -> Path:
    """Where downloads are kept: LIQUIDTIME_CACHE, or the cache folder of the platform."""
    chosen = os.environ.get(CACHE)
    if chosen:
        return Path(chosen).expanduser()
    return Path(require("platformdirs", extra="train").user_cache_path("liquidtime"))


def at_hand(file: str) -> bool:
    """Whether a file, `<set>/<file>`, lies in the mirror or in the cache; it is not read.

    Args:
        file: Its place in either of them.
    """
    mirror = os.environ.get(MIRROR)
    places = [cache_folder(), *([Path(mirror).expanduser()] if mirror else [])]
    return any((place / file).is_file() for place in places)


def fetch(source: Source, *, progress: bool = True) -> Path:
    """A local copy of a public file.

    Looks in the folder that LIQUIDTIME_MIRROR names (as `<set>/<file>`), then in the cache, then
    downloads into the cache. A download is written beside its place and renamed when its checksum
    is right, so that no half file stays; a damaged file in the cache is downloaded again.

    Args:
        source: The file.
        progress: Whether to show a progress bar on standard error.

    Returns:
        The path of the copy; do not write to it.

    Raises:
        InputError: If the copy in the mirror or the download has the wrong checksum, or the
            network does not answer; the message names the URL, the cache and the mirror.
    """
    mirror = os.environ.get(MIRROR)
    if mirror:
        path = Path(mirror).expanduser() / source.set / source.file
        if path.is_file():
            _check(source, path, f"Replace it by the file from {source.url}, or delete it.")
            return path
    path = cache_folder() / source.set / source.file
    if path.is_file() and _right(source, path):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)

    def write(beside: Path) -> None:
        _download(source, beside, path, progress=progress)
        _check(source, beside, "The file changed upstream, or the network altered it; try again.")

    write_atomically(path, write)
    return path


def contents_sha256(path: Path, folder: str | tuple[str, ...] = "", files: str = "*") -> str:
    """SHA-256 of what is inside a .zip, .tar.gz or .gz, whoever packed it and when.

    It is the checksum of a text with one line a file, "<sha256 of the bytes>  <base name>", sorted
    by base name, each line ended by a newline. Folders, dates, owners and compression do not count.

    Args:
        path: The archive.
        folder: Only the files that lie directly in a folder of this name, or of one of these; ""
            for all.
        files: Only those whose base name matches.

    Raises:
        InputError: If it is no such archive, or is damaged.
    """
    try:
        lines = sorted(
            (name, hashlib.sha256(data).hexdigest())
            for name, data in members(path, folder)
            if fnmatchcase(name, files)
        )
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise InputError(
            f"{path} is not a whole .zip, .tar.gz or .gz archive ({error}). Delete it, to have it "
            "downloaded again."
        ) from error
    text = "".join(f"{digest}  {name}\n" for name, digest in lines)
    return hashlib.sha256(text.encode()).hexdigest()


def members(path: Path, folder: str | tuple[str, ...] = "") -> Iterator[tuple[str, bytes]]:
    """The files inside a .zip, .tar.gz or .gz: base name and bytes, in the order of the archive.

    Hidden files (`.DS_Store`, `._name`), which some packers add, are left out. A .gz of one file
    holds that file, named as the .gz is without its ending.

    Args:
        path: The archive.
        folder: Only the files that lie directly in a folder of this name, or of one of these; ""
            for all.
    """
    for place, data in entries(path, folder):
        yield place.name, data


def entries(
    path: Path, folder: str | tuple[str, ...] = ""
) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Like `members`, with the whole path inside the archive, where folders tell something."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                place = PurePosixPath(entry.filename)
                if not entry.is_dir() and _counts(place, folder):
                    yield place, archive.read(entry)
        return
    if path.suffix == ".gz" and not tarfile.is_tarfile(path):
        with gzip.open(path) as stream:
            yield PurePosixPath(path.stem), stream.read()
        return
    with tarfile.open(path, "r:*") as archive:
        for entry in archive:
            place = PurePosixPath(entry.name)
            stream = archive.extractfile(entry) if entry.isfile() else None
            if stream is not None and _counts(place, folder):
                yield place, stream.read()


def _counts(path: PurePosixPath, folder: str | tuple[str, ...]) -> bool:
    wanted = (folder,) if isinstance(folder, str) else folder
    return not path.name.startswith(".") and (not folder or path.parent.name in wanted)


def _right(source: Source, path: Path) -> bool:
    return not source.sha256 or source.checksum(path) == source.sha256


def _check(source: Source, path: Path, mend: str) -> None:
    if not _right(source, path):
        came = source.checksum(path)
        raise InputError(
            f"{path} has the SHA-256 {came} ({source.digest}); expected {source.sha256}. {mend}"
        )


def _download(source: Source, partial: Path, path: Path, *, progress: bool) -> None:
    request = urllib.request.Request(source.url, headers={"User-Agent": "liquidtime"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer, partial.open("wb") as out:
            size = int(answer.headers.get("Content-Length") or 0) or None
            written = 0
            with _bar(source.file, size, shown=progress) as advance:
                while block := answer.read(_BLOCK):
                    out.write(block)
                    written += len(block)
                    advance(len(block))
        if size is not None and written != size:
            raise OSError(f"{written} of {size} bytes came")
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        raise InputError(
            f"could not download {source.url} ({error}). Check the network, or put the file at "
            f"{path} by hand, or set {MIRROR} to a folder that holds "
            f"{source.set}/{source.file}."
        ) from error


@contextmanager
def _bar(title: str, size: int | None, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error; gives the function that advances it by some bytes."""
    from rich import console, progress

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
    )
    where = console.Console(stderr=True)
    with progress.Progress(*columns, console=where, disable=not shown) as bar:
        task = bar.add_task(f"Downloading {title}", total=size)
        yield lambda amount: bar.advance(task, amount)
