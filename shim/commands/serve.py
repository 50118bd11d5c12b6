"""serves workers to programs on other computers

A program has them by shim.get_context('ampoule', peers=[...], ...): see docs/twisted.rst.
"""
import sys

from shim import cpus

USAGE = '''usage: python -m shim serve ampoule --port N --certificate FILE --key FILE --authority FILE
                               [--workers N] [--host ADDRESS]

Serves worker processes to pools on other computers, by Twisted and Ampoule in TLS. Who
has no certificate of the authority's is refused: who has one can run anything here.

  --port N            the port to listen on; 0: any, which is printed
  --certificate FILE  the certificate of this computer, with the name or address by which
                      programs call it
  --key FILE          its private key
  --authority FILE    the certificate of the authority that has signed those of all
  --workers N         how many workers to offer (default: what this process may use)
  --host ADDRESS      the address to listen on (default: all)
  -h, --help          this text

The files are PEM. It ends by Ctrl-C or SIGTERM, and the workers with it.
'''
NEEDED = 'port', 'certificate', 'key', 'authority'
OTHERS = 'workers', 'host'
NUMBERS = 'port', 'workers'


class Refused(Exception):
    """The command line is wrong; the text says how."""


def main(arguments):
    """Serve; returns the exit status."""
    if '-h' in arguments or '--help' in arguments:
        sys.stdout.write(USAGE)
        return 0
    try:
        options = parse(list(arguments))
        try:
            from shim.engines import serving, tls
        except ImportError:
            raise Refused('%s: install poolshim[ampoule]' % (sys.exc_info()[1],))
        try:
            credentials = tls.Credentials(
                options['certificate'], options['key'], options['authority'])
        except Exception:       # of many kinds: no such file, no such format, the wrong key
            raise Refused('the certificates: %s' % (sys.exc_info()[1],))
    except Refused:
        sys.stderr.write('python -m shim serve: %s\n' % (sys.exc_info()[1],))
        return 2
    serving.serve(credentials, options['port'], options['host'], options['workers'])
    return 0


def parse(arguments):
    """{port, certificate, key, authority, workers, host} of a command line."""
    if arguments[:1] != ['ampoule']:
        raise Refused('what is to be served? There is: ampoule. --help tells more')
    options, rest = {'workers': cpus.usable(), 'host': ''}, arguments[1:]
    while rest:
        name = rest.pop(0)
        if '=' in name:
            name, value = name.split('=', 1)
            rest.insert(0, value)
        if name[:2] != '--' or name[2:] not in NEEDED + OTHERS:
            raise Refused('what is %s? --help tells what there is' % name)
        if not rest:
            raise Refused('%s needs a value' % name)
        value = rest.pop(0)
        if name[2:] in NUMBERS:
            if not value.isdigit():
                raise Refused('%s needs a number, not %r' % (name, value))
            value = int(value)
        options[name[2:]] = value
    for name in NEEDED:
        if name not in options:
            raise Refused('--%s is missing. --help tells more' % name)
    if options['workers'] < 1:
        raise Refused('--workers must be at least 1')
    return options
