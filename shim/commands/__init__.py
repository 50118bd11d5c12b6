"""What `python -m shim` does, one module each, with main(arguments) that returns an exit status.

    doctor      what this interpreter and machine offer, and which contexts work (the default)
    demo        the same work serially, in threads and in processes: does my Python use my cores?
    run         runs a program that was written for multiprocessing, with shim in its place
    examples    lists the example programs, shows or copies one
    serve       serves workers to programs on other computers
"""
import errno
import os
import sys

COMMANDS = 'doctor', 'demo', 'run', 'examples', 'serve'
WRITE = 'doctor', 'demo', 'examples'    # what the others write is not only theirs
UNHEARD = 141           # the exit status of a shell's for a program that SIGPIPE ended

USAGE = '''usage: python -m shim [COMMAND] [ARGUMENT ...]

%s

python -m shim COMMAND --help tells more.
'''


def describe(name):
    """A command and the first line of its module."""
    return '    %-10s %s' % (name, load(name).__doc__.split('\n')[0])


def load(name):
    """The module of a command."""
    return __import__('shim.commands.' + name, None, None, ['main'])


def heard(command, arguments):
    """Call a command; returns its exit status, UNHEARD if who reads stdout has left: `| head -1`."""
    if sys.stdout is None:      # closed: `>&-`
        sys.stdout = open(os.devnull, 'w')
    try:
        status = command(arguments)
        sys.stdout.flush()
        return status
    except EnvironmentError:
        if sys.exc_info()[1].errno != errno.EPIPE:
            raise
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())      # the interpreter writes what is left as it ends
    os.close(null)
    return UNHEARD


def main(arguments):
    """Run a command; returns the exit status of the process."""
    name = (arguments or ['doctor'])[0]
    if name.startswith('--') and name not in ('--help', '--version'):
        name, arguments = 'doctor', ['doctor'] + arguments      # python -m shim --json
    if name in WRITE:
        return heard(load(name).main, arguments[1:])
    if name in COMMANDS:
        return load(name).main(arguments[1:])
    if name == '--version':
        import shim
        sys.stdout.write('shim %s\n' % shim.__version__)
        return 0
    usage = USAGE % '\n'.join([describe(each) for each in COMMANDS])
    if name in ('-h', '--help', 'help'):
        sys.stdout.write(usage)
        return 0
    sys.stderr.write('%spython -m shim: there is no command %r\n' % (usage, name))
    return 2
