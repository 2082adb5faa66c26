"""Glue for iree.turbine.runtime: torch tensors on a tenstorrent device.

iree-turbine keeps one table entry per driver for moving tensors and for
compile flags. Ours are those of the local host driver, whose buffers are
reached the same way.
"""

from __future__ import annotations

from types import ModuleType

from tt_iree._native import TARGET_NAME

_TABLES = (
    "TORCH_TENSOR_IMPORTERS",
    "TORCH_TENSOR_EXPORTERS",
    "IREE_SEMAPHPORE_INTEROP",
)


def patch_device(device: ModuleType) -> None:
    for name in _TABLES:
        table = getattr(device, name, None)
        if table is not None and "local-task" in table:
            table.setdefault(TARGET_NAME, table["local-task"])
    flags = getattr(device, "DEVICE_TARGET_COMPILE_FLAGS", None)
    if flags is not None:
        flags.setdefault(TARGET_NAME, (f"--iree-hal-target-backends={TARGET_NAME}",))
