"""Sums of doubles of every size by rational arithmetic, rounded once. Writes exact_sum.json beside itself."""

import json
import struct
from fractions import Fraction
from pathlib import Path

from stream import uniforms


def doubles(seed, count, exponents):
    """Random signs, mantissas and exponents; denormals where `exponents` begins at 0."""
    u = uniforms(seed)
    low, high = exponents
    for _ in range(count):
        field = low + int(next(u) * (high - low + 1))
        bits = (int(next(u) * 2) << 63) | (field << 52) | (int(next(u) * 2**20) << 32) | int(next(u) * 2**32)
        yield struct.unpack("<d", struct.pack("<Q", bits))[0]


def case(seed, count, exponents):
    values = list(doubles(seed, count, exponents))
    exact = [Fraction(v) for v in values]
    weights = exact[1:] + exact[:1]
    products = all(abs(v) < 2.0**270 for v in values)
    return {
        "seed": seed,
        "count": count,
        "exponents": exponents,
        "sum": float(sum(exact)),
        "squares": float(sum(v * v for v in exact)) if products else None,
        "weighted_squares": float(sum(w * v * v for w, v in zip(weights, exact))) if products else None,
    }


def main():
    fields = [(1000, 1046), (0, 20), (0, 1290), (1, 1), (900, 1100), (0, 1355), (1010, 1290)]
    golden = [case(seed, count, e) for seed, e in enumerate(fields) for count in (1, 2, 17, 500)]
    Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


main()
