#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// Sums of columns: of x, [rows, cols] with row stride ld, multiplied in place by slope if
// there is one. A workgroup has 32 columns and the rows [from, from + each); the sums of its
// first columns go, or are added, to one place, those from width on to another; of
// several parts of the rows each has a row of its own.

layout(constant_id = 0) const uint MULTIPLY = 0;
layout(local_size_x = 32, local_size_y = 8) in;

layout(push_constant) uniform Push {
    Floats sums, others, x, slope;
    uint rows, cols, ld, lds, each, width;
    uint add, addOthers; // 0 write, 1 add, 2 neither
} p;

shared float part[8][32];

void put(Floats to, uint how, uint i, float s) {
    if (how == 1) s += to.v[i];
    if (how != 2) to.v[i] = s;
}

void main() {
    uint c = gl_WorkGroupID.x * 32 + gl_LocalInvocationID.x, lane = gl_LocalInvocationID.y;
    uint from = gl_WorkGroupID.y * p.each, end = min(p.rows, from + p.each);
    float s = 0.0;
    if (c < p.cols) {
        for (uint r = from + lane; r < end; r += 8) {
            float v = p.x.v[r * p.ld + c];
            if (MULTIPLY != 0) {
                v *= p.slope.v[r * p.lds + c];
                p.x.v[r * p.ld + c] = v;
            }
            s += v;
        }
    }
    part[lane][gl_LocalInvocationID.x] = s;
    barrier();
    [[unroll]] for (uint h = 4; h > 0; h >>= 1) {
        if (lane < h) part[lane][gl_LocalInvocationID.x] += part[lane + h][gl_LocalInvocationID.x];
        barrier();
    }
    if (lane != 0 || c >= p.cols) return;
    s = part[0][gl_LocalInvocationID.x];
    if (c < p.width) {
        put(p.sums, p.add, gl_WorkGroupID.y * p.width + c, s);
    } else {
        put(p.others, p.addOthers, c - p.width, s);
    }
}
