"""The schedulers that the tests have jobs run by: started when first used, ended with the program."""
import atexit
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import shim
from shim import primitives
from tests import authority, ppservers
from tests.support import ROOT, THREADS, skip

SIZE = 4            # how many jobs each runs at a time
ROOM = 8            # of a ppserver's, where each worker of each pool takes one
_lock = threading.RLock()
_running = {}       # {context: the options for its scheduler}


def unavailable(name):
    """Why there is no such scheduler here, or None."""
    if not THREADS:
        return 'this interpreter starts no threads'
    try:
        __import__(LIBRARIES[name])
    except ImportError:
        return 'NOT TESTED: the context %s needs %s' % (name, LIBRARIES[name])
    if name == 'executor' and primitives.no_semaphores():
        return 'NOT TESTED: the processes of concurrent.futures need semaphores'


def context(name):
    """The context of that name, with a scheduler that works."""
    return shim.get_context(name, **options(name))


def options(name):
    """What that context is to be told of it."""
    _lock.acquire()
    try:
        known = _running.get(name)
        if known is None or is_broken(name, known):
            known = _running[name] = STARTS[name]()
        return known
    finally:
        _lock.release()


def environment(name):
    """The variables by which a program finds it, or one of its own; asked before each test."""
    if name == 'executor':
        return {'SHIM_EXECUTOR': 'tests.schedulers:processes'}
    if name == 'mpi':
        return {}
    if name == 'dask':
        client = options(name)['client']
        settle(client)
        return {'SHIM_DASK': client.scheduler.address}
    return {'SHIM_RAY': options(name)['address']}


def settle(client):
    """What tests have left running ends, and workers that they have killed are there again."""
    # What was cancelled goes on, and the scheduler knows nothing of it.
    if [each for each in client.run(running).values() if each]:
        client.restart()
    client.wait_for_workers(2, 30)


def running(dask_worker):
    """How many jobs that worker has."""
    return len(dask_worker.active_threads)


def is_broken(name, known):
    """A killed worker is the end of an executor's."""
    return name == 'executor' and known['executor']._broken


def processes():
    """An executor of processes."""
    from concurrent.futures import ProcessPoolExecutor
    return ProcessPoolExecutor(SIZE)


def start_executor():
    made = processes()
    atexit.register(made.shutdown)
    return {'executor': made}


def search_path():
    """The PYTHONPATH of those who run jobs: nobody imports the program there."""
    return os.pathsep.join([ROOT, os.environ.get('PYTHONPATH', '')])


def start_dask():
    """A scheduler and two workers, as programs of their own; the workers come again if killed."""
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, 'scheduler.json')
    program = [sys.executable, '-m', 'distributed.cli.dask_%s', '--scheduler-file', path]
    environ = dict(os.environ)
    environ['PYTHONPATH'], environ['DASK_LOGGING__DISTRIBUTED'] = search_path(), 'error'
    started = []
    for kind, more in (('scheduler', ['--host', '127.0.0.1', '--port', '0', '--no-dashboard']),
                       ('worker', ['--nworkers', '2', '--nthreads', '%d' % (SIZE // 2),
                                   '--no-dashboard', '--local-directory', folder])):
        program[2] = 'distributed.cli.dask_' + kind
        started.append(subprocess.Popen(program + more, env=environ, cwd=folder))
    atexit.register(end, started, folder)
    logging.getLogger('distributed').setLevel(logging.ERROR)    # its workers are killed here
    while not os.path.exists(path):
        time.sleep(0.1)
    client = __import__('distributed').Client(scheduler_file=path, set_as_default=False)
    client.wait_for_workers(2, 30)
    return {'client': client}


def end(started, folder):
    for each in started[::-1]:
        each.terminate()
        each.wait()
    shutil.rmtree(folder, True)


def start_ray():
    """A cluster of this machine, to which this program is connected from now on."""
    ray = __import__('ray')
    previous, os.environ['PYTHONPATH'] = os.environ.get('PYTHONPATH', ''), search_path()
    try:
        ray.init(address='local', num_cpus=SIZE, include_dashboard=False, log_to_driver=False)
    finally:
        os.environ['PYTHONPATH'] = previous
    return {'address': ray.get_runtime_context().gcs_address}


def start_mpi():
    """The processes that this program was started with, or some that it starts."""
    os.environ['PYTHONPATH'] = search_path()
    return {}


def serving(name):
    """The environment for pools of that context whose workers a server starts, of this computer."""
    _lock.acquire()
    try:
        if name not in _running:
            _running[name] = SERVERS[name]()
        return _running[name]
    finally:
        _lock.release()


def start_ppserver():
    """One of Parallel Python's."""
    if ppservers.why_not():
        skip(ppservers.why_not())
    server = ppservers.Ppserver(workers=ROOM)
    atexit.register(server.end)
    return {'SHIM_PPSERVERS': server.address, 'SHIM_PP_SECRET': ppservers.SECRET}


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


LIBRARIES = {'executor': 'concurrent.futures', 'dask': 'distributed', 'ray': 'ray',
             'mpi': 'mpi4py.futures'}
STARTS = {'executor': start_executor, 'dask': start_dask, 'ray': start_ray, 'mpi': start_mpi}
SERVERS = {'ampoule': start_peer, 'pp': start_ppserver}
