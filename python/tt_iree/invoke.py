"""iree.runtime.invoke: run a compiled module once, arrays in, arrays out.

The stock package has no such function (where it has one, ours is not
installed). It is a convenience: each call makes a context, so programs that
call a module many times use `runtime.load_vm_module` as ever.
"""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence, Union

import numpy as np

from tt_iree import _native, abi

Inputs = Union[Sequence[Any], Mapping[str, Any], Any]


def invoke(
    vmfb: bytes,
    inputs: Inputs = (),
    *,
    function: Optional[str] = None,
    config: Any = None,
) -> Any:
    """Runs a function of a compiled module and returns its results.

    Args:
      vmfb: the module, as `iree.compiler.compile_str` returns it.
      inputs: a list or tuple of arrays, a dict from argument name to array, or
        one array for a function of one argument. Arrays must have the dtype
        and shape that the function declares; Python numbers and nested lists
        are converted to them.
      function: name of the function; may be left out when the module has one
        function, or one called "main".
      config: an `iree.runtime.Config`; default `Config("tenstorrent")`.
    Returns:
      One numpy array (or number), a tuple when the function has several
      results, None when it has none. Arrays own their memory.
    Raises:
      TypeError, ValueError: inputs that do not fit the function.
    """
    if isinstance(vmfb, (str, Mapping)) or not _is_bytes(vmfb):
        raise TypeError(
            "invoke: vmfb must be the bytes of a compiled module, got "
            f"{type(vmfb).__name__}"
        )
    import iree.runtime as rt

    if config is None:
        config = rt.Config(_native.TARGET_NAME)
    vm_module = rt.VmModule.copy_buffer(config.vm_instance, bytes(vmfb))
    vm_function = abi.find_function(vm_module, function)
    context = rt.SystemContext(vm_modules=[vm_module], config=config)
    results = call(context, vm_function, inputs)
    if len(results) == 1:
        return results[0]
    return tuple(results) if results else None


def call(context: Any, vm_function: Any, inputs: Inputs) -> List[Any]:
    """Calls a function in a SystemContext; results as a list."""
    return call_on(context.vm_context, context.config.device, vm_function, inputs)


def call_on(context: Any, device: Any, vm_function: Any, inputs: Inputs) -> List[Any]:
    """Calls a function in a VmContext, inputs on |device|; results as a list."""
    import iree.runtime as rt

    signature = abi.signature(vm_function)
    values = _ordered(inputs, signature)
    arguments = rt.VmVariantList(len(values))
    for i, value in enumerate(values):
        declared = signature.inputs[i] if signature else None
        _push(rt, device, arguments, value, declared, i)
    count = len(signature.outputs) if signature else 1
    results = rt.VmVariantList(count)
    context.invoke(vm_function, arguments, results)
    return [
        _result(rt, device, results, i, signature.outputs[i] if signature else None)
        for i in range(len(results))
    ]


def _is_bytes(value: Any) -> bool:
    try:
        memoryview(value)
    except TypeError:
        return False
    return True


def _ordered(inputs: Inputs, signature: Optional[abi.Signature]) -> List[Any]:
    """Inputs in the order of the function's arguments."""
    if isinstance(inputs, Mapping):
        if signature is None:
            raise ValueError(
                "invoke: the function declares no argument names; pass a list"
            )
        # IREE names them input0, input1, ...; exporters' arg0 is as good.
        names = [value.name for value in signature.inputs]
        if f"arg{len(names) - 1}" in inputs:
            names = [f"arg{i}" for i in range(len(names))]
        if set(inputs) != set(names):
            raise ValueError(
                f"invoke: @{signature.name} takes the arguments {names}, "
                f"got {sorted(map(str, inputs))}"
            )
        return [inputs[name] for name in names]
    if isinstance(inputs, (list, tuple)):
        values = list(inputs)
    else:
        values = [inputs]
    if signature is not None and len(values) != len(signature.inputs):
        raise ValueError(
            f"invoke: @{signature.name} takes {len(signature.inputs)} inputs, "
            f"got {len(values)}"
        )
    return values


def _type_text(array: np.ndarray) -> str:
    return f"{'x'.join(map(str, array.shape + (array.dtype.name,)))}"


