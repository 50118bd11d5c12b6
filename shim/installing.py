"""install(): multiprocessing itself becomes shim, for programs that can't be edited.

    multiprocessing.Pool, ...       what shim has otherwise, or the interpreter's has not
    multiprocessing.pool, ...       Overlays: shim's names over those of the interpreter's module,
                                    whose own code goes on to see its own
    new interpreters                hear of it with what they are told of the program, and do the same
    concurrent.futures              ProcessPoolExecutor, where executors=True asks for it

Where there is no multiprocessing, shim and its submodules stand in sys.modules under that name.
"""
import sys
import types

import shim
from shim import alias, compat

SUBMODULES = ('connection', 'context', 'dummy', 'managers', 'pool', 'process', 'queues', 'reduction',
              'resource_tracker', 'shared_memory', 'sharedctypes', 'synchronize', 'util')
# In these nothing is replaced: programs have their classes from elsewhere, by whatever name, and those
# that were there before travel as Processes do, by theirs.
KEPT = 'context', 'process'
# What a new interpreter runs before it knows the sys.path of the program, which replaces this one.
AGAIN = 'import sys; sys.path += %r; from shim.installing import install; install(%r)'

ABSENT = object()
_lock = compat.allocate_lock()
_made = []              # [(dictionary, key, what was there, what is there now)], in order
_executors = []         # not empty while ProcessPoolExecutor is shim's, too


def install(executors=False):
    """Put shim's Pool, and all that it has and multiprocessing has not, into multiprocessing.

    Where there is none, `import multiprocessing` is shim from now on.  `executors`: also
    concurrent.futures.ProcessPoolExecutor is shim's.  What a program has imported by name from
    multiprocessing before stays what it is.  Again, it adds what is new.

    Raises ImportError, and changes nothing, if something of shim that it needs can't be imported.
    """
    modules = gathered()
    if executors:
        modules.update(gathered_executors())
    _lock.acquire()     # nothing is imported meanwhile: that has a lock of its own
    try:
        before = len(_made)
        try:
            for namespace, key, value in planned(modules):
                if not [each for each in _made if each[0] is namespace and each[1] == key]:
                    _made.append((namespace, key, namespace.get(key, ABSENT), value))
                    namespace[key] = value
            if executors:
                _executors[:] = [True]
        except:     # noqa: E722  a signal handler's
            take_back(before)
            raise
    finally:
        _lock.release()


def uninstall():
    """Take back what install() did, but what somebody else has replaced since."""
    _lock.acquire()
    try:
        del _executors[:]
        take_back(0)
    finally:
        _lock.release()


def take_back(keep):
    """Undo all but the first changes, the last one first."""
    while len(_made) > keep:
        namespace, key, old, new = _made[-1]
        if namespace.get(key, ABSENT) is new:
            if old is ABSENT:
                del namespace[key]
            else:
                namespace[key] = old
        _made.pop()


def installed():
    """What install() got, as a tuple, while it is in force; else None."""
    if _made:
        return bool(_executors),
    return None


# What is to be changed.

def gathered():
    """{name: (shim's submodule, multiprocessing's)}, None for what there is not."""
    modules = {}
    for name in SUBMODULES:
        theirs = None
        if 'multiprocessing' not in compat.absent:
            theirs = alias.found(name)
        modules[name] = alias_of(name), theirs
    modules['spawn'] = None, compat.spawn_module()
    return modules


def gathered_executors():
    """The same for concurrent.futures, where it is."""
    try:
        from shim import futures
    except ImportError:
        raise ImportError('install(executors=True) needs shim.futures, which is not here (%s)' % (
            sys.exc_info()[1],))
    modules = {}
    for name in ('concurrent.futures', 'concurrent.futures.process'):
        try:
            modules[name] = futures, __import__(name, None, None, ['ProcessPoolExecutor'])
        except ImportError:     # until 3.2; Pyodide has no processes there
            pass
    return modules


