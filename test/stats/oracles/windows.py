"""Figures over windows after every update, weighted, from scikit-learn. Writes windows.json beside itself.

Outcomes come out of order in time. `last` are the 20 latest by time; `sliding` is ten minutes of whole minutes up to the
newest; `faded` weighs by 2^(-age / 5 minutes), and has no figure of labels but accuracy. A figure that scikit-learn gives by decree is null.
Needs numpy and scikit-learn (made with 1.2.1): python3 windows.py
"""

import json
from pathlib import Path

import numpy
from sklearn import metrics
from stream import uniforms

MINUTE = 60_000


def rows(seed, count):
    """Time, truth, prediction, weight, whether it is positive and the probability of that, as windows.test.ts makes them."""
    u = uniforms(seed)
    for i in range(count):
        a, b, c, d = next(u), next(u), next(u), next(u)
        truth = (b - 0.5) * 200
        p = round(c * 50) / 50
        yield 1_700_000_000_000 + i * 30_000 + int(a * 90_000), truth, truth * 0.8 + (c - 0.5) * 60, 0.1 + d * 3, b < p * 0.8 + 0.1, p


def windows(table):
    time = table[:, 0]
    newest = time.max()
    end = (newest // MINUTE + 1) * MINUTE
    last = numpy.zeros(len(time))
    last[numpy.argsort(time)[-20:]] = 1
    return {
        "last": last,
        "sliding": (time >= end - 10 * MINUTE).astype(float),
        "faded": 0.5 ** ((newest - time) / (5 * MINUTE)),
    }


def figures(table, share):
    held = share > 0
    _, y, p, w, positive, score = table[held].T
    s = {"sample_weight": w * share[held]}
    spread = len(y) > 1
    positive = positive.astype(bool)
    served = score >= 0.5
    both = positive.any() and not positive.all()
    served_both = served.any() and not served.all()
    return {
        "mae": metrics.mean_absolute_error(y, p, **s),
        "rmse": metrics.mean_squared_error(y, p, squared=False, **s),
        "r2": metrics.r2_score(y, p, **s) if spread else None,
        "explained_variance": metrics.explained_variance_score(y, p, **s) if spread else None,
        "mape": metrics.mean_absolute_percentage_error(y, p, **s),
        "accuracy": metrics.accuracy_score(positive, served, **s),
        "balanced_accuracy": metrics.balanced_accuracy_score(positive, served, **s),
        "precision": metrics.precision_score(positive, served, **s) if served.any() else None,
        "recall": metrics.recall_score(positive, served, **s) if positive.any() else None,
        "f1": metrics.f1_score(positive, served, **s) if positive.any() or served.any() else None,
        "mcc": metrics.matthews_corrcoef(positive, served, **s) if both and served_both else None,
        "kappa": metrics.cohen_kappa_score(positive, served, **s) if both or (positive != served).any() else None,
        "log_loss": metrics.log_loss(positive, score, labels=[0, 1], **s),
        "brier": metrics.brier_score_loss(positive, score, pos_label=True, **s) if both else None,
        "roc_auc": metrics.roc_auc_score(positive, score, **s) if both else None,
        "average_precision": metrics.average_precision_score(positive, score, **s) if positive.any() else None,
    }


def main():
    table = numpy.array(list(rows(7, 90)), dtype=float)
    golden = []
    for n in range(1, len(table) + 1):
        seen = table[:n]
        golden.append({name: figures(seen, share) for name, share in windows(seen).items()})
    Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


main()
