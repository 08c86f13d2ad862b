"""The relay's view of sessions with Postfix on ports 465 and 587: relay_view.py, each test in a network of its own."""

import unittest

import own_network


class RelayView(unittest.TestCase):
    def inside(self, name):
        status, printed = own_network.run_test(f"relay_view.View.{name}")
        self.assertEqual(status, 0, printed)

    def test_implicit_tls_on_port_465(self):
        self.inside("test_implicit_tls_on_port_465")

    def test_starttls_on_port_587(self):
        self.inside("test_starttls_on_port_587")

    def test_all_of_it_is_seen_without_tls(self):
        self.inside("test_all_of_it_is_seen_without_tls")

    def test_a_login_without_tls_does_not_pass_where_only_ciphertext_may(self):
        self.inside("test_a_login_without_tls_does_not_pass_where_only_ciphertext_may")
