"""Fresh environments: an interpreter with nothing installed but pip or easy_install.

From 3 on made by its own venv, with the newest pip that it runs; of 2.7 by virtualenv.  Before,
by hand: the executable copied, its standard library linked, setuptools installed from source as
ez_setup.py did it.
"""
import glob
import os
import shutil

import fetched
from dist_build import Failed, Lacking, environment as users_environment, last_line, run
from interpreters import WORK

HOME = os.path.join(WORK, 'packaging', 'home')
PREFIX = 'import sys; sys.stdout.write(sys.exec_prefix)'
LIMIT = 180         # seconds for each step


def environment(**more):
    """Without the user's settings of Python, pip and virtualenv, and nothing of his to write to."""
    environ = {name: value for name, value in users_environment().items()
               if not name.startswith(('PIP_', 'VIRTUALENV_', 'SHIM_'))}
    environ.update(PIP_CONFIG_FILE=os.devnull, PYTHONNOUSERSITE='1', HOME=HOME)
    environ.update(more)
    return environ


def step(command, cwd, **more):
    """Run it; Failed if it fails."""
    status, output = run(command, cwd, LIMIT, environment(**more))
    if status:
        raise Failed('exit status %s: %s' % (status, ' '.join(command)), output)
    return output


def make(command, cwd):
    """The same for what makes the environment itself; Lacking."""
    try:
        step(command, cwd)
    except Failed as failed:
        raise Lacking('no environment: %s' % last_line(failed.output))


def fresh(interpreter, folder, tools, others):
    """Make one below the folder; return (its folder, its python)."""
    os.makedirs(HOME, exist_ok=True)
    env = os.path.join(folder, 'env')
    python = os.path.join(env, 'bin', 'python')
    if interpreter.version >= (3,):
        wheels = fetched.wheels_for(interpreter)
        make([interpreter.executable, '-m', 'venv', '--without-pip', env], folder)
        # As ensurepip does it, which not every Python has.
        pip, = glob.glob(os.path.join(glob.escape(wheels), 'pip-*.whl'))
        step([python, os.path.join(pip, 'pip'), 'install', '--quiet', '--no-index',
              '--find-links', wheels, 'pip'], folder)
    elif interpreter.version >= (2, 7):
        make([tools, '-m', 'virtualenv', '--quiet', '--no-periodic-update', '--app-data',
              os.path.join(HOME, 'app-data'), '-p', interpreter.executable, env], folder)
    else:
        archives = fetched.sources(others, 'old-tools', fetched.OLD_TOOLS)
        clone(interpreter, env, python)
        setup(python, archives, 'setuptools-1.4.2', folder)
        setup(python, archives, ['pip-1.1', 'pip-9.0.3'][interpreter.version >= (2, 6)], folder)
    return env, python


def clone(interpreter, env, python):
    """An old Python with an empty site-packages: it looks for its library beside itself."""
    prefix = run([interpreter.executable, '-c', PREFIX], HOME, LIMIT, environment())[1]
    name = os.path.join('lib', 'python%d.%d' % interpreter.version[:2])
    os.makedirs(os.path.join(env, name, 'site-packages'))
    os.makedirs(os.path.dirname(python))
    for each in os.listdir(os.path.join(prefix, name)):
        if each != 'site-packages':
            os.symlink(os.path.join(prefix, name, each), os.path.join(env, name, each))
    os.symlink(os.path.join(prefix, 'include'), os.path.join(env, 'include'))
    shutil.copy(interpreter.executable, python)


def setup(python, archives, name, folder):
    """Install an sdist with its own setup.py."""
    archive, = glob.glob(os.path.join(glob.escape(archives), name + '.*'))
    shutil.unpack_archive(archive, folder)
    step([python, 'setup.py', '--quiet', 'install'], os.path.join(folder, name))
