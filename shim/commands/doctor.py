"""What this interpreter and machine offer, and which contexts work: each is tried.

The exit status is 0 if the default context works, else 1.
"""
import optparse
import os
import sys
import textwrap
import time

import six

import shim
from shim import compat, context, cpus, providers
from shim.commands import machine, probe
from shim.commands.terminal import write

USAGE = '''%prog [doctor] [options]

Tells what this interpreter and machine offer, tries each context in a process of its own,
and says what to install. The exit status is 0 if the default context works, else 1.'''
# {library: (what for, the extra that brings it)}; all but six are optional.
LIBRARIES = {
    'six': ('shim needs it', None),
    'multiprocessing': ('the contexts fork, spawn and forkserver, locks, shared memory', None),
    'processing': ('the context fork, locks: where there is no multiprocessing', None),
    'pp': ('the context pp: Parallel Python, as pp or ppft', 'pp'),
    'ampoule': ('the context ampoule', 'ampoule'),
    'twisted': ('the context ampoule', 'ampoule'),
    'cloudpickle': ('lambdas and functions of a session as tasks', 'closures'),
    'dill': ('the same where there is no cloudpickle', None),
    'tqdm': ('progress bars of the demo', 'progress'),
}
# {context: (its library, what chooses it)}: others' workers, which nobody tries unasked.
CLUSTERS = {
    'dask': ('distributed', 'SHIM_DASK=tcp://host:8786, address= or client='),
    'ray': ('ray', 'SHIM_RAY=host:6379 or address='),
    'mpi': ('mpi4py', 'mpiexec -n N python -m mpi4py.futures PROGRAM'),
    'executor': ('concurrent', 'SHIM_EXECUTOR=module:class or executor='),
}


def main(arguments):
    parser = optparse.OptionParser(USAGE, prog='python -m shim')
    parser.add_option('--json', action='store_true', help='print one JSON object')
    # A JVM takes seconds to start, ten where shim is in a zip; a pool is three of them.
    deadline = [30.0, 150.0][compat.java_semaphore is not None]
    parser.add_option('--deadline', type='float', default=deadline, metavar='SECONDS',
                      help='how long a context may take to answer (default: %g)' % deadline)
    options, rest = parser.parse_args(arguments)
    if rest:
        parser.error('doctor takes no arguments')
    try:
        found = examine(options.deadline)
    except KeyboardInterrupt:
        sys.stderr.write('\n')
        return 130
    if options.json:
        write(as_json(found))
    else:
        for line in report(found):
            write(line)
    return int(not found['default']['works'])


def examine(deadline):
    """All there is to tell: a dictionary of what JSON knows."""
    contexts = try_all(context.METHODS, deadline)
    for name in contexts:
        contexts[name]['remedy'] = None
        reason = context.unavailable(name)
        if reason is not None and not contexts[name]['works']:
            contexts[name]['reason'], contexts[name]['remedy'] = reason, remedy(name)
    return {'shim': shim.__version__, 'interpreter': machine.interpreter(),
            'cores': machine.cores(), 'default': default(contexts), 'contexts': contexts,
            'recommended': recommended(machine.interpreter(), contexts),
            'clusters': dict([(name, compat.findable(CLUSTERS[name][0])) for name in CLUSTERS]),
            'provider': provider_of_default(), 'libraries': dict([
                (name, version(name)) for name in LIBRARIES])}


def try_all(names, deadline):
    """{name: Trial.told()}: some at once, so that slow ones don't add up."""
    waiting, running, told = list(names), [], {}
    try:
        while waiting or running:
            while waiting and len(running) < max(2, cpus.usable()):
                running.append(probe.start(waiting.pop(0), deadline))
            for trial in list(running):
                if trial.over():
                    running.remove(trial)
                    told[trial.name] = trial.told()
            time.sleep(0.01)
    finally:
        for trial in running:
            trial.kill()
    return told


def remedy(name):
    """What to do about a context whose means are not here."""
    if compat.NO_THREADS or not hasattr(os, 'fork'):
        return 'take one that works'
    if name == 'interpreter':
        return 'run CPython 3.14 or later'
    if name == 'forkserver':
        return 'run Python 3.4 or later'
    if name == 'fork':
        return ("install poolshim[backport], for Python 2.4 and 2.5; a later one lacks the"
                ' module only if it was built without')
    if name in ('pp', 'ampoule'):
        return 'install poolshim[%s]' % name
    return None


