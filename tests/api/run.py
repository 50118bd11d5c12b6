"""Ask this interpreter what works: the names, and each probe on each context.

    python tests/api/run.py FILE [CONTEXT ...]

FILE gets the answers, as the repr of a dictionary: what is wrong with each, or None.  A probe has
an argument, the context, or none and is asked once.  Those of a context run in a process of their
own: one that hangs or crashes there is asked again in a fresh one, and if it does so again, that is
noted and another process goes on after it.
"""
import inspect
import os
import shutil
import signal
import sys
import tempfile
import time

if __name__ == '__main__':
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import six

import shim
from tests.api import names, reasons
from tests.deadlines import PACE, monotonic
from tests.support import NO_PROCESSES, Script, read_text

LIMIT = 16 * PACE       # seconds for a probe
LIMITS = {'serial': 3}  # where what has to wait for anybody waits for ever
MODULES = ('of_process', 'of_connection', 'of_queues', 'of_synchronize', 'of_memory',
           'of_managers', 'of_pool', 'of_context', 'of_futures')
ONCE = '-'              # the context of probes that have none
PROGRAM = '''
import sys
from tests.api import run
if __name__ == '__main__':
    run.serve(*sys.argv[1:])
'''


class Late(Exception):
    """A probe's time is over."""


def probes(context, modules=MODULES):
    """The sorted list of (module.name, function) of what a context is asked, or ONCE."""
    wanted = [('ctx',), ()][context == ONCE]
    found = []
    for prefix in modules:
        module = names.load('tests.api.' + prefix)
        for name, function in vars(module).items():
            if (inspect.isfunction(function) and function.__module__ == module.__name__
                    and not name.startswith('_')):
                code = six.get_function_code(function)
                if code.co_varnames[:code.co_argcount] == wanted:
                    found.append((prefix + '.' + name, function))
    found.sort(key=lambda pair: pair[0])
    return found


# ---- in the process that is asked

def serve(context, path, limit, first, *modules):
    """Call the probes of a context from the `first` on; note what came of each in the file."""
    stream = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        alone = True
        for name, function in probes(context, modules)[int(first):]:
            os.write(stream, six.b('begin\t%s\n' % name))
            if NO_PROCESSES and is_known(name, context):
                problem = 'not asked: it may hang, and nobody could end it'
            else:
                problem = call(function, context, int(limit))
            late = problem.startswith(Late.__name__)
            if alone or not late:
                os.write(stream, six.b('end\t%s\t%s\n' % (name, problem)))
            if late and not NO_PROCESSES:
                os._exit(1)     # what it has left behind may make others late
            alone = False
    finally:
        os.close(stream)
    if not NO_PROCESSES:
        os._exit(0)     # whatever a probe has left


def is_known(name, context):
    """Is it known not to work?"""
    return bool([1 for entries in (reasons.REASONS, reasons.EXPECTED_GAPS)
                 if reasons.find(entries, name, reasons.here(), context) is not None])


def call(function, context, limit):
    """What is wrong, in one line, or ''."""
    if hasattr(signal, 'alarm'):
        signal.signal(signal.SIGALRM, ring)
        signal.alarm(limit)
    try:
        try:
            if context == ONCE:
                function()
            else:
                function(shim.get_context(context))
            return ''
        except:     # noqa: E722
            return describe(function)
    finally:
        if hasattr(signal, 'alarm'):
            signal.alarm(0)


def ring(signum, frame):
    raise Late('its time is over')


def describe(function):
    """The exception, in a line, and the line of the probe that it comes from."""
    kind, value, traceback = sys.exc_info()
    line = 0
    while traceback is not None:
        if traceback.tb_frame.f_globals is six.get_function_globals(function):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    text = ' '.join(('%s: %s' % (getattr(kind, '__name__', kind), value)).split())
    if len(text) > 300:
        text = text[:297] + '...'
    return '%s (line %d)' % (text, line)


# ---- in the process that asks

def ask(context, modules=MODULES, limit=LIMIT):
    """{probe: what is wrong, or None} of one context, or ONCE."""
    todo = [name for name, function in probes(context, modules)]
    found = {}
    folder = tempfile.mkdtemp()
    try:
        path = os.path.join(folder, 'answers')
        if NO_PROCESSES:
            serve(context, path, limit, 0, *modules)
            read(path, found)
        while len(found) < len(todo):
            first = len(found)
            name, how = watch(path, found, [context, path, str(limit), str(first)] + list(modules),
                              limit)
            if len(found) == first < len(todo):
                found[name or todo[first]] = how
            # Else it was not the first there: it is asked again, where others have left nothing.
    finally:
        shutil.rmtree(folder, True)
    return found


def watch(path, found, arguments, limit):
    """Have a process go on with the probes; returns (the one that it did not survive, how)."""
    script = Script(PROGRAM, arguments)
    try:
        last, since = None, monotonic()
        while True:
            ended = script.poll() is not None
            begun = read(path, found)
            if ended:
                return begun, 'ended the process: exit status %s %s' % (
                    script.poll(), ' '.join(script.stderr[-300:].split()))
            if (begun, len(found)) != last:
                last, since = (begun, len(found)), monotonic()
            elif monotonic() > since + limit + 3 * PACE:
                return begun, 'hung, beyond interruption'
            time.sleep(0.02)
    finally:
        script.discard()
        script.started.remove(script)


def read(path, found):
    """Note what has been answered; returns the probe that was begun and has no answer yet."""
    begun = None
    if os.path.exists(path):
        for line in read_text(path).splitlines():
            fields = line.split('\t')
            if fields[0] == 'end':
                found[fields[1]] = fields[2] or None
            begun = fields[0] == 'begin' and fields[1] or None
    if begun in found:
        begun = None        # noted by a former process, which it ended
    return begun


def report(contexts=None):
    """All answers: {'names': {...}, 'contexts': {context: {...}}}, each {name: problem or None}."""
    answers, engines = {ONCE: ask(ONCE)}, {}
    for context in contexts or shim.get_all_start_methods():
        ctx = shim.get_context(context)
        if ctx.engine_name not in engines:      # before 3.4 spawn is subprocess
            engines[ctx.engine_name] = ask(context, MODULES, LIMITS.get(context, LIMIT))
            engines[ctx.engine_name].update(names.check_context(ctx))
        answers[context] = engines[ctx.engine_name]
    return {'names': names.check(), 'contexts': answers}


def main(path, *contexts):
    text = repr(report(contexts))
    stream = open(path, 'w')
    try:
        stream.write(text + '\n')
    finally:
        stream.close()


if __name__ == '__main__':
    # Not tests/api/ but the checkout belongs on the path; and children find this by its name.
    from tests.api import run
    run.main(*sys.argv[1:])
