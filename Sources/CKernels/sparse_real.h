// SPDX-License-Identifier: GPL-3.0-or-later
//
// Products with sparse rows in one precision; included after kernels_real.h.

#include "CKernels.h"
#include "clones.h"
#include <string.h>

#pragma STDC FP_CONTRACT OFF

// MARK: Rows in vectors
//
// Products walk along rows of weights, whose width is seldom a multiple of a vector. A row is
// taken in groups of up to GROUP vectors of LANES scalars, so that sums stay in registers. What
// is left is one vector more in the last group, the smallest of three sizes that holds it, moved
// left until it ends where the row does: columns that it shares with its neighbour are computed
// twice, to the same value, from inputs that are all read before anything is stored. Rows
// narrower than LANES are two such vectors, rows narrower than LANES / 4 none: these take loops.

typedef REAL NAME(lanes)
    __attribute__((vector_size(LANES * sizeof(REAL)), aligned(sizeof(REAL))));
typedef REAL NAME(half)
    __attribute__((vector_size(LANES / 2 * sizeof(REAL)), aligned(sizeof(REAL))));
typedef REAL NAME(quarter)
    __attribute__((vector_size(LANES / 4 * sizeof(REAL)), aligned(sizeof(REAL))));

#define GROUP 4
#define LOAD(type, p) (*(const NAME(type) *)(p))
#define STORE(type, p, v) (*(NAME(type) *)(p) = (v))

/// The vector at the end of a group.
enum { NAME(NO_TAIL), NAME(QUARTER), NAME(HALF), NAME(FULL) };

/// Vector variables for a group: index 0 ..< GROUP for its blocks, GROUP for a full tail, and
/// the smaller tails.
#define PIECES(name)           \
  NAME(lanes) name[GROUP + 1]; \
  NAME(half) name##Half[2];    \
  NAME(quarter) name##Quarter[2]

/// `apply(type, suffix, index, offset)` for each vector of a group of `end` columns that begins
/// at offset 0. `blocks` and `tail` are constants.
#define FOR_PIECES(apply)                                                                 \
  do {                                                                                    \
    _Pragma("clang loop unroll(full)") for (int n = 0; n < blocks; ++n)                   \
        apply(lanes, , n, (size_t)(LANES * n));                                           \
    if (tail == NAME(FULL)) apply(lanes, , GROUP, end - LANES);                           \
    if (tail == NAME(HALF)) apply(half, Half, 1, end - LANES / 2);                        \
    if (tail == NAME(HALF) && blocks == 0) apply(half, Half, 0, (size_t)0);               \
    if (tail == NAME(QUARTER)) apply(quarter, Quarter, 1, end - LANES / 4);               \
    if (tail == NAME(QUARTER) && blocks == 0) apply(quarter, Quarter, 0, (size_t)0);      \
  } while (0)

/// A group of a row's vectors.
typedef struct {
  size_t columns; // how many columns it has, the tail's included
  int blocks, tail;
} NAME(group);

/// The group that begins at column `first` of rows of at least LANES / 4 columns.
CK_INLINE NAME(group) NAME(group_at)(size_t first, size_t width) {
  size_t rest = width - first, left = rest % LANES;
  if (rest >= (GROUP + 1) * LANES) {
    NAME(group) inner = {GROUP * LANES, GROUP, NAME(NO_TAIL)};
    return inner;
  }
  // The two tails of a narrow row must fit in it; another row's one overlaps a block.
  int narrow = rest < LANES;
  NAME(group) last = {rest, (int)(rest / LANES), NAME(FULL)};
  if (left == 0)
    last.tail = NAME(NO_TAIL);
  else if (narrow ? left < LANES / 2 : left <= LANES / 4)
    last.tail = NAME(QUARTER);
  else if (narrow || left <= LANES / 2)
    last.tail = NAME(HALF);
  return last;
}

