"""The schedulers that the tests have jobs run by: started when first used, ended with the program."""
import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import shim
from tests import authority
from tests.support import ROOT, skip

SIZE = 4            # how many workers each has
_lock = threading.RLock()
_running = {}       # {context: the options for its scheduler}


def unavailable(name):
    """Why there is no such scheduler here, or None."""
    try:
        __import__(LIBRARIES[name])
    except ImportError:
        return 'NOT TESTED: the context %s needs %s' % (name, LIBRARIES[name])


def context(name):
    """The context of that name, with a scheduler that works."""
    _lock.acquire()
    try:
        options = _running.get(name)
        if options is None or is_broken(name, options):
            options = _running[name] = STARTS[name]()
        return shim.get_context(name, **options)
    finally:
        _lock.release()


def is_broken(name, options):
    """A killed worker is the end of an executor's."""
    return name == 'executor' and options['executor']._broken


def start_executor():
    """One of processes."""
    from concurrent.futures import ProcessPoolExecutor
    made = ProcessPoolExecutor(SIZE)
    atexit.register(made.shutdown)
    return {'executor': made}


def start_dask():
    """A scheduler and two workers, as programs of their own; the workers come again if killed."""
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, 'scheduler.json')
    program = [sys.executable, '-m', 'distributed.cli.dask_%s', '--scheduler-file', path]
    environ = dict(os.environ)
    environ['PYTHONPATH'] = os.pathsep.join([ROOT, environ.get('PYTHONPATH', '')])
    started = []
    for kind, options in (('scheduler', ['--host', '127.0.0.1', '--port', '0', '--no-dashboard']),
                          ('worker', ['--nworkers', '2', '--nthreads', '2', '--no-dashboard',
                                      '--local-directory', folder])):
        program[2] = 'distributed.cli.dask_' + kind
        started.append(subprocess.Popen(program + options, env=environ, cwd=folder))
    atexit.register(end, started, folder)
    while not os.path.exists(path):
        time.sleep(0.1)
    client = __import__('distributed').Client(scheduler_file=path, set_as_default=False)
    client.wait_for_workers(2, 30)
    address = client.scheduler.address
    client.close()
    return {'address': address}


def end(started, folder):
    for each in started[::-1]:
        each.terminate()
        each.wait()
    shutil.rmtree(folder, True)


def serving():
    """The environment for pools whose workers are a peer's, which is on this computer."""
    _lock.acquire()
    try:
        if 'ampoule' not in _running:
            _running['ampoule'] = start_peer()
        return _running['ampoule']
    finally:
        _lock.release()


def start_peer():
    """An authority, and a peer with a certificate of it."""
    reason = authority.unavailable()
    if reason:
        skip(reason)
    made = authority.Authority()
    peer = Peer(made.member('peer'), shim.cpu_count())
    atexit.register(made.discard)
    atexit.register(peer.end)
    environ = {'SHIM_AMPOULE_PEERS': peer.address}
    for name, path in made.member('program').items():
        environ['SHIM_AMPOULE_' + name.upper()] = path
    return environ


class Peer(object):
    """`python -m shim serve ampoule` with that certificate, key and authority."""

    def __init__(self, member, workers=SIZE):
        words = [sys.executable, '-m', 'shim.__main__', 'serve', 'ampoule', '--host', '127.0.0.1',
                 '--port', '0', '--workers', str(workers)]
        for name in member:
            words += ['--' + name, member[name]]
        environ = dict(os.environ)
        environ['PYTHONPATH'] = os.pathsep.join([ROOT, environ.get('PYTHONPATH', '')])
        self.process = subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, cwd=ROOT)
        line = self.process.stdout.readline().decode('ascii')
        self.address = str(line.split()[-1])

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        self.process.stdout.close()


LIBRARIES = {'executor': 'concurrent.futures', 'dask': 'distributed'}
STARTS = {'executor': start_executor, 'dask': start_dask}
