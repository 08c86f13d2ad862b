"""How a TLS session with the mailbox ends: goodbye.py, in a network of its own."""

import unittest

import own_network


class Goodbye(unittest.TestCase):
    def inside(self, name):
        status, printed = own_network.run_test(f"goodbye.Goodbye.{name}")
        self.assertEqual(status, 0, printed)

    def test_unwrap_of_python(self):
        self.inside("test_unwrap_of_python")

    def test_openssl(self):
        self.inside("test_openssl")

    def test_gnutls(self):
        self.inside("test_gnutls")

    def test_a_client_that_does_not_answer_is_left(self):
        self.inside("test_a_client_that_does_not_answer_is_left")
