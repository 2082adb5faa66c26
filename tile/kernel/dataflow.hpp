// Data movement between device memory and circular buffers, as the tile
// program's MOVE ops define it. The file that includes this text defines
// dram_page, staging_cb, staging_at and line_count first.
//
// Memory is byte-linear per allocation, interleaved over the DRAM banks in
// pages of dram_page bytes. The NoC wants both ends of a DRAM read equal
// modulo 64 and of a write modulo 16; where they are not, the bytes take a
// detour over the staging area.

// A circular buffer: number, element type, rows of a tile, faces or row-major.
template <class T, uint32_t Rows, bool Faces>
struct cb {
  using element = T;
  static constexpr uint32_t rows = Rows;
  static constexpr uint32_t lanes = Rows * 32;
  static constexpr uint32_t page_size = lanes * sizeof(typename T::memory);
  static constexpr bool faces = Faces;
  uint32_t number;
  constexpr operator uint32_t() const { return number; }
};

// |length| elements of device memory from byte |byte| of the allocation at
// |bank|. |line| is the view's slot in the cache of load().
template <class T>
struct view {
  using element = T;
  uint32_t bank;
  uint64_t byte;
  int64_t length;
  uint32_t line;
};

inline int64_t value_arg(int word) {
  return (int64_t)((uint64_t)get_arg_val<uint32_t>(word + 1) << 32 |
                   get_arg_val<uint32_t>(word));
}

// The view |offset| bytes into the buffer whose address is the arguments from
// |word|.
template <class T>
inline view<T> view_arg(int word, int64_t offset, int64_t length,
                        uint32_t line) {
  return {get_arg_val<uint32_t>(word),
          (uint64_t)(value_arg(word + 1) + offset), length, line};
}

// Stops where elements |first| to |last| are not all of the view.
template <class V>
inline void check(V v, int64_t first, int64_t last) {
  if constexpr (TT_CHECKED) {
    if (first < 0 || last >= v.length) stop();
  }
}

// The same for a tile of at least one element.
template <class V>
inline void check_tile(V v, int64_t base, int64_t row_stride,
                       int64_t col_stride, uint32_t rows, uint32_t cols) {
  if constexpr (TT_CHECKED) {
    if (rows == 0 || cols == 0) return;
    const int64_t down = row_stride * (int64_t)(rows - 1);
    const int64_t across = col_stride * (int64_t)(cols - 1);
    check(v, base + (down < 0 ? down : 0) + (across < 0 ? across : 0),
          base + (down < 0 ? 0 : down) + (across < 0 ? 0 : across));
  }
}

inline uint32_t clamp(int64_t value, uint32_t most) {
  return value < 0 ? 0 : value > (int64_t)most ? most : (uint32_t)value;
}

template <class T>
inline volatile T* l1(uint32_t address) {
  return (volatile T*)address;
}

inline uint64_t noc_address(uint32_t bank, uint64_t byte) {
  const InterleavedAddrGen<true> pages = {.bank_base_address = bank,
                                          .page_size = dram_page};
  return pages.get_noc_addr((uint32_t)(byte / dram_page),
                            (uint32_t)(byte % dram_page));
}

// Starts reading; |byte| and |target| must be equal modulo 64.
inline void start_read(uint32_t bank, uint64_t byte, uint32_t target,
                       uint32_t size) {
  while (size > 0) {
    const uint32_t room = dram_page - (uint32_t)(byte % dram_page);
    const uint32_t part = size < room ? size : room;
    noc_async_read<dram_page>(noc_address(bank, byte), target, part);
    byte += part;
    target += part;
    size -= part;
  }
}

// Starts writing; |byte| and |source| must be equal modulo 16.
inline void start_write(uint32_t bank, uint64_t byte, uint32_t source,
                        uint32_t size) {
  while (size > 0) {
    const uint32_t room = dram_page - (uint32_t)(byte % dram_page);
    const uint32_t part = size < room ? size : room;
    noc_async_write<dram_page>(source, noc_address(bank, byte), part);
    byte += part;
    source += part;
    size -= part;
  }
}

