"""What there is to say of this interpreter and of the cores it may use."""
import os
import platform
import sys

from shim import cpus

# Their threads run side by side, and always did.
WITHOUT_GIL = 'Jython', 'IronPython'


def interpreter():
    """{implementation, version, executable, platform, gil, free_threaded_build}."""
    name = implementation()
    return {'implementation': name, 'version': sys.version.split()[0],
            'executable': sys.executable or '', 'platform': platform.platform(),
            'gil': gil(name), 'free_threaded_build': free_threaded_build()}


def implementation():
    """CPython, PyPy, Jython, ..."""
    ask = getattr(platform, 'python_implementation', None)
    if ask is None:         # until 2.6
        return {'java': 'Jython'}.get(os.name, 'CPython')
    return ask()


def gil(name):
    """True if only one thread at a time runs Python code, as it is now."""
    ask = getattr(sys, '_is_gil_enabled', None)
    if ask is None:
        return name not in WITHOUT_GIL
    return bool(ask())


def free_threaded_build():
    """True if this interpreter can do without its GIL, whether it does or not."""
    return 'free-threading' in sys.version


def describe(about):
    """interpreter() in two lines of text."""
    if not about['gil'] and not about['free_threaded_build']:
        gil = 'none: threads run side by side'
    elif not about['gil']:
        gil = 'off: threads run side by side'
    elif about['free_threaded_build']:
        gil = 'on, though this build can do without it: threads take turns'
    else:
        gil = 'on: threads take turns'
    return ['%(implementation)s %(version)s (%(executable)s)' % about, 'GIL: ' + gil]


def cores():
    """{usable, machine, affinity, quota, override}; None for what is unknown or unlimited."""
    try:
        machine = cpus.cpu_count()
    except NotImplementedError:
        machine = None
    return {'usable': cpus.usable(), 'machine': machine, 'affinity': cpus.affinity(),
            'quota': cpus.quota(), 'override': os.environ.get('PYTHON_CPU_COUNT') or None}


def load():
    """How many programs wanted to run, on the average of the last minute; None if unknown."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return None


def describe_cores(found):
    """cores() in one line of text."""
    said = []
    for name, text in (('machine', 'the machine has %d'), ('affinity', 'the affinity allows %d'),
                       ('quota', "the cgroup's quota is %g"),
                       ('override', 'PYTHON_CPU_COUNT is %s')):
        if found[name] is not None:
            said.append(text % found[name])
    return 'cores: %d for this process (%s)' % (found['usable'], ', '.join(said) or 'nobody knows')
