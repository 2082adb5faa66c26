# cmake -DOUTPUT=x.c -DNAME=table -DINPUTS="a;b" -P embed.cmake
# Writes the input files as one C table: {file name, bytes, size}, ending with
# an empty row. The header that declares tt_kernel_text_t declares or allows it.
set(arrays "")
set(rows "")
set(index 0)
foreach(input IN LISTS INPUTS)
  file(READ "${input}" hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  get_filename_component(name "${input}" NAME)
  string(APPEND arrays "static const char text${index}[] = {\n${hex}0};\n")
  string(APPEND rows
    "    {\"${name}\", text${index}, sizeof(text${index}) - 1},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE "${OUTPUT}" "#include \"tile/emit_library.h\"\n\n${arrays}
extern const tt_kernel_text_t ${NAME}[];
const tt_kernel_text_t ${NAME}[] = {\n${rows}    {0, 0, 0},\n};\n")