// The same for |first| and |rest| bytes that follow each other in memory, not in
// L1. Most rows of a tile lie in one page: then one address does.
inline void start_read_pieces(uint32_t bank, uint64_t byte, uint32_t left,
                              uint32_t first, uint32_t right, uint32_t rest) {
  if ((uint32_t)byte % dram_page + first + rest > dram_page) {
    start_read(bank, byte, left, first);
    start_read(bank, byte + first, right, rest);
    return;
  }
  const uint64_t source = noc_address(bank, byte);
  noc_async_read<dram_page>(source, left, first);
  if (rest > 0) noc_async_read<dram_page>(source + first, right, rest);
}

inline void start_write_pieces(uint32_t bank, uint64_t byte, uint32_t left,
                               uint32_t first, uint32_t right, uint32_t rest) {
  if ((uint32_t)byte % dram_page + first + rest > dram_page) {
    start_write(bank, byte, left, first);
    start_write(bank, byte + first, right, rest);
    return;
  }
  const uint64_t target = noc_address(bank, byte);
  noc_async_write<dram_page>(left, target, first);
  if (rest > 0) noc_async_write<dram_page>(right, target + first, rest);
}

// The staging area: 32 slots of 192 bytes (a tile's row at any alignment), or
// one run of up to 4096 bytes; then a slot for store(), then lines for load().
constexpr uint32_t staging_slot = 192;
constexpr uint32_t staging_run = 4096;
constexpr uint32_t staging_store = 32 * staging_slot;
constexpr uint32_t staging_lines = staging_store + 64;

inline uint32_t staging() {
  return (get_write_ptr(staging_cb) + 63) / 64 * 64 + staging_at;
}

// An element in memory of type E as one in a page of type P: the same, or a
// narrow integer widened.
template <class P, class E>
inline typename P::memory to_page(typename E::memory m) {
  if constexpr (sizeof(typename P::memory) == sizeof(typename E::memory)) {
    return m;
  } else {
    return P::bits((typename P::type)E::of(m));
  }
}

template <class P, class E>
inline typename E::memory from_page(typename P::memory m) {
  if constexpr (E::is_float) {
    return m;
  } else if constexpr (E::width == 1) {
    return m != 0;
  } else {
    return (typename E::memory)m;
  }
}

template <class P, class E>
constexpr bool same_bits = sizeof(typename P::memory) ==
                           sizeof(typename E::memory);

// Where element (r, c) of a tile lies in its page, in elements.
template <class C>
constexpr uint32_t lane(uint32_t r, uint32_t c) {
  if constexpr (C::faces) {
    constexpr uint32_t face_rows = C::rows < 16 ? C::rows : 16;
    const uint32_t face = r / 16 * 2 + c / 16;
    return face * face_rows * 16 + r % 16 * 16 + c % 16;
  } else {
    return r * 32 + c;
  }
}

template <class M>
inline void fill_run(uint32_t page, uint32_t from, uint32_t to, M m) {
#pragma GCC unroll 8
  for (uint32_t i = from; i < to; ++i) l1<M>(page)[i] = m;
}

template <class C, class S>
inline void fill_lanes(uint32_t page, uint32_t from, uint32_t to, S value) {
  using P = typename C::element;
  fill_run(page, from, to, P::bits((typename P::type)value));
}

template <class C, class S>
inline void fill_page(C c, int64_t t, S value) {
  const uint32_t page = get_write_ptr(c) + (uint32_t)t * C::page_size;
  fill_lanes<C>(page, 0, C::lanes, value);
}

template <class C>
inline void fill_indices(C c, int64_t t, int64_t base, int64_t row_stride,
                         int64_t col_stride) {
  const uint32_t page = get_write_ptr(c) + (uint32_t)t * C::page_size;
  uint32_t row = (uint32_t)base;
  for (uint32_t r = 0; r < C::rows; ++r, row += (uint32_t)row_stride) {
    uint32_t value = row;
    for (uint32_t i = 0; i < 32; ++i, value += (uint32_t)col_stride) {
      l1<uint32_t>(page)[lane<C>(r, i)] = value;
    }
  }
}

