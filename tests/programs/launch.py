"""Run somebody's program on shim: python launch.py REPORT SCRIPT [ARGUMENT ...]

Nothing of the program is changed but the module that it gets as multiprocessing.  REPORT gets a line
for each Pool made and each Process started by shim's own classes in this process.
"""
import os
import runpy
import sys
import types

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def note(path, text):
    with open(path, 'a') as stream:
        stream.write(text + '\n')


def main():
    report, script = sys.argv[1:3]
    sys.path[0] = ROOT
    import multiprocessing
    import shim.pool
    import shim.process
    # What multiprocessing's own modules import from one another stays theirs.
    given = types.ModuleType('multiprocessing')
    given.__dict__.update(multiprocessing.__dict__)
    given.__dict__.update((name, getattr(shim, name)) for name in shim.__all__)
    given.pool = shim.pool
    sys.modules['multiprocessing'], sys.modules['multiprocessing.pool'] = given, shim.pool
    begin = shim.pool.Pool.__init__

    def made(self, *args, **kwds):
        begin(self, *args, **kwds)
        take = self._engine.post

        def post(task):
            note(report, 'task %s' % self._ctx._name)
            return take(task)
        self._engine.post = post
    shim.pool.Pool.__init__ = made
    for kind in (shim.process.Process, shim.process.ForkProcess, shim.process.SpawnProcess):
        watch(kind, report)
    sys.argv[:] = sys.argv[2:]
    runpy.run_path(script, run_name='__main__')


def watch(kind, report):
    start = kind.start

    def noted(self):
        note(report, 'process %s' % type(self).__name__)
        return start(self)
    kind.start = noted


if __name__ == '__main__':
    main()
