"""Who signed a UEFI program: the issuers of the signatures inside a PE file. Reads, verifies nothing.

PE/COFF attribute certificate table: Microsoft "PE Format", "The Attribute Certificate Table". Old PCs trust the
2011 authority, new ones only the 2023 one, so one image for both needs a shim signed under both (rhboot/shim).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

MICROSOFT_2011 = "Microsoft Corporation UEFI CA 2011"
MICROSOFT_2023 = "Microsoft UEFI CA 2023"
WANTED = (MICROSOFT_2011, MICROSOFT_2023)

_PKCS_SIGNED_DATA = 0x0002


def signers(data: bytes) -> tuple[str, ...]:
    """Common names of the issuers of each signature, in file order; empty when the file is not a signed PE."""
    found: list[str] = []
    for blob in _signatures(data):
        found += [name for name in _issuers(blob) if name not in found]
    return tuple(found)


def missing_signers(names: tuple[str, ...]) -> tuple[str, ...]:
    """Microsoft authorities that did not sign."""
    return tuple(name for name in WANTED if name not in names)


def _signatures(data: bytes) -> Iterator[bytes]:
    """Each PKCS#7 signature of the certificate table; nothing for anything that is not a whole PE32+ file."""
    try:
        if data[:2] != b"MZ":
            return
        (header,) = struct.unpack_from("<I", data, 0x3C)
        optional = header + 24
        (magic,) = struct.unpack_from("<H", data, optional)
        if data[header : header + 4] != b"PE\0\0" or magic != 0x20B:
            return
        place, size = struct.unpack_from("<II", data, optional + 112 + 4 * 8)  # a file offset, alone of all directories
        end = place + size
        while place and place + 8 <= end <= len(data):
            length, _revision, kind = struct.unpack_from("<IHH", data, place)
            if length < 8 or place + length > end:
                return
            if kind == _PKCS_SIGNED_DATA:
                yield data[place + 8 : place + length]
            place += -(-length // 8) * 8
    except struct.error:
        return


def _issuers(blob: bytes) -> Iterator[str]:
    """Issuer of the certificates that issued no other one of the bundle: the one that signed the file."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs7

    try:
        bundle = pkcs7.load_der_pkcs7_certificates(_der(blob))
        names = [(c.subject, c.issuer) for c in bundle]
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        return
    issuers = {issuer for subject, issuer in names if issuer != subject}
    for subject, issuer in names:
        common = issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        if subject not in issuers and common:
            yield str(common[0].value)


def _der(blob: bytes) -> bytes:
    """Without the padding after the DER element: entries are rounded up to eight bytes."""
    if len(blob) < 2 or blob[0] != 0x30:
        return blob
    first = blob[1]
    if first < 0x80:
        return blob[: 2 + first]
    width = first & 0x7F
    return blob[: 2 + width + int.from_bytes(blob[2 : 2 + width], "big")]
