"""A TLS server that misbehaves as told, a CONNECT proxy, and their certificates."""

import datetime
import ipaddress
import socket
import ssl
import struct
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Certificate:
    """A certificate and its key as PEM files; without an issuer it is a CA of its own."""

    def __init__(self, folder, name, issuer=None, host="127.0.0.1", until=DAY, password=None):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.timezone.utc)
        signer = issuer or self
        alternative = x509.DNSName(host) if host[0].isalpha() else x509.IPAddress(ipaddress.ip_address(host))
        certificate = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(signer.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 9 * DAY)
            .not_valid_after(now + until)
            .add_extension(x509.BasicConstraints(issuer is None, None), critical=True)
            .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
            .sign(signer.key, hashes.SHA256())
        )
        protection = (
            serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
        )
        self.path, self.key_path = folder / f"{name}.pem", folder / f"{name}.key"
        self.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        self.key_path.write_bytes(
            self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
        )


def server_context(certificate, newest=None, client_ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path, certificate.key_path)
    if newest is not None and newest < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
    if newest is not None:
        context.maximum_version = newest
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca.path)
    return context


class Listener:
    """Hands each connection to a thread; close() ends them all."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.over = threading.Event()
        self.open = []
        self.threads = []
        self.connections = 0
        self.acceptor = threading.Thread(target=self._accept, daemon=True)
        self.acceptor.start()

    def _accept(self):
        while not self.over.is_set():
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(connection)
            self.threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            self.threads[-1].start()

    def _serve(self, connection):
        try:
            self.serve(connection)
        except (OSError, EOFError):
            pass
        finally:
            connection.close()

    def close(self):
        if self.over.is_set():
            return
        self.over.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.acceptor.join(10)
        self.socket.close()
        for connection in self.open:
            try:
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            except OSError:
                pass  # it has ended already
        for thread in self.threads:
            thread.join(10)


class Request:
    def __init__(self, stream):
        line = stream.readline(65536)
        if not line:
            raise EOFError
        self.method, self.path, _ = line.decode().split()
        self.fields = {}
        for line in iter(lambda: stream.readline(65536).decode().rstrip("\r\n"), ""):
            name, _, value = line.partition(":")
            self.fields[name.lower()] = value.strip()
        self.body = stream.read(int(self.fields.get("content-length", 0))).decode()


class Server(Listener):
    """`answer(peer, request)` writes what it likes and returns whether the connection stays open."""

    def __init__(self, context, answer=None, greet=None):
        self.context, self.answer, self.greet = context, answer, greet
        self.requests = []
        super().__init__()

    def url(self, path="/", host="127.0.0.1"):
        return f"https://{host}:{self.port}{path}"

    def serve(self, connection):
        if self.greet and not self.greet(self, connection):
            return
        peer = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self.open.append(peer)
        try:
            peer.do_handshake()
        except OSError:
            with socket.socket(fileno=peer.detach()) as rest:
                drain(rest)
            raise
        with peer:
            if self.answer is None:
                reset(peer)
                return
            stream = peer.makefile("rb")
            while True:
                request = Request(stream)
                self.requests.append(request)
                if not self.answer(peer, request):
                    return


class Proxy(Listener):
    """Keeps the header of every CONNECT and answers it with `status`; 200 opens the tunnel."""

    def __init__(self, status=200):
        self.status = status
        self.headers = []
        super().__init__()

    def serve(self, connection):
        header = b""
        while not header.endswith(b"\r\n\r\n"):
            header += connection.recv(1) or _fail()
        self.headers.append(header.decode())
        if self.status != 200:
            connection.sendall(b"HTTP/1.1 %d Refused\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n" % self.status)
            return
        host, port = header.split()[1].decode().rsplit(":", 1)
        with socket.create_connection((host, int(port))) as target:
            connection.sendall(b"HTTP/1.1 200 Connected\r\nRetry-After: 9\r\n\r\n")
            back = threading.Thread(target=_copy, args=(target, connection), daemon=True)
            back.start()
            _copy(connection, target)
            back.join()


def _fail():
    raise EOFError


def _copy(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def reset(peer):
    """Ends the connection with RST and not with FIN."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def drain(connection):
    """Reads to the end: closing with unread bytes would reset the connection and lose the alert that was sent."""
    connection.settimeout(5)
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(65536):
        pass


def reply(status=200, body="{}", fields="", length=None):
    data = body.encode()
    length = len(data) if length is None else length
    return f"HTTP/1.1 {status} Text\r\nContent-Length: {length}\r\n{fields}\r\n".encode() + data
