# cmake -DOUTPUT=x.cpp -DINPUTS="a.cpp;b.cpp" -P host_kernels.cmake
# Writes emitted kernels as one C++ file for the host: each in a namespace of
# its own, without tt-metal's headers, listed in host_kernels.
file(WRITE "${OUTPUT}" "#include \"fpu.hpp\"\n#include \"kernel_host.h\"\n")
set(rows "")
set(index 0)
foreach(input IN LISTS INPUTS)
  file(READ "${input}" text)
  string(REGEX REPLACE "#include \"[^\"]*\"" "" text "${text}")
  get_filename_component(name "${input}" NAME)
  file(APPEND "${OUTPUT}" "namespace k${index} {\n#line 1 \"${name}\"\n")
  file(APPEND "${OUTPUT}" "${text}")
  file(APPEND "${OUTPUT}" "}\n")
  if(name MATCHES "compute")
    set(function "compute::compute_main")
  else()
    set(function "kernel_main")
  endif()
  string(APPEND rows "    {\"${name}\", k${index}::${function}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(APPEND "${OUTPUT}"
  "extern \"C\" const host_kernel_t host_kernels[] = {\n${rows}"
  "    {nullptr, nullptr},\n};\n")
