"""The challenges by which two sides of a connection prove that they know the key, as of 3.12.

    #CHALLENGE#{sha256}<40 random bytes>  ->
                                          <-  {sha256}<the HMAC of what followed #CHALLENGE#>
    #WELCOME# or #FAILURE#                ->

Until 3.12 there is nothing in braces, the random bytes are 20 and the HMAC is of md5.  Who gets the
old challenge gives the old answer, and so does who does not know the digest; both are taken.
"""
import hmac
import os

from shim.errors import AuthenticationError

try:
    import hashlib
except ImportError:     # until 2.5: md5 only
    hashlib = None

CHALLENGE = '#CHALLENGE#'.encode('ascii')
WELCOME = '#WELCOME#'.encode('ascii')
FAILURE = '#FAILURE#'.encode('ascii')
MESSAGE_LENGTH = 40
LONGEST = 256           # bytes of a message that somebody unknown may send
OLD_LENGTHS = 16, 20    # of an answer and of a challenge until 3.12
DIGESTS = 'md5', 'sha256', 'sha384', 'sha3_256', 'sha3_384'
BYTES = type(CHALLENGE)
LEFT, RIGHT = '{'.encode('ascii'), '}'.encode('ascii')


def digest_of(key, message, name):
    """The HMAC; None if there is no such digest here."""
    made = getattr(hashlib, name, None)
    if made is None and name != 'md5':
        return None
    try:
        return hmac.new(key, message, made).digest()    # without hashlib, None is md5
    except ValueError:      # FIPS
        return None


def split(message):
    """('sha256', the rest) of '{sha256}...'; ('', message) of an old one."""
    if len(message) in OLD_LENGTHS:
        return '', message
    end = message.find(RIGHT, 1, 10)
    if message[:1] == LEFT and end > 0:
        name = message[1:end].decode('ascii', 'replace')
        if name in DIGESTS:
            return str(name), message[end + 1:]
    raise AuthenticationError('unsupported message length, missing digest prefix, or unsupported'
                              ' digest: message=%r' % (message,))


def label(name, payload):
    return ('{%s}' % name).encode('ascii') + payload


def same(expected, given):
    """Are the bytes equal?  Takes as long whatever is wrong with them."""
    if hasattr(hmac, 'compare_digest'):     # 2.7.7 and 3.3 on
        return hmac.compare_digest(expected, given)
    different = len(expected) != len(given)
    for one, other in zip(expected, given):
        different |= one != other
    return not different


def answer_to(key, message):
    """What to answer to a challenge (without its beginning)."""
    name = split(message)[0]
    if name:
        digest = digest_of(key, message, name)
        if digest is not None:
            return label(name, digest)
    digest = digest_of(key, message, 'md5')
    if digest is None:
        return label('sha256', digest_of(key, message, 'sha256'))
    return digest


def check(key, message, answer):
    """AuthenticationError unless that is the answer of one who knows the key."""
    name, given = split(answer)
    expected = digest_of(key, message, name or 'md5')
    if expected is None:
        raise AuthenticationError('the digest %s is not supported' % (name or 'md5'))
    if not same(expected, given):
        raise AuthenticationError('digest received was wrong')


def check_type(authkey, error=ValueError):
    if not isinstance(authkey, BYTES):
        raise error('Authkey must be bytes, not %s' % type(authkey))


def deliver_challenge(connection, authkey, digest_name='sha256'):
    """Have the other side prove that it knows the key (bytes), or raise AuthenticationError."""
    check_type(authkey)
    if getattr(hashlib, digest_name, None) is None:
        message = os.urandom(OLD_LENGTHS[1])
    else:
        message = label(digest_name, os.urandom(MESSAGE_LENGTH))
    connection.send_bytes(CHALLENGE + message)
    try:
        check(authkey, message, connection.recv_bytes(LONGEST))
    except AuthenticationError:
        connection.send_bytes(FAILURE)
        raise
    connection.send_bytes(WELCOME)


def answer_challenge(connection, authkey):
    """Prove to the other side that we know the key (bytes), or raise AuthenticationError."""
    check_type(authkey)
    message = connection.recv_bytes(LONGEST)
    if message[:len(CHALLENGE)] != CHALLENGE:
        raise AuthenticationError('Protocol error, expected challenge: message=%r' % (message,))
    message = message[len(CHALLENGE):]
    if len(message) < OLD_LENGTHS[1]:
        raise AuthenticationError('challenge too short: %d bytes' % len(message))
    connection.send_bytes(answer_to(authkey, message))
    if connection.recv_bytes(LONGEST) != WELCOME:
        raise AuthenticationError('digest sent was rejected')


class Shaking(object):
    """A Listener whose accept() does both; to stand before the class of one that only listens."""

    def __init__(self, address=None, family=None, backlog=1, authkey=None):
        if authkey is not None:
            check_type(authkey, TypeError)
        super(Shaking, self).__init__(address, family, backlog)
        self._key = authkey

    def accept(self):
        """A Connection to the next client; AuthenticationError if it does not know the key."""
        made = super(Shaking, self).accept()
        return shaken(made, self._key, (deliver_challenge, answer_challenge))


def shaken(connection, authkey, steps):
    """The connection, once both sides have proved that they know the key; else it is closed."""
    if authkey is not None:
        try:
            for step in steps:
                step(connection, authkey)
        except:
            connection.close()
            raise
    return connection


def client(connect):
    """Client() over connect(address, family)."""
    def Client(address, family=None, authkey=None):
        """A Connection to the Listener at that address.

        family: 'AF_INET', 'AF_UNIX' or 'AF_PIPE'; None: as the address is.  authkey: bytes.
        AuthenticationError if one side does not know the key of the other.
        """
        if authkey is not None:
            check_type(authkey, TypeError)
        return shaken(connect(address, family), authkey, (answer_challenge, deliver_challenge))
    return Client
