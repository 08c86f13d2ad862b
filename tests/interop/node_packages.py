"""npm packages for the tests, as locked in npm/, installed once below build/."""

import os
import pathlib
import shutil
import subprocess

from own_root import ROOT, ServerError

WANTED = pathlib.Path(__file__).resolve().parent / "npm"
INSTALLED = ROOT / "build/interop/npm"


def installed():
    """The directory that holds node_modules, installed when the lock has changed."""
    lock = (WANTED / "package-lock.json").read_text()
    if (INSTALLED / "node_modules").exists() and (INSTALLED / "installed-lock").exists() \
            and (INSTALLED / "installed-lock").read_text() == lock:
        return INSTALLED
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ["package.json", "package-lock.json", ".npmrc"]:
        shutil.copyfile(WANTED / name, INSTALLED / name)
    done = subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=INSTALLED, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServerError(f"npm ci failed in {INSTALLED}:\n{done.stderr}")
    (INSTALLED / "installed-lock").write_text(lock)
    return INSTALLED


def environment():
    """For programs of Node that load these packages by SMTPSCOPE_NPM."""
    return {**os.environ, "SMTPSCOPE_NPM": str(installed())}
