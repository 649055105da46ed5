"""Certificates that hosts of a test sign themselves."""

import base64
import hashlib
import ipaddress
import ssl
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def write_certificate(folder: Path, name: str) -> None:
    """Leave `host.pem` and `key.pem` for a host with this name or address."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins = datetime(2026, 1, 1)
    built = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(begins).not_valid_after(begins + timedelta(days=36_500))
    built = built.add_extension(x509.SubjectAlternativeName([_named(name)]), critical=False)
    pem = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "host.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(key.private_bytes(*form))


def certified(folder: Path, name: str) -> ssl.SSLContext:
    """What a host needs to be the name, by a certificate that it signed itself."""
    write_certificate(folder, name)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "host.pem", folder / "key.pem")
    return context


def key_pin(folder: Path) -> str:
    """By what Chromium knows the certificate's key (`--ignore-certificate-errors-spki-list`)."""
    key = x509.load_pem_x509_certificate((folder / "host.pem").read_bytes()).public_key()
    info = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(info).digest()).decode()


def _named(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
