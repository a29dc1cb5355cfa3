"""How a job starts: as a fork of a process that has loaded its libraries, once a run.

Each of the forty jobs of a run would load numpy, scipy and more anew, which is half of what a small
trial costs. So the first job of a run starts `python -m trialtrace.run.jobs.start`, a process that
loads libraries and nothing of a trial, and forks for each job. It does no work, so what it forks
is what a fresh Python would be after these imports. It ends when the run does,
however that ends: then nobody holds the other end of its socket.

Where it cannot be started, or ends too early, a job starts as Snakemake would start it; on a
cluster each does.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Protocol

from trialtrace.run.jobs.faults import rule_of

# What a rule's work loads anyway. A library that is not here is loaded by each job that uses it.
COMMON = ("snakemake.logging", "snakemake.iocontainers", "numpy", "pyarrow.parquet", "yaml")
LIBRARIES = {
    "derive_datasets": ("scipy.special",),
    "analyse_plan": ("scipy.stats",),
    "check_results": ("pandas", "scipy.stats", "statsmodels.api", "pingouin"),
    "audit_claims": ("scipy.stats",),
    "render_report": ("scipy.stats", "matplotlib.figure", "PIL.Image", "IPython", "typst"),
}
# Jobs with data frames: pyarrow works otherwise where pandas is loaded, so others begin without.
FRAMES = ("ingest_sources", "check_results")
BRANCH = "branch"
PLAIN = "TRIALTRACE_PLAIN_START"
"""In the environment: each job starts as a Python of its own, to be watched from its start."""


class Starter:
    """The process that forks the jobs of this run; and a branch of it, for jobs with frames."""

    def __init__(self, python: str):
        self._python = python
        self.process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._trunk: socket.socket | None = None
        self._branch: socket.socket | None = None

    def run(self, rule: str, path: str) -> int | None:
        """The exit code of a script, negative for a signal; None where it could not be started."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours:
            try:
                with theirs:
                    _send(self._server(rule), theirs, path, *COMMON, *LIBRARIES.get(rule, ()))
                begun = ours.recv(64)
            except OSError:
                begun = b""
            if not begun:
                return None
            # A job whose keeper was killed was killed too, for all that is known of it.
            return int(ours.recv(64) or -signal.SIGKILL)

    def _server(self, rule: str) -> socket.socket:
        with self._lock:
            if self._trunk is None:
                self._trunk, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    words = [self._python, "-P", "-m", __name__, str(theirs.fileno())]
                    self.process = subprocess.Popen(words, pass_fds=[theirs.fileno()])
                atexit.register(self.end)
            if rule not in FRAMES:
                return self._trunk
            if self._branch is None:
                self._branch, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    _send(self._trunk, theirs, BRANCH, *COMMON)
            return self._branch

    def end(self) -> None:
        """Wait for its end, so that its processor time is that of the run."""
        for server in filter(None, (self._trunk, self._branch)):
            server.close()
        if self.process:
            self.process.wait()


class Script(Protocol):
    """What Snakemake knows of the script of a job."""

    log: Sequence[str]
    conda_env: object
    container_img: object
    env_modules: object


Start = Callable[[Script, str, bool], None]


def forking(python: str, plain: Start, rules: Collection[str]) -> Start:
    """What Snakemake is to call in place of `plain`, which runs a script of Python.

    `python` is the interpreter. What has an environment of its own starts in it, and what is none
    of these rules, in a workflow that uses them beside its own, as it would without them.
    """
    starter = Starter(python)

    def execute_script(script: Script, path: str, edit: bool = False) -> None:
        elsewhere = edit or script.conda_env or script.container_img or script.env_modules
        rule = rule_of(Path(script.log[0])) if script.log else ""
        if elsewhere or rule not in rules or PLAIN in os.environ:
            return plain(script, path, edit)
        code = starter.run(rule, path)
        if code is None:
            return plain(script, path, edit)
        if code:
            raise subprocess.CalledProcessError(code, [python, path])

    return execute_script if sys.platform == "linux" else plain


def _send(server: socket.socket, answers: socket.socket, *words: str) -> None:
    socket.send_fds(server, [json.dumps(words).encode()], [answers.fileno()])


def serve(requests: socket.socket) -> str:
    """Fork for each request until nobody can send one; in a job's own process, its script.

    A request comes with a socket for the answer: of a job that it has begun, then its exit code.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        message, descriptors, *_ = socket.recv_fds(requests, 1 << 16, 1)
        _reap(os.WNOHANG if message else 0)
        if not message:
            sys.exit()
        (path, *libraries), answers = json.loads(message), socket.socket(fileno=descriptors[0])
        for name in libraries:
            _load(name)
        gc.freeze()
        if os.fork():
            answers.close()
            continue
        requests.close()
        if path == BRANCH:
            requests = answers
            continue
        _keep_job(answers)
        return path


def _reap(options: int) -> None:
    """Take note of keepers that have ended, so that their time counts as that of the run."""
    try:
        while os.waitpid(-1, options)[0]:
            continue
    except ChildProcessError:
        return


def _load(name: str) -> None:
    """A library that is not there is missed by whoever needs it."""
    try:
        importlib.import_module(name)
    except ImportError:
        return


def _keep_job(answers: socket.socket) -> None:
    """Fork once more: the job returns from here; this process waits for its end and tells it."""
    answers.send(b"begun")
    job = os.fork()
    if job:
        _, status = os.waitpid(job, 0)
        answers.send(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    answers.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    # One thread for linear algebra, before any library of it is loaded.
    import trialtrace.run.jobs.job  # noqa: F401

    script = serve(socket.socket(fileno=int(sys.argv[1])))
    sys.argv = [script]
    runpy.run_path(script, run_name="__main__")
