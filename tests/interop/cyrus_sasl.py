"""Cyrus SASL as the one who checks passwords for a test's own Postfix: the mechanisms that prove a
password without sending it. Its database and configuration lie in the test's directory."""

import pathlib
import subprocess

import own_root

PACKAGE = "sasl2-bin"
MECHANISMS = ["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"]

# For main.cf of Postfix; {dir} is Postfix's directory.
MAIN_CF = """\
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
cyrus_sasl_config_path = {dir}/config/sasl
smtpd_sasl_local_domain = example.org
"""


def configure(directory, users):
    """Writes directory/sasl/smtpd.conf and the database with `users`, name@realm to password."""
    place = pathlib.Path(directory) / "sasl"
    place.mkdir()
    database = place / "users.db"
    for name, password in users.items():
        local, _, realm = name.partition("@")
        program = own_root.unpacked(PACKAGE) / "usr/sbin/saslpasswd2"
        subprocess.run([program, "-c", "-p", "-f", database, "-u", realm, local], input=password.encode(), check=True)
    database.chmod(0o644)
    (place / "smtpd.conf").write_text(
        f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {database}\nmech_list: {' '.join(MECHANISMS)}\n")
