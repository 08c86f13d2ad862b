"""A file tree of its own for a server that Debian's packages do not let stand beside another.

Exim, OpenSMTPD and Postfix exclude each other, and each expects users and directories of the whole
machine. So the .deb of such a server is downloaded and unpacked below build/, never installed: nothing
is configured, no daemon is started. It then runs by chroot(2) in a tree that holds its files, the
libraries it needs, its users and nothing else.
"""

import os
import pathlib
import re
import shutil
import stat
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
STORE = ROOT / "build/interop/debs"
DEVICES = {"null": (1, 3), "urandom": (1, 9), "zero": (1, 5)}


class ServerError(Exception):
    """A server cannot be started; the text says why and what to do."""


def run(*command, **how):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **how)
    if done.returncode != 0:
        raise ServerError(f"{' '.join(map(str, command))} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def unpacked(package):
    """The files of a Debian package, downloaded once: the directory that stands for `/`."""
    place = STORE / package
    if (place / ".whole").exists():
        return place
    STORE.mkdir(parents=True, exist_ok=True)
    fresh = STORE / f"{package}.{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        run("apt-get", "download", package, cwd=fresh)
        [archive] = fresh.glob("*.deb")
        run("dpkg-deb", "-x", archive, fresh)
        (fresh / ".whole").touch()
        fresh.rename(place)
    except OSError:
        if not (place / ".whole").exists():  # else another test run was quicker
            raise
    except ServerError as failure:
        raise ServerError(f"{failure}\nIf apt knows no such package: apt-get update") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return place


def libraries_of(program):
    """The shared libraries that a program needs, by their absolute paths."""
    listed = run("ldd", program)
    missing = re.findall(r"(\S+) => not found", listed)
    if missing:
        raise ServerError(f"{program} needs {', '.join(missing)}: ./tests/run interop installs it")
    return re.findall(r"(/\S+)(?= \(0x)", listed)


def place_file(source, root, path):
    """Puts a file at `path` below `root`: a link where one disk allows it, else a copy."""
    target = root / path.lstrip("/")
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(os.path.realpath(source), target)
    except OSError:
        shutil.copy2(source, target)


def make_root(root, package, programs, users):
    """Makes the tree: the package's files, each program's libraries, a shell, users by name to uid."""
    place = unpacked(package)
    for file in [f for f in place.rglob("*") if f.is_file() and f.suffix != ".deb"]:
        path = str(file.relative_to(place))
        if not path.startswith(("usr/share/", "lib/systemd/", "etc/", ".whole")):
            place_file(file, root, path)
    place_file("/bin/sh", root, "/bin/sh")
    for program in ["/bin/sh", *[place / p.lstrip("/") for p in programs]]:
        for library in libraries_of(program):
            if not pathlib.Path(library).is_relative_to(place):  # the package's own are there
                place_file(library, root, library)
    (root / "etc").mkdir(exist_ok=True)
    everybody = {"root": 0, **users}
    (root / "etc/passwd").write_text("".join(f"{n}:x:{u}:{u}:{n}:/:/bin/sh\n" for n, u in everybody.items()))
    (root / "etc/group").write_text("".join(f"{n}:x:{u}:\n" for n, u in everybody.items()))
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    (root / "dev").mkdir()
    for name, (major, minor) in DEVICES.items():
        os.mknod(root / "dev" / name, 0o666 | stat.S_IFCHR, os.makedev(major, minor))
        (root / "dev" / name).chmod(0o666)
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
