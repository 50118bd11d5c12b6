"""runs a program that was written for multiprocessing, with shim in its place

The program is not changed and hears nothing of it: __main__, sys.argv, sys.path, its exit status and
its tracebacks are those of `python PROGRAM`. So are the new interpreters it starts by multiprocessing.
"""
import os
import sys
import types
import zipfile

import six

from shim import compat, context, installing
from shim.engines import main_module

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
USAGE = '''usage: python -m shim run [--method NAME] [--executors] PROGRAM [ARGUMENT ...]
       python -m shim run [--method NAME] [--executors] -m MODULE [ARGUMENT ...]

Runs a program with shim in the place of multiprocessing: PROGRAM is a file, or a
folder or zip with a __main__.py.

  --method NAME   the start method, unless the program chooses one
  --executors     concurrent.futures.ProcessPoolExecutor is shim's, too
  -h, --help      this text

With SHIM_STATS=FILE in the environment each pool appends a line to that file as it ends.
'''


class Refused(Exception):
    """The command line is wrong; the text says how."""


def main(arguments):
    """Run the program; returns 0, or raises what the program raised."""
    try:
        options = parse(list(arguments))
        if options['help']:
            sys.stdout.write(USAGE)
            return 0
        if options['method']:
            choose(options['method'])
        installing.install(options['executors'])
    except (Refused, ImportError):
        sys.stderr.write('python -m shim run: %s\n' % (sys.exc_info()[1],))
        return 2
    anchor()
    return start(options['module'], options['rest'])


def parse(arguments):
    """{help, method, executors, module, rest}: module is what follows -m, or None.

    rest is what the program gets as sys.argv.
    """
    options = {'help': False, 'method': None, 'executors': False, 'module': None}
    while arguments and arguments[0].startswith('-'):
        argument = arguments.pop(0)
        if argument in ('-h', '--help'):
            options['help'] = True
            return options
        if argument == '--executors':
            options['executors'] = True
        elif argument.startswith('--method='):
            options['method'] = argument[len('--method='):]
        elif argument == '--method' and arguments:
            options['method'] = arguments.pop(0)
        elif argument == '-m' and arguments:
            options['module'] = arguments[0]
            break
        else:
            raise Refused('what is %s? --help tells what there is' % argument)
    if not arguments:
        raise Refused('which program? --help tells more')
    options['rest'] = arguments
    return options


def choose(method):
    """Let that be the default start method, here and in new interpreters."""
    try:
        context.get_context(method)
    except ValueError:
        raise Refused(sys.exc_info()[1])
    os.environ['SHIM_START_METHOD'] = method
    context.follow()


def anchor():
    """What of shim is imported later is found from any folder: on 2.x it may be below ''."""
    for name, module in list(sys.modules.items()):
        if name.split('.')[0] == 'shim' and hasattr(module, '__path__'):
            module.__path__ = [os.path.abspath(each) for each in module.__path__]


def start(module, argv):
    """Run a module, or else the file or the like that argv begins with, as __main__.

    Returns 0 when it has come to its end.
    """
    path, sys.argv[:] = argv[0], argv
    program = become_main()
    try:
        if module is not None:
            run_module(module)
        elif os.path.isdir(path) or is_zip(path):
            first_on_path(compat.main_path(path), True)
            __import__('runpy')._run_module_as_main('__main__', False)
        else:
            first_on_path(os.path.dirname(compat.resolved(path)))
            run_file(path, program)
    except SystemExit:
        raise
    except:     # noqa: E722
        hide_ourselves()
        if module is None and compat.STATUS_OF_M:
            sys.excepthook(*sys.exc_info())
            sys.exit(1)
        raise
    return 0


def is_zip(path):
    """Is it a zip?  Jython's is_zipfile() breaks with less than the 22 bytes of a zip's end."""
    return os.path.isfile(path) and os.path.getsize(path) >= 22 and zipfile.is_zipfile(path)


def become_main():
    """A new module in the place of __main__, with what the interpreter gives to one."""
    before = sys.modules['__main__']
    program = types.ModuleType('__main__')
    program.__builtins__ = six.moves.builtins       # ours is its dictionary, in any other module
    for name, value in (('__annotations__', {}), ('__cached__', None), ('__package__', None),
                        ('__spec__', None)):
        if name in vars(before):
            setattr(program, name, value)
    _before.append(before)
    sys.modules['__main__'] = sys.modules['__mp_main__'] = program
    return program


_before = []        # its code runs still: until 3.4 the last reference would empty it


def first_on_path(folder, always=False):
    """Let the program's folder be what the interpreter has put first on sys.path for us.

    always: also where it has put nothing there (-P, -I): the program is the folder, or a zip.
    """
    flags = getattr(sys, 'flags', None)
    if not (getattr(flags, 'safe_path', False) or getattr(flags, 'isolated', False)):
        sys.path[0] = folder
    elif always:
        sys.path.insert(0, folder)


def run_module(name):
    """As python -m."""
    if os.path.abspath(sys.path[0]) == PACKAGE:     # we are run as a file
        sys.path[0] = ''
    try:
        import runpy
    except ImportError:     # until 2.5: a file like any other
        import imp
        path = imp.find_module(name)[1]
        sys.argv[0] = path
        first_on_path(os.path.dirname(path))
        run_file(path, sys.modules['__main__'])
    else:
        sys.argv[0] = '-m'
        if hasattr(runpy, '_run_module_as_main'):
            runpy._run_module_as_main(name)
        else:       # until 2.5, where run_module() makes a __main__ of its own, unknown to workers
            run_code_of(name, sys.modules['__main__'])


def run_code_of(name, program):
    """As the python -m of 2.5."""
    import runpy
    loader = runpy.get_loader(name)
    if loader is None:
        raise ImportError('No module named ' + name)
    program.__loader__ = loader
    program.__file__ = sys.argv[0] = runpy._get_filename(loader, name)
    six.exec_(loader.get_code(name), program.__dict__)


def run_file(path, program):
    """As python PATH."""
    path = program.__file__ = compat.main_path(path)
    try:
        content = main_module.contents(path)
    except EnvironmentError:
        error = sys.exc_info()[1]
        sys.stderr.write("%s: can't open file %r: [Errno %s] %s\n" % (
            sys.executable, path, error.errno, error.strerror))
        sys.exit(2)
    try:
        from importlib import machinery
    except ImportError:     # until 3.3 a program has none
        pass
    else:
        kind = machinery.SourceFileLoader
        if main_module.is_bytecode(path, content):
            kind = machinery.SourcelessFileLoader
        program.__loader__ = kind('__main__', path)
    six.exec_(main_module.compiled(path, content), program.__dict__)


def hide_ourselves():
    """Have the traceback that ends the program begin with its own code."""
    show = sys.excepthook

    def shown(kind, value, traceback):
        traceback = without_us(traceback)
        if hasattr(value, '__traceback__'):
            value.__traceback__ = traceback
        show(kind, value, traceback)
    sys.excepthook = shown


def without_us(traceback):
    """A traceback from behind our own frames on; None if there are no others."""
    ours, passed = (globals(), vars(main_module), vars(six)), False
    while traceback is not None:
        here = traceback.tb_frame.f_globals
        if [each for each in ours if each is here]:
            passed = True
        elif passed:
            break
        traceback = traceback.tb_next
    return traceback
