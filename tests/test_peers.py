"""Peers, whose workers a pool of ampoule has: who may join, who is refused, and what becomes of those
who have gone; and the command that makes one."""
import os
import signal
import subprocess
import sys

from six.moves import StringIO

import shim
from shim.engines import channel
from tests import authority, promise_tasks, support, tasks
from tests.promises import lines
from tests.support import read_text, wait_until
from tests.test_ampoule import Case


class Peers(Case):
    """Workers of `python -m shim serve ampoule`."""

    def setUp(self):
        Case.setUp(self)
        if authority.unavailable():
            support.skip(authority.unavailable())
        self.authority = authority.Authority()
        self.addCleanup(self.authority.discard)
        self.member = self.authority.member('program')

    def peer(self, member=None, workers=2):
        """A peer that runs."""
        from tests.schedulers import Peer
        made = Peer(member or self.authority.member('peer'), workers)
        self.addCleanup(made.end)
        return made

    def pool(self, addresses, processes=None, **options):
        """A pool of that many, or as many as the peers offer."""
        return self.opened(shim.get_context('ampoule', peers=addresses, **dict(
            self.member, **options)).Pool(processes))

    def opened(self, pool):
        self.addCleanup(pool.terminate)
        return pool

    def refusal(self, address, member):
        error = self.catch(shim.PoolError, shim.get_context(
            'ampoule', peers=[address], **member).Pool, 1)
        self.assertTrue(address in str(error), error)
        return str(error)

    def test_who_is_refused(self):
        other = authority.Authority()
        self.addCleanup(other.discard)
        peer, foreign = self.peer(), other.member('program')
        # One of another authority that knows ours, so that it takes the peer for good.
        self.assertTrue('SSL' in self.refusal(
            peer.address, dict(foreign, authority=self.member['authority'])))
        # The same the other way round: the peer is not of the authority that the program knows.
        self.assertTrue('certificate verify failed' in self.refusal(
            peer.address, dict(self.member, authority=foreign['authority'])))
        # None at all: the peer ends the handshake, or the connection after it.
        spoken = subprocess.Popen(
            ['openssl', 's_client', '-connect', peer.address, '-CAfile', self.member['authority'],
             '-quiet', '-verify_return_error'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        # What asks for the number of workers.
        said = spoken.communicate('\0\4_ask\0\0011\0\010_command\0\010Capacity\0\0'.encode('ascii'))[0]
        self.assertFalse('workers'.encode('ascii') in said, said)
        self.assertTrue('alert'.encode('ascii') in said, said)
        # And who is of the authority is served all the while.
        self.assertEqual(self.pool([peer.address], 1).apply(tasks.square, (3,)), 9)

    def test_a_peer_of_another_name(self):
        peer = self.peer(self.authority.member('elsewhere', 'DNS:elsewhere.example'))
        self.refusal(peer.address, self.member)

    def test_no_old_tls(self):
        peer = self.peer()
        spoken = subprocess.Popen(
            ['openssl', 's_client', '-connect', peer.address, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0',
             '-cert', self.member['certificate'], '-key', self.member['key']],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = spoken.communicate(''.encode('ascii'))[0].decode('ascii', 'replace')
        self.assertTrue('alert protocol version' in said, said)

    def test_spread_by_the_number_of_workers(self):
        peers = [self.peer(workers=1), self.peer(workers=3)]
        pool = self.pool([each.address for each in peers])
        self.assertEqual(pool._processes, 4)
        self.assertEqual(sorted([each.peer.workers for each in pool._pool]), [1, 3, 3, 3])
        self.assertEqual(pool.map(tasks.square, range(100)), [n * n for n in range(100)])
        # A peer that ends takes what it runs along, and nothing else.
        path = os.path.join(self.authority.folder, 'lines')
        results = [pool.apply_async(promise_tasks.noted, (path, n, 60)) for n in range(4)]
        self.assertTrue(wait_until(
            lambda: os.path.exists(path) and len(read_text(path).split()) == 4, 30))
        peers[1].end()
        self.assertTrue(wait_until(
            lambda: len([result for result in results if result.ready()]) == 3, 20))
        for result in results:
            if result.ready():
                error = self.catch(shim.WorkerLostError, result.get)
                self.assertTrue(peers[1].address in error.reason, error.reason)
        self.assertEqual(pool.apply_async(tasks.square, (5,)).get(30), 25)

    def test_nothing_runs_twice(self):
        # What a worker says last has not left its peer when that dies: not that the second one began.
        path = os.path.join(self.authority.folder, 'once')
        pool = self.pool([self.peer(workers=1).address for _each in range(2)], 1)
        for _each in range(5):
            pool.apply(promise_tasks.noted_without_parent, (path,))
        results = [pool.apply_async(promise_tasks.noted_without_parent, (path, number))
                   for number in (signal.SIGSTOP, signal.SIGKILL)]
        for result in results:      # nor maybe that the first one did
            self.assertTrue(self.catch(shim.WorkerLostError, result.get, 30).started in (
                [None, True][:2 - results.index(result)]))
        self.assertEqual(pool.apply(promise_tasks.noted_without_parent, (path,)), 0)
        self.assertEqual(lines(path)[5:], ['%d' % signal.SIGSTOP, '%d' % signal.SIGKILL, '0'])

    def test_a_peer_that_says_nothing(self):
        from shim.engines import peers
        self.addCleanup(setattr, peers, 'PATIENCE', peers.PATIENCE)
        peers.PATIENCE = 2
        mute, peer = channel.listen(), self.peer(workers=1)
        self.addCleanup(mute.close)
        pool = self.pool(['127.0.0.1:%d' % mute.getsockname()[1], peer.address], 1)
        self.assertEqual(pool.apply(tasks.square, (3,)), 9)
        first, second = pool._engine.peers
        first.down, second.down = None, peers.clock()       # so that it is the first one's turn
        self.catch(shim.WorkerLostError, pool.apply, promise_tasks.die, ('kill',))
        self.assertEqual(pool.apply_async(tasks.square, (4,)).get(40), 16)

    def test_main_travels(self):
        support.needs_closures()
        peer = self.peer()
        factor = 3
        self.assertEqual(self.pool([peer.address]).map(lambda n: factor * n, range(3)), [0, 3, 6])

    def test_options(self):
        for gone in ('peers', 'certificate', 'key', 'authority'):
            options = dict(self.member, peers=['127.0.0.1:1'])
            del options[gone]
            error = self.catch(ValueError, shim.get_context('ampoule', **options).Pool, 1)
            self.assertTrue(gone in str(error) and 'SHIM_AMPOULE_' + gone.upper() in str(error))
        self.catch(ValueError, self.pool, ['no port'])
        self.catch(ValueError, self.pool, ['127.0.0.1:1'], certificate=self.member['key'])
        self.catch(ValueError, self.pool, ['127.0.0.1:1'], key=self.authority.path + '.none')
        self.catch(TypeError, shim.get_context, 'ampoule', peer=1)
        self.catch(NotImplementedError, shim.get_context('ampoule', peers=['x:1']).Lock)
        self.refusal('127.0.0.1:1', self.member)


class Command(Case):
    """python -m shim serve"""

    def refused(self, *words):
        """What it says on stderr."""
        from shim.commands import main
        said, sys.stderr = sys.stderr, StringIO()
        try:
            status = main(('serve',) + words)
            text = sys.stderr.getvalue()
        finally:
            sys.stderr = said
        self.assertEqual(status, 2, text)
        return text

    def test_refused(self):
        files = ['--certificate', 'a', '--key', 'b', '--authority', 'c']
        for words, said in (((), 'what is to be served'), (['pp'], 'what is to be served'),
                            (['ampoule', '--prot', '1'], 'what is --prot'),
                            (['ampoule', '--port'], '--port needs a value'),
                            (['ampoule', '--port', 'x'], 'port needs a number'),
                            (['ampoule', '--port=1'], '--certificate is missing'),
                            (['ampoule', '--port=1', '--workers=0'] + files, 'at least 1'),
                            (['ampoule', '--port=1'] + files, 'the certificates: ')):
            self.assertIn(said, self.refused(*words))
