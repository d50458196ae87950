// SPDX-License-Identifier: GPL-3.0-or-later
//
// zlib, for gzip files. inflateInit2 is a macro; it comes through a function.
#ifndef APICAL_CZLIB_SHIM_H
#define APICAL_CZLIB_SHIM_H

#include <zlib.h>

static inline int czlib_inflate_init_gzip(z_stream *stream) {
  return inflateInit2(stream, 16 + MAX_WBITS);
}

#endif
