"""The server of a manager whose context has no processes: a thread, on serial, too.

multiprocessing's own would ignore Ctrl-C for the whole program (3.8 on), give it back its first
stdout, and leave a thread behind.
"""
import threading

from shim import threads


def adapt(process):
    """If that is to be the server of a manager: have it run here.  Returns whether it is."""
    target = process._target
    name = getattr(target, '__name__', None)
    if name == '_run_server':       # multiprocessing's, from 3.3 on
        stop = threading.Event()
        process._target = run
        process._args = (target.__self__._Server,) + tuple(process._args)
        process._kwargs = dict(process._kwargs, stop=stop)
        # What shutdown() calls, too, if the server takes longer than a second to hear it.
        process.terminate = process.kill = stop.set
    return name in ('_run_server', 'run_server')


def run(kind, registry, address, authkey, serializer, writer, initializer=None, initargs=(),
        stop=None):
    """As BaseManager._run_server()."""
    if initializer is not None:
        initializer(*initargs)
    server = kind(registry, address, authkey, serializer)
    server.stop_event = stop
    threads.start(accept, (server,), 'accepter')
    writer.send(server.address)
    writer.close()
    server.stop_event.wait()
    try:
        # Who accepts does not hear that somebody else closes the socket.
        type_of_client(serializer)(server.address).close()
    except OSError:     # it came and went by itself
        pass


def type_of_client(serializer):
    """The function that connects to such a server."""
    from shim.managers import listener_client
    return listener_client[serializer][1]


def accept(server):
    """Give each that connects a thread, until the server ends."""
    while not server.stop_event.is_set():
        try:
            made = server.listener.accept()
        except OSError:
            continue
        if not server.stop_event.is_set():
            threads.start(server.handle_request, (made,), 'server')
    server.listener.close()
