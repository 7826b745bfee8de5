// What the attention's shaders have in common: the block of parameters that the
// host fills, tiles of 32 x 32 that a workgroup of 128 multiplies, and the exponential.
#include "common.glsl"
#include "math.glsl"

layout(local_size_x = 128) in;

layout(constant_id = 0) const uint D = 64;          // width of a head
layout(constant_id = 1) const bool CAUSAL = false;  // no key behind the query's own position
layout(constant_id = 2) const bool DROP = false;    // dropout of the probabilities
layout(constant_id = 3) const bool FAR = false;     // scores of distances are added
layout(constant_id = 4) const bool OFFSET = false;  // queries have a bias added
layout(constant_id = 5) const bool BY_QUERY = false;
layout(constant_id = 6) const bool BY_KEY = false;
layout(constant_id = 7) const bool TYPES = false;   // scores of token types
layout(constant_id = 8) const bool WIDE = false;    // positions are factorized
layout(constant_id = 9) const bool CACHED = false;  // keys and values lie in a cache a sequence

const uint SIDE = 32, LD = SIDE + 1;                // of a tile, and its rows' distance
const uint CHUNKS = (D + SIDE - 1) / SIDE;          // of a head's columns

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Pairs { uvec2 v[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) readonly buffer Quads { uvec4 v[]; };
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Lists { uvec2 v[]; }; // addresses

// Seq is a sequence: first query and their number, first key and theirs, the first
// of its scores, how many keys are no padding, and its first tile of queries.
struct Seq { uint q0, nq, k0, nk, at, real, tile0, unused; };
layout(buffer_reference, std430, buffer_reference_align = 16) readonly buffer Seqs { Seq v[]; };

// Params is the host's: see attentionBlock. Each invocation reads it once: behind a pointer
// it would be read anew at every turn, for all that is written might be it. Addresses are
// plain until they are used: not every driver keeps pointers in variables.
struct Params {
	uvec2 q, k, v, y;
	uvec2 stats;  // [queries, heads, 2]: a row's largest score, and one over its sum
	uvec2 far;    // scores of distances, laid out as the scores
	uvec2 dy, delta, ds, dq, dk, dv;
	uvec2 word, position, type, types, kernel;
	uvec2 byQuery, byKey;
	uvec2 wide, sines, cosines;
	uvec2 part, out0, out1, out2, out3;
	uvec2 seqs;
	uvec2 tiles;    // of queries: sequence, first query, least base, largest base less it
	uvec2 keyTiles; // of keys: sequence, first key
	uvec2 base;     // of each query: what a key's index is added to
	uvec2 rowOf;    // of a table, by that sum
	uvec2 sums;     // of a table's row: the first such sum, and the one behind the last
	uvec2 pieces;   // of a table's gradient: tile of rows, first entry, the one behind the last
	uvec2 entries;  // sequence, first query or key
	uvec2 rowPieces; // by tile of rows: its first piece
	uvec2 queryAt, keyAt, queryTypes, keyTypes;
	uvec2 caches;
	uint ldq, ldk, ldv, lddq, lddk, lddv, ldByQuery, ldByKey;
	uint stepByQuery, stepByKey; // columns from head to head
	uint width, heads, groups, tables, model, indices;
	uint separate, inOrder, flags, nTiles;
	Drop drop;
	float scale, farScale;
};
layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Block { Params v; };
layout(push_constant) uniform Push { Block block; };
Params p;

uint t = gl_LocalInvocationID.x, ty = t >> 4, tx = t & 15;

// A thread has rows ty + 8r and columns tx + 16c of a tile: TILE of them.
const uint TILE = 8;
uint row(uint r) { return ty + 8 * r; }
uint col(uint c) { return tx + 16 * c; }

// PRODUCT adds to ACC, from FROM on, the products over 32 turns k of A, by row and
// k, and B, by column and k. PRODUCT_OF takes TURNS: texts are often shorter than a tile.
#define PRODUCT(ACC, FROM, A, B) PRODUCT_OF(SIDE, ACC, FROM, A, B)
#define PRODUCT_OF(TURNS, ACC, FROM, A, B) \
	for (uint k_ = 0; k_ < (TURNS); k_++) { \
		float x_[4], y_[2]; \
		[[unroll]] for (uint r_ = 0; r_ < 4; r_++) x_[r_] = A(row(r_), k_); \
		[[unroll]] for (uint c_ = 0; c_ < 2; c_++) y_[c_] = B(col(c_), k_); \
		[[unroll]] for (uint r_ = 0; r_ < 4; r_++) \
			[[unroll]] for (uint c_ = 0; c_ < 2; c_++) \
				ACC[(FROM) + 2 * r_ + c_] = fma(x_[r_], y_[c_], ACC[(FROM) + 2 * r_ + c_]); \
	}

// LOAD fills the tile S: VALUE(r, d), of row r and column d of the chunk C, and 0
// beyond ROWS rows and END columns.
#define LOAD(S, ROWS, C, END, VALUE) \
	for (uint e_ = t; e_ < SIDE * SIDE; e_ += 128) { \
		uint r_ = e_ / SIDE, d_ = (C) * SIDE + e_ % SIDE; \
		S[r_ * LD + e_ % SIDE] = r_ < (ROWS) && d_ < (END) ? VALUE(r_, d_) : 0.0; \
	}

// GROUPS goes over all groups, more than are launched too. Mesa 26's llvmpipe reads what all
// invocations read alike in the turn behind the last one, too, in which none is active: the
// group has to be one that there is, for where it is said to lie is read from a table.
#define GROUPS(F) \
	void main() { \
		p = block.v; \
		for (uint g = gl_WorkGroupID.x; g < p.groups; g += gl_NumWorkGroups.x) { \
			F(min(g, p.groups - 1)); \
			barrier(); \
		} \
	}

// near tells whether key j has neither distance nor type for query i.
bool near(uint i, uint j) { return p.separate != 0 && (i == 0 || j == 0); }

bool sees(Seq s, uint i, uint j) {
	return i < s.nq && j < s.nk && (!CAUSAL || j + s.nq <= i + s.nk);
}

// scoreAt is where the scores of a head's query begin.
uint scoreAt(Seq s, uint head, uint i) { return s.at + (head * s.nq + i) * s.nk; }

// score is what the softmax is taken of.
float score(Seq s, float product, uint at, uint j) {
	float x = product * p.scale;
	if (FAR) x += Floats(p.far).v[at + j];
	return j >= s.real ? x - 1e6 : x;
}

bool sameType(int query, int key) { return query == key || query == 2 || key == 2; }
