// SPDX-License-Identifier: GPL-3.0-or-later
#include "CKernels.h"
#include "clones.h"

#include <Random123/philox.h>
#include <string.h>

void ck_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]) {
  philox4x32_ctr_t c = {{counter[0], counter[1], counter[2], counter[3]}};
  philox4x32_key_t k = {{key[0], key[1]}};
  philox4x32_ctr_t result = philox4x32(c, k);
  for (int i = 0; i < 4; ++i) words[i] = result.v[i];
}

uint64_t ck_philox_child(uint64_t key, uint32_t number) {
  uint32_t counter[4] = {number, 0, 0, 0xffffffffu};
  uint32_t keyWords[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
  uint32_t words[4];
  ck_philox4x32(counter, keyWords, words);
  return (uint64_t)words[1] << 32 | words[0];
}

// MARK: The GSL generator

typedef struct {
  uint64_t key, stream, block;
  uint32_t words[4];
  uint32_t next;  // 4 when the buffer is used up
} ck_philox_state;

static void seek(void *memory, uint64_t key, uint64_t stream) {
  ck_philox_state *state = memory;
  state->key = key;
  state->stream = stream;
  state->block = 0;
  state->next = 4;
}

static void set(void *memory, unsigned long seed) { seek(memory, seed, 0); }

static unsigned long get(void *memory) {
  ck_philox_state *state = memory;
  if (state->next == 4) {
    uint32_t counter[4] = {(uint32_t)state->block, (uint32_t)(state->block >> 32),
                           (uint32_t)state->stream, (uint32_t)(state->stream >> 32)};
    uint32_t key[2] = {(uint32_t)state->key, (uint32_t)(state->key >> 32)};
    ck_philox4x32(counter, key, state->words);
    state->block += 1;
    state->next = 0;
  }
  return state->words[state->next++];
}

static double getDouble(void *memory) { return (double)get(memory) * 0x1p-32; }

static const gsl_rng_type philoxType = {
    "philox4x32-10", 0xffffffffUL, 0, sizeof(ck_philox_state), set, get, getDouble};

const gsl_rng_type *ck_philox_type(void) { return &philoxType; }

void ck_philox_seek(gsl_rng *generator, uint64_t key, uint64_t stream) {
  seek(generator->state, key, stream);
}

CK_CLONES void ck_words(uint64_t key, uint64_t stream, uint64_t first, size_t count,
                        uint32_t *words) {
  uint64_t tile = first / 64;
  size_t skip = (size_t)(first % 64);
  while (count > 0) {
    uint32_t drawn[4][16];
    for (int b = 0; b < 16; ++b) {
      uint64_t block = tile * 16 + (uint64_t)b;
      philox4x32_ctr_t counter = {{(uint32_t)block, (uint32_t)(block >> 32), (uint32_t)stream,
                                   (uint32_t)(stream >> 32)}};
      philox4x32_key_t philoxKey = {{(uint32_t)key, (uint32_t)(key >> 32)}};
      philox4x32_ctr_t out = philox4x32(counter, philoxKey);
      for (int k = 0; k < 4; ++k) drawn[k][b] = out.v[k];
    }
    size_t take = 64 - skip < count ? 64 - skip : count;
    memcpy(words, &drawn[0][0] + skip, take * sizeof *words);
    words += take;
    count -= take;
    skip = 0;
    tile += 1;
  }
}
