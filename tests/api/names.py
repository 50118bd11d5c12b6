"""The public names of multiprocessing and their parameters: to list them, and to compare.

    python3.15 tests/api/names.py > tests/api/names.txt

A name is public if its module's __all__ or the documentation has it.
"""
import inspect
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SUBMODULES = ('connection', 'context', 'dummy', 'managers', 'pool', 'process', 'queues',
              'shared_memory', 'sharedctypes', 'synchronize', 'util')
# What the documentation has beside __all__, or programs get hold of and look at.
DOCUMENTED = {
    'connection': ['Connection'],
    'context': ['AuthenticationError', 'BaseContext', 'BufferTooShort', 'ForkContext',
                'ForkProcess', 'ForkServerContext', 'ForkServerProcess', 'Process',
                'ProcessError', 'SpawnContext', 'SpawnProcess', 'TimeoutError'],
    'managers': ['AcquirerProxy', 'ArrayProxy', 'BarrierProxy', 'ConditionProxy', 'DictProxy',
                 'EventProxy', 'IteratorProxy', 'ListProxy', 'Namespace', 'NamespaceProxy',
                 'PoolProxy', 'RemoteError', 'SetProxy', 'ValueProxy'],
    'pool': ['ApplyResult', 'AsyncResult', 'IMapIterator', 'IMapUnorderedIterator', 'MapResult',
             'MaybeEncodingError', 'RemoteTraceback'],
    'sharedctypes': ['Synchronized', 'SynchronizedArray', 'SynchronizedBase',
                     'SynchronizedString'],
    'synchronize': ['Barrier'],
}
EXECUTORS = ('ProcessPoolExecutor', 'ThreadPoolExecutor')
# Methods that are there to make an operator work; the other special ones are how it is made.
OPERATORS = ('add and contains delitem enter eq exit getitem iadd iand imul ior isub iter ixor '
             'len mul next or radd rand reversed rmul ror rsub rxor setitem sub xor')
OPERATORS = ['__%s__' % name for name in OPERATORS.split()]
ABSENT = 'not here:'    # how a name begins to say so
# What else is not for callers, though its name does not say so.
INTERNAL = ('BROKEN', 'prepare_context', 'Process', '**ctxkwargs')
# Classes that programs know, but make no instances of.
MADE_BY_OTHERS = re.compile(r'(Proxy|Result|IMap\w*Iterator)$')
# What a class has from here is listed with its base, or a thread's.
ELSEWHERE = ('builtins', 'threading', 'multiprocessing.process')


def load(name):
    """The module of that dotted name, or ImportError."""
    __import__(name)
    return sys.modules[name]


# ---- parameters, as a list: 'name', 'name=' where it may be left out, '*' or '*args', '**kwds'

def parameters(found):
    """Those of a callable, self left out; None if it does not tell."""
    try:
        if hasattr(inspect, 'signature'):
            made = of_signature(inspect.signature(found))
        else:
            made = of_argspec(found)
    except (TypeError, ValueError):
        return None
    if made and made[0] in ('self', 'cls'):
        del made[0]
    return made


def of_signature(signature):
    made, star = [], False
    for each in signature.parameters.values():
        if each.kind == each.VAR_POSITIONAL:
            made.append('*' + each.name)
            star = True
        elif each.kind == each.VAR_KEYWORD:
            made.append('**' + each.name)
        else:
            if each.kind == each.KEYWORD_ONLY and not star:
                made.append('*')
                star = True
            made.append(each.name + ['=', ''][each.default is each.empty])
    return made


def of_argspec(found):
    """Where there are no signatures (before 3.3)."""
    bound = getattr(found, 'im_self', None) is not None
    if inspect.isclass(found):
        if getattr(found, '__init__', None) is getattr(object, '__init__', None):
            raise TypeError('perhaps it has a __new__')
        found = found.__init__
    elif not (inspect.isfunction(found) or inspect.ismethod(found)):
        raise TypeError('%r does not tell' % (found,))
    args, rest, more, defaults = inspect.getargspec(found)[:4]
    if bound:
        args = args[1:]
    first = len(args) - len(defaults or ())
    made = [name + ['', '='][number >= first] for number, name in enumerate(args)]
    if rest:
        made.append('*' + rest)
    if more:
        made.append('**' + more)
    return made


def positional(params):
    """The names that may be given by position."""
    found = []
    for each in params:
        if each.startswith('*'):
            break
        found.append(each.rstrip('='))
    return found


