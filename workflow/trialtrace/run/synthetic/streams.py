"""Random numbers by name: each quantity has a stream of its own.

A stream is Philox-4x64 with a key made of seed, trial and name, so that a further quantity changes
no other, and row i of a quantity always gets word i.
"""

import hashlib
from collections.abc import Callable

import numpy as np

from trialtrace.base.arrays import Floats


def bits_of(seed: int, trial: str, name: str) -> np.random.Philox:
    """The counter-based generator of a name: its key is the first 16 bytes of a sha256."""
    digest = hashlib.sha256(f"{seed}\0{trial}\0{name}".encode()).digest()
    key = np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64)
    return np.random.Philox(key=key)


def streams(seed: int, trial: str) -> Callable[[str], np.random.Generator]:
    """Generators by name."""
    return lambda name: np.random.Generator(bits_of(seed, trial, name))


def uniforms(stream: np.random.Generator, size: int) -> Floats:
    """Numbers inside (0, 1), one 64-bit word each."""
    words = stream.bit_generator.random_raw(size)
    return ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normals(stream: np.random.Generator, size: int) -> Floats:
    """Standard normal numbers, one 64-bit word each."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms(stream, size)))
