"""The protocol of a result folder: claim it, go on with what was stopped there, finish it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from liquidtime.errors import InputError
from liquidtime.runs.claim import LOCK, check_free, claimed
from liquidtime.runs.digests import check_digests, write_digests
from liquidtime.runs.stored import read_json
from liquidtime.runs.write import is_leftover, remove_at_once, remove_leftovers, write_text

MARK = ".begun"
"""File in a folder in which one has been begun that has no record yet; it holds the noun."""


@dataclass(frozen=True)
class Kind:
    """What tells one kind of result folder from another.

    Attributes:
        noun: What messages call it, such as "run".
        record: File or folder that is there as soon as one has been begun.
        last: File that is written last, and whole, when one is finished.
        flag: Name of a value in `last` that has to be true besides; "" where there is none.
        scaffold: Folder of what is gone on from, removed after `last` has been written; as long as
            it is not there, nothing is lost by beginning anew. "" where there is none.
        read_back: Globs of the files that are read again later, which get digests.
        replaced: Whether a finished one may be made anew in its place.
        may_differ: Options, by the last part of their dotted name, that a resumed one may be told
            otherwise, because the result does not depend on them.
        in_words: What to call an option whose values say nothing to a reader, such as a digest.
    """

    noun: str
    record: str
    last: str
    flag: str = ""
    scaffold: str = ""
    read_back: tuple[str, ...] = ("*.json",)
    replaced: bool = False
    may_differ: tuple[str, ...] = ()
    in_words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Folder:
    """A result folder of one kind, there or not.

    Attributes:
        path: Where.
        kind: What it holds, or shall hold.
    """

    path: Path
    kind: Kind

    @property
    def begun(self) -> bool:
        """Whether one has been begun there, finished or not."""
        return (self.path / self.kind.record).exists()

    @property
    def finished(self) -> bool:
        """Whether one came to its end there."""
        last = self.path / self.kind.last
        if not last.is_file() or self._scaffolded():
            return False
        return not self.kind.flag or read_json(last).get(self.kind.flag) is True

    def check_vacant(self, *, resume: bool = False) -> None:
        """Check that one may begin, or go on, there.

        Args:
            resume: Whether a stopped one is to be gone on with.

        Raises:
            InputError: If another process writes there, if it is a file, or if it holds things
                that are of no such kind, a finished one, or, without `resume`, a stopped one.
        """
        self._check_folder()
        check_free(self.path)
        self.check_content(resume)

    def check_content(self, resume: bool) -> None:
        """Check, of a folder that is free or this process's own, what `check_vacant` checks.

        Raises:
            InputError: As of `check_vacant`.
        """
        path, noun = self.path, self.kind.noun
        if not self._content():
            return
        if not self.begun:
            if self._marked():
                return
            raise InputError(
                f"{path} holds files, but no {noun} of liquidtime; expected a new or an empty "
                "folder. Choose another --out."
            )
        if self.kind.replaced:
            return
        if self.finished:
            # Of a process that was killed while it tidied up.
            with suppress(OSError):
                (path / MARK).unlink(missing_ok=True)
                remove_leftovers(path)
            raise InputError(
                f"{path} already holds a finished {noun}, which is not overwritten; "
                f"`liquidtime show {path}` shows it. Choose another --out, or delete the folder "
                "first."
            )
        if not resume and (not self.kind.scaffold or self._scaffolded()):
            raise InputError(
                f"{path} holds a {noun} that was stopped before its end. Add --resume to go on, "
                "choose another --out, or delete the folder to start anew."
            )

    @contextmanager
    def claim(self, *, resume: bool = False) -> Iterator[None]:
        """Hold the folder, which must be vacant, for this process alone while the block runs.

        Of processes that work together on one folder, the first claims it for all.

        Args:
            resume: Whether a stopped one is to be gone on with.

        Raises:
            InputError: As of `check_vacant`.
        """
        self._check_folder()
        with claimed(self.path):
            self.check_content(resume)
            with self.marked():
                yield

    @contextmanager
    def marked(self) -> Iterator[None]:
        """In a folder that this process holds: sweep, and mark it as one's own until it is begun.

        Whatever stops the process before it writes its record, the folder is known again.
        """
        remove_leftovers(self.path)
        mark = self.path / MARK
        if not self.begun:
            mark.write_text(self.kind.noun, encoding="utf-8")
        try:
            yield
        finally:
            with suppress(OSError):
                if self.begun or not self._content():
                    mark.unlink(missing_ok=True)

    def check_same(self, stored: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        """Check that one that is gone on with is told what it was told at first.

        Args:
            stored: Options as the folder keeps them.
            told: Options as they are now.

        Raises:
            InputError: If some differ, apart from those that may; the message names them.
        """
        found = []
        for name, before, after in _differences(stored, told):
            if name.rpartition(".")[2] in self.kind.may_differ:
                continue
            words = self.kind.in_words.get(name.partition(".")[0])
            found.append(
                f"other {words}" if words else f"{name} was {before!r} and is now {after!r}"
            )
        if found:
            raise InputError(
                f"{self.path} holds another {self.kind.noun}: {'; '.join(dict.fromkeys(found))}. "
                "Going on with it would mix the two. Give it what it had at first, or choose "
                "another folder."
            )

    def finish(self, text: str, draw: Callable[[], object] | None = None) -> None:
        """Write the last file: from then on it is finished, at one stroke, with digests.

        Args:
            text: Of `kind.last`.
            draw: Makes, from all that is there by then, what is nice to have, such as a page. A
                process that is stopped in it leaves an unfinished one; of a kind with a scaffold.
        """
        write_digests(self.path, self.kind.read_back, (self.kind.last, text))
        write_text(self.path / self.kind.last, text)
        (self.path / MARK).unlink(missing_ok=True)
        try:
            if draw is not None:
                draw()
        except Exception:
            # The result is whole, and does not wait for its picture.
            self._strike()
            raise
        self._strike()

    def read(self, name: str) -> dict[str, Any]:
        """Read a JSON file, which must be what it was when the folder was finished.

        Raises:
            InputError: If it is damaged.
        """
        self.check(name)
        return read_json(self.path / name)

    def check(self, *names: str) -> None:
        """Check that files are what they were when the folder was finished.

        Args:
            names: Of the files, or of folders; of an unfinished result nothing is checked.

        Raises:
            InputError: If one is gone, damaged or another.
        """
        if self.finished:
            check_digests(self.path, *names)

    def _strike(self) -> None:
        if self.kind.scaffold:
            remove_at_once(self.path / self.kind.scaffold)

    def _scaffolded(self) -> bool:
        return bool(self.kind.scaffold) and (self.path / self.kind.scaffold).exists()

    def _content(self) -> list[Path]:
        """What lies there, apart from what claiming and killed processes leave."""
        if not self.path.exists():
            return []
        return [
            entry
            for entry in self.path.iterdir()
            if entry.name not in (LOCK, MARK) and not is_leftover(entry)
        ]

    def _marked(self) -> bool:
        mark = self.path / MARK
        return mark.is_file() and mark.read_text(encoding="utf-8") == self.kind.noun

    def _check_folder(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise InputError(
                f"{self.path} is a file; expected a folder for the {self.kind.noun}. "
                "Choose another --out."
            )


def _differences(
    before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Any, Any]]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _differences(old, new, f"{prefix}{name}.")
        elif old != new:
            yield prefix + name, old, new
