// Work on many buffers in one launch: a table says of each which is its first chunk, and a
// workgroup has a chunk at a time. Of sparse buffers the elements of the rows in a list
// count alone.

const uint CHUNK = 16384; // elements

// MASKED: all rows, of which a bit says whether they are live. SUMS: of squares, already.
const uint DENSE = 0, ROWS = 1, MASKED = 2, SUMS = 3;

// Returns the number of the last entry whose first chunk is not behind chunk.
#define FIND(table, count, chunk, found)                     \
    uint found = 0;                                          \
    for (uint lo = 0, hi = (count); lo + 1 < hi;) {          \
        uint mid = (lo + hi) / 2;                            \
        if ((table).v[mid].chunk0 <= (chunk)) lo = mid;      \
        else hi = mid;                                       \
        found = lo;                                          \
    }
