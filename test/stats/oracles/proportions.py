"""Further regression figures after every update, from scikit-learn and numpy. Writes proportions.json beside itself.

Needs numpy and scikit-learn (made with 1.2.1): python3 proportions.py
"""

import json
from pathlib import Path

import numpy
from sklearn import metrics
from stream import uniforms


def stream(seed, rows):
    """A truth, a prediction and a weight per row, as proportions.test.ts makes them; none is negative or 0."""
    u = uniforms(seed)
    for _ in range(rows):
        truth = 1 + next(u) * 200
        yield truth, truth * (0.5 + next(u)), next(u) * 3


def figures(rows, weighted):
    y, p, w = (numpy.array(column) for column in zip(*rows))
    weights = {"sample_weight": w} if weighted else {}
    return {
        "explained_variance": metrics.explained_variance_score(y, p, **weights) if len(rows) > 1 else None,
        "mape": metrics.mean_absolute_percentage_error(y, p, **weights),
        "smape": float(numpy.average(2 * abs(y - p) / (y + p), weights=w if weighted else None)),
        "msle": metrics.mean_squared_log_error(y, p, **weights),
        "pinball_10": metrics.mean_pinball_loss(y, p, alpha=0.1, **weights),
        "pinball_97.5": metrics.mean_pinball_loss(y, p, alpha=0.975, **weights),
    }


def main():
    rows = list(stream(5, 60))
    golden = {
        form: [figures(rows[: n + 1], form == "weighted") for n in range(len(rows))]
        for form in ("unweighted", "weighted")
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


main()
