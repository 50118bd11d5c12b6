"""How two ends of a connection prove to each other that they know the key, also to older peers."""
import hmac
import os
import sys

from shim.connection import AuthenticationError, answer_challenge, deliver_challenge
from tests import support
from tests.backfill.ends import Case
from tests.support import b

try:
    from hashlib import md5, sha256
except ImportError:     # before 2.5, where hmac takes md5 itself
    md5 = sha256 = None


class Challenges(Case):
    """With peers that are older: they send 20 bytes, and answer with the HMAC of md5."""

    def shake(self, *functions):
        ends, raised = self.pipe(), []

        def run(function, end):
            try:
                function(end)
            except Exception:
                raised.append(sys.exc_info()[1])
                end.close()

        self.run_threads([lambda: run(functions[0], ends[0]), lambda: run(functions[1], ends[1])])
        return raised

    def old_answer(self, end):
        message = end.recv_bytes(256)[len('#CHALLENGE#'):]
        end.send_bytes(hmac.new(b('key'), message, md5).digest())
        if end.recv_bytes(256) != b('#WELCOME#'):
            raise ValueError('rejected')

    def old_challenge(self, end):
        message = os.urandom(20)
        end.send_bytes(b('#CHALLENGE#') + message)
        if end.recv_bytes(256) != hmac.new(b('key'), message, md5).digest():
            end.send_bytes(b('#FAILURE#'))
            raise ValueError('rejected')
        end.send_bytes(b('#WELCOME#'))

    def deliver(self, end):
        deliver_challenge(end, b('key'))

    def answer(self, end):
        answer_challenge(end, b('key'))

    def test_each_with_each(self):
        for challenger in (self.deliver, self.old_challenge):
            for other in (self.answer, self.old_answer):
                self.assertEqual(self.shake(challenger, other), [])

    def test_sha256(self):
        if sha256 is None:
            support.skip('there is no sha256 before Python 2.5')

        def strict(end):
            message = end.recv_bytes(256)[len('#CHALLENGE#'):]
            if message[:8] != b('{sha256}') or len(message) != 48:
                raise ValueError(message)
            end.send_bytes(b('{sha256}') + hmac.new(b('key'), message, sha256).digest())
            if end.recv_bytes(256) != b('#WELCOME#'):
                raise ValueError('rejected')

        def demanding(end):
            message = b('{sha256}') + os.urandom(40)
            end.send_bytes(b('#CHALLENGE#') + message)
            if end.recv_bytes(256) != b('{sha256}') + hmac.new(
                    b('key'), message, sha256).digest():
                raise ValueError('rejected')
            end.send_bytes(b('#WELCOME#'))

        self.assertEqual(self.shake(self.deliver, strict), [])
        self.assertEqual(self.shake(demanding, self.answer), [])

    def test_refused(self):
        def babble(end):
            end.recv_bytes(256)
            end.send_bytes(b('{nosuch}') + b('x') * 32)
            end.recv_bytes(256)

        def wrong(end):
            answer_challenge(end, b('another'))

        for other in (babble, wrong):
            raised = self.shake(self.deliver, other)
            self.assertTrue([1 for each in raised if isinstance(each, AuthenticationError)])
        for message in ('#CHALLENGE#short', 'nonsense', '#CHALLENGE#{nosuch}' + 'x' * 40):
            def send(end):
                end.send_bytes(b(message))

            raised = self.shake(send, self.answer)
            self.assertEqual([each.__class__ for each in raised], [AuthenticationError], message)
