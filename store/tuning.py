"""The machine's memory and disk -> the settings of the private cluster, as PostgreSQL's own file."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

MB = 1 << 20


def memory_bytes() -> int:
    """What this process may use: the machine's memory, or less inside a container."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    total = int(next(line for line in lines if line.startswith("MemTotal")).split()[1]) * 1024
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.exists() else "max"
    return min(total, int(text)) if text.isdigit() else total


def settings(socket_folder: Path, data: Path, fast: bool) -> Mapping[str, str]:
    """`fast` gives durability up: for tests, whose data nobody misses."""
    memory = memory_bytes()
    free = shutil.disk_usage(data).free
    chosen = {
        "listen_addresses": "",
        "port": "5432",  # names the socket only
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        "shared_buffers": _between(128, memory // 8, 2048),
        "effective_cache_size": _between(256, memory // 2, 16384),
        "work_mem": _between(8, memory // 256, 64),
        "maintenance_work_mem": _between(64, memory // 32, 512),
        "max_wal_size": _between(512, free // 10, 4096),
        "checkpoint_timeout": "15min",
        # Without replicas, a COPY into a table of the same transaction can leave the log out.
        "wal_level": "minimal",
        # Whole pages go into the log after each checkpoint: a card in a small box wears by what is written.
        "wal_compression": "on",
        "max_wal_senders": "0",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_filename": "postgres-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_size": "0",
    }
    if _shared_memory() < 512 * MB:  # a container's 64 MB are too few for parallel queries
        chosen["dynamic_shared_memory_type"] = "mmap"
    if fast:
        chosen |= {"fsync": "off", "full_page_writes": "off", "logging_collector": "off"}
    return chosen


def allocation() -> Mapping[str, str]:
    """The server's environment: how much freed memory each of its processes keeps for the next statement (mallopt(3)).

    By itself glibc gives the buffers of a large answer back and asks for them again with each: the kernel then clears
    every page anew, which took a fifth to a third of the time for pages of a thousand features and more. A page of ten
    thousand needs some 40 MB for a moment. Other C libraries do not know these names.
    """
    kept = min(max(memory_bytes() // 512, MB), 64 * MB)
    return {"MALLOC_TRIM_THRESHOLD_": str(kept), "MALLOC_MMAP_THRESHOLD_": str(min(kept, _MOST_OF_A_BLOCK))}


_MOST_OF_A_BLOCK = 32 * MB
"""glibc takes no more for what a block of its own is worth."""


def as_file(chosen: Mapping[str, str]) -> str:
    """The settings in the syntax of postgresql.conf."""
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in chosen.items()]
    return "\n".join(["# Written anew at each start. Your own settings: ALTER SYSTEM SET ... = ...;", *lines, ""])


def _between(least: int, value: int, most: int) -> str:
    """Bytes as megabytes between two bounds in megabytes."""
    return f"{min(max(value // MB, least), most)}MB"


def _shared_memory() -> int:
    folder = Path("/dev/shm")
    return shutil.disk_usage(folder).total if folder.is_dir() else 0
