#include "compiler/plugins/target/tenstorrent/ttc_compiler.h"

int main(int argc, char** argv) { return ttc_tool_main(argc, argv); }
