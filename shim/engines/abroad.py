"""Workers that are another interpreter than this one: of another version, PyPy, Jython.

    parent, any Python                           the other one -c "... serve()"
      asks the executable what it is: which      has its own sys.path, and imports six and shim from
      pickles both know, see dialect.py       -> where they are, without their folder on it
      INIT, in that dialect: argv, the folder    is that still who was asked?  Then it puts the
      of the program, the user's folders ...  -> folders first on sys.path and runs the program's
                                                 file as __mp_main__, if it can

The parent's sys.path would poison it: there is the standard library of another version.  The program
may be one that can't be imported there, as long as no task needs it: then it is told why.
"""
import os
import sys
import types

from shim import compat, pickling
from shim.backfill.process import exit_code_of, inherit
from shim.engines import dialect, interpreter, main_module, subproc
from shim.process import SubprocessProcess

START = interpreter.LOAD + '''
from shim.engines.abroad import serve
serve(*sys.argv[3:])
'''
INSTALLED = 'site-packages', 'dist-packages'    # folders that are a version's own


class Abroad(subproc.Alike):
    """How another interpreter is started: for a pool and for a Process."""

    environment = staticmethod(interpreter.environment)
    collected = staticmethod(lambda: None)      # what is inherited would not be understood

    def settle(self):
        subproc.Alike.settle(self)
        self.other = interpreter.another(self.executable)
        self.tcp = self.tcp or not self.other.has_pairs
        self.unblocks, self.dialect = self.other.unblocks, dialect.with_(self.other)
        self.speaking = self.dialect.frame, self.dialect.load

    def command(self, deaf):
        return [self.other.path, '-c', START] + interpreter.PLACES + [
            '%d' % self.tcp, '%d' % deaf, '%d' % os.getpid()] + self.dialect.words()

    def described(self, name, identity, daemon=True):
        told = main_module.describe(name, identity, daemon, False)
        key = told.pop('authkey')
        told['asked'] = self.other.answer
        told['sys_path'] = folders_of(sys.modules['__main__']) + (main_module.chosen + [[]])[1]
        return encoded(told), key


class AbroadEngine(Abroad, subproc.SubprocessEngine):
    """Tasks run in another interpreter."""

    def settle(self):
        Abroad.settle(self)
        self.pack, self.name_of = self.dialect.pack, self.dialect.name_of

    def pickled_start(self):
        return pickling.dumps_for_start(
            (self.initializer, self.initargs), 'the initializer with its arguments', None,
            self.dialect.dumps)


class AbroadPopen(Abroad, subproc.Popen):
    """Another interpreter as a Process has it."""

    def _pickled(self, process):
        kind = process.__class__
        if kind.run != SubprocessProcess.run:
            raise TypeError('%s has a run() of its own, and a Process can not be sent to another'
                            ' interpreter, only its target: Process(target=...)' % kind.__name__)
        start = run, (process._target, process._args, self.dialect.keywords(process._kwargs),
                      process._start_method)
        return pickling.dumps_for_start(start, 'the target with its arguments', None,
                                        self.dialect.dumps)


def folders_of(main):
    """The folder where the program was imported from, in a list, unless it is this version's own."""
    path = getattr(main, '__file__', None)
    if not path:        # a session
        return [os.getcwd()]
    folder = os.path.dirname(os.path.abspath(path))
    for _part in [part for part in (getattr(main, '__package__', None) or '').split('.') if part]:
        folder = os.path.dirname(folder)
    if os.path.basename(folder) in INSTALLED or folder == os.path.dirname(os.__file__):
        return []
    return [folder]


def encoded(value):
    """The same with all text in it as the bytes of the system, which have but one meaning."""
    if isinstance(value, compat.text):
        if not hasattr(os, 'fsencode'):     # Python 2, where somebody made unicode of a path
            return value.encode(sys.getfilesystemencoding() or 'ascii')
        return os.fsencode(value)
    if isinstance(value, (list, tuple)):
        return type(value)([encoded(each) for each in value])
    if isinstance(value, dict):
        return dict([(encoded(key), encoded(value[key])) for key in value])
    return value


def decoded(value):
    """What has been encoded(), as str of this Python."""
    if isinstance(value, pickling.BYTES):
        return getattr(os, 'fsdecode', str)(value)
    if isinstance(value, (list, tuple)):
        return type(value)([decoded(each) for each in value])
    if isinstance(value, dict):
        return dict([(decoded(key), decoded(value[key])) for key in value])
    return value


# In the worker.

def serve(tcp, deaf, parent, *words):
    """The life of a worker; never returns."""
    spoken = dialect.spoken(words)
    spoken.adopt()
    subproc.live(subproc.open_channel, int(tcp), int(deaf), int(parent), prepare,
                 spoken.frame, spoken.load)


def prepare(served, told):
    """Make this interpreter one of the program's, as far as that is possible."""
    told, key = told
    told = decoded(told)
    if told['asked'] != interpreter.mine():
        raise RuntimeError('another interpreter has been started than was asked before: now it is'
                           ' %s' % interpreter.here())
    told['authkey'] = key
    told['sys_path'] += [entry for entry in sys.path if entry not in told['sys_path']]
    main_module.prepare(told, run_main)


def run_main(path, package):
    """Run the program's file as main_module does; if it can't be imported here, that is no error."""
    try:
        main_module.run_main(path, package)
    except (ImportError, SyntaxError):
        module = Unimportable('__mp_main__')
        module.__dict__['_why'] = '%s can not be imported (%s: %s)' % (
            path, sys.exc_info()[0].__name__, sys.exc_info()[1])
        sys.modules['__main__'] = sys.modules['__mp_main__'] = module


class Unimportable(types.ModuleType):
    """Stands for the program where that can't be imported: whoever needs something of it hears why."""

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        raise ImportError('no %s: %s' % (name, self._why))


def run(target, args, kwds, method):
    """What a Process does there; returns its exit code."""
    def call():
        if target is not None:
            target(*args, **kwds)
    inherit(method)
    return exit_code_of(call, main_module.current_process().name)
