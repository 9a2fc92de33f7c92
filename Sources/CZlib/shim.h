#pragma once
#include <zlib.h>

// deflateInit2 and inflateInit2 are macros. 15 is the largest window, 16 more asks for the header and
// trailer of gzip, and 8 is zlib's own choice of memory.
static inline int czlib_deflate_init(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

static inline int czlib_inflate_init(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}