// Copies words within L1, loads ahead of stores: a load takes several cycles.
inline void copy_words(uint32_t target, uint32_t source, uint32_t count) {
  volatile uint32_t* t = l1<uint32_t>(target);
  const volatile uint32_t* s = l1<uint32_t>(source);
  for (; count >= 4; count -= 4, t += 4, s += 4) {
    const uint32_t a = s[0], b = s[1], c = s[2], d = s[3];
    t[0] = a;
    t[1] = b;
    t[2] = c;
    t[3] = d;
  }
  for (; count > 0; --count) *t++ = *s++;
}

// Copies |count| consecutive elements as they are in memory to elements of a
// page that are |step| apart, and back.
template <class P, class E>
inline void copy_in(uint32_t target, uint32_t step, uint32_t source,
                    uint32_t count) {
  using M = typename E::memory;
  if (same_bits<P, E> && step == 1 && (target | source) % 4 == 0) {
    const uint32_t words = count * sizeof(M) / 4;
    copy_words(target, source, words);
    target += words * 4;
    source += words * 4;
    count -= words * 4 / sizeof(M);
  }
  volatile typename P::memory* t = l1<typename P::memory>(target);
  const volatile M* s = l1<M>(source);
  for (; count > 0; --count, t += step) *t = to_page<P, E>(*s++);
}

template <class P, class E>
inline void copy_out(uint32_t target, uint32_t source, uint32_t step,
                     uint32_t count) {
  using M = typename E::memory;
  if (same_bits<P, E> && step == 1 && (target | source) % 4 == 0) {
    const uint32_t words = count * sizeof(M) / 4;
    copy_words(target, source, words);
    target += words * 4;
    source += words * 4;
    count -= words * 4 / sizeof(M);
  }
  volatile M* t = l1<M>(target);
  const volatile typename P::memory* s = l1<typename P::memory>(source);
  for (; count > 0; --count, s += step) *t++ = from_page<P, E>(*s);
}

template <class C, class V>
inline void read_flat(C c, int64_t t, uint32_t pages, V v, int64_t base,
                      int64_t count, typename V::element::type fill) {
  using P = typename C::element;
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  uint32_t target = get_write_ptr(c) + (uint32_t)t * C::page_size;
  uint64_t byte = v.byte + (uint64_t)base * size;
  const uint32_t total = pages * C::lanes;
  uint32_t left = clamp(count, total);
  if (left > 0) check(v, base, base + left - 1);
  fill_lanes<C>(target, left, total, fill);
  if (same_bits<P, E> && byte % 64 == target % 64) {
    start_read(v.bank, byte, target, left * size);
    noc_async_read_barrier();
    return;
  }
  while (left > 0) {
    const uint32_t run = left < staging_run / size ? left : staging_run / size;
    const uint32_t staged = staging() + (uint32_t)(byte % 64);
    start_read(v.bank, byte, staged, run * size);
    noc_async_read_barrier();
    copy_in<P, E>(target, 1, staged, run);
    byte += run * size;
    target += run * sizeof(typename P::memory);
    left -= run;
  }
}

template <class C, class V>
inline void write_flat(C c, int64_t t, uint32_t pages, V v, int64_t base,
                       int64_t count) {
  using P = typename C::element;
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  uint32_t source = get_read_ptr(c) + (uint32_t)t * C::page_size;
  uint64_t byte = v.byte + (uint64_t)base * size;
  uint32_t left = clamp(count, pages * C::lanes);
  if (left > 0) check(v, base, base + left - 1);
  if (same_bits<P, E> && byte % 16 == source % 16) {
    start_write(v.bank, byte, source, left * size);
    noc_async_write_barrier();
    return;
  }
  while (left > 0) {
    const uint32_t run = left < staging_run / size ? left : staging_run / size;
    const uint32_t staged = staging() + (uint32_t)(byte % 16);
    copy_out<P, E>(staged, source, 1, run);
    start_write(v.bank, byte, staged, run * size);
    noc_async_write_barrier();
    byte += run * size;
    source += run * sizeof(typename P::memory);
    left -= run;
  }
}

// Where element (r, c) of the tile at |page| lies, as an address.
template <class C>
constexpr uint32_t lane_address(uint32_t page, uint32_t r, uint32_t c) {
  return page + lane<C>(r, c) * sizeof(typename C::element::memory);
}