/// Calls `body(blocks, tail)` with constants of a group's values.
#define WITH_GROUP(group, body)                \
  switch (4 * (group).blocks + (group).tail) { \
  case 1: body(0, NAME(QUARTER)); break;       \
  case 2: body(0, NAME(HALF)); break;          \
    WITH_TAILS(1, body)                        \
    WITH_TAILS(2, body)                        \
    WITH_TAILS(3, body)                        \
    WITH_TAILS(4, body)                        \
  default: break;                              \
  }
#define WITH_TAILS(blocks, body)                             \
  case 4 * (blocks): body(blocks, NAME(NO_TAIL)); break;     \
  case 4 * (blocks) + 1: body(blocks, NAME(QUARTER)); break; \
  case 4 * (blocks) + 2: body(blocks, NAME(HALF)); break;    \
  case 4 * (blocks) + 3: body(blocks, NAME(FULL)); break;

// MARK: Sparse products
//
// The weights of a first layer outgrow the fastest cache, so rows of the batch walk together
// through bands of columns whose weights fit in it. Every sum runs over ascending columns
// (product) or rows (outer product), bands or not.

#define TEAM 64          // rows that walk together
#define BAND_BYTES 40960 // weights of a band

CK_INLINE uint32_t NAME(band_size)(NAME(group) group) {
  return (uint32_t)(BAND_BYTES / (group.columns * sizeof(REAL)));
}

void NAME(ck_prefetch_rows)(size_t rows, const uint32_t *begins, const uint32_t *ends,
                            const uint16_t *columns, const REAL *values) {
  for (size_t i = 0; i < rows; ++i) {
    for (uint32_t entry = begins[i]; entry < ends[i]; entry += 64 / sizeof(uint16_t))
      __builtin_prefetch(columns + entry, 0, 2);
    for (uint32_t entry = begins[i]; entry < ends[i]; entry += 64 / sizeof(REAL))
      __builtin_prefetch(values + entry, 0, 2);
  }
}

CK_CLONES void NAME(ck_dense_rows)(size_t rows, const uint32_t *begins, const uint32_t *ends,
                                   const uint16_t *columns, const REAL *values,
                                   size_t columnCount, REAL *out) {
  memset(out, 0, rows * columnCount * sizeof(REAL));
  for (size_t i = 0; i < rows; ++i, out += columnCount)
    for (uint32_t entry = begins[i]; entry < ends[i]; ++entry)
      out[columns[entry]] = values[entry];
}

/// out += one row's entries before column `limit`, times a group of the weights' columns, which
/// end `end` columns after the first; the next entry's place.
CK_INLINE uint32_t NAME(product_group)(uint32_t entry, uint32_t last, uint32_t limit,
                                       const uint16_t *columns, const REAL *values,
                                       const REAL *weights, size_t width, size_t end,
                                       const int blocks, const int tail, REAL *out) {
  PIECES(sum);
#define READ(type, suffix, index, offset) sum##suffix[index] = LOAD(type, out + (offset))
#define ADD(type, suffix, index, offset) sum##suffix[index] += value * LOAD(type, row + (offset))
#define WRITE(type, suffix, index, offset) STORE(type, out + (offset), sum##suffix[index])
  FOR_PIECES(READ);
  for (; entry < last && columns[entry] < limit; ++entry) {
    const REAL *row = weights + (size_t)columns[entry] * width;
    REAL value = values[entry];
    FOR_PIECES(ADD);
  }
  FOR_PIECES(WRITE);
#undef READ
#undef ADD
#undef WRITE
  return entry;
}

