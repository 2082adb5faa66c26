"""Runs calls in processes of their own, which may hang or die."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
from typing import Any, Callable, Iterable, Iterator, Tuple

# Workers start from scratch: nothing of the parent's state, no shared locks.
_SPAWN = multiprocessing.get_context("spawn")


class Lost(Exception):
    """The call did not return: it took too long ("timeout") or its process
    ended ("crash")."""


def _serve(pipe: Any, function: Callable[..., Any]) -> None:
    os.setsid()  # A group of its own, so that compilers started here end with it.
    # What compilers and models print is not ours to show.
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    while True:
        try:
            arguments = pipe.recv()
        except EOFError:
            return
        pipe.send(function(*arguments))


class _Worker:
    def __init__(self, function: Callable[..., Any]) -> None:
        self._pipe, end = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(end, function), daemon=True)
        self._process.start()
        end.close()

    def call(self, arguments: Tuple, timeout: float) -> Any:
        self._pipe.send(arguments)
        try:
            if not self._pipe.poll(timeout):
                raise Lost("timeout")
            return self._pipe.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            raise Lost(f"crash (exit code {self._process.exitcode})") from None

    def end(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            self._process.kill()
        self._process.join()
        self._pipe.close()


def run(
    function: Callable[..., Any], calls: Iterable[Tuple], jobs: int, timeout: float
) -> Iterator[Tuple[Tuple, Any]]:
    """(arguments, result) for each call, as they end; a Lost for a result that
    never came. |function| is a module's, and arguments can be pickled."""
    waiting: "queue.Queue[Tuple]" = queue.Queue()
    ended: "queue.Queue[Tuple[Tuple, Any]]" = queue.Queue()
    for call in calls:
        waiting.put(call)
    count = waiting.qsize()

    def work() -> None:
        worker = None
        while True:
            try:
                arguments = waiting.get_nowait()
            except queue.Empty:
                break
            try:
                worker = worker or _Worker(function)
                ended.put((arguments, worker.call(arguments, timeout)))
            except Exception as error:  # Lost, or a result that cannot be pickled
                if worker:
                    worker.end()
                worker = None
                ended.put((arguments, error if isinstance(error, Lost) else Lost(str(error))))
        if worker:
            worker.end()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for _ in range(count):
        yield ended.get()
    for thread in threads:
        thread.join()