def _from_python(
    value: Any, wanted: np.dtype, declared: abi.Value, index: int
) -> np.ndarray:
    """Numbers or lists of them, converted where that loses nothing but digits."""
    given = np.asarray(value)
    if wanted.kind not in "iub" or given.size == 0:
        return given.astype(wanted)
    if given.dtype.kind not in "iubO":
        raise TypeError(
            f"invoke: input {index} ({declared.name}) holds {given.dtype.name} "
            f"values, expected {wanted.name} ({declared.type})"
        )
    try:
        array = given.astype(wanted)
        fits = np.array_equal(array, given)
    except OverflowError:
        fits = False
    if not fits:
        raise ValueError(
            f"invoke: input {index} ({declared.name}) holds values that do not "
            f"fit {wanted.name} ({declared.type})"
        )
    return array


def _array(value: Any, declared: abi.Value, index: int) -> np.ndarray:
    """|value| as an array of the declared type; TypeError or ValueError."""
    wanted = declared.dtype
    if wanted is None:
        raise TypeError(
            f"invoke: input {index} is {declared.type}, which numpy cannot hold"
        )
    if isinstance(value, (bool, int, float, list, tuple)):
        array = _from_python(value, wanted, declared, index)
    else:
        array = np.asarray(value)
        array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype != wanted:
        # MLIR's integers have no sign: either view of the bits is the value.
        same_bits = (
            array.dtype.kind in "iu"
            and wanted.kind in "iu"
            and array.dtype.itemsize == wanted.itemsize
        )
        if not same_bits:
            raise TypeError(
                f"invoke: input {index} ({declared.name}) has dtype "
                f"{array.dtype.name}, expected {wanted.name} ({declared.type})"
            )
        array = array.view(wanted)
    shape = declared.shape
    if len(array.shape) != len(shape) or any(
        d is not None and d != a for d, a in zip(shape, array.shape)
    ):
        raise ValueError(
            f"invoke: input {index} ({declared.name}) has shape "
            f"{array.shape} ({_type_text(array)}), expected {declared.type}"
        )
    return np.ascontiguousarray(array).reshape(array.shape)


def _push(
    rt: Any,
    device: Any,
    arguments: Any,
    value: Any,
    declared: Optional[abi.Value],
    index: int,
) -> None:
    if declared is not None and declared.shape is None:
        if declared.element == "f64":
            arguments.push_float(float(value))
        elif declared.element == "f32":
            # VmVariantList has f64 only, and the VM reads it as 0 here.
            raise TypeError(
                f"invoke: input {index} is a scalar f32, which iree-base-runtime "
                f"{_native.IREE_VERSION} cannot pass from Python; declare tensor<f32>"
            )
        elif declared.element == "index" or declared.element[0] == "i":
            arguments.push_int(int(value))
        else:
            raise TypeError(
                f"invoke: input {index} is {declared.type}, which is not supported"
            )
        return
    if isinstance(value, rt.DeviceArray):
        arguments.push_ref(value._buffer_view)
        return
    array = np.asarray(value) if declared is None else _array(value, declared, index)
    arguments.push_ref(rt.asdevicearray(device, array)._buffer_view)


def _result(
    rt: Any, device: Any, results: Any, index: int, declared: Optional[abi.Value]
) -> Any:
    value = results.get_variant(index)
    if not isinstance(value, rt.VmRef):
        return value
    view = value.deref(rt.HalBufferView, True)
    if view is None:
        return value
    wanted = declared.dtype if declared is not None else None
    return _to_numpy(rt, device, view, wanted)


def _dtype_of(view: Any) -> Optional[np.dtype]:
    from iree.runtime.array_interop import map_dtype_to_element_type

    for dtype in abi.DTYPES.values():
        if int(map_dtype_to_element_type(dtype)) == int(view.element_type):
            return np.dtype(dtype)
    return None


def _to_numpy(rt: Any, device: Any, view: Any, wanted: Optional[np.dtype]) -> np.ndarray:
    if wanted is None:
        wanted = _dtype_of(view)
    if wanted is None:
        return np.array(rt.DeviceArray(device, view).to_host())

    # The stock type table has no bfloat16 and no 8-bit floats: read their bits.
    raw = np.dtype(f"u{wanted.itemsize}") if wanted.kind == "V" else wanted

    class Bits(rt.DeviceArray):
        def _get_raw_dtype(self) -> np.dtype:
            return raw

    # A copy: the mapping ends with the buffer, the result must not.
    return np.array(Bits(device, view).to_host()).view(wanted)
