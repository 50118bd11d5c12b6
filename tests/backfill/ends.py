"""What the tests of connections have in common: ends of pipes that a test closes."""
import socket
import sys

from shim.connection import Listener, Pipe
from shim.engines import channel
from tests import support


class Case(support.TestCase):
    def setUp(self):
        try:
            ends = channel.pair()
        except (EnvironmentError, socket.error):
            support.skip('sockets are but a name here: %s' % (sys.exc_info()[1],))
        for end in ends:
            end.close()

    def pipe(self, duplex=True):
        ends = Pipe(duplex)
        for end in ends:
            self.addCleanup(end.close)
        return ends

    def listener(self, *args, **kwds):
        made = Listener(*args, **kwds)
        self.addCleanup(made.close)
        return made