/// weights += alpha * one row's entries before column `limit`, times a group of its delta; the
/// next entry's place.
CK_INLINE uint32_t NAME(outer_group)(uint32_t entry, uint32_t last, uint32_t limit,
                                     const uint16_t *columns, const REAL *values, REAL alpha,
                                     const REAL *delta, size_t width, size_t end,
                                     const int blocks, const int tail, REAL *weights) {
  PIECES(change);
#define READ(type, suffix, index, offset) \
  change##suffix[index] = alpha * LOAD(type, delta + (offset))
#define ADD(type, suffix, index, offset) \
  sum##suffix[index] = LOAD(type, row + (offset)) + value * change##suffix[index]
#define WRITE(type, suffix, index, offset) STORE(type, row + (offset), sum##suffix[index])
  FOR_PIECES(READ);
  for (; entry < last && columns[entry] < limit; ++entry) {
    REAL *row = weights + (size_t)columns[entry] * width;
    REAL value = values[entry];
    PIECES(sum);
    FOR_PIECES(ADD);
    FOR_PIECES(WRITE);
  }
#undef READ
#undef ADD
#undef WRITE
  return entry;
}

/// Walks teams of rows through bands of columns, for each group of the weights' columns.
/// `body(blocks, tail)` takes row i's entries from `place` on, before column `limit`.
#define WALK(body)                                                                      \
  for (size_t team = 0; team < rows; team += TEAM) {                                    \
    size_t members = rows - team < TEAM ? rows - team : TEAM;                           \
    NAME(group) group;                                                                  \
    for (size_t first = 0; first < width; first += group.columns) {                     \
      group = NAME(group_at)(first, width);                                             \
      uint32_t places[TEAM];                                                            \
      memcpy(places, begins + team, members * sizeof(uint32_t));                        \
      for (size_t start = 0; start < columnCount; start += NAME(band_size)(group)) {    \
        uint32_t limit = (uint32_t)start + NAME(band_size)(group);                      \
        for (size_t i = team; i < team + members; ++i) {                                \
          uint32_t place = places[i - team], last = ends[i];                            \
          if (place == last || columns[place] >= limit) continue;                       \
          WITH_GROUP(group, body)                                                       \
          places[i - team] = place;                                                     \
        }                                                                               \
      }                                                                                 \
    }                                                                                   \
  }

CK_CLONES void NAME(ck_sparse_product)(size_t rows, const uint32_t *begins,
                                       const uint32_t *ends, const uint16_t *columns,
                                       const REAL *values, size_t columnCount,
                                       const REAL *weights, const REAL *bias, size_t width,
                                       REAL *out) {
  NAME(ck_broadcast_rows)(rows, width, bias, out);
  if (width < LANES / 4) {
    for (size_t i = 0; i < rows; ++i)
      for (uint32_t entry = begins[i]; entry < ends[i]; ++entry)
        for (size_t k = 0; k < width; ++k)
          out[i * width + k] += values[entry] * weights[(size_t)columns[entry] * width + k];
    return;
  }
#define BODY(blocks, tail)                                                                \
  place = NAME(product_group)(place, last, limit, columns, values, weights + first, width, \
                              group.columns, blocks, tail, out + i * width + first)
  WALK(BODY)
#undef BODY
}

// Where weights are wide, loading and storing them for every entry of an outer product costs
// more than the products: a row of weights is then loaded and stored once for all rows of a
// troop. The entries of a strip of columns are turned first, into the rows that each column has
// entries of and their values.

#define TROOP 32  // rows that a mask can name
#define STRIP 512 // columns whose entries are turned together
#define CHANGE_STRIDE ((GROUP + 1) * LANES)

typedef struct {
  uint32_t masks[STRIP]; // bit i: row i of the troop has an entry
  REAL values[STRIP][TROOP];
} NAME(strip);

/// Turns the entries from `places` on, before column start + STRIP, and moves `places` past them.
CK_INLINE void NAME(turn)(size_t members, uint32_t *places, const uint32_t *ends,
                          const uint16_t *columns, const REAL *values, size_t start,
                          NAME(strip) *strip) {
  memset(strip->masks, 0, sizeof strip->masks);
  for (size_t i = 0; i < members; ++i) {
    uint32_t entry = places[i];
    for (; entry < ends[i] && columns[entry] < start + STRIP; ++entry) {
      size_t column = columns[entry] - start;
      strip->masks[column] |= (uint32_t)1 << i;
      strip->values[column][i] = values[entry];
    }
    places[i] = entry;
  }
}

