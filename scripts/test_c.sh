#!/bin/sh
# Builds the C tests with a preset of CMakePresets.json and runs them:
#   scripts/test_c.sh release|asan|ubsan|tsan
set -eu
cd "$(dirname "$0")/.."
preset=$1
jobs=$(nproc 2>/dev/null || echo 2)

if [ ! -f "build/$preset/build.ninja" ]; then
  cmake -G Ninja --preset "$preset" --log-level=WARNING
fi
cmake --build "build/$preset" -j "$jobs" -- --quiet

# Tests of the compiler half load the stock library; they skip without it.
library=$(python -c 'import iree.compiler._mlir_libs as m; print(m.__path__[0])' \
  2>/dev/null)/libIREECompiler.so || true
[ ! -f "$library" ] || export TT_IREE_COMPILER_LIBRARY="$library"

run() {
  ctest --test-dir "build/$preset" --output-on-failure -j "$jobs" "$@"
}

case $preset in
  # Only these have threads to race; the others would only be slow.
  tsan) run -L threads ;;
  *) run ;;
esac
