"""Runs with a time limit, of which nothing stays behind: for tests/matrix.py and tests/packaging/."""
import glob
import os
import signal
import subprocess
import time

from interpreters import ROOT

MARK = 'SHIM_MATRIX_RUN'        # in the environment of all that a run starts


def new_mark():
    """The value of MARK for one run."""
    return '%d-%d.' % (os.getpid(), time.monotonic_ns())


def run_limited(command, environ, limit, output):
    """Run it; return its exit status (None: too late, killed) and what it left running."""
    with open(output, 'wb') as stream:
        child = subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL,
                                 stdout=stream, stderr=stream, start_new_session=True)
        try:
            status = child.wait(limit)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            # Nothing of ours stays behind, in whichever session it is.
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            left = kill_marked(environ[MARK], 0 if status is None else 2)
    return status, left


def leave(signum, frame):
    """Ctrl-C, or somebody ends this."""
    kill_marked('%d-' % os.getpid(), 0)
    os._exit(128 + signum)


def kill_marked(mark, patience):
    """Kill what still runs with a mark that begins so in its environment; return their commands."""
    end = time.monotonic() + patience
    while True:
        found = {}
        for path in glob.glob('/proc/[0-9]*/environ'):
            try:
                with open(path, 'rb') as stream:
                    if ('\0%s=%s' % (MARK, mark)).encode() in b'\0' + stream.read():
                        with open(path.replace('environ', 'cmdline'), 'rb') as line:
                            found[int(path.split('/')[2])] = line.read().replace(b'\0', b' ')
            except OSError:
                pass
        if not found or time.monotonic() > end:
            break
        time.sleep(0.1)
    for pid in found:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
    return [line.decode(errors='replace').strip() for line in found.values()]
