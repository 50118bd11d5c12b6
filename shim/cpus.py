"""How many processors there are, and how many of them this process may use.

cpu_count() stays the stdlib's, as programs use it for other things.  A pool's default size is
usable(): no more than PYTHON_CPU_COUNT (3.13), the affinity and the cgroup's CPU quota allow.
"""
import os

from shim import compat


def cpu_count():
    """The number of processors; NotImplementedError if unknown."""
    try:
        return int(os.sysconf('SC_NPROCESSORS_ONLN'))
    except (AttributeError, ValueError, OSError):
        try:
            from java.lang import Runtime       # Jython
            return Runtime.getRuntime().availableProcessors()
        except ImportError:
            pass
        if os.environ.get('NUMBER_OF_PROCESSORS', '').isdigit():
            return int(os.environ['NUMBER_OF_PROCESSORS'])
        raise NotImplementedError('cannot determine number of cpus')


if compat.multiprocessing is not None:
    cpu_count = compat.multiprocessing.cpu_count


def usable(root='/'):
    """The number of processors that this process may use: an int, at least 1."""
    override = os.environ.get('PYTHON_CPU_COUNT', '')
    if override.isdigit() and int(override) > 0:
        return int(override)
    try:
        count = cpu_count()
    except NotImplementedError:
        count = 1
    allowed = affinity()
    if allowed:
        count = min(count, allowed)
    limit = quota(root)
    if limit:
        # Half a processor still needs one worker; 1.5 are better used by two than by one.
        count = min(count, int(-(-limit // 1)))
    return max(1, count)


def affinity():
    """The number of processors that the scheduler may choose from; None where nobody knows."""
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    listed = line_of('/proc/self/status', 'Cpus_allowed_list:')
    if not listed:
        return None
    count = 0
    for part in listed.split(','):
        ends = part.split('-')
        count += int(ends[-1]) - int(ends[0]) + 1
    return count


def quota(root='/'):
    """The cgroup's CPU quota in processors (a float), the least of it and its parents', or None.

    Files are looked for below `root`: the container's own cgroup is what /sys/fs/cgroup shows, and
    then the path in /proc/self/cgroup may not exist there.
    """
    limits = []
    for entry in read(os.path.join(root, 'proc/self/cgroup')).split('\n'):
        fields = entry.strip().split(':', 2)
        if len(fields) != 3:
            continue
        path = [name for name in fields[2].split('/') if name not in ('', '..')]
        for mount, limit in ((('sys/fs/cgroup', _limit_v2),) * (not fields[1])
                             + (('sys/fs/cgroup/' + fields[1], _limit_v1),
                                ('sys/fs/cgroup/cpu', _limit_v1)) * ('cpu' in fields[1].split(','))):
            for depth in range(len(path) + 1):
                limits.append(limit(os.path.join(root, mount, *path[:depth])))
    limits = [limit for limit in limits if limit]
    if limits:
        return min(limits)
    return None


def _limit_v2(folder):
    return _ratio(read(os.path.join(folder, 'cpu.max')).split())


def _limit_v1(folder):
    return _ratio([read(os.path.join(folder, 'cpu.cfs_%s_us' % name)).strip()
                   for name in ('quota', 'period')])


def _ratio(fields):
    # 'max', -1 or no file: no limit.
    if len(fields) == 2 and fields[0].isdigit() and fields[1].isdigit() and int(fields[1]):
        return float(fields[0]) / int(fields[1])
    return None


def read(path):
    """The text of a small file, '' if it can't be read."""
    try:
        opened = open(path)
        try:
            return opened.read()
        finally:
            opened.close()
    except (IOError, OSError):
        return ''


def line_of(path, start):
    """What follows `start` on its line, or ''."""
    for line in read(path).split('\n'):
        if line.startswith(start):
            return line[len(start):].strip()
    return ''
