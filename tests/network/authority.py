"""Somebody who certifies hosts: a root of trust, and a certificate for each that asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
PLAIN = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
DAY = timedelta(days=1)


class Authority:
    """Makes certificates and keys as PEM files in a folder."""

    def __init__(self, folder, name="root"):
        self._folder, self._name = folder, _named(name)
        folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        may = x509.BasicConstraints(ca=True, path_length=0)
        self.file = self._write("ca.pem", self._sign(self._name, self._key, may))

    def certify(self, address):
        """Return the files of a certificate for an address and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        certificate = self._write(f"{address}.pem", self._sign(_named(address), key, names))
        secret = self._folder / f"{address}.key"
        secret.touch(mode=0o600)
        secret.write_bytes(key.private_bytes(PEM, *PLAIN))
        return certificate, secret

    def _sign(self, name, key, extension):
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder(self._name, name, key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + DAY)
            .add_extension(extension, critical=False)
        )
        return builder.sign(self._key, hashes.SHA256())

    def _write(self, name, certificate):
        path = self._folder / name
        path.write_bytes(certificate.public_bytes(PEM))
        return path


def _named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