def default(contexts):
    """{name, works, reason}: the default context, and why it is."""
    name = context.default_name()
    reason = providers.why(name)
    works = name in contexts and contexts[name]['works']
    if name in CLUSTERS:
        works = compat.findable(CLUSTERS[name][0])
        reason += '; it is not tried here'
    elif name not in contexts:
        reason += ', but there are ' + ', '.join(context.get_all_start_methods())
    return {'name': name, 'works': works, 'reason': reason}


def recommended(about, contexts):
    """{name, reason} of a context that does better here than the default one, or None.

    It is for the program to choose: functions may rely on a process of their own.
    """
    if about['gil'] or not contexts['thread']['works'] or context.default_name() == 'thread':
        return None
    return {'name': 'thread', 'reason': (
        'threads of %s run side by side: as parallel as processes, without their start and without'
        " pickling. Choose it by shim.get_context('thread'), or by SHIM_START_METHOD=thread; it is"
        ' never chosen for you where there are processes') % about['implementation']}


def provider_of_default():
    """{name, version, reason}, or None if the default context can't be had."""
    try:
        found = shim.provider()
    except ValueError:
        return None
    return {'name': found.name, 'version': found.version, 'reason': found.reason}


def version(name):
    """The version of a library, '' if it tells none; None if it is not here."""
    try:
        module = __import__(name)
    except ImportError:
        return None
    except Exception:       # one that is too old or new for this interpreter
        return 'broken: %s' % (sys.exc_info()[1],)
    return str(getattr(module, '__version__', ''))


# What is printed.

def report(found):
    """The same as lines of text."""
    lines = ['shim %s' % found['shim']] + machine.describe(found['interpreter'])
    lines += [machine.describe_cores(found['cores']), '',
              'contexts, each tried with a Pool and a Process:']
    for name in context.METHODS:
        told = found['contexts'][name]
        said = 'no: %s' % told['reason']
        if told['works']:
            said = 'works (tried in %.2f s%s)' % (
                told['seconds'], ['', ', in this process, as no other starts'][told['here']])
        elif told['pool']:
            said = 'Pool only; ' + told['reason']
        if told['remedy']:
            said += '; ' + told['remedy']
        lines += entry(name, said)
    lines += ['', 'contexts of clusters, not tried:']
    for name in context.CLUSTERS:
        said = 'here: ' + CLUSTERS[name][1]
        if not found['clusters'][name]:
            said = 'missing: there is no module ' + CLUSTERS[name][0]
            if name != 'executor':
                said += ' (install poolshim[%s])' % name
        lines += entry(name, said)
    lines += ['', 'default: %(name)s: %(reason)s' % found['default']]
    if found['provider'] is not None:
        lines.append('provided by %(name)s %(version)s' % found['provider'])
    if not found['default']['works']:
        lines.append('IT DOES NOT WORK HERE.')
    if found['recommended'] is not None:
        lines += textwrap.wrap('recommended: %(name)s: %(reason)s' % found['recommended'], 79,
                               subsequent_indent=' ' * 2)
    lines += ['', 'libraries:']
    names = list(LIBRARIES)
    names.sort()
    for name in names:
        here = found['libraries'][name]
        use, extra = LIBRARIES[name]
        if here is None:
            here = 'missing'
            if extra:
                here = 'missing (install poolshim[%s])' % extra
        lines += entry(name, '%s: %s' % (here or 'here', use))
    return lines


def entry(name, text):
    return textwrap.wrap(text, 79, initial_indent='  %-16s' % name, subsequent_indent=' ' * 18)


def as_json(value):
    """What json.dumps() makes of it, which is there from 2.6 on only."""
    if value is None or value is True or value is False:
        return {None: 'null', True: 'true', False: 'false'}[value]
    if isinstance(value, dict):
        items = [(as_json(key), as_json(value[key])) for key in value]
        items.sort()
        return '{%s}' % ', '.join(['%s: %s' % item for item in items])
    if isinstance(value, (list, tuple)):
        return '[%s]' % ', '.join([as_json(each) for each in value])
    if isinstance(value, six.integer_types):
        return '%d' % value
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, six.binary_type):
        value = value.decode('utf-8', 'replace')
    letters = []
    for letter in value:
        if not ' ' <= letter <= '~' or letter in '"\\':
            # As UTF-16, two bytes a unit; a surrogate that stands alone is one of them.
            letter = ''.join(['\\u%04x' % unit for unit in utf16(letter)])
        letters.append(letter)
    return '"%s"' % ''.join(letters)


def utf16(letter):
    code = ord(letter)
    if code < 0x10000:
        return [code]
    return [0xd800 + (code - 0x10000 >> 10), 0xdc00 + (code & 0x3ff)]
