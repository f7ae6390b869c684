"""The smallest files that have a size, a shape and a length: JPEG headers and MP4 boxes without any picture."""

import struct


def jpeg(width: int = 1080, height: int = 1080, *, several: bool = False, size: int = 0) -> bytes:
    """`several`: a multi-picture file; `size`: padded to so many bytes."""
    app0 = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    mpf = b"\xff\xe2\x00\x0aMPF\x00MM\x00*" if several else b""
    frame = (
        b"\xff\xc0\x00\x11\x08"
        + struct.pack(">HH", height, width)
        + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    )
    return (b"\xff\xd8" + app0 + mpf + frame + b"\xff\xda\x00\x02" + b"\x00" * 40 + b"\xff\xd9").ljust(
        size, b"\0"
    )


def mp4(
    seconds: float = 10,
    width: int = 1080,
    height: int = 1920,
    *,
    brand: bytes = b"mp42",
    size: int = 0,
    late: bool = False,
) -> bytes:
    scale = 1000
    movie = b"\0" * 12 + struct.pack(">II", scale, int(seconds * scale)) + b"\0" * 80
    track = b"\0" * 76 + struct.pack(">II", width << 16, height << 16)
    moov = box(b"moov", box(b"mvhd", movie) + box(b"trak", box(b"tkhd", track)))
    if late:
        return box(b"ftyp", brand + b"\0\0\0\0" + brand) + long_box(b"mdat", b"\0" * 100_000) + moov
    head = box(b"ftyp", brand + b"\0\0\0\0" + brand) + moov
    return head + box(b"mdat", b"\0" * max(size - len(head) - 8, 64))


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def long_box(kind: bytes, content: bytes) -> bytes:
    """With its size in 64 bits, as for films beyond 4 GiB."""
    return struct.pack(">I", 1) + kind + struct.pack(">Q", len(content) + 16) + content
