"""Classification figures after every update, from scikit-learn. Writes classes.json beside itself.

A figure that scikit-learn gives by decree (a precision without a prediction, an MCC of one class) is null.
Needs numpy and scikit-learn (made with 1.2.1): python3 classes.py
"""

import json
import warnings
from pathlib import Path

import numpy
from sklearn import metrics
from sklearn.calibration import calibration_curve
from stream import uniforms

NAMES = ["apple", "fig", "pear", "plum"]


def binary(seed, rows):
    """Whether it is positive, the probability of that, and a weight, as classes.test.ts makes them."""
    u = uniforms(seed)
    for _ in range(rows):
        p = next(u)
        yield next(u) < p * 0.8, round(p * 50) / 50, next(u) * 3


def multiclass(seed, rows):
    """A truth, probabilities (none equal to another) and a weight."""
    u = uniforms(seed)
    for _ in range(rows):
        truth = int(next(u) * 4)
        p = [next(u) + (1.0 if i == truth else 0.0) * next(u) for i in range(4)]
        total = p[0] + p[1] + p[2] + p[3]
        yield truth, [each / total for each in p], next(u) * 3


def binary_figures(rows, weighted):
    y, p, w = (numpy.array(column) for column in zip(*rows))
    s = {"sample_weight": w} if weighted else {}
    q = p >= 0.5
    both = y.any() and not y.all()
    spread = both and q.any() and not q.all()
    recall = metrics.recall_score(y, q, **s) if y.any() else None
    tn, fp, fn, tp = metrics.confusion_matrix(y, q, labels=[False, True], **s).ravel()
    weights = w if weighted else numpy.ones(len(y))
    bins = numpy.clip(numpy.searchsorted(numpy.linspace(0, 1, 11)[1:-1], p), 0, 9)
    ece = sum(
        weights[bins == b].sum()
        * abs(numpy.average(y[bins == b], weights=weights[bins == b]) - numpy.average(p[bins == b], weights=weights[bins == b]))
        for b in set(bins)
    )
    return {
        "confusion": [float(tn), float(fp), float(fn), float(tp)],
        "accuracy": metrics.accuracy_score(y, q, **s),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, q, **s),
        "precision": metrics.precision_score(y, q, **s) if q.any() else None,
        "recall": recall,
        "specificity": metrics.recall_score(~y, ~q, **s) if not y.all() else None,
        "f1": metrics.f1_score(y, q, **s) if y.any() or q.any() else None,
        "f_beta": metrics.fbeta_score(y, q, beta=2, **s) if y.any() or q.any() else None,
        "mcc": metrics.matthews_corrcoef(y, q, **s) if spread else None,
        "kappa": metrics.cohen_kappa_score(y, q, **s) if both or spread or (y != q).any() else None,
        "log_loss": metrics.log_loss(y, p, labels=[False, True], **s),
        "brier": metrics.brier_score_loss(y, p, pos_label=True, **s),
        "roc_auc": metrics.roc_auc_score(y, p, **s) if both else None,
        "average_precision": metrics.average_precision_score(y, p, **s) if y.any() else None,
        "expected_calibration_error": float(ece / weights.sum()),
    }


def multiclass_figures(rows, weighted):
    y = numpy.array([row[0] for row in rows])
    p = numpy.array([row[1] for row in rows])
    s = {"sample_weight": numpy.array([row[2] for row in rows])} if weighted else {}
    q = p.argmax(axis=1)
    labels = sorted(set(y) | set(q))
    every = set(labels) == set(q)
    figures = {
        "accuracy": metrics.accuracy_score(y, q, **s),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, q, **s),
        "mcc": metrics.matthews_corrcoef(y, q, **s) if len(set(y)) > 1 and len(set(q)) > 1 else None,
        "kappa": metrics.cohen_kappa_score(y, q, **s) if len(labels) > 1 else None,
        "log_loss": metrics.log_loss(y, p, labels=range(4), **s),
        "top_2_accuracy": metrics.top_k_accuracy_score(y, p, k=2, labels=range(4), **s),
        "top_3_accuracy": metrics.top_k_accuracy_score(y, p, k=3, labels=range(4), **s),
        "brier": float(numpy.average(((p - numpy.eye(4)[y]) ** 2).sum(axis=1), weights=s.get("sample_weight"))),
    }
    for average in ("macro", "micro", "weighted"):
        defined = {
            "precision": average == "micro" or set(labels if average == "macro" else y) <= set(q),
            "recall": average != "macro" or set(labels) == set(y),
            "f1": True,
        }
        for name, is_defined in defined.items():
            score = getattr(metrics, f"{name}_score")
            figures[f"{average}_{name}"] = score(y, q, average=average, labels=labels, **s) if is_defined else None
    return figures


def main():
    warnings.simplefilter("ignore")
    two, four = list(binary(11, 60)), list(multiclass(12, 40))
    golden = {
        form: {
            "binary": [binary_figures(two[: n + 1], form == "weighted") for n in range(len(two))],
            "multiclass": [multiclass_figures(four[: n + 1], form == "weighted") for n in range(len(four))],
        }
        for form in ("unweighted", "weighted")
    }
    y, p, _ = (numpy.array(column) for column in zip(*two))
    rate, score = calibration_curve(y, p, n_bins=10)
    golden["calibration_curve"] = [rate.tolist(), score.tolist()]
    Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


main()