// A row of a tile is one piece of its page, a row of faces two; a column is one
// or two runs of elements |column_step| apart.
template <class C>
constexpr uint32_t row_piece = C::faces ? 16 : 32;
template <class C>
constexpr uint32_t column_piece = C::faces ? 16 : 32;
template <class C>
constexpr uint32_t column_step = C::faces ? 16 : 32;

inline uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

// Whether the pieces of row |r| and its bytes in memory are equal modulo
// |align|, so that the NoC can move them.
template <class C, class V>
inline bool row_fits(uint32_t page, uint32_t r, uint64_t byte, uint32_t align) {
  if (!same_bits<typename C::element, typename V::element>) return false;
  const uint32_t left = lane_address<C>(page, r, 0) - (uint32_t)byte;
  if (!C::faces) return left % align == 0;
  // The right piece is 16 elements on in memory.
  constexpr uint32_t apart = lane_address<C>(0, 0, 16) -
                             16 * sizeof(typename C::element::memory);
  return left % align == 0 && apart % align == 0;
}

// |height| rows of |width| elements each, the first at |byte|, |pitch| bytes
// apart.
template <class C, class V>
inline void read_rows(uint32_t page, V v, uint64_t byte, uint64_t pitch,
                      uint32_t height, uint32_t width) {
  using P = typename C::element;
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  const uint32_t first = least(width, row_piece<C>);
  uint32_t staged = 0;  // a bit a row
  uint64_t at = byte;
  for (uint32_t r = 0; r < height; ++r, at += pitch) {
    if (row_fits<C, V>(page, r, at, 64)) {
      start_read_pieces(v.bank, at, lane_address<C>(page, r, 0), first * size,
                        lane_address<C>(page, r, 16), (width - first) * size);
    } else {
      start_read(v.bank, at, staging() + r * staging_slot + (uint32_t)(at % 64),
                 width * size);
      staged |= 1u << r;
    }
  }
  noc_async_read_barrier();
  if (staged == 0) return;
  at = byte;
  for (uint32_t r = 0; r < height; ++r, at += pitch) {
    if ((staged >> r & 1) == 0) continue;
    const uint32_t slot = staging() + r * staging_slot + (uint32_t)(at % 64);
    copy_in<P, E>(lane_address<C>(page, r, 0), 1, slot, first);
    copy_in<P, E>(lane_address<C>(page, r, 16), 1, slot + first * size,
                  width - first);
  }
}

// |width| columns of |height| elements each.
template <class C, class V>
inline void read_columns(uint32_t page, V v, uint64_t byte, uint64_t pitch,
                         uint32_t height, uint32_t width) {
  using P = typename C::element;
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  const uint32_t first = least(height, column_piece<C>);
  uint64_t at = byte;
  for (uint32_t c = 0; c < width; ++c, at += pitch) {
    start_read(v.bank, at, staging() + c * staging_slot + (uint32_t)(at % 64),
               height * size);
  }
  noc_async_read_barrier();
  at = byte;
  for (uint32_t c = 0; c < width; ++c, at += pitch) {
    const uint32_t slot = staging() + c * staging_slot + (uint32_t)(at % 64);
    copy_in<P, E>(lane_address<C>(page, 0, c), column_step<C>, slot, first);
    copy_in<P, E>(lane_address<C>(page, 16, c), column_step<C>,
                  slot + first * size, height - first);
  }
}

// Of a |height| x |width| tile the first |rows| x |cols| are there, all or one of
// each; the others repeat it.
template <class C>
inline void repeat(uint32_t page, uint32_t rows, uint32_t cols,
                   uint32_t height, uint32_t width) {
  using P = typename C::element;
  if (rows == height && cols == width) return;
  const uint32_t first = least(width, row_piece<C>);
  for (uint32_t r = cols == width ? 1 : 0; r < height; ++r) {
    const uint32_t from = r < rows ? r : 0;
    const uint32_t left = lane_address<C>(page, r, 0);
    const uint32_t right = lane_address<C>(page, r, 16);
    if (cols == width) {
      copy_in<P, P>(left, 1, lane_address<C>(page, from, 0), first);
      copy_in<P, P>(right, 1, lane_address<C>(page, from, 16), width - first);
    } else {
      const auto m = *l1<typename P::memory>(lane_address<C>(page, from, 0));
      fill_run(left, 0, first, m);
      fill_run(right, 0, width - first, m);
    }
  }
}

