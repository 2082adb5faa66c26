"""The start-up hook, imported by __tt_iree.pth in every interpreter.

It only puts a finder in front of sys.meta_path. The finder acts when one of
the modules below is imported, runs that module as usual, and then hands it to
our glue. Until then nothing else of tt_iree is loaded, and without the IREE
wheels nothing ever happens. TT_IREE_DISABLE=1 in the environment turns it all
off.

Imports nothing but what the interpreter has already loaded: this is on the
path of every `python`.
"""

import os
import sys

# Module that gets a hook -> the glue module and function to call with it.
_HOOKS = {
    "iree.runtime.system_setup": ("tt_iree.runtime", "patch_system_setup"),
    "iree.runtime": ("tt_iree.runtime", "patch_runtime"),
    "iree.compiler.tools.binaries": ("tt_iree.compiler", "patch_binaries"),
    "iree.compiler.api.ctypes_dl": ("tt_iree.compiler", "patch_api"),
    "iree.turbine.runtime.device": ("tt_iree.turbine", "patch_device"),
}


def _run_hook(module):
    glue_name, function_name = _HOOKS[module.__name__]
    glue = __import__(glue_name, fromlist=[function_name])
    getattr(glue, function_name)(module)


class _Loader:
    """Loads like |loader|, then runs the hook of the module."""

    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        # From here on the module looks as if we had never been there.
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _run_hook(module)


class _Finder:
    """Finds nothing itself: wraps what the finders behind it find."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in _HOOKS:
            return None
        for finder in sys.meta_path:
            find_spec = getattr(finder, "find_spec", None)
            if finder is _Finder or find_spec is None:
                continue
            spec = find_spec(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader)
                return spec
        return None


def install():
    """Installs the finder once; catches up on modules already imported."""
    if _Finder in sys.meta_path:
        return
    sys.meta_path.insert(0, _Finder)
    for name in _HOOKS:
        if name in sys.modules:
            _run_hook(sys.modules[name])


if os.environ.get("TT_IREE_DISABLE", "") in ("", "0"):
    install()
