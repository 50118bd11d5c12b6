"""The program that a new interpreter belongs to: described by the parent, prepared by the worker.

From 3.4 on that is the stdlib's own (multiprocessing.spawn).  Before, this does the same: the
worker runs the program's file under the name __mp_main__, so that what stands below
`if __name__ == '__main__':` does not run again, and functions of __main__ are found there.
"""
import marshal
import os
import sys
import types

from six import exec_

from shim import compat, installing
from shim.backfill.process import current_process
from shim.frozen import is_frozen

# What objects of the program pickled by a worker are members of.
if '__main__' in sys.modules:
    sys.modules.setdefault('__mp_main__', sys.modules['__main__'])

chosen = []         # what set_executable() was given: the interpreter, folders for its sys.path
_preparing = []     # not empty while the program's module is imported by a worker

UNGUARDED = '''
        An attempt has been made to start a new process before the
        current process has finished its bootstrapping phase.

        This probably means that the main module of the program starts a pool or
        a process when it is imported. Protect that:

            if __name__ == '__main__':
                ...
'''


def executable():
    """The interpreter for new processes: what set_executable() chose, else this one."""
    if chosen:
        return chosen[0]
    spawn = compat.spawn_module()
    if spawn is not None:
        return spawn.get_executable()       # multiprocessing has a set_executable() of its own
    return sys.executable


def choose(executable, path=()):
    """Have new interpreters be that one, with these folders on their sys.path; None: this one."""
    chosen[:] = []
    if path or executable not in (None, sys.executable):
        chosen[:] = [executable, [os.path.abspath(folder) for folder in path]]


def importable():
    """True if a worker can import the program: not if it is a session, or text on stdin."""
    main = sys.modules['__main__']
    return (is_frozen() or getattr(main, '__spec__', None) is not None
            or os.path.exists(getattr(main, '__file__', None) or ''))


def describe(name, identity, daemon=True, alike=True):
    """What a child of that name needs to know of this program; RuntimeError while preparing.

    alike: it is the same interpreter.
    """
    if _preparing:
        raise RuntimeError(UNGUARDED)
    told = {
        'name': name, 'identity': identity, 'daemon': daemon, 'pid': os.getpid(),
        'sys_path': list(sys.path), 'sys_argv': getattr(sys, 'argv', None),
        'dir': os.getcwd(), 'data': None}
    told['authkey'] = str_of(getattr(current_process(), 'authkey', None))
    spawn = compat.spawn_module()
    if alike and spawn is not None:
        told['data'] = spawn.get_preparation_data(name)
        told['data']['authkey'] = told['authkey']
        if not importable():
            told['data'].pop('init_main_from_path', None)       # '<stdin>'
        return told
    told['installed'] = installing.installed()
    main = sys.modules['__main__']
    path = getattr(main, '__file__', None)
    if path and path[-4:] in ('.pyc', '.pyo'):
        path = path[:-1]
    # A folder's or package's __main__.py is a program as a whole: as the stdlib, not run again.
    if path and os.path.isfile(path) and os.path.basename(path) != '__main__.py':
        told['main'] = os.path.abspath(path), getattr(main, '__package__', None)
    return told


def describe_inside(name, identity, daemon=True):
    """The same for a sub-interpreter, which has the folder of this process, and can't fork."""
    told = describe(name, identity, daemon)
    told['data'].pop('dir', None)
    if told['data'].get('start_method') == 'fork':
        told['data']['start_method'] = 'spawn'
    return told


def str_of(key):
    """An authkey as plain bytes: its own class refuses to be pickled."""
    if key is None:
        return None
    return type(''.encode('ascii'))(key)


def prepare(told, run=None):
    """Make this interpreter look like one of that program; runs the program's module.

    Of a program on another computer there is neither that nor a sys_path.  run: how, instead of
    run_main().
    """
    if told['sys_path'] is None:
        be_worker(current_process(), told)
        return
    sys.path[:] = told['sys_path']
    if told['sys_argv'] is not None:
        sys.argv = told['sys_argv']
    process = current_process()
    be_worker(process, told)
    _preparing.append(True)
    try:
        if told['data'] is not None:
            process._inheriting = True      # the stdlib refuses to start processes then
            try:
                compat.spawn_module().prepare(told['data'])
            finally:
                del process._inheriting
        else:
            os.chdir(told['dir'])
            if told['installed'] is not None:
                installing.install(*told['installed'])
            if 'main' in told:
                (run or run_main)(*told['main'])
    finally:
        _preparing.pop()


def be_worker(process, told):
    """Let current_process() be what it is in a worker of the stdlib's."""
    process.name = told['name']
    process._identity = told['identity']
    if told['authkey'] is not None:
        process.authkey = told['authkey']
    process._parent_pid = told['pid']
    if hasattr(process, '_config'):
        process._config['daemon'] = told['daemon']
    else:
        process._daemonic = told['daemon']
    if hasattr(compat.multiprocessing, 'parent_process'):
        from shim.backfill import parent
        parent.know(parent.of_worker(told['pid']))


def run_main(path, package):
    """Run the program's file as a module beside __main__, and let it be that, too."""
    module = types.ModuleType('__mp_main__')
    module.__file__ = path
    if package is not None:
        module.__package__ = package
        if package:
            __import__(package)
    sys.modules['__main__'] = sys.modules['__mp_main__'] = module
    exec_(compiled(path), module.__dict__)


def magic_number():
    """What a .pyc of this interpreter's begins with."""
    try:
        from importlib.util import MAGIC_NUMBER
    except ImportError:     # until 3.4
        return __import__('imp').get_magic()
    return MAGIC_NUMBER


def is_bytecode(path, content):
    """True if a program's file is a .pyc, by its name or not."""
    return path[-4:] == '.pyc' or content[:4] == magic_number()


def contents(path):
    """The bytes of a file."""
    opened = open(path, 'rb')
    try:
        return opened.read()
    finally:
        opened.close()


def compiled(path, content=None):
    """The code of a program's file; its content, if that has been read."""
    source = content or contents(path)
    if is_bytecode(path, source):
        if source[:4] != magic_number():
            raise RuntimeError('Bad magic number in .pyc file')     # the interpreter's words
        return marshal.loads(source[compat.PYC_HEADER:])
    # 2.4 to 2.6 want one kind of line ends and one at the end.
    newline = '\n'.encode('ascii')
    source = source.replace('\r\n'.encode('ascii'), newline) + newline
    return compile(source, path, 'exec', 0, True)
