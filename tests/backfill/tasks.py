"""What the processes of these tests do."""
import os


def answer(connection):
    """Send back what comes, until None does."""
    while True:
        item = connection.recv()
        connection.send((os.getpid(), item))
        if item is None:
            break
    connection.close()


def call(address, key, text):
    from shim.connection import Client
    connection = Client(address, authkey=key)
    connection.send(text)
    connection.close()
