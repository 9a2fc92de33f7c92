#pragma once

/// Bytes that malloc has given out and not got back, in every arena.
long memory_live(void);

/// Bytes of the process that are in memory.
long memory_resident(void);