template <class C, class V>
inline void read_tile(C c, int64_t t, V v, int64_t base, int64_t row_stride,
                      int64_t col_stride, int64_t rows, int64_t cols,
                      typename V::element::type fill) {
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  const uint32_t page = get_write_ptr(c) + (uint32_t)t * C::page_size;
  const uint32_t width = clamp(cols, 32);
  const uint32_t height = width > 0 ? clamp(rows, C::rows) : 0;
  check_tile(v, base, row_stride, col_stride, height, width);
  if (height < C::rows || width < 32) fill_lanes<C>(page, 0, C::lanes, fill);
  const uint64_t byte = v.byte + (uint64_t)base * size;
  const uint64_t down = (uint64_t)row_stride * size;
  const uint64_t across = (uint64_t)col_stride * size;
  // What repeats is read once, but for rows, which are cheaper to read again.
  const uint32_t across_count = col_stride == 0 ? least(width, 1) : width;
  const uint32_t down_count =
      row_stride == 0 && col_stride != 1 ? least(height, 1) : height;
  if (row_stride == 1 && col_stride != 1) {
    read_columns<C>(page, v, byte, across, down_count, across_count);
  } else if (col_stride == 1 || across_count <= 1) {
    read_rows<C>(page, v, byte, down, down_count, across_count);
  } else {
    // A row at a time, as columns of one element.
    for (uint32_t r = 0; r < down_count; ++r) {
      read_columns<C>(lane_address<C>(page, r, 0), v, byte + r * down, across,
                      1, across_count);
    }
  }
  repeat<C>(page, down_count, across_count, height, width);
}

template <class C, class V>
inline void write_rows(uint32_t page, V v, uint64_t byte, uint64_t pitch,
                       uint32_t height, uint32_t width) {
  using P = typename C::element;
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  const uint32_t first = least(width, row_piece<C>);
  for (uint32_t r = 0; r < height; ++r, byte += pitch) {
    const uint32_t left = lane_address<C>(page, r, 0);
    const uint32_t right = lane_address<C>(page, r, 16);
    if (row_fits<C, V>(page, r, byte, 16)) {
      start_write_pieces(v.bank, byte, left, first * size, right,
                         (width - first) * size);
    } else {
      const uint32_t slot =
          staging() + r * staging_slot + (uint32_t)(byte % 16);
      copy_out<P, E>(slot, left, 1, first);
      copy_out<P, E>(slot + first * size, right, 1, width - first);
      start_write(v.bank, byte, slot, width * size);
    }
  }
  noc_async_write_barrier();
}

template <class C, class V>
inline void write_columns(uint32_t page, V v, uint64_t byte, uint64_t pitch,
                          uint32_t height, uint32_t width) {
  using P = typename C::element;
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  const uint32_t first = least(height, column_piece<C>);
  for (uint32_t c = 0; c < width; ++c, byte += pitch) {
    const uint32_t slot = staging() + c * staging_slot + (uint32_t)(byte % 16);
    copy_out<P, E>(slot, lane_address<C>(page, 0, c), column_step<C>, first);
    copy_out<P, E>(slot + first * size, lane_address<C>(page, 16, c),
                   column_step<C>, height - first);
    start_write(v.bank, byte, slot, height * size);
  }
  noc_async_write_barrier();
}

template <class C, class V>
inline void write_tile(C c, int64_t t, V v, int64_t base, int64_t row_stride,
                       int64_t col_stride, int64_t rows, int64_t cols) {
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  const uint32_t page = get_read_ptr(c) + (uint32_t)t * C::page_size;
  const uint32_t width = clamp(cols, 32);
  const uint32_t height = width > 0 ? clamp(rows, C::rows) : 0;
  check_tile(v, base, row_stride, col_stride, height, width);
  const uint64_t byte = v.byte + (uint64_t)base * size;
  const uint64_t down = (uint64_t)row_stride * size;
  const uint64_t across = (uint64_t)col_stride * size;
  if (col_stride == 1) {
    write_rows<C>(page, v, byte, down, height, width);
  } else if (row_stride == 1) {
    write_columns<C>(page, v, byte, across, height, width);
  } else {
    for (uint32_t r = 0; r < height; ++r) {
      write_columns<C>(lane_address<C>(page, r, 0), v, byte + r * down, across,
                       1, width);
    }
  }
}

