"""set_forkserver_preload(on_error=), which multiprocessing has from 3.15 on; from 3.4 on without it.

Before there is no server, whose new processes it would have begin faster: so nothing is to be done.
An older server ignores what can't be imported. So it imports `preloaded`, which imports the
modules; their names are in its environment.
"""
import os

from shim import alias, compat

VARIABLE = 'SHIM_PRELOAD'       # 'warn:os,json'
METHODS = 'ignore', 'warn', 'fail'


def set_forkserver_preload(module_names, on_error='ignore'):
    """Have the server of the context forkserver import modules before it makes a process.

    on_error: of what can't be imported: 'ignore' it, 'warn' (an ImportWarning, which Python shows
    if asked to), or 'fail': the server does not start.  TypeError, ValueError: of no such argument.
    """
    real = alias.found('forkserver')
    if not compat.dated('set_forkserver_preload'):
        return real.set_forkserver_preload(module_names, on_error=on_error)
    if [name for name in module_names if type(name) is not str]:
        raise TypeError('module_names must be a list of strings')
    if on_error not in METHODS:
        raise ValueError("on_error must be 'ignore', 'warn', or 'fail', not %r" % (on_error,))
    if real is None:
        return
    os.environ.pop(VARIABLE, None)
    if on_error != 'ignore':
        mine = [name for name in module_names if name != '__main__']
        os.environ[VARIABLE] = '%s:%s' % (on_error, ','.join(mine))
        module_names = [name for name in module_names if name == '__main__'] + [
            'shim.backfill.preloaded']
    real.set_forkserver_preload(module_names)
