"""Values of `tt-iree run --input`, and signatures of functions."""

import ml_dtypes
import numpy as np
import pytest
from tt_iree import abi, values


@pytest.mark.parametrize(
    "text, want",
    [
        ("4xf32=1 2 3 4", np.array([1, 2, 3, 4], np.float32)),
        ("2x2xi32=[1 2][3 4]", np.array([[1, 2], [3, 4]], np.int32)),
        ("2x2xi32=1,2,3,4", np.array([[1, 2], [3, 4]], np.int32)),
        ("2x3xf64=7.5", np.full((2, 3), 7.5)),
        ("3xi8", np.zeros(3, np.int8)),
        ("0x4xf32", np.zeros((0, 4), np.float32)),
        ("f32=2.5", np.array(2.5, np.float32)),
        ("2xbf16=1 -2", np.array([1, -2], ml_dtypes.bfloat16)),
        ("4xi1=1 0 true false", np.array([True, False, True, False])),
        ("2xui8=255 0x10", np.array([255, 16], np.uint8)),
        ("2xf32=nan -inf", np.array([np.nan, -np.inf], np.float32)),
        ("42", 42),
        ("0xff", 255),
        ("inf", np.inf),
        ("2xcomplex<f32>=1+2j 3", np.array([1 + 2j, 3], np.complex64)),
        ("-1.5", -1.5),
    ],
)
def test_parse(text, want):
    got = values.parse(text)
    np.testing.assert_array_equal(got, want)
    assert np.asarray(got).dtype == np.asarray(want).dtype


def test_parse_files(tmp_path):
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.save(tmp_path / "a.npy", array)
    array.tofile(tmp_path / "a.bin")
    for text in (f"@{tmp_path}/a.npy", f"2x3xf32=@{tmp_path}/a.npy",
                 f"2x3xf32=@{tmp_path}/a.bin"):  # fmt: skip
        np.testing.assert_array_equal(values.parse(text), array)
    with pytest.raises(ValueError, match="holds 6 elements, the shape has 8"):
        values.parse(f"2x4xf32=@{tmp_path}/a.bin")
    with pytest.raises(ValueError, match="holds .* of float32"):
        values.parse(f"2x3xi32=@{tmp_path}/a.npy")
    np.save(tmp_path / "bits.npy", np.array([0x3F80, 0xC000], np.uint16))
    np.testing.assert_array_equal(
        values.parse(f"2xbf16=@{tmp_path}/bits.npy").astype(np.float32), [1, -2]
    )


@pytest.mark.parametrize(
    "text, message",
    [
        ("4xf32=1 2 3", "3 elements, the shape has 4"),
        ("4xq32=1", "unknown element type 'q32'"),
        ("4xi32=1.5", "not all elements are int32"),
        ("1xi8=300", "not all elements are int8"),
        ("1xi1=maybe", "not all elements are bool"),
        ("what", "neither a number nor a type|unknown element type"),
        ("[2]=1", "is not a type"),
    ],
)
def test_parse_errors(text, message):
    with pytest.raises(ValueError, match=message):
        values.parse(text)


def test_format():
    assert values.format_value(np.array([[1, 2], [3, 4]], np.int32)) == (
        "2x2xi32=[1 2][3 4]"
    )
    assert values.format_value(np.array([1.5, 2], np.float32)) == "2xf32=1.5 2"
    assert values.format_value(np.array(True)) == "i1=1"
    assert values.format_value(7) == "7"
    pair = np.array([1 + 2j, complex(0, -0.5)], np.complex64)
    assert values.format_value(pair) == "2xcomplex<f32>=1+2j 0-0.5j"


def test_bfloat16_is_stored_as_bits():
    array = np.array([1, 2], ml_dtypes.bfloat16)
    assert values.storable(array).dtype == np.uint16


def test_declaration():
    signature = abi.parse_declaration(
        "sync func @f(%input0: tensor<4x?xf32>, %input1: i32 {x = 1 : index}, "
        "%input2: tensor<f64>) -> (%output0: tensor<?xi1> {a.b = [1, 2]}, "
        "%output1: tensor<2xcomplex<f32>>)"
    )
    assert signature.name == "f"
    assert [(v.name, v.shape, v.element) for v in signature.inputs] == [
        ("input0", (4, None), "f32"),
        ("input1", None, "i32"),
        ("input2", (), "f64"),
    ]
    assert [v.type for v in signature.outputs] == ["tensor<?xi1>", "tensor<2xcomplex<f32>>"]
    assert signature.outputs[1].dtype == np.complex64


def test_declaration_without_results():
    assert abi.parse_declaration("sync func @f() -> ()").outputs == ()
    assert abi.parse_declaration("async func @g(%input0: i32)").inputs[0].element == "i32"
    assert abi.parse_declaration("no function") is None
