"""A Manager whose objects are reached from anywhere: its proxies carry the address and the secret.

multiprocessing's proxies take their authkey from the process they are in: all of a program's have
one.  A scheduler's workers are nobody's children, so here it travels in each pickle of a proxy.  It
is a secret of this manager alone; who gets hold of such a pickle can use the manager, and as what
it is sent are pickles, do there what the program could do.
"""
import six

from shim import managers


class Reaching(object):
    """Mixed into the class of a proxy: pickled with all that it takes to connect."""

    def __reduce__(self):
        made_of = None
        if not getattr(self, '_isauto', False):
            made_of = self._plain
        return managers.RebuildProxy, (reached, self._token, self._serializer, {
            'plain': made_of, 'exposed': self._exposed_, 'authkey': six.binary_type(self._authkey)})


def class_of(plain, _known={}):
    """The same class of proxies, whose pickles reach."""
    if plain not in _known:
        _known[plain] = type(plain.__name__, (Reaching, plain), {
            '__module__': plain.__module__, '_plain': plain})
    return _known[plain]


def reached(token, serializer, plain, exposed, authkey, incref=True, **owned):
    """Where it has arrived: the proxy."""
    kind = plain or managers.MakeProxyType('AutoProxy[%s]' % token.typeid, exposed)
    made = class_of(kind)(token, serializer, authkey=authkey, incref=incref, **owned)
    made._isauto = plain is None
    return made


class Kind(object):
    """What a registry has as the class of proxies; the server's process gets it, too."""

    def __init__(self, plain):
        self.plain = plain      # None: a class is made of the methods that there are
        self._exposed_ = getattr(plain, '_exposed_', None)
        self._method_to_typeid_ = getattr(plain, '_method_to_typeid_', None)

    def __call__(self, *args, **kwds):
        made = (self.plain or managers.AutoProxy)(*args, **kwds)
        made.__class__ = class_of(made.__class__)
        return made


class ReachingManager(managers.SyncManager):
    """A SyncManager for programs on other machines and for those that others have started."""

    def register(cls, typeid, callable=None, proxytype=None, exposed=None, method_to_typeid=None,
                 create_method=True):
        """See SyncManager.register()."""
        if not isinstance(proxytype, Kind):
            if proxytype is managers.AutoProxy:
                proxytype = None
            proxytype = Kind(proxytype)
        super(ReachingManager, cls).register(
            typeid, callable, proxytype, exposed, method_to_typeid, create_method)

    register = classmethod(register)


for _typeid, (_callable, _exposed, _methods, _proxytype) in list(
        managers.SyncManager._registry.items()):
    ReachingManager.register(_typeid, _callable, _proxytype, _exposed, _methods,
                             hasattr(managers.SyncManager, _typeid))