def lacks(wanted, found):
    """The parameters of `wanted` that a callable with those of `found` does not take.

    A position is taken by the same name, or by *args together with **kwds.
    """
    names = [each.rstrip('=') for each in found if not each.startswith('*')]
    more = [each for each in found if each.startswith('**')]
    here, rest = positional(found), [each for each in found if each[0] == '*' and each[1:2] != '*'
                                     and each != '*']
    missing = []
    place = 0
    for each in wanted:
        name = each.rstrip('=')
        if name == '*':
            place = None
        elif name.startswith('**'):
            if not more:
                missing.append(name)
        elif name.startswith('*'):
            if not rest:
                missing.append(name)
            place = None
        else:
            if place is not None:
                if here[place:place + 1] != [name] and not (rest and more):
                    missing.append(name)
                place += 1
            elif name not in names and not more:
                missing.append(name)
    return missing


# ---- listing

def is_listed(name, kind, others):
    """Is that attribute of the class its own, or of a base that is not listed itself?"""
    for each in inspect.getmro(kind):
        if name in vars(each):
            return each is kind or each not in others and each.__module__ not in ELSEWHERE
    return False


def members(kind, others):
    if issubclass(kind, Exception):
        return []
    return [name for name in dir(kind) if (not name.startswith('_') or name in OPERATORS)
            and name not in INTERNAL and is_listed(name, kind, others)]


def public(module, names):
    """Yield (dotted name below the module, what it is)."""
    kinds = [getattr(module, name) for name in names if inspect.isclass(getattr(module, name))]
    for name in names:
        found = getattr(module, name)
        yield name, found
        if inspect.isclass(found) and found.__module__.startswith(module.__name__):
            for member in members(found, [each for each in kinds if each is not found]):
                yield '%s.%s' % (name, member), getattr(found, member)


def describe(prefix, module, names):
    for name, found in public(module, sorted(set(names))):
        text = prefix + name
        params = None
        if hasattr(found, '__call__') and not MADE_BY_OTHERS.search(name):
            params = parameters(found)
        if params is not None:
            text += '(%s)' % ', '.join([each for each in params if each not in INTERNAL])
        yield text


def listing():
    """Yield the lines of names.txt."""
    module = load('multiprocessing')
    lines = list(describe('', module, module.__all__))
    for name in SUBMODULES:
        module = load('multiprocessing.' + name)
        names = list(getattr(module, '__all__', ())) + DOCUMENTED.get(name, [])
        lines += list(describe(name + '.', module, names))
    lines += list(describe('futures.', load('concurrent.futures'), EXECUTORS))
    return lines


# ---- comparing

def read():
    """The list of (dotted name, parameters or None) of names.txt."""
    stream = open(os.path.join(HERE, 'names.txt'))
    try:
        lines = stream.read().splitlines()
    finally:
        stream.close()
    found = []
    for line in lines:
        name, params = line, None
        if '(' in line:
            name, params = line[:-1].split('(')
            params = [each for each in params.split(', ') if each]
        found.append((name, params))
    return found


def attribute(found, name):
    """getattr(); but of a class its own methods for operators, not those it has as an object."""
    if name.startswith('__') and inspect.isclass(found):
        for kind in inspect.getmro(found):
            if name in vars(kind) and kind is not object:
                return vars(kind)[name]
        raise AttributeError('%s has no %s' % (found.__name__, name))
    return getattr(found, name)


def find(name):
    """What shim has under that name; AttributeError or ImportError."""
    parts = name.split('.')
    found = load('shim')
    if parts[0] in SUBMODULES + ('futures',):
        found = load('shim.' + parts.pop(0))
    for part in parts:
        found = attribute(found, part)
    return found


def compare(name, params, find):
    """What is wrong with that name here, or None."""
    try:
        found = find(name)
    except (AttributeError, ImportError, NotImplementedError):
        return '%s %s' % (ABSENT, sys.exc_info()[1])
    if params is None or name.endswith('__'):   # operators name none
        return None
    if not (hasattr(found, '__call__') or inspect.isclass(found)):
        return 'it can not be called'
    here = parameters(found)
    missing = here is not None and lacks(params, here)
    if missing:
        return 'takes no %s: it is %s(%s)' % (
            ', '.join([each.rstrip('=') for each in missing]), name, ', '.join(here))
    return None


def check(find=find, pairs=None):
    """{name: what is wrong with it, or None}, of all in names.txt.

    Of a class that is not here its methods are not asked.
    """
    found = {}
    for name, params in pairs or read():
        if not (found.get(name.rsplit('.', 1)[0]) or '').startswith(ABSENT):
            found[name] = compare(name, params, find)
    return found


def check_context(ctx):
    """The same of what a context and its Process have, as BaseContext and BaseProcess."""
    def find(name):
        found = ctx
        for part in name.split('.')[1:]:
            found = getattr(found, part)
        return found

    pairs = []
    for name, params in read():
        for base, own in (('context.BaseContext.', 'ctx.'), ('process.BaseProcess', 'ctx.Process')):
            if name.startswith(base):
                pairs.append((own + name[len(base):], params))
    return check(find, pairs)


if __name__ == '__main__':
    sys.stdout.write('\n'.join(listing()) + '\n')
