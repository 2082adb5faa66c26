// Notes of a tile program's entries.
#ifndef TT_IREE_TILE_NOTE_H_
#define TT_IREE_TILE_NOTE_H_

#include "tile/program.h"

// What an entry says about itself to people: "path" "tile", "reason" "matmul".
// Nothing that runs depends on it. A key is a word of the text form, a text any
// bytes but NUL.
typedef struct tt_note_t {
  const char* key;
  const char* text;
} tt_note_t;

// Note |index|, below note_count, of an entry.
tt_note_t tt_entry_note(const tt_program_t* program, const tt_entry_t* entry,
                        uint32_t index);
// The text of its first note of |key|; NULL: it has none.
const char* tt_entry_find_note(const tt_program_t* program,
                               const tt_entry_t* entry, const char* key);

#endif  // TT_IREE_TILE_NOTE_H_
