"""Which interpreter an executable is: asked once, before a pool of it starts.

What a task is pickled with has to be known before any worker has said a word.  So the executable is
asked, by a program that it runs; and each worker compares the answer with its own (see abroad.py).
"""
import os
import subprocess
import sys
import threading

import six

from shim.engines import forking
from shim.retrying import retry
from shim.waiting import OSErrors

OLDEST = (2, 4)
PATIENCE = 60.0         # seconds for an answer: Jython's takes several
LINES = 1000            # of an answer, or of what is none
MARK, READY = 'shim asks: ', 'shim is here'
PLACES = [os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
          os.path.dirname(os.path.abspath(six.__file__))]
# What is asked, in the language of any Python.  Texts as numbers: who prints them has its own idea
# of an encoding.
QUESTION = '''
import os, pickle, signal, socket, sys
implementation = getattr(getattr(sys, 'implementation', None), 'name', None)
implementation = implementation or getattr(sys, 'subversion', ['CPython'])[0]
answer = [implementation.lower(), '.'.join([str(part) for part in sys.version_info[:3]]),
          getattr(pickle, 'HIGHEST_PROTOCOL', 1), hasattr(pickle, 'PickleBuffer'),
          hasattr(socket, 'fromfd') and hasattr(os, 'dup2'), hasattr(signal, 'pthread_sigmask'),
          isinstance(''.encode('ascii'), str)]
for text in (sys.prefix, os.path.dirname(getattr(os, '__file__', ''))):
    answer.append('.'.join([str(ord(character)) for character in text]) or '-')
answer = ' '.join([str(each) for each in answer])
'''
# six is the other one's own if it has one: that is for its version.  shim is this very one, and
# finds its modules by itself from then on.
LOAD = '''
import sys
sys.path[:] = [entry for entry in sys.path if entry]
def load(name, place):
    try:
        from importlib.machinery import PathFinder
        from importlib.util import module_from_spec
    except ImportError:     # until 3.5
        import os
        if os.path.isdir(place):
            import imp
            return imp.load_module(name, *imp.find_module(name, [place]))
        import zipimport
        return zipimport.zipimporter(place).load_module(name)
    spec = PathFinder.find_spec(name, [place])
    sys.modules[name] = module = module_from_spec(spec)
    spec.loader.exec_module(module)
try:
    import six
except ImportError:
    load('six', sys.argv[2])
load('shim', sys.argv[1])
'''
ASK = QUESTION + '''
sys.stdout.write('\\n%s' + answer + '\\n')
sys.stdout.flush()
''' % MARK + LOAD + '''
from shim.engines import abroad
sys.stdout.write('\\n%s\\n')
''' % READY

_answers = {}           # {(path, when changed): answer}
_mine = []


class Interpreter(object):
    """What is known of an executable.

    name, version (three numbers): what it is.  protocol: the highest of its pickle; buffers: it has
    PickleBuffer.  has_pairs: a socket can be its stdin.  unblocks: it can unblock a signal.
    is_2: it is Python 2.
    """

    def __init__(self, path, answer):
        self.path, self.answer = path, answer
        words = answer.split(' ')
        self.name = words[0]
        self.version = tuple([int(part) for part in words[1].split('.')])
        self.protocol = int(words[2])
        self.buffers, self.has_pairs, self.unblocks, self.is_2 = [
            word == 'True' for word in words[3:7]]

    def __str__(self):
        return '%s %s (%s)' % (
            self.name, '.'.join([str(part) for part in self.version]), self.path)


def mine():
    """The answer of this interpreter."""
    if not _mine:
        namespace = {}
        six.exec_(QUESTION, namespace)
        _mine.append(namespace['answer'])
    return _mine[0]


def here():
    """What this interpreter is."""
    return Interpreter(sys.executable, mine())


def another(executable):
    """What is known of it, if it is another interpreter than this one; else None.

    Raises ValueError if it can't be one of a worker.
    """
    if executable == sys.executable:
        return None
    executable = getattr(os, 'fsdecode', str)(executable)   # multiprocessing holds bytes from 3.11 on
    path = find(executable)
    if path in (sys.executable, getattr(sys, '_base_executable', None)):
        return None
    try:
        key = path, os.stat(path).st_mtime
    except OSError:
        raise ValueError('%r: %s' % (executable, REMEDY % 'there is no such program'))
    if key not in _answers:
        _answers[key] = ask(path)
    if _answers[key] == mine():
        return None
    return Interpreter(path, _answers[key])


REMEDY = ('%s; set_executable() takes the path of a Python interpreter, 2.4 or later, or its name'
          ' where PATH has it')


def find(executable):
    """Its path: a name alone is looked up, as Popen does it."""
    if os.path.dirname(executable):
        return executable
    for folder in os.environ.get('PATH', os.defpath).split(os.pathsep):
        path = os.path.join(folder, executable)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return executable


def environment():
    """What an interpreter is started with: but for what tells this one where its library is."""
    kept = dict(os.environ)
    for name in ('PYTHONHOME', '__PYVENV_LAUNCHER__'):
        kept.pop(name, None)
    return kept


def asking(path):
    """It as a process that is about to answer."""
    from shim.engines.subproc import Child
    return Child([path, '-c', ASK] + PLACES, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                 stderr=subprocess.STDOUT, close_fds=os.name == 'posix', env=environment())


def ask(path):
    """The answer of an executable; ValueError if it has none."""
    try:
        asked = forking.alone(asking, path)
    except OSErrors:
        raise ValueError('%r: %s' % (path, REMEDY % sys.exc_info()[1]))
    limit = threading.Timer(PATIENCE, asked.kill)
    limit.start()
    try:
        asked.stdin.close()
        said = []
        while len(said) < LINES:
            said.append(retry(asked.stdout.readline, 1 << 16).decode('latin-1'))
            if not said[-1]:
                break
    finally:
        limit.cancel()
        asked.stdout.close()
        asked.kill()
        asked.wait()
    lines = [str(line.strip()) for line in said if line.strip()]
    answers = [line[len(MARK):] for line in lines if line.startswith(MARK)]
    if not answers:
        raise ValueError('%r: %s' % (path, REMEDY % (
            'asked for its version, it said %r' % ' '.join(lines[-3:]))))
    found = Interpreter(path, answers[0])
    if found.version < OLDEST:
        raise ValueError('%r: %s' % (path, REMEDY % ('that is %s' % found)))
    if READY not in lines:
        raise ValueError('%s can not import shim: %s. Until 2.6 it needs a six of its own, 1.4.1' % (
            found, ' '.join(lines[-3:])))
    return answers[0]
