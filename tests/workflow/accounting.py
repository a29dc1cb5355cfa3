"""The accounting of a SLURM for a test: slurmdbd with a MariaDB of its own, all in one folder."""

import subprocess
from pathlib import Path

# MariaDB takes one statement a line.
DATABASE = """\
CREATE DATABASE accounts;
CREATE USER slurm@localhost IDENTIFIED BY 'slurm';
CREATE USER slurm@'127.0.0.1' IDENTIFIED BY 'slurm';
GRANT ALL ON accounts.* TO slurm@localhost;
GRANT ALL ON accounts.* TO slurm@'127.0.0.1';
"""
SLURMDBD = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
DbdHost={node}
DbdAddr=127.0.0.1
DbdPort={port}
SlurmUser=root
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={storage_port}
StorageUser=slurm
StoragePass=slurm
StorageLoc=accounts
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
"""
# What slurm.conf says of it.
OF_CLUSTER = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={port}
AccountingStoragePass={folder}/munge/socket
JobAcctGatherType=jobacct_gather/linux
"""


def prepare_database(folder: Path, storage_port: int) -> list[str]:
    """Make an empty database in a folder; gives the arguments of its daemon."""
    made = folder / "database"
    subprocess.run(
        [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={made}",
            "--user=root",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        check=True,
        capture_output=True,
    )
    first = folder / "database.sql"
    first.write_text(DATABASE)
    return [
        "--no-defaults",
        f"--datadir={made}",
        "--user=root",
        f"--socket={folder}/database.socket",
        f"--pid-file={folder}/database.pid",
        "--bind-address=127.0.0.1",
        f"--port={storage_port}",
        f"--init-file={first}",
    ]


def write_configuration(folder: Path, node: str, port: int, storage_port: int) -> str:
    """Write slurmdbd.conf, which its daemon wants to be nobody else's; gives the lines of
    slurm.conf."""
    file = folder / "slurmdbd.conf"
    file.touch(mode=0o600)
    file.write_text(SLURMDBD.format(folder=folder, node=node, port=port, storage_port=storage_port))
    return OF_CLUSTER.format(folder=folder, port=port)
