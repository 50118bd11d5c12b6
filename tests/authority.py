"""A certificate authority for the tests: certificates for this computer, by the openssl program."""
import os
import shutil
import subprocess
import tempfile

ANSWERS = '''
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
[member]
basicConstraints = CA:FALSE
subjectAltName = %s
'''
HERE = 'IP:127.0.0.1, DNS:localhost'


def unavailable():
    """Why there are no certificates here, or None."""
    try:
        null = open(os.devnull, 'w')
        try:
            status = subprocess.call(['openssl', 'version'], stdout=null, stderr=null)
        finally:
            null.close()
    except OSError:
        status = None
    if status != 0:
        return 'NOT TESTED: certificates need the program openssl'
    return None


class Authority(object):
    """One that signs certificates; its files go with discard()."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        self.path = self._name('authority.pem')
        self._call('req', '-x509', '-config', self._config(''), '-extensions', 'authority',
                   '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=authority',
                   '-keyout', self._name('authority.key'), '-out', self.path)

    def member(self, name, names=HERE):
        """The options of one with a certificate: {certificate, key, authority}, paths.

        names: what it is called by, as openssl has subjectAltName.
        """
        key, wanted, made = [self._name(name + each) for each in ('.key', '.csr', '.pem')]
        config = self._config(names)
        self._call('req', '-new', '-config', config, '-newkey', 'rsa:2048', '-nodes',
                   '-subj', '/CN=' + name, '-keyout', key, '-out', wanted)
        self._call('x509', '-req', '-in', wanted, '-CA', self.path,
                   '-CAkey', self._name('authority.key'), '-CAcreateserial', '-days', '2',
                   '-extfile', config, '-extensions', 'member', '-out', made)
        return {'certificate': made, 'key': key, 'authority': self.path}

    def discard(self):
        shutil.rmtree(self.folder, True)

    def _name(self, name):
        return os.path.join(self.folder, name)

    def _config(self, names):
        path = self._name('config')
        stream = open(path, 'w')
        stream.write(ANSWERS % (names or HERE))
        stream.close()
        return path

    def _call(self, *words):
        made = subprocess.Popen(('openssl',) + words, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, cwd=self.folder)
        said = made.communicate()[0]
        if made.returncode:
            raise EnvironmentError('openssl %s: %s' % (' '.join(words), said))
