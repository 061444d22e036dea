"""ONNX graphs of the four models of models.py, written by hand: the operators that skl2onnx takes for them.

A message of protobuf is its fields one after the other, a field its number and type in a varint, then its content.
See https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the numbers.
"""

import struct

import numpy as np

FLOAT_TENSOR = 1
INT, FLOATS, INTS, STRINGS = 2, 6, 7, 8
ML = "ai.onnx.ml"


def linear(model):
    return graph([linear_node(model, "rows")], model.n_features_in_)


def scaler_and_linear(pipeline):
    scaler, model = (step for _, step in pipeline.steps)
    scale = node("Scaler", "rows", "scaled", [floats("offset", scaler.mean_), floats("scale", 1 / scaler.scale_)])
    return graph([scale, linear_node(model, "scaled")], scaler.n_features_in_)


def forest(model):
    trees = [member.tree_ for member in model.estimators_]
    return trees_graph(trees, 1 / len(trees), 0.0, model.n_features_in_)


def boosting(model):
    trees = [member.tree_ for member in model.estimators_[:, 0]]
    return trees_graph(trees, model.learning_rate, model.init_.constant_.item(), model.n_features_in_)


GRAPHS = {"linear": linear, "scaler": scaler_and_linear, "forest": forest, "boosting": boosting}


def linear_node(model, source):
    return node(
        "LinearRegressor",
        source,
        "predictions",
        [floats("coefficients", model.coef_), floats("intercepts", [model.intercept_])],
    )


def trees_graph(trees, factor, base, width):
    """Sums factor times each leaf, and the base. A threshold is rounded down to float32: rows are float32 too."""
    counts = [tree.node_count for tree in trees]
    ids = np.concatenate([np.arange(count) for count in counts])
    tree_ids = np.repeat(np.arange(len(trees)), counts)
    left = np.concatenate([tree.children_left for tree in trees])
    right = np.concatenate([tree.children_right for tree in trees])
    is_leaf = left < 0
    thresholds = np.concatenate([tree.threshold for tree in trees])
    values = np.concatenate([tree.value[:, 0, 0] for tree in trees])
    modes = [b"LEAF" if leaf else b"BRANCH_LEQ" for leaf in is_leaf]
    attributes = [
        ints("nodes_treeids", tree_ids),
        ints("nodes_nodeids", ids),
        ints("nodes_featureids", np.where(is_leaf, 0, np.concatenate([tree.feature for tree in trees]))),
        strings("nodes_modes", modes),
        floats("nodes_values", np.where(is_leaf, 0, rounded_down(thresholds))),
        ints("nodes_truenodeids", np.where(is_leaf, 0, left)),
        ints("nodes_falsenodeids", np.where(is_leaf, 0, right)),
        ints("target_treeids", tree_ids[is_leaf]),
        ints("target_nodeids", ids[is_leaf]),
        ints("target_ids", np.zeros(is_leaf.sum(), dtype=int)),
        floats("target_weights", values[is_leaf] * factor),
        floats("base_values", [base]),
        integer("n_targets", 1),
    ]
    return graph([node("TreeEnsembleRegressor", "rows", "predictions", attributes)], width)


def rounded_down(values):
    single = values.astype(np.float32)
    return np.where(single > values, np.nextafter(single, np.float32(-np.inf)), single)


def graph(nodes, width):
    content = b"".join(field(1, made) for made in nodes) + text(2, "model")
    content += field(11, tensor("rows", [None, width])) + field(12, tensor("predictions", [None, 1]))
    opsets = [("", 17), (ML, 1)]
    versions = b"".join(field(8, text(1, domain) + number(2, version)) for domain, version in opsets)
    return number(1, 8) + text(2, "bench") + field(7, content) + versions


def tensor(name, shape):
    sizes = b"".join(field(1, text(2, "N") if size is None else number(1, size)) for size in shape)
    return text(1, name) + field(2, field(1, number(1, FLOAT_TENSOR) + field(2, sizes)))


def node(operator, source, target, attributes):
    return text(1, source) + text(2, target) + text(4, operator) + text(7, ML) + b"".join(attributes)


def floats(name, values):
    packed = struct.pack(f"<{len(values)}f", *values)
    return attribute(name, FLOATS, field(7, packed))


def ints(name, values):
    return attribute(name, INTS, field(8, b"".join(varint(int(value)) for value in values)))


def strings(name, values):
    return attribute(name, STRINGS, b"".join(field(9, value) for value in values))


def integer(name, value):
    return attribute(name, INT, number(3, value))


def attribute(name, kind, content):
    return field(5, text(1, name) + content + number(20, kind))


def text(key, value):
    return field(key, value.encode())


def field(key, content):
    return varint(key << 3 | 2) + varint(len(content)) + content


def number(key, value):
    return varint(key << 3) + varint(value)


def varint(value):
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    made.append(value)
    return bytes(made)
