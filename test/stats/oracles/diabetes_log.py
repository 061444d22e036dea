"""The log of the linear model on the diabetes data. Writes ../../metric/fixtures/diabetes_linear.csv.

Needs numpy and scikit-learn (made with 1.2.1): python3 diabetes_log.py
"""

import csv
import pickle
from pathlib import Path

import numpy

HERE = Path(__file__).parent
EXAMPLE = HERE / "../../../examples/diabetes"


def main():
    with open(EXAMPLE / "diabetes_linear.pkl", "rb") as file:
        model = pickle.load(file)
    with open(EXAMPLE / "diabetes.csv", newline="") as file:
        rows = [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]
    table = numpy.array(rows)
    truths = table[:, -1]
    predictions = model.predict(table[:, :-1])
    with open(HERE / "../../metric/fixtures/diabetes_linear.csv", "w") as log:
        log.write("id,y_true,y_pred,absolute_error\n")
        for i, (y, p) in enumerate(zip(truths.tolist(), predictions.tolist())):
            log.write(f"{1700000000 + i / 2!r},{y!r},{p!r},{abs(y - p)!r}\n")


main()
