"""A real SLURM for a test, of nodes that are all this machine: daemons in the foreground, all files
in one folder.

Needs root, and neither systemd nor control groups; with `accounting` also slurmdbd and MariaDB.
Nothing outside of the folder is written, and clients find the cluster by SLURM_CONF.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from accounting import prepare_database, write_configuration

NODE = (
    "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs={cpus} "
    "RealMemory=64000 State=UNKNOWN"
)
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={node}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,bf_interval=1
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=86400
MpiDefault=none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
{nodes}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class Cluster:
    """Started by `with`; `environment` is what clients need."""

    def __init__(
        self,
        folder: Path,
        nodes: int = 2,
        cpus: int = 2,
        more: str = "",
        accounting: bool = False,
    ):
        """As many nodes, each of so many processors as it is to have jobs at a time; `more` lines
        of configuration; with `accounting`, `sacct` answers."""
        self.folder, self.cpus, self.more, self.accounting = folder, cpus, more, accounting
        self.nodes = [f"node{number}" for number in range(1, nodes + 1)]
        self.environment = {
            "SLURM_CONF": str(folder / "slurm.conf"),
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        }
        self.daemons: list[subprocess.Popen] = []

    def __enter__(self) -> "Cluster":
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        # No job outlives the cluster.
        if self.left():
            self.ask("scancel", "--user=root")
            with contextlib.suppress(RuntimeError, OSError):
                self._until(lambda: not self.left(), "scancel")
        # What the others write to ends after them.
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def ask(self, *command: str) -> str:
        """What a client program of SLURM prints; empty if it fails."""
        environment = os.environ | self.environment
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else ""

    def left(self) -> str:
        """The jobs that have not ended."""
        return self.ask("squeue", "--noheader") if self.daemons else ""

    def jobs(self) -> dict[str, str]:
        """Number -> state of every job the controller knows, ended ones too."""
        return self._queue("%A %T")

    def places(self) -> dict[str, str]:
        """Number -> node of every job the controller knows."""
        return self._queue("%A %N")

    def _queue(self, what: str) -> dict[str, str]:
        lines = self.ask("squeue", "--noheader", "--states=all", f"--format={what}").splitlines()
        return {number: said for number, _, said in (line.partition(" ") for line in lines)}

    def _start(self) -> None:
        node = socket.gethostname().partition(".")[0]
        for name in ("bin", "munge", "state", "spool"):
            (self.folder / name).mkdir(parents=True, mode=0o755)
        key = self.folder / "munge/key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        told = [
            NODE.format(name=name, host=node, port=_free_port(), cpus=self.cpus)
            for name in self.nodes
        ]
        text = CONFIGURATION.format(
            node=node, folder=self.folder, nodes="\n".join(told), controller_port=_free_port()
        )
        Path(self.environment["SLURM_CONF"]).write_text(text + self.more)
        self._keep_configuration()
        munge = {"key-file": key, "socket": self.folder / "munge/socket"}
        munge |= {f"{name}-file": self.folder / f"munge/{name}" for name in ("pid", "seed", "log")}
        self._daemon("munged", "--foreground", *(f"--{name}={at}" for name, at in munge.items()))
        self._until(lambda: munge["socket"].exists(), "munged")
        if self.accounting:
            self._account(node)
        self._control()
        for name in self.nodes:
            (self.folder / "spool" / name).mkdir()
            self._daemon("slurmd", "-D", "-N", name)
        self._until(self._idle, "slurmd")

    def _account(self, node: str) -> None:
        """Start the database and its daemon, and have the configuration name them."""
        port, storage_port = _free_port(), _free_port()
        self._daemon("mariadbd", *prepare_database(self.folder, storage_port))
        self._until(lambda: _listens(storage_port), "mariadbd")
        with open(self.environment["SLURM_CONF"], "a") as file:
            file.write(write_configuration(self.folder, node, port, storage_port))
        self._daemon("slurmdbd", "-D")
        self._until(lambda: "Cluster" in self.ask("sacctmgr", "list", "cluster"), "slurmdbd")

    def _control(self) -> None:
        self._daemon("slurmctld", "-D")
        self._until(lambda: "UP" in self.ask("scontrol", "ping"), "slurmctld")

    def without_controller(self, seconds: float) -> None:
        """Stop the controller, and start it again after a while."""
        controller = next(one for one in self.daemons if "slurmctld" in str(one.args))
        controller.terminate()
        controller.wait()
        self.daemons.remove(controller)
        time.sleep(seconds)
        self._control()

    def _idle(self) -> bool:
        """Whether every node waits for jobs; it is listed once a partition."""
        lines = self.ask("sinfo", "--noheader", "--Node", "--format=%N %T").splitlines()
        return {*lines} == {f"{name} idle" for name in self.nodes}

    def _keep_configuration(self) -> None:
        """The executor takes SLURM_CONF away from the steps of a job; srun gets it back."""
        srun = self.folder / "bin/srun"
        configuration = self.environment["SLURM_CONF"]
        srun.write_text(
            f'#!/bin/sh\nSLURM_CONF="{configuration}" exec {shutil.which("srun")} "$@"\n'
        )
        srun.chmod(0o755)

    def _daemon(self, name: str, *words: str) -> None:
        program = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        environment = os.environ | self.environment
        with open(self.folder / f"{name}.out", "wb") as log:
            self.daemons.append(
                subprocess.Popen([program, *words], env=environment, stdout=log, stderr=log)
            )

    def _until(self, ready: Callable[[], bool], name: str) -> None:
        deadline = time.monotonic() + 120  # so that a hang ends
        while not ready():
            if time.monotonic() > deadline or self.daemons[-1].poll() is not None:
                told = (self.folder / f"{name}.out").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{name} does not answer:\n{told}")
            time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
