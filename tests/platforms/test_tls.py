"""One shared TLS context still checks who is there: authority, host name, and the pinned name."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from planrrr_cli.platforms.fetching import Fetcher, HostTrouble
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.wire import NeverSent, Pin


class Quiet(HTTPServer):
    def handle_error(self, *args: Any) -> None:
        pass


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: Any) -> None:
        pass


def certificate(folder: Path, *names: x509.GeneralName) -> tuple[Path, Path]:
    """A self-signed certificate, which a client trusts by naming it as its bundle."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    unencrypted = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted)
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def secure(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[int, Path]]:
    """A TLS server on loopback; its port and the certificate to trust."""
    names = getattr(
        request, "param", [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("media.example")]
    )
    cert, key = certificate(tmp_path, *names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server = Quiet(("127.0.0.1", 0), Hello)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port, cert
    server.shutdown()
    server.server_close()
    thread.join()


def trusting(cert: Path) -> Transport:
    return Transport(environ={"SSL_CERT_FILE": str(cert)})


def test_a_trusted_authority_is_accepted_and_an_unknown_one_is_not(secure: tuple[int, Path]) -> None:
    port, cert = secure
    known, unknown = trusting(cert), Transport(environ={})
    assert known.send("GET", f"https://127.0.0.1:{port}/", {}).status == 200
    with pytest.raises(NeverSent, match="certificate"):
        unknown.send("GET", f"https://127.0.0.1:{port}/", {})
    known.close()
    unknown.close()


@pytest.mark.parametrize("secure", [[x509.DNSName("elsewhere.example")]], indirect=True)
def test_a_certificate_for_another_name_is_refused(secure: tuple[int, Path]) -> None:
    port, cert = secure
    transport = trusting(cert)
    for url, pin in (
        (f"https://127.0.0.1:{port}/", None),
        (f"https://media.example:{port}/", Pin("media.example", "127.0.0.1")),
    ):
        with pytest.raises(NeverSent, match="certificate"):
            transport.send("GET", url, {}, pin=pin)
    transport.close()


def test_a_pinned_connection_checks_the_name_and_not_the_address(secure: tuple[int, Path]) -> None:
    port, cert = secure
    transport = trusting(cert)
    fetcher = Fetcher(transport, allow_private=True, resolve=lambda *_: ["127.0.0.1"])
    got = bytearray()
    fetcher.fetch(f"https://media.example:{port}/a", 100, got.extend)
    assert bytes(got) == b"{}"
    with pytest.raises(HostTrouble, match="certificate"):
        fetcher.fetch(f"https://other.example:{port}/a", 100, got.extend)
    transport.close()
