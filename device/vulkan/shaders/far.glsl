// Rows of tables by distance: query i and key j meet in row rowOf[base[i] + j].
// What a tile of queries and keys meets lies side by side by that sum, and is
// staged SPAN rows and 32 columns at a time; one more row of zeros stands for all
// that are not staged. One turn is enough for queries in order.

const uint SPAN = 96;
shared float table[(SPAN + 1) * LD];
shared uint bases[SIDE]; // of the tile's queries, less the least

#define NOTHING_STAGED if (t < SIDE) table[SPAN * LD + t] = 0.0;

// STAGE fills the table with COUNT rows from the sum LOW on, of chunk C.
#define STAGE(TABLE, LDT, COL, LOW, COUNT, C) \
	for (uint e_ = t; e_ < min(COUNT, SPAN) * SIDE; e_ += 128) { \
		uint at_ = (LOW) + e_ / SIDE, d_ = (C) * SIDE + e_ % SIDE; \
		table[e_ / SIDE * LD + e_ % SIDE] = at_ < p.indices && d_ < D ? \
			Floats(TABLE).v[Ints(p.rowOf).v[at_] * (LDT) + (COL) + d_] : 0.0; \
	}

// staged is where the row of query r and key j begins, of a tile from which skipped
// rows have been passed over.
uint staged(uint r, uint j, uint skipped) { return min(bases[r] + j - skipped, SPAN) * LD; }
