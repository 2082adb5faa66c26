#!/bin/sh
# Installs what `make demo` (scripts/setup.sh demo) or `make test`
# (scripts/setup.sh, the default) need: packages, and nothing else. Safe to run
# again; when all is there it does nothing and needs no network.
# `scripts/setup.sh frontends` adds PyTorch, JAX, ONNX, TensorFlow and transformers,
# about 3 GB: tests that need them are skipped without.
set -eu
cd "$(dirname "$0")/.."

mode=${1:-test}
venv=.venv
python=${PYTHON:-python3}

case $mode in
  demo | test | frontends) ;;
  *)
    echo "usage: scripts/setup.sh [demo|test|frontends]" >&2
    exit 2
    ;;
esac

# Debian packages, by what shows that they are missing.
missing=
command -v "$python" >/dev/null || missing="$missing python3"
# ensurepip is what Debian keeps out of python3 and in python3-venv.
if [ ! -x $venv/bin/pip ]; then
  "$python" -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
fi
command -v cc >/dev/null || missing="$missing gcc libc6-dev"
if [ "$mode" = test ]; then
  command -v pkg-config >/dev/null || missing="$missing pkg-config"
  pkg-config --exists cmocka 2>/dev/null || missing="$missing libcmocka-dev"
  command -v riscv64-unknown-elf-g++ >/dev/null ||
    missing="$missing gcc-riscv64-unknown-elf"
  # Headers for it; the C++ ones are those of another freestanding target.
  [ -d /usr/lib/picolibc/riscv64-unknown-elf ] ||
    missing="$missing picolibc-riscv64-unknown-elf"
  [ -d /usr/include/newlib/c++ ] ||
    missing="$missing libstdc++-arm-none-eabi-dev"
fi

if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ]; then
    as_root=
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=sudo
  else
    echo "Debian packages are missing; install them and run this again:" >&2
    echo "  sudo apt-get install -y$missing" >&2
    exit 1
  fi
  $as_root apt-get update -qq
  # shellcheck disable=SC2086  # a list of words on purpose
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq \
    --no-install-recommends $missing >/dev/null
fi

# Python packages, once for each state of the lists.
case $mode in
  demo) lists="build run" ;;
  test) lists="build run test" ;;
  frontends) lists="frontends" ;;
esac
state="$("$python" -V) $(cat requirements/*.txt | cksum)"
stamp=$venv/.tt-iree-$mode
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$state" ]; then
  exit 0
fi
[ -x $venv/bin/pip ] || "$python" -m venv $venv
pip="$venv/bin/python -m pip --disable-pip-version-check install --quiet"
for list in $lists; do
  $pip -r "requirements/$list.txt"
done
[ "$mode" = frontends ] || $pip --no-deps -r requirements/data.txt
# The headers that emitted kernels are checked against (tools/kernel_check).
[ "$mode" != test ] || "$venv/bin/python" scripts/fetch_ttnn.py
echo "$state" >"$stamp"
