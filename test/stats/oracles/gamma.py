"""Gamma functions and mixture boundaries from scipy (1.10.1). Writes gamma.json beside itself."""

import json
from math import lgamma, log
from pathlib import Path

from scipy.optimize import brentq
from scipy.special import erfc, gammainc, gammaincc, gammaln


def log_mixture(s, v, rho, c):
    """The formula as published, term by term."""
    r = rho / c**2
    a = (v + rho) / c**2
    x = (c * s + v + rho) / c**2
    leading = r * log(r) - lgamma(r) - log(gammainc(r, r))
    return leading + gammaln(a) + log(gammainc(a, x)) - a * log(x) + (c * s + v) / c**2


def bound(v, threshold, rho, c):
    return brentq(lambda s: log_mixture(s, v, rho, c) - threshold, 0, 1e3 + 100 * v, xtol=1e-13, rtol=1e-15)


def main():
    shapes = [0.01, 0.5, 1, 3.15, 9.9, 10.1, 50, 700, 999, 1001, 5000, 1e5, 1e7]
    ratios = [0, 0.01, 0.5, 0.81, 0.9, 0.97, 0.999, 1, 1.0001, 1.01, 1.1, 1.19, 1.21, 2, 10]
    golden = {
        "log_gamma": [[a, float(gammaln(a))] for a in shapes],
        "incomplete_gamma": [
            [a, a * q, float(gammainc(a, a * q)), float(gammaincc(a, a * q))] for a in shapes for q in ratios
        ],
        "erfc": [[z, float(erfc(z))] for z in (-5, -1, -0.1, 0, 0.01, 0.5, 1, 3, 10, 25)],
        "bound": [
            [v, t, rho, c, bound(v, t, rho, c)]
            for v in (0, 0.1, 5, 100, 3000, 2e4)
            for t in (1, 3.7, 12)
            for rho, c in ((3.15, 1), (15.8, 2), (0.3, 0.5))
        ],
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


main()
