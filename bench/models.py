"""Trains the models of `npm run bench:models`, and times scikit-learn on the rows that Node is timed on.

Usage: models.py FOLDER. It writes to FOLDER for each model NAME.pkl, NAME.onnx and NAME.f64 (its predictions), and
rows.f64; then it says {"python", "sklearn", "numpy"} and answers lines of {"model", "batch", "ms"} with rows per second.
"""

import json
import os
import pickle
import sys
import time
from statistics import median

import numpy as np
import sklearn
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import onnx_graphs

SEED, FEATURES, TRAINING_ROWS, ROWS = 20240611, 10, 4_000, 8_192
BLOCK_SECONDS = 0.001


def main(folder):
    random = np.random.default_rng(SEED)
    training = random.normal(size=(TRAINING_ROWS, FEATURES))
    truth = truth_of(training) + random.normal(size=TRAINING_ROWS)
    # Rows that float32 holds too, so that a threshold in ONNX, which has no other, sends them where it does here.
    rows = random.normal(size=(ROWS, FEATURES)).astype(np.float32).astype(np.float64)
    rows.tofile(os.path.join(folder, "rows.f64"))
    models = {
        "linear": LinearRegression(),
        "scaler": make_pipeline(StandardScaler(), LinearRegression()),
        "forest": RandomForestRegressor(n_estimators=100, max_depth=8, random_state=SEED),
        "boosting": GradientBoostingRegressor(n_estimators=100, max_depth=3, random_state=SEED),
    }
    for name, model in models.items():
        model.fit(training, truth)
        with open(os.path.join(folder, f"{name}.pkl"), "wb") as file:
            pickle.dump(model, file, protocol=4)
        with open(os.path.join(folder, f"{name}.onnx"), "wb") as file:
            file.write(onnx_graphs.GRAPHS[name](model))
        model.predict(rows).tofile(os.path.join(folder, f"{name}.f64"))
    say({"python": sys.version.split()[0], "sklearn": sklearn.__version__, "numpy": np.__version__})
    for line in sys.stdin:
        asked = json.loads(line)
        batch = asked["batch"]
        batches = [rows[at : at + batch] for at in range(0, ROWS, batch)]
        say(rows_per_second(models[asked["model"]].predict, batches, batch, asked["ms"] / 1e3))


def truth_of(rows):
    return 10 * np.sin(rows[:, 0] * rows[:, 1]) + 20 * (rows[:, 2] > 0.3) + rows @ np.arange(FEATURES)


def rows_per_second(predict, batches, batch, seconds):
    """The median of blocks of about a millisecond, as bench/models.ts does it."""
    clock = time.perf_counter
    blocks, at, calls = [], 0, 1
    end = clock() + seconds
    while clock() < end:
        start = clock()
        for _ in range(calls):
            predict(batches[at])
            at = (at + 1) % len(batches)
        took = clock() - start
        if took < BLOCK_SECONDS / 2:
            calls *= 2
        else:
            blocks.append(calls * batch / took)
    return median(blocks)


def say(what):
    print(json.dumps(what), flush=True)


main(sys.argv[1])
