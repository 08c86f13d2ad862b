"""The Debian package: made from what was built, looked into, unpacked, and started from there.

Nothing is installed: that would need a machine to spare. What systemd would do with the unit is judged by systemd-analyze.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from relay_process import PROGRAM, Relay
from tunnel_page import Page, send_mail

BUILD = pathlib.Path(PROGRAM).parent
MOST_EXPOSED = 1.5  # by `systemd-analyze security`, of 10
# A proxy that is not there: whoever fetches something fails.
OFFLINE = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}


def said(*command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
                          stdin=subprocess.DEVNULL, **more)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}"
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="smtpscope-package-")
        cls.addClassCleanup(directory.cleanup)
        cls.place = pathlib.Path(directory.name)
        said("cpack", "-G", "DEB", "-B", str(cls.place / "made"), cwd=BUILD, env={**os.environ, **OFFLINE})
        found = list((cls.place / "made").glob("*.deb"))
        assert len(found) == 1, found
        cls.package = str(found[0])
        cls.root = cls.place / "root"
        said("dpkg-deb", "--extract", cls.package, str(cls.root))
        cls.control = cls.place / "control"
        said("dpkg-deb", "--control", cls.package, str(cls.control))

    def field(self, name):
        return said("dpkg-deb", "--field", self.package, name).strip()

    def test_says_what_it_is_and_what_it_needs(self):
        version = said(PROGRAM, "--version").split()[1]
        self.assertEqual((self.field("Package"), self.field("Version")), ("smtpscope", version))
        self.assertEqual(pathlib.Path(self.package).name, f"smtpscope_{version}_{self.field('Architecture')}.deb")
        needed = self.field("Depends")
        for library in ["libssl3", "libstdc++6", "libtomlplusplus3", "libprometheus-cpp-core", "ca-certificates"]:
            self.assertIn(library, needed)
        self.assertNotIn("-dev", needed)
        self.assertRegex(self.field("Description"), r"^shows every byte .*\n ")

    def test_holds_what_belongs_to_it_and_nothing_else(self):
        files = {}
        for line in said("dpkg-deb", "--contents", self.package).splitlines():
            mode, owner, _, _, _, name = line.split(None, 5)
            self.assertEqual(owner, "root/root", line)
            self.assertNotRegex(mode, r"^.....w|^........w|s", line)
            if not mode.startswith("d"):
                files[name.removeprefix(".")] = mode
        for wanted in ["/usr/bin/smtpscope", "/usr/share/smtpscope/index.html", "/etc/smtpscope/smtpscope.toml",
                       "/lib/systemd/system/smtpscope.service", "/usr/share/doc/smtpscope/copyright",
                       "/usr/share/doc/smtpscope/examples/haproxy.cfg", "/usr/share/doc/smtpscope/examples/nginx.conf"]:
            self.assertIn(wanted, files)
        own = re.compile(r"/usr/bin/smtpscope|/usr/share/(doc/)?smtpscope/.+|/etc/smtpscope/.+|/lib/systemd/system/.+")
        self.assertEqual([name for name in files if not own.fullmatch(name)], [])
        self.assertEqual((self.control / "conffiles").read_text(), "/etc/smtpscope/smtpscope.toml\n")
        self.assertTrue((self.control / "md5sums").exists())

    def test_scripts_are_right(self):
        for name in ["postinst", "prerm", "postrm"]:
            script = self.control / name
            self.assertEqual(script.stat().st_mode & 0o777, 0o755)
            said("sh", "-n", str(script))
            # As at an upgrade, which asks nothing of a machine without systemd.
            said(str(script), "abort-upgrade", "0.0.1")

    def test_runs_from_where_it_was_unpacked(self):
        program = str(self.root / "usr/bin/smtpscope")
        config = str(self.root / "etc/smtpscope/smtpscope.toml")
        self.assertEqual(said(program, "serve", "--check-config", "--config", config), config + ": ok\n")
        relay = Relay("--config", config, program=program)
        self.addCleanup(relay.stop)
        status, page = relay.get("/")
        self.assertEqual(status, 200)
        self.assertEqual(page, (self.root / "usr/share/smtpscope/index.html").read_bytes())
        with Page(relay.port, f"http://127.0.0.1:{relay.port}") as tunnel:
            self.assertEqual(send_mail(tunnel, relay.smtp, "from the package"), 1000)
        self.assertEqual([m["subject"] for m in relay.messages()], ["from the package"])
        self.assertEqual(relay.stop(), 0)

    def test_state_lies_where_systemd_says(self):
        state = self.place / "state"
        done = subprocess.Popen([str(self.root / "usr/bin/smtpscope"), "serve", "--listen", "127.0.0.1:0", "--smtp",
                                 "127.0.0.1:0", "--smtps", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                env={**os.environ, "STATE_DIRECTORY": str(state)})
        self.assertIn(b"open http", done.stdout.readline())
        done.terminate()
        done.communicate(timeout=30)
        self.assertTrue((state / "ca.pem").exists())

    def unit(self):
        """The unit as a file that names the unpacked program."""
        text = (self.root / "lib/systemd/system/smtpscope.service").read_text()
        self.assertEqual(text.count("/usr/bin/smtpscope "), 1)
        copy = self.place / "unit" / "smtpscope.service"
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(text.replace("/usr/bin/smtpscope ", f"{self.root}/usr/bin/smtpscope "))
        return str(copy)

    def test_the_unit_is_right(self):
        self.assertEqual(said("systemd-analyze", "verify", "--man=no", self.unit()).strip(), "")

    def test_the_unit_is_hardened(self):
        report = said("systemd-analyze", "security", "--offline=yes", f"--threshold={round(MOST_EXPOSED * 10)}", self.unit())
        found = re.search(r"exposure level for smtpscope\.service: ([\d.]+)", report)
        self.assertLessEqual(float(found[1]), MOST_EXPOSED, report)
        text = pathlib.Path(self.unit()).read_text()
        for line in ["DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "SystemCallFilter=@system-service",
                     "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "MemoryMax=512M", "Type=notify", "StateDirectory=smtpscope",
                     "ExecReload=/bin/kill -HUP $MAINPID"]:
            self.assertIn(line + "\n", text)

    def test_needs_a_page(self):
        cache = (BUILD / "CPackConfig.cmake").read_text()
        self.assertIn('CPACK_GENERATOR "DEB"', cache)
        script = (BUILD / "relay/cmake_install.cmake").read_text()
        page = re.search(r'NOT EXISTS "(.*)/index\.html"', script)[1]
        copy = self.place / "cmake_install.cmake"
        copy.write_text(script.replace(page, str(self.place / "no-page")))
        done = subprocess.run(["cmake", f"-DCMAKE_INSTALL_PREFIX={self.place}/prefix", "-P", str(copy)], text=True, timeout=60,
                              env={**os.environ, "DESTDIR": str(self.place / "dest")}, capture_output=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("holds no page", done.stderr)
        shutil.rmtree(self.place / "dest", ignore_errors=True)


if __name__ == "__main__":
    unittest.main()
