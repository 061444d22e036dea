"""Uniform numbers in [0, 1), the same as in ../stream.ts."""


def uniforms(seed):
    state = seed
    while True:
        state = (1664525 * state + 1013904223) % 2**32
        yield state / 2**32
