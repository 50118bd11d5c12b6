"""The ways of installing the package: each gives an Installed, or raises Failed or Lacking."""
import os
import shutil
import sysconfig
import threading

import artifacts
import environments
import fetched
from dist_build import (
    ROOT, SETUPTOOLS, Failed, Lacking, build, copy, last_line, run, tool_environment)
from environments import environment, step
from freezing import Frozen
from installed import LIMIT, Installed

TOOLS = os.path.join(artifacts.WORK, 'tools' + sysconfig.get_python_version())
EPOCH = 946684800       # of what is built here: any time will do
UNPACK = '''
import sys, tarfile
archive = tarfile.open(sys.argv[1])
for member in archive:
    archive.extract(member)
'''


class Ways:
    """Each method installs in one way."""

    def __init__(self, others):
        # The last virtualenv for 2.7.
        self.python = tool_environment(TOOLS, [SETUPTOOLS, 'virtualenv<20.22'])
        self.others = others
        self.source = artifacts.empty('checkout')
        self.files = copy(ROOT, self.source)
        self.examples = os.path.join(self.source, 'examples')
        self._carrying = threading.Lock()

    def build(self):
        """Build all that is installed below; return whether it is there."""
        self.sdist, self.wheel, self.raw = build(
            self.python, self.source, artifacts.empty('built'), EPOCH)
        self.copied = artifacts.make_folder(self.source)
        self.zipped = artifacts.make_zip(self.wheel)
        self.zipapp = artifacts.make_zipapp(self.python, self.copied)
        self._carried = None
        return True

    def install_and_use(self, interpreter, way):
        folder = artifacts.empty('on', interpreter.key.replace(' ', ''), way)
        getattr(self, 'way_' + way.replace('.', '_'))(interpreter, folder).check_all()
        return True

    def carried(self):
        """A folder as one carries it to where there is no index: ours and all that it needs."""
        with self._carrying:
            if self._carried is None:
                sources = fetched.sources(self.others, 'sdists', fetched.SDISTS)
                self._carried = artifacts.empty('carried')
                for path in [self.sdist] + [os.path.join(sources, name)
                                            for name in os.listdir(sources) if '.tar.' in name]:
                    shutil.copy(path, self._carried)
        return self._carried

    def fresh(self, interpreter, folder):
        return environments.fresh(interpreter, folder, self.python, self.others)

    # By pip and easy_install, into a fresh environment.

    def pip(self, interpreter, folder, package):
        env, python = self.fresh(interpreter, folder)
        if interpreter.version < (2, 6):
            # pip 1.1 takes a URL; it knows neither --no-cache-dir nor check.
            step([python, os.path.join(env, 'bin', 'pip'), 'install', '--no-index',
                  '--find-links', 'file://' + self.carried(), package], folder)
            return Installed(interpreter, folder, env, [python], self.examples)
        if interpreter.version < (2, 7):
            pip, links = [python, '-m', 'pip.__main__'], self.carried()
        else:
            pip, links = [python, '-m', 'pip'], fetched.wheels_for(interpreter)
        pip += ['--disable-pip-version-check', '--no-cache-dir']
        # Debian's PyPy 2.7 compiles to where its pip does not look; 0 is how that is told not to.
        more = {'PIP_NO_COMPILE': '0'} if interpreter.key == 'pypy2.7' else {}
        step(pip + ['install', '--no-index', '--find-links', links, package], folder, **more)
        output = run(pip + ['check'], folder, LIMIT, environment())[1]
        if 'poolshim' in output:        # PyPy comes with packages that lack others
            raise Failed('pip check', output)
        return Installed(interpreter, folder, env, [python], self.examples)

    def way_wheel(self, interpreter, folder):
        return self.pip(interpreter, folder, self.wheel)

    def way_sdist(self, interpreter, folder):
        return self.pip(interpreter, folder, self.sdist)

    def easy_install(self, interpreter, folder, package, backport=False):
        env, python = self.fresh(interpreter, folder)
        step([python, os.path.join(env, 'bin', 'easy_install'), '--allow-hosts', 'None',
              '--find-links', self.carried(), package], folder)
        return Installed(interpreter, folder, env, [python], self.examples, backport=backport)

    def way_easy_install(self, interpreter, folder):
        return self.easy_install(interpreter, folder, 'poolshim')

    def way_backport(self, interpreter, folder):
        if shutil.which('gcc') is None:
            raise Lacking('gcc')
        return self.easy_install(interpreter, folder, 'poolshim[backport]', True)

    # By setup.py: of what this very interpreter's tarfile makes of the sdist.

    def setup_py(self, interpreter, folder, options):
        source = os.path.join(folder, os.path.basename(self.sdist)[:-len('.tar.gz')])
        step([interpreter.executable, '-c', UNPACK, self.sdist], folder)
        step([interpreter.executable] + options + ['setup.py', '--quiet', 'install', '--root',
             folder, '--install-lib', '/lib'], source)
        place = os.path.join(folder, 'lib')
        shutil.copy(os.path.join(self.copied, 'six.py'), place)
        return Installed(interpreter, folder, place, [interpreter.executable, '-S'],
                         self.examples, on_path=False)

    def way_distutils(self, interpreter, folder):
        return self.setup_py(interpreter, folder, ['-S'])

    def way_setup_py(self, interpreter, folder):
        status, output = run([interpreter.executable, '-c', 'import setuptools'], folder, LIMIT,
                             environment())
        if status:
            raise Lacking(last_line(output))
        return self.setup_py(interpreter, folder, [])

    # Not installed at all.

    def way_copy(self, interpreter, folder):
        return Installed(interpreter, folder, self.copied, [interpreter.executable, '-S'],
                         None, on_path=False)

    def way_zip(self, interpreter, folder):
        return Installed(interpreter, folder, self.zipped, [interpreter.executable, '-S'],
                         self.examples, on_path=False)

    def way_zipapp(self, interpreter, folder):
        return Installed(interpreter, folder, self.zipapp, [interpreter.executable, '-S'],
                         None, on_path=False, program=self.zipapp)

    def way_frozen(self, interpreter, folder):
        shared = run([interpreter.executable, '-c', 'import sysconfig, sys; sys.stdout.write('
                      'str(sysconfig.get_config_var("Py_ENABLE_SHARED")))'],
                     folder, LIMIT, environment())[1]
        if shared != '1':
            raise Lacking('a Python built with --enable-shared, which PyInstaller wants')
        env, python = self.fresh(interpreter, folder)
        wheels = fetched.wheels_for(interpreter)
        pip = [python, '-m', 'pip', '--disable-pip-version-check', 'install', '--no-index']
        step(pip + ['--find-links', fetched.freezer(python), 'pyinstaller'], folder)
        step(pip + ['--find-links', wheels, self.wheel], folder)
        return Frozen(python, folder)


def ways_of(interpreter):
    """The names of those that it knows."""
    version, names = interpreter.version, []
    if interpreter.name != 'jython':
        names.append('sdist')
        if version >= (2, 6):
            names.append('wheel')
    if interpreter.name == 'python' and version < (3,):
        names.append('easy_install')
        if version < (2, 6):
            names.append('backport')
    if version < (3, 12):
        names.append('distutils')
    if version < (2, 7):
        names.append('setup.py')
    names += ['copy', 'zip']
    if version >= (2, 6):       # the first that runs a zip
        names.append('zipapp')
    if interpreter.name == 'python' and not interpreter.free and version >= (3, 8):
        names.append('frozen')
    return names
