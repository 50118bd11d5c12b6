"""Which library runs the work, which version of it, and why: provider().

    multiprocessing     the standard library's; on 2.4 and 2.5 the backport of the same name
    processing          its ancestor, where there is neither
    pp                  Parallel Python, where there is none of these
    subprocess          of the standard library
    threading           where no process can be started
    serial              nobody but the caller

The first that is here is the default; set_start_method() and SHIM_START_METHOD choose another.
"""
import os
import sys

from shim import compat, context

# {context: what runs its work}; fork, spawn and forkserver are multiprocessing's.
LIBRARIES = {'pp': 'pp', 'subprocess': 'subprocess', 'thread': 'threading', 'serial': 'serial'}


class Provider(tuple):
    """What provider() returns: (name, version, reason), each also an attribute, all strings."""

    __slots__ = ()

    def __new__(cls, name, version, reason):
        return tuple.__new__(cls, (name, version, reason))

    name = property(lambda self: self[0], doc='The library: see shim.providers.')
    version = property(lambda self: self[1], doc='Its version; for the stdlib, that of Python.')
    reason = property(lambda self: self[2], doc='Why it is this one, for a human being.')

    def __getnewargs__(self):
        return tuple(self)

    def __repr__(self):
        return 'Provider(name=%r, version=%r, reason=%r)' % tuple(self)

    def __str__(self):
        return '%s %s: %s' % tuple(self)


def provider():
    """The library that runs the work of the default context: a Provider.

    It has name, version and reason, and prints as a line of text.  Raises ValueError if
    SHIM_START_METHOD asks for a context that there is not, or that can't work here.
    """
    name = context.get_context().get_start_method()
    found = library(name)
    return Provider(found, version(found), why(name))


def library(name):
    """What runs the work of the context of that name."""
    found = LIBRARIES.get(context.get_context(name).engine_name, 'multiprocessing')
    if found in compat.absent:
        return 'processing'
    return found


def version(found):
    """The version of a library; of what comes with Python, that of Python."""
    module = None
    if found == 'pp':
        module = __import__('pp')
    elif found == 'processing' or found == 'multiprocessing' and compat.BACKPORT:
        module = compat.multiprocessing
    return getattr(module, '__version__', None) or '%d.%d.%d' % sys.version_info[:3]


def why(name):
    """Why the context of that name is the default one."""
    if os.environ.get('SHIM_START_METHOD') == name:
        return 'the environment variable SHIM_START_METHOD says so'
    if name != context.first():
        return 'set_start_method() has chosen it'
    if compat.BACKPORT:
        return 'the backport is here, and the standard library has none before Python 2.6'
    if not compat.absent and library(name) == 'multiprocessing':
        return "it is the default of this interpreter's multiprocessing"
    missing = ['no %s (%s)' % each for each in sorted(compat.absent.items())]
    for each in ('pp', 'subprocess', 'thread'):
        if compat.multiprocessing is not None or each == name:
            break
        missing.append('no %s (%s)' % (LIBRARIES[each], context.unavailable(each)))
    if not missing:
        first = context.known()[0]
        missing.append('no %s (%s)' % (first, context.unavailable(first)))
    return 'the first that works here; ' + ', '.join(missing)
