"""The other Pythons at hand, for tests of what goes on between two of them.

Which ones: those of SHIM_TEST_EXECUTABLES (paths, separated as in PATH), if it is set; else those of
PATH and pyenv.
"""
import glob
import itertools
import os
import sys

from shim.engines import interpreter
from tests import support
from tests.support import b, skip

IS_2 = isinstance(b(''), str)
VERSION = 'another version of Python %d' % sys.version_info[0]
KINDS = {
    'a PyPy': lambda found: found.name == 'pypy',
    'the other one of Python 2 and 3':
        lambda found: found.is_2 != IS_2 and found.name != 'pypy',
    VERSION:
        lambda found: found.is_2 == IS_2 and found.version[:2] != sys.version_info[:2]}
_found = {}


def candidates():
    """The paths that may be another interpreter, in order of preference."""
    named = os.environ.get('SHIM_TEST_EXECUTABLES')
    if named:
        return named.split(os.pathsep)
    paths = [interpreter.find(name) for name in ('pypy3', 'pypy', 'pypy2')]
    root = os.environ.get('PYENV_ROOT') or os.path.expanduser('~/.pyenv')
    # 3.6 before 3.10: what is far away differs most.
    found = [(len(path), path) for path in glob.glob(
        os.path.join(root, 'versions', '*', 'bin', 'python'))]
    found.sort()
    paths += [path for _length, path in found]
    paths += [interpreter.find(name) for name in ('python2', 'python3')]
    return [path for path in paths if os.path.isfile(path)]


def others(kind):
    """Yield those of that kind."""
    paths = candidates()
    if 'Python 2 and 3' in kind:    # the newest first
        paths.reverse()
    for path in paths:
        try:
            found = interpreter.another(path)
        except ValueError:      # too old for the six that is here
            continue
        if found is not None and KINDS[kind](found):
            yield found


def other(kind):
    """One of that kind; skips if there is none."""
    support.needs_processes()
    if kind not in _found:
        _found[kind] = (list(itertools.islice(others(kind), 1)) + [None])[0]
    if _found[kind] is None:
        skip('NOT TESTED: %s is not among the Pythons of PATH and pyenv; SHIM_TEST_EXECUTABLES'
             ' names others' % kind)
    return _found[kind]
