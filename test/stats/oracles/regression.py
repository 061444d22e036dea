"""Regression figures after every update, from scikit-learn and numpy. Writes regression.json beside itself.

Needs numpy and scikit-learn (made with 1.2.1): python3 regression.py
"""

import json
from fractions import Fraction
from math import sqrt
from pathlib import Path

import numpy
from sklearn import metrics
from stream import uniforms


def stream(seed, rows):
    """A truth, a prediction and a weight per row, as regression.test.ts makes them."""
    u = uniforms(seed)
    for _ in range(rows):
        truth = (next(u) - 0.5) * 200
        prediction = truth * 0.8 + (next(u) - 0.5) * 60
        yield truth, prediction, next(u) * 3


def figures(rows, weighted):
    y, p, w = (numpy.array(column) for column in zip(*rows))
    weights = {"sample_weight": w} if weighted else {}
    error = numpy.abs(y - p)
    mse = metrics.mean_squared_error(y, p, **weights)
    return {
        "mae": metrics.mean_absolute_error(y, p, **weights),
        "mse": mse,
        "rmse": sqrt(mse),
        "bias": float(numpy.average(p - y, weights=w if weighted else None)),
        "r2": metrics.r2_score(y, p, **weights) if len(rows) > 1 else None,
        "median_absolute_error": float(numpy.quantile(error, 0.5)),
        "p95_absolute_error": float(numpy.quantile(error, 0.95)),
    }


def cancellation():
    """Truths so large that a sum of squares in doubles has no variance left, by exact rational arithmetic."""
    rows = [(1e15 + i % 7, 1e15 + i % 5) for i in range(200)]
    y = [Fraction(truth) for truth, _ in rows]
    mean = sum(y) / len(y)
    residual = sum((Fraction(p) - Fraction(t)) ** 2 for t, p in rows)
    return float(1 - residual / sum((t - mean) ** 2 for t in y))


def main():
    rows = list(stream(42, 100))
    golden = {
        "scikit_learn": __import__("sklearn").__version__,
        "unweighted": [figures(rows[: n + 1], False) for n in range(len(rows))],
        "weighted": [figures(rows[: n + 1], True) for n in range(len(rows))],
        "cancellation_r2": cancellation(),
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


main()
