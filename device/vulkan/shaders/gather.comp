#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// Row t of y is the sum of rows ids[t] of COUNT tables, in order; below 0: none. With ADD
// what y held comes first.

layout(constant_id = 0) const uint COUNT = 1; // at most 4
layout(constant_id = 1) const uint ADD = 0;
layout(local_size_x = 256) in;

layout(push_constant) uniform Push {
    Floats y, table0, table1, table2, table3;
    Ints ids0, ids1, ids2, ids3;
    uint rows, cols;
} p;

void main() {
    uint n = p.rows * p.cols;
    EACH(i, n) {
        uint t = i / p.cols, c = i % p.cols;
        float v = ADD != 0 ? p.y.v[i] : 0.0;
        int id = p.ids0.v[t];
        if (id >= 0) v += p.table0.v[uint(id) * p.cols + c];
        if (COUNT > 1) {
            id = p.ids1.v[t];
            if (id >= 0) v += p.table1.v[uint(id) * p.cols + c];
        }
        if (COUNT > 2) {
            id = p.ids2.v[t];
            if (id >= 0) v += p.table2.v[uint(id) * p.cols + c];
        }
        if (COUNT > 3) {
            id = p.ids3.v[t];
            if (id >= 0) v += p.table3.v[uint(id) * p.cols + c];
        }
        p.y.v[i] = v;
    }
}
