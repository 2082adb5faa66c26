#include "tile/note.h"

#include <string.h>

static const char* next_string(const char* text) {
  return text + strlen(text) + 1;
}

tt_note_t tt_entry_note(const tt_program_t* program, const tt_entry_t* entry,
                        uint32_t index) {
  const char* key = next_string(tt_entry_name(program, entry));
  while (index--) key = next_string(next_string(key));
  return (tt_note_t){.key = key, .text = next_string(key)};
}

const char* tt_entry_find_note(const tt_program_t* program,
                               const tt_entry_t* entry, const char* key) {
  for (uint32_t i = 0; i < entry->note_count; ++i) {
    const tt_note_t note = tt_entry_note(program, entry, i);
    if (strcmp(note.key, key) == 0) return note.text;
  }
  return NULL;
}
