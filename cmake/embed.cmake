# cmake -DOUTPUT=x.c -DINPUTS="a;b" -P embed.cmake
# Writes the input files as one C table: {file name, bytes, size}, ending with
# an empty row.
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
const tt_kernel_text_t tt_kernel_texts[] = {\n${rows}    {0, 0, 0},\n};\n")
