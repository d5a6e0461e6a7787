"""What a machine needs to keep Skysift running, as text: systemd units, one of them for backups, and a compose file."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = "skysift"
STATE = Path("/var/lib/skysift")

_SERVICE = """# Written by `skysift service install`; your own changes: systemctl edit {name}
[Unit]
Description=Skysift: watches aircraft and says what is not normal
Documentation=file:{docs}
Wants=network-online.target
After=network-online.target time-sync.target

[Service]
Type=simple
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=5
TimeoutStopSec=60
KillMode=mixed
{user}Environment=SKYSIFT_STATE={state}
Environment=PYTHONUNBUFFERED=1
# The checkout is not the user's to write into: without this every start would compile all modules again.
Environment=PYTHONPYCACHEPREFIX={state}/compiled
{more}StateDirectory={name}
StateDirectoryMode=0755
UMask=0077

# What it may touch: its own state, and the network.
NoNewPrivileges=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectSystem=strict
ProtectHome=read-only
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
CapabilityBoundingSet=
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
"""

_BACKUP = """# Written by `skysift service install`
[Unit]
Description=Skysift: a backup into {folder}

[Service]
Type=oneshot
ExecStart={command}
{user}Environment=SKYSIFT_STATE={state}
{more}NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={state} {folder}
CapabilityBoundingSet=
"""

_TIMER = """# Written by `skysift service install`
[Unit]
Description=Skysift: a backup each night

[Timer]
OnCalendar=*-*-* 03:17:00
RandomizedDelaySec=15min
Persistent=true

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True)
class Installation:
    """What the units are made of. `program` is the skysift that they start; `backups` a folder, or None without them.

    The private PostgreSQL does not run as root: `user` is a system user of the service's own.
    """

    program: Path
    user: str
    config: Path | None = None
    state: Path = STATE
    options: Sequence[str] = ()
    backups: Path | None = None
    keep: int = 7

    def files(self) -> dict[str, str]:
        """The units by their file names."""
        config = ["--config", str(self.config)] if self.config else []
        shared = {"name": NAME, "state": _escaped(str(self.state)), "user": f"User={self.user}\n"}
        docs = self.program.resolve().parents[2] / "docs" / "operation.md"
        serve = _command([self.program, "serve", *config, *self.options])
        text = _SERVICE.format(**shared, docs=_escaped(str(docs)), more="", command=serve)
        out = {f"{NAME}.service": text}
        if self.backups:
            command = _command([self.program, "backup", self.backups, "--keep", self.keep])
            more = f"Environment=SKYSIFT_CONFIG={_escaped(str(self.config))}\n" if self.config else ""
            folder = _escaped(str(self.backups))
            out[f"{NAME}-backup.service"] = _BACKUP.format(**shared, folder=folder, command=command, more=more)
            out[f"{NAME}-backup.timer"] = _TIMER
        return out


def _command(words: Sequence[object]) -> str:
    """A command line as systemd reads it: quoted, without its own % and $."""
    return " ".join(shlex.quote(_escaped(str(word)).replace("$", "$$")) for word in words)


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


COMPOSE = """# Written by `skysift service compose`. Start: docker compose up -d; the map: http://127.0.0.1:{port}
services:
  database:
    image: {image}
    restart: always
    environment:
      POSTGRES_DB: skysift
      POSTGRES_USER: skysift
      POSTGRES_PASSWORD: ${{POSTGRES_PASSWORD:?set it in a file called .env beside this one}}
    command: [postgres, -c, jit=off, -c, wal_level=minimal, -c, max_wal_senders=0, -c, max_wal_size=4GB,
      -c, checkpoint_timeout=15min, -c, wal_compression=on]
    volumes:
      - database:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U skysift -d skysift"]
      interval: 5s
      timeout: 5s
      retries: 60
    shm_size: 512mb
  skysift:
    build: .
    restart: always
    depends_on:
      database:
        condition: service_healthy
    environment:
      DATABASE_URL: postgresql://skysift:${{POSTGRES_PASSWORD}}@database:5432/skysift
      SKYSIFT_STATE: /var/lib/skysift
      SKYSIFT_CONFIG: /etc/skysift/skysift.toml
    command: ["serve", "--host", "0.0.0.0"]
    ports:
      - "127.0.0.1:{port}:8080"
    volumes:
      - state:/var/lib/skysift
      - ./skysift.toml:/etc/skysift/skysift.toml:ro
    read_only: true
    tmpfs:
      - /tmp
    cap_drop: [ALL]
    security_opt:
      - no-new-privileges:true
    stop_grace_period: 60s
    healthcheck:
      test: [CMD, python, -c, "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/ready', timeout=5)"]
      interval: 30s
      timeout: 10s
      start_period: 5m
volumes:
  database:
  state:
"""

IMAGE = "postgis/postgis:15-3.3"


def compose(port: int = 8080) -> str:
    """The compose file, with the map at `port` of this machine."""
    return COMPOSE.format(port=port, image=IMAGE)
