"""A real Slurm cluster of one node in a folder of its own, for as long as a test needs it.

Several of them live on one machine at once: ports are free ones, everything else is in the folder.
"""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "scancel", "squeue")
CONFIG = """\
ClusterName=tactometer
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.sock
CredType=cred/munge
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
# What a container has: no cgroups, no accounting database. Memory is looked at once a second.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
MpiDefault=none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=sched_interval=1,bf_interval=1
# More than there is: what asks and waits needs hardly any, and no job shall wait for room.
SlurmdParameters=config_overrides
# An ended job is looked up at the end of the test, however slow the machine was.
MinJobAge=20000
KillWait=2
ReturnToService=2
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=64 RealMemory=64000 Gres=gpu:2 State=UNKNOWN
PartitionName=cpu Nodes={host} Default=YES State=UP
PartitionName=gpu Nodes={host} State=UP
"""


@dataclass(frozen=True)
class Job:
    """One line of squeue; `comment` is what the executor says of it: rule and wildcards."""

    number: str
    state: str
    partition: str
    comment: str


@dataclass(frozen=True)
class Cluster:
    """A running cluster; `env` is the environment in which it is the cluster."""

    folder: Path
    node: str
    env: dict[str, str]

    def command(self, *words: str) -> str:
        """Run one of Slurm's commands; what it prints."""
        return subprocess.run(
            words, env=self.env, check=True, capture_output=True, text=True
        ).stdout

    def jobs(self, about: str = "", state: str = "") -> list[Job]:
        """Every job, ended ones too, whose comment has `about` in it, oldest first."""
        out = self.command("squeue", "--noheader", "--states=all", "--format=%i|%T|%P|%k")
        found = [Job(*line.split("|", 3)) for line in out.splitlines()]
        wanted = [j for j in found if about in j.comment and state in ("", j.state)]
        return sorted(wanted, key=lambda job: int(job.number))

    def log(self) -> str:
        """What the node's daemon has said."""
        return (self.folder / "slurmd.log").read_text()


def until(true: Callable[[], object], what: str, seconds: float = 420) -> None:
    """Wait for something to become true; AssertionError that names it if it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.2)


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """A cluster in a folder, which ends with the block, however that ends."""
    missing = [name for name in NEEDED if shutil.which(name, path=_path()) is None]
    assert not missing, f"{', '.join(missing)} not found: run `make slurm` once, which installs it"
    cluster = _lay_out(folder)
    daemons: list[subprocess.Popen[bytes]] = []
    try:
        for words in (
            ["munged", "--foreground", "--force", f"--key-file={folder}/munge.key"]
            + [f"--{key}={folder}/munge.{end}" for key, end in MUNGE.items()],
            ["slurmctld", "-D"],
            ["slurmd", "-D"],
        ):
            with (folder / f"{words[0]}.out").open("wb") as out:
                # whatever ends this process ends them too
                daemon = ["setpriv", "--pdeathsig", "TERM", *words]
                daemons.append(subprocess.Popen(daemon, env=cluster.env, stdout=out, stderr=out))
            if words[0] == "munged":
                until((folder / "munge.sock").exists, "munged listens", 20)
        until(lambda: _idle(cluster), "the node is idle", 60)
        yield cluster
    finally:
        _stop(cluster, daemons)


MUNGE = {"socket": "sock", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}


def _path() -> str:
    return os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])


def _lay_out(folder: Path) -> Cluster:
    for name in ("state", "spool", "bin"):
        (folder / name).mkdir(parents=True)
    key = folder / "munge.key"
    key.touch(mode=0o600)
    key.write_bytes(os.urandom(1024))
    for number in (0, 1):
        (folder / f"gpu{number}").touch()
    (folder / "gres.conf").write_text(f"Name=gpu File={folder}/gpu[0-1]\n")
    host = socket.gethostname().partition(".")[0]
    config = folder / "slurm.conf"
    config.write_text(
        CONFIG.format(folder=folder, host=host, user=getpass.getuser(), ports=_free_ports(2))
    )
    # The executor's jobs drop SLURM_CONF before they call srun: it looks in /etc then.
    srun = folder / "bin" / "srun"
    real = shutil.which("srun", path=_path())
    srun.write_text(f'#!/bin/sh\nSLURM_CONF="{config}" exec {real} "$@"\n')
    srun.chmod(0o755)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM_", "PYTHONPATH"))}
    path = f"{folder / 'bin'}{os.pathsep}{_path()}"
    return Cluster(folder, host, {**kept, "SLURM_CONF": str(config), "PATH": path})


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _idle(cluster: Cluster) -> bool:
    try:
        return set(cluster.command("sinfo", "--noheader", "--format=%T").split()) == {"idle"}
    except subprocess.CalledProcessError:
        return False


def _stop(cluster: Cluster, daemons: list[subprocess.Popen[bytes]]) -> None:
    """End every job, then every daemon, the last started first."""
    try:
        cluster.command("scancel", "--user", getpass.getuser())
        until(lambda: not any(j.state in ALIVE for j in cluster.jobs()), "every job ends", 30)
    except (subprocess.CalledProcessError, AssertionError):
        pass  # there may be no controller any more: its daemons end all the same
    for daemon in reversed(daemons):
        daemon.terminate()
        try:
            daemon.wait(timeout=15)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
    for process in psutil.process_iter():  # without cgroups, a cancelled job may leave some
        with suppress(psutil.Error):
            if str(cluster.folder / "bin") in process.environ().get("PATH", ""):
                process.kill()


ALIVE = ("RUNNING", "PENDING", "COMPLETING", "CONFIGURING", "SUSPENDED")
