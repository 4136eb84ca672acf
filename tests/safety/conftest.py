"""The worlds of these tests."""

from support.fixtures import (  # noqa: F401 - pytest finds them here
    small_content,
    small_lantern,
    small_vectors_path,
    small_world,
    start_small,
    world,
)