/// weights[j, group] += sum_i x[i, j] change[i], for the columns j of a strip.
CK_INLINE void NAME(outer_strip)(const NAME(strip) *strip, const REAL *change, size_t width,
                                 size_t end, const int blocks, const int tail, REAL *weights) {
  for (size_t column = 0; column < STRIP; ++column) {
    uint32_t mask = strip->masks[column];
    if (!mask) continue;
    REAL *row = weights + column * width;
    PIECES(sum);
#define READ(type, suffix, index, offset) sum##suffix[index] = LOAD(type, row + (offset))
#define ADD(type, suffix, index, offset) sum##suffix[index] += value * LOAD(type, delta + (offset))
#define WRITE(type, suffix, index, offset) STORE(type, row + (offset), sum##suffix[index])
    FOR_PIECES(READ);
    for (; mask; mask &= mask - 1) {
      size_t i = (size_t)__builtin_ctz(mask);
      const REAL *delta = change + i * CHANGE_STRIDE;
      REAL value = strip->values[column][i];
      FOR_PIECES(ADD);
    }
    FOR_PIECES(WRITE);
#undef READ
#undef ADD
#undef WRITE
  }
}

/// The outer product by columns, in a function of its own because of its large frame.
CK_CLONES static void NAME(outer_by_columns)(size_t rows, const uint32_t *begins,
                                             const uint32_t *ends, const uint16_t *columns,
                                             const REAL *values, size_t columnCount,
                                             const REAL *delta, size_t width, REAL alpha,
                                             REAL *weights) {
  NAME(strip) strip;
  _Alignas(64) REAL change[TROOP * CHANGE_STRIDE];
  for (size_t troop = 0; troop < rows; troop += TROOP) {
    size_t members = rows - troop < TROOP ? rows - troop : TROOP;
    uint32_t places[TROOP];
    memcpy(places, begins + troop, members * sizeof(uint32_t));
    for (size_t start = 0; start < columnCount; start += STRIP) {
      NAME(turn)(members, places, ends + troop, columns, values, start, &strip);
      NAME(group) group;
      for (size_t first = 0; first < width; first += group.columns) {
        group = NAME(group_at)(first, width);
        for (size_t i = 0; i < members; ++i)
          for (size_t k = 0; k < group.columns; ++k)
            change[i * CHANGE_STRIDE + k] = alpha * delta[(troop + i) * width + first + k];
#define BODY(blocks, tail)                                                      \
  NAME(outer_strip)(&strip, change, width, group.columns, blocks, tail,         \
                    weights + start * width + first)
        WITH_GROUP(group, BODY)
#undef BODY
      }
    }
  }
}

CK_CLONES void NAME(ck_sparse_outer)(size_t rows, const uint32_t *begins,
                                     const uint32_t *ends, const uint16_t *columns,
                                     const REAL *values, size_t columnCount, const REAL *delta,
                                     size_t width, REAL alpha, REAL *weights) {
  if (width < LANES / 4) {
    for (size_t i = 0; i < rows; ++i)
      for (uint32_t entry = begins[i]; entry < ends[i]; ++entry)
        for (size_t k = 0; k < width; ++k)
          weights[(size_t)columns[entry] * width + k] +=
              values[entry] * (alpha * delta[i * width + k]);
    return;
  }
  if (width >= GROUP * LANES) {
    NAME(outer_by_columns)(rows, begins, ends, columns, values, columnCount, delta, width, alpha,
                           weights);
    return;
  }
#define BODY(blocks, tail)                                                                      \
  place = NAME(outer_group)(place, last, limit, columns, values, alpha, delta + i * width + first, \
                            width, group.columns, blocks, tail, weights + first)
  WALK(BODY)
#undef BODY
}
