"""Interpreters that lack what promise 15 does without: for the tests, and for matrix.py --without.

    semaphores    each new one is an OSError 38, as where the system has none
    synchronize   there is no multiprocessing.synchronize, as where Python was built without them
    extension     there is no _multiprocessing at all
    shm           /dev/shm is read-only, for nobody else: to mount it so takes root and unshare

Of the first three each is a sitecustomize, which runs at the start of every interpreter that has
its folder on the path, those of workers included.
"""
import os
import subprocess

REFUSED = '''
class SemLock(object):
    SEM_VALUE_MAX = 2147483647
    def __new__(cls, *args):
        raise OSError(38, 'Function not implemented')

for name in ('_multiprocessing', 'multiprocessing._multiprocessing'):   # that of the backport
    try:
        module = __import__(name, None, None, ['SemLock'])
    except ImportError:
        continue
    if hasattr(module, 'SemLock'):
        module.SemLock = SemLock
    break
'''
NO_SEMAPHORES = '''
import sys
sys.modules['multiprocessing.synchronize'] = None
try:
    import _multiprocessing
except ImportError:
    pass
else:
    for name in ('SemLock', 'sem_unlink'):
        if hasattr(_multiprocessing, name):
            delattr(_multiprocessing, name)
'''
NO_EXTENSION = '''
import sys
sys.modules['_multiprocessing'] = None
sys.modules['multiprocessing.synchronize'] = None
'''
SOURCES = {'semaphores': REFUSED, 'synchronize': NO_SEMAPHORES, 'extension': NO_EXTENSION,
           'shm': ''}
UNSHARED = ['unshare', '-m', 'sh', '-c',
            'mount -t tmpfs -o ro none /dev/shm && exec "$0" "$@"']
# Fails where nothing is lacking.
CHECK = 'import sys; from shim import primitives; sys.exit(not primitives.no_semaphores())'


def environ(name, folder, *paths):
    """What to add to the environment of an interpreter that is to lack it.

    The folder becomes the first of the paths to import from, and gets the sitecustomize.
    """
    if not os.path.isdir(folder):
        os.makedirs(folder)
    stream = open(os.path.join(folder, 'sitecustomize.py'), 'w')
    stream.write(SOURCES[name])
    stream.close()
    return {'SHIM_TEST_WITHOUT': name,
            'PYTHONPATH': os.pathsep.join([folder] + [path for path in paths if path])}


def command(name):
    """What the command of an interpreter that is to lack it begins with, as a list."""
    if name == 'shm':
        return UNSHARED
    return []


def unable(name):
    """Why that can't be had on this machine, or None."""
    try:
        if subprocess.call(command(name) + ['true'], stderr=subprocess.PIPE) == 0:
            return None
    except OSError:
        pass
    return 'NOT TESTED without /dev/shm: only root may mount, and unshare'
