#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "vectors.glsl"
#include "math.glsl"
#include "chunks.glsl"

// Sums of squares of chunks of buffers, a pair a chunk: see addSquare; or with FINITE one number becomes 1
// if an element is NaN or infinite.

const uint WG = 256;
layout(constant_id = 0) const uint FINITE = 0;
layout(local_size_x = 256) in;

struct Part {
    uvec2 x, rows; // addresses: not every driver keeps pointers in variables
    uint n, cols, kind, chunk0;
};

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Parts { Part v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Flag { uint v; };

layout(push_constant) uniform Push {
    Parts parts;
    Pairs sums;
    Flag broken;
    uint count, chunks;
} p;

#include "reduce.glsl"

void main() {
    uint t = gl_LocalInvocationID.x;
    for (uint chunk = gl_WorkGroupID.x; chunk < p.chunks; chunk += gl_NumWorkGroups.x) {
        FIND(p.parts, p.count, chunk, which)
        Part u = p.parts.v[which];
        uint from = (chunk - u.chunk0) * CHUNK, end = min(u.n, from + CHUNK);
        vec2 s = vec2(0.0);
        bool ok = true;
        if (u.kind == SUMS) {
            for (uint e = from + t; e < end; e += WG) s += Pairs(u.x).v[e];
            end = from;
        }
        for (uint e = from + t; e < end; e += WG) {
            uint i = u.kind == ROWS ? Words(u.rows).v[e / u.cols] * u.cols + e % u.cols : e;
            float v = Floats(u.x).v[i];
            s = addSquare(s, v);
            ok = ok && isFinite(v);
        }
        if (FINITE != 0) {
            if (!ok) atomicOr(p.broken.v, 1u);
            continue;
        }
        s = vec2(sumAll(s.x), sumAll(s.y));
        if (t == 0) p.sums.v[chunk] = s;
    }
}