// Element access. load() keeps the last 64 bytes it read of each view; store()
// writes through. Another kernel of this core may have written since the last
// meeting in a circular buffer, so kernels that load drop the lines there.
struct cached_line {
  uint32_t bank;  // 0: nothing cached
  uint64_t byte;
};
static cached_line lines[line_count + 1];

inline void drop_lines() {
  for (uint32_t i = 0; i < line_count; ++i) lines[i].bank = 0;
}

inline uint32_t line_address(uint32_t line) {
  return staging() + staging_lines + line * 64;
}

inline uint32_t cached(uint32_t bank, uint64_t byte, uint32_t line) {
  const uint64_t start = byte / 64 * 64;
  if (lines[line].bank != bank || lines[line].byte != start) {
    start_read(bank, start, line_address(line), 64);
    noc_async_read_barrier();
    lines[line] = {bank, start};
  }
  return line_address(line) + (uint32_t)(byte % 64);
}

template <class V>
inline typename V::element::type load(V v, int64_t i) {
  using E = typename V::element;
  using M = typename E::memory;
  check(v, i, i);
  const uint64_t byte = v.byte + (uint64_t)i * sizeof(M);
  return E::of(*l1<M>(cached(v.bank, byte, v.line)));
}

template <class M>
inline void store_bits(uint32_t bank, uint64_t byte, M bits) {
  const uint32_t staged = staging() + staging_store + (uint32_t)(byte % 16);
  *l1<M>(staged) = bits;
  start_write(bank, byte, staged, sizeof(M));
  noc_async_write_barrier();
  for (uint32_t i = 0; i < line_count; ++i) {
    if (lines[i].bank == bank && lines[i].byte == byte / 64 * 64) {
      *l1<M>(line_address(i) + (uint32_t)(byte % 64)) = bits;
    }
  }
}

template <class V>
inline void store(V v, int64_t i, typename V::element::type value) {
  using E = typename V::element;
  check(v, i, i);
  const uint64_t byte = v.byte + (uint64_t)i * sizeof(typename E::memory);
  store_bits<typename E::memory>(v.bank, byte, E::bits(value));
}

template <class V>
inline typename V::element::type load_packed(V v, int64_t i) {
  using E = typename V::element;
  check(v, i, i);
  const uint64_t bit = (uint64_t)i * E::width;
  const uint8_t all = *l1<uint8_t>(cached(v.bank, v.byte + bit / 8, v.line));
  return E::fit(all >> bit % 8);
}

template <class V>
inline void store_packed(V v, int64_t i, typename V::element::type value) {
  constexpr int width = V::element::width;
  check(v, i, i);
  const uint64_t bit = (uint64_t)i * width, byte = v.byte + bit / 8;
  const uint8_t all = *l1<uint8_t>(cached(v.bank, byte, v.line));
  const uint8_t mask = ((1 << width) - 1) << bit % 8;
  store_bits<uint8_t>(v.bank, byte,
                      (all & ~mask) | ((value << bit % 8) & mask));
}

// Elements of pages, in row-major order of the tile.
template <class C>
inline uint32_t lane_of_element(int64_t i) {
  return lane<C>((uint32_t)i / 32, (uint32_t)i % 32);
}

template <class C>
inline typename C::element::type load_lane(C c, uint32_t pages, int64_t t,
                                           int64_t i) {
  using P = typename C::element;
  const uint32_t page = pages + (uint32_t)t * C::page_size;
  return P::of(l1<typename P::memory>(page)[lane_of_element<C>(i)]);
}

template <class C>
inline void store_lane(C c, uint32_t pages, int64_t t, int64_t i,
                       typename C::element::type value) {
  using P = typename C::element;
  const uint32_t page = pages + (uint32_t)t * C::page_size;
  l1<typename P::memory>(page)[lane_of_element<C>(i)] = P::bits(value);
}
