"""Labels fitted to scores by scikit-learn's isotonic regression, and read at other scores. Writes isotonic.json beside itself.

Needs numpy and scikit-learn (made with 1.2.1): python3 isotonic.py
"""

import json
from pathlib import Path

from sklearn.isotonic import IsotonicRegression
from stream import uniforms


def rows(seed, count):
    """A score, each in a bin of its own, and its label: overconfident, and not monotone by chance."""
    u = uniforms(seed)
    for _ in range(count):
        score = (int(next(u) * 28) + 2) / 32
        yield score, next(u) < 0.3 + 0.4 * score


cases = []
for seed, count in [(1, 1), (2, 5), (3, 40), (4, 2000)]:
    pairs = list(rows(seed, count))
    fit = IsotonicRegression(out_of_bounds="clip").fit(*zip(*[(s, float(y)) for s, y in pairs]))
    at = [i / 64 for i in range(65)]
    cases.append({"seed": seed, "rows": count, "fitted": [round(float(v), 12) for v in fit.predict(at)]})

Path(__file__).with_name("isotonic.json").write_text(json.dumps(cases) + "\n")
