"""Certificates: who belongs to an authority may serve its programs and use its workers."""
import socket

from twisted.internet import ssl
from twisted.protocols.tls import TLSMemoryBIOFactory

OPTIONS = 'certificate', 'key', 'authority'
# No older one; and each connection is checked anew.
STRICT = {'raiseMinimumTo': ssl.TLSVersion.TLSv1_2, 'enableSessions': False}

# Seconds without a word until the other computer is asked, between two questions; how many.  And
# milliseconds until it has to have taken what it was sent, for so long it is not asked.
ALIVE = (('TCP_KEEPIDLE', 30), ('TCP_KEEPINTVL', 10), ('TCP_KEEPCNT', 3),
         ('TCP_USER_TIMEOUT', 60000))


def keep_alive(transport):
    """Have a connection end, within a minute or so, if the other computer has vanished."""
    transport.setTcpKeepAlive(1)
    handle = transport.transport.getHandle()    # that below TLS
    for name, value in ALIVE:
        if hasattr(socket, name):
            handle.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def read(path):
    """The bytes of a file."""
    opened = open(path, 'rb')
    try:
        return opened.read()
    finally:
        opened.close()


class Credentials(object):
    """A certificate with its key, and the authority whose certificates are accepted: PEM files."""

    def __init__(self, certificate, key, authority):
        # In one text, and each on lines of its own.
        newline = '\n'.encode('ascii')
        self.own = ssl.PrivateCertificate.loadPEM(read(certificate) + newline + read(key))
        self.trusted = ssl.trustRootFromCertificates([ssl.Certificate.loadPEM(read(authority))])

    def to(self, host, factory, reactor):
        """Have what a client's factory makes speak TLS to that host.

        host: the name or address that its certificate must have, as a str.
        """
        if isinstance(host, bytes):
            host = host.decode('ascii')
        options = ssl.optionsForClientTLS(host, trustRoot=self.trusted, clientCertificate=self.own,
                                          extraCertificateOptions=STRICT)
        try:
            # Else small writes would wait for the global reactor (from 22.8 on), which may not run.
            return TLSMemoryBIOFactory(options, True, factory, clock=reactor)
        except TypeError:
            return TLSMemoryBIOFactory(options, True, factory)

    def serving(self):
        """For a port: who shows no certificate of the authority's is refused."""
        return ssl.CertificateOptions(
            privateKey=self.own.privateKey.original, certificate=self.own.original,
            trustRoot=self.trusted, **STRICT)
