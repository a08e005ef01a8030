"""Packages of one client → a folder of its own, kept between runs. Nothing of the machine is changed."""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).parent.parent.parent
CACHE = pathlib.Path(os.environ.get("CLIENTS") or ROOT / ".clients").absolute()


class NotInstalled(Exception):
    """A package cannot be had here; the message is the reason that the test is skipped for."""


@dataclass(frozen=True)
class Pip:
    """A virtual environment with *requirements*."""

    requirements: tuple[str, ...]

    def folder(self) -> pathlib.Path:
        def fill(folder: pathlib.Path) -> None:
            _run([sys.executable, "-m", "venv", str(folder)])
            _run(
                [
                    str(folder / "bin" / "pip"),
                    "install",
                    "-q",
                    "--disable-pip-version-check",
                    *self.requirements,
                ]
            )

        return _kept("pip", self.requirements, fill)


@dataclass(frozen=True)
class Npm:
    """A folder of modules with *packages*."""

    packages: tuple[str, ...]

    def folder(self) -> pathlib.Path:
        def fill(folder: pathlib.Path) -> None:
            (folder / "package.json").write_text("{}")
            _run(["npm", "install", "--silent", "--no-audit", "--no-fund", *self.packages], folder)

        return _kept("npm", self.packages, fill)


@dataclass(frozen=True)
class Deb:
    """Debian *packages*, unpacked beside each other without being installed: rsyslog and syslog-ng exclude each other."""

    packages: tuple[str, ...]

    def folder(self) -> pathlib.Path:
        def fill(folder: pathlib.Path) -> None:
            _run(["apt-get", "download", "-q", *self.packages], folder)
            for package in folder.glob("*.deb"):
                _run(["dpkg", "-x", str(package), str(folder)])
                package.unlink()

        return _kept("deb", self.packages, fill)


@dataclass(frozen=True)
class Machine:
    """A *program* that is here or is not."""

    program: str

    def folder(self) -> pathlib.Path:
        found = shutil.which(self.program)
        if found is None:
            raise NotInstalled(f"{self.program} is not on this machine")
        return pathlib.Path(found).parent


def _kept(kind: str, packages: tuple[str, ...], fill) -> pathlib.Path:
    digest = hashlib.sha256("\n".join([sys.version, *packages]).encode()).hexdigest()[:12]
    folder = CACHE / f"{kind}-{digest}"
    done = folder / ".done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        fill(folder)
        done.write_text("\n".join(packages))
    return folder


def _run(command: list[str], folder: pathlib.Path | None = None) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=240)
    except FileNotFoundError:
        raise NotInstalled(f"{command[0]} is not on this machine") from None
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"{command[0]} took too long") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip() or error.stdout.strip() or "no reason given").splitlines()[-1]
        raise NotInstalled(f"{' '.join(command[:3])}: {last}") from None
