"""REPORT SUPPORTED OPERATION CODES (SPC-4 clause 6.35): the whole list, or one command."""

from __future__ import annotations

from agent.machine.drives.scsi_make import ScsiMake, Service

_ALWAYS = ((0x00, None, 6), (0x03, None, 6), (0x12, None, 6), (0x15, None, 6), (0x1A, None, 6), (0x1B, None, 6))
_ALSO = (
    (0x25, None, 10),
    (0x28, None, 10),
    (0x2A, None, 10),
    (0x35, None, 10),
    (0x37, None, 10),
    (0x41, None, 10),
    (0x4D, None, 10),
    (0x55, None, 10),
    (0x5A, None, 10),
    (0x88, None, 16),
    (0x8A, None, 16),
    (0x93, None, 16),
    (0x9E, 0x10, 16),
    (0xA0, None, 12),
    (0xA3, 0x0C, 12),
    (0xB7, None, 12),
)


def supported(make: ScsiMake, *, secure: bool = False) -> list[tuple[int, int | None, int]]:
    """Opcode, service action where there is one, length of the CDB."""
    found = [*_ALWAYS, *_ALSO]
    if make.format_unit:
        found.append((0x04, None, 6))
    if secure:
        found += [(0xA2, None, 12), (0xB5, None, 12)]
    if make.sanitize:
        found += [(0x48, int(action), 10) for action in (*make.sanitize, Service.EXIT_FAILURE)]
    return sorted(found, key=lambda entry: (entry[0], entry[1] or 0))


def report(make: ScsiMake, cdb: bytes, *, secure: bool = False) -> bytes | None:
    """Parameter data; None for a request that is not one. ``secure``: it takes security protocols."""
    option, opcode, action = cdb[2] & 7, cdb[3], cdb[4] << 8 | cdb[5]
    known = supported(make, secure=secure)
    if option == 0:
        body = b"".join(_described(entry) for entry in known)
        return len(body).to_bytes(4, "big") + body
    of_opcode = [entry for entry in known if entry[0] == opcode]
    has_actions = any(entry[1] is not None for entry in of_opcode)
    if option > 3 or (option == 1 and has_actions) or (option == 2 and of_opcode and not has_actions):
        return None
    match = [entry for entry in of_opcode if entry[1] is None or entry[1] == action]
    if not match:
        return bytes([0, 1, 0, 0])
    length = match[0][2]
    usage = bytes([opcode, *[0xFF] * (length - 1)])
    return bytes([0, 3]) + length.to_bytes(2, "big") + usage


def _described(entry: tuple[int, int | None, int]) -> bytes:
    opcode, action, length = entry
    head = bytes([opcode, 0]) + (action or 0).to_bytes(2, "big")
    return head + bytes([0, int(action is not None)]) + length.to_bytes(2, "big")
