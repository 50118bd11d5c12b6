"""lists the example programs, shows or copies one

They are small, and meant to be read: what multiprocessing and multicore mean, and how to use them.
In a checkout they are in the folder examples/ beside shim/; installed, in shim/examples/.  Either
may be inside of a zip.
"""
import errno
import optparse
import os
import sys

import shim

# In the order in which to read them.
NAMES = ('threads', 'multiprocessing_pool', 'multiprocessing_process_queue', 'multiprocessing_pipe',
         'multiprocessing_lock_value', 'multicore_threads_vs_processes', 'multicore_primes',
         'multicore_wordcount', 'multicore_mandelbrot', 'subprocess_per_core', 'jython_threads',
         'jit_workers', 'asyncio_pool', 'twisted_ampoule', 'cluster_dask', 'cluster_ray',
         'cluster_mpi', 'cluster_pp')

USAGE = '''python -m shim examples [NAME] [--copy FOLDER]

Without a NAME lists the example programs; with one prints its source.'''


def source(name):
    """The source of an example, as bytes; IOError if it is nowhere."""
    package = os.path.dirname(shim.__file__)
    for parent in (package, os.path.dirname(package)):
        try:
            return read(os.path.join(parent, 'examples', name + '.py'))
        except EnvironmentError:
            pass
    raise IOError('%s.py is neither in %s nor beside it' % (
        name, os.path.join(package, 'examples')))


def read(path):
    # The loader knows its own zip; before 3.3 modules that are files have none.
    loader = getattr(getattr(shim, '__spec__', None), 'loader', None)
    loader = loader or getattr(shim, '__loader__', None)
    if hasattr(loader, 'get_data'):
        return loader.get_data(path)
    stream = open(path, 'rb')
    try:
        return stream.read()
    finally:
        stream.close()


def describe(name):
    """The first line of its docstring."""
    return source(name).decode('ascii').split('"""')[1].split('\n')[0]


def copy(names, folder):
    """Write the examples into a folder; a file that is there and differs is left alone.

    Returns the names of those.
    """
    if not os.path.isdir(folder):
        os.makedirs(folder)
    kept = []
    for name in names:
        path, data = os.path.join(folder, name + '.py'), source(name)
        if os.path.exists(path):
            stream = open(path, 'rb')
            try:
                if stream.read() != data:
                    kept.append(path)
            finally:
                stream.close()
            continue
        stream = open(path, 'wb')
        try:
            stream.write(data)
        finally:
            stream.close()
        sys.stdout.write('%s\n' % path)
    return kept


def show(names):
    for name in names:
        sys.stdout.write('%-31s %s\n' % (name, describe(name)))


def main(arguments):
    parser = optparse.OptionParser(USAGE, prog='python -m shim examples')
    parser.add_option('--copy', metavar='FOLDER', help='write it, or all of them, into a folder')
    options, names = parser.parse_args(arguments)
    names = [name[:len(name) - 3 * name.endswith('.py')] for name in names]
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        parser.error('there is no example %s; there are %s' % (unknown[0], ', '.join(NAMES)))
    try:
        if options.copy:
            kept = copy(names or NAMES, options.copy)
            if kept:
                sys.stderr.write('left alone, for they are there and differ: %s\n'
                                 % ' '.join(kept))
            return int(bool(kept))
        for name in names:
            sys.stdout.write(source(name).decode('ascii'))
        if not names:
            show(NAMES)
            sys.stdout.write('\nTo read one: python -m shim examples NAME.  To run them:'
                             ' python -m shim examples --copy FOLDER\n')
    except EnvironmentError:
        if sys.exc_info()[1].errno == errno.EPIPE:      # nobody reads it
            raise
        sys.stderr.write('python -m shim examples: %s\n' % sys.exc_info()[1])
        return 1
    return 0