def planned(modules):
    """[(dictionary, key, value)]: what is to be put where."""
    plan = []
    if 'multiprocessing' in compat.absent:
        plan.append((sys.modules, 'multiprocessing', shim))
        for name in SUBMODULES:
            # None: it can't be imported, nor shim's file under another name.
            plan.append((sys.modules, 'multiprocessing.' + name, modules[name][0]))
    else:
        plan += planned_names(modules)
    for name, (ours, theirs) in modules.items():
        if name.startswith('concurrent.'):
            plan.append((vars(theirs), 'ProcessPoolExecutor', ours.ProcessPoolExecutor))
    return plan


def planned_names(modules):
    """What is to be put into multiprocessing."""
    top = vars(sys.modules['multiprocessing'])
    # What shim itself asks it for has to be its own.
    own = types.ModuleType('multiprocessing')
    vars(own).update(top)
    plan = [(vars(compat), 'multiprocessing', own)]
    for name in SUBMODULES:
        module, theirs = modules[name]
        if module is None or module is theirs:
            continue
        if theirs is not None:
            module = Overlay(theirs, offered(module, theirs, name in KEPT))
        plan += [(sys.modules, 'multiprocessing.' + name, module), (top, name, module)]
    new = []
    for name in shim.__all__:
        value = getattr(shim, name)
        if top.get(name) is not value:
            plan.append((top, name, value))
            if name in alias.API and name not in top:
                new.append(name)
    if new:
        plan.append((top, '__all__', list(top['__all__']) + new))
    for managers in modules['managers']:
        registry = getattr(getattr(managers, 'SyncManager', None), '_registry', {})
        if 'Pool' in registry:
            # It travels to the manager's process by its name, which is no longer the stdlib's own.
            plan.append((registry, 'Pool', (modules['pool'][0].Pool,) + registry['Pool'][1:]))
    spawn = modules['spawn'][1]
    if spawn is not None:
        plan.append((vars(spawn), 'get_preparation_data', telling(spawn.get_preparation_data)))
    return plan


def alias_of(name):
    """shim's submodule of that name; None if it has none here."""
    try:
        return __import__('shim.' + name, None, None, [name])
    except ImportError:
        return None


def offered(ours, theirs, kept):
    """{name: object}: what a module of shim has for that one of multiprocessing's.

    kept: only what that has not.
    """
    names = {}
    for name in dir(ours):
        value = getattr(ours, name)
        if name.startswith('_') or isinstance(value, types.ModuleType) or (
                getattr(theirs, name, ABSENT) is value or kept and hasattr(theirs, name)):
            continue
        if hasattr(theirs, name) or name in getattr(ours, '__all__', ()) or (
                getattr(value, '__module__', None) == ours.__name__):
            names[name] = value
    if hasattr(theirs, '__all__'):
        names['__all__'] = list(theirs.__all__) + [
            name for name in names if not hasattr(theirs, name)]
    return names


class Overlay(types.ModuleType):
    """A module with some names of its own; all others are, live, those of the one beneath it."""

    def __init__(self, beneath, names):
        types.ModuleType.__init__(self, beneath.__name__)
        vars(self).clear()
        vars(self).update(names)
        vars(self)['_beneath'] = beneath

    def __reduce__(self):
        # By its name, as cloudpickle does with modules (of their own class only).
        return __import__, (self.__name__, None, None, ['x'])

    def __getattr__(self, name):
        if name == '_beneath':      # an instance that somebody made without __init__
            raise AttributeError(name)
        return getattr(self._beneath, name)

    def __setattr__(self, name, value):
        if name in vars(self):
            types.ModuleType.__setattr__(self, name, value)
        else:
            setattr(self._beneath, name, value)

    def __delattr__(self, name):
        if name in vars(self):
            types.ModuleType.__delattr__(self, name)
        else:
            delattr(self._beneath, name)

    def __dir__(self):
        return sorted(set(dir(self._beneath)) | set(vars(self)))


# New interpreters.

class Again(object):
    """Its pickle installs shim where it is opened."""

    def __reduce__(self):
        from shim.engines.interpreter import PLACES
        return eval, ("exec(%r)" % (AGAIN % (PLACES, bool(_executors))),)


def telling(get_preparation_data):
    """multiprocessing's function that tells a new interpreter of the program, with that in it."""
    def told(name):
        data = get_preparation_data(name)
        data['shim'] = Again()
        return data
    told.__name__, told.__doc__ = 'get_preparation_data', get_preparation_data.__doc__
    return told
