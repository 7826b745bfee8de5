#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// The gradients of the queries' three biases and of the two types' vectors, a
// column a thread: the tiles' parts added in order. flags has two bits for each of
// the four parameters, wanted and added to.

void put(Floats to, uint kind, uint at, float x) {
	uint flags = p.flags >> 2 * kind;
	if ((flags & 1) != 0) to.v[at] = (flags & 2) != 0 ? to.v[at] + x : x;
}

void column(uint g) {
	uint e = g * 128 + t;
	if (e >= 5 * p.width) return;
	float all = 0.0;
	for (uint n = 0; n < p.nTiles; n++) all += p.part.v[n * 5 * p.width + e];
	uint kind = e / p.width;
	switch (kind) {
	case 0: put(p.out0, 0, e, all); break;
	case 1: put(p.out1, 1, e - p.width, all); break;
	case 2: put(p.out2, 2, e - 2 * p.width, all); break;
	default: put(p.out3, 3, e - 3 * p.width, all);
	}
}
GROUPS(column)
