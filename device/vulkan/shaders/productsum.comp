#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "vectors.glsl"
#include "math.glsl"
#include "activation.glsl"

// The second stage of a product whose K was split: adds up the parts, in order, and
// finishes the sum. A thread has four neighbours of C at a time.

#include "operands.glsl" // o.a is the parts, [parts, M, N] with N rounded up to vectors, and
                           // of the sums of rows, [parts, M], or of columns
#include "epilogue.glsl"

layout(local_size_x = 256) in;

shared vec2 sums[256];

void main() {
    uint t = gl_LocalInvocationID.x;
    Operands o = operands(has(MANY), gl_WorkGroupID.z);
    uint ld = (p.n + 3) / 4, all = p.m * ld;
    vec2 s = vec2(0.0);
    for (uint i = gl_WorkGroupID.x * 256 + t; i < all; i += gl_NumWorkGroups.x * 256) {
        vec4 x = Vec4s(o.a).v[i];
        for (uint part = 1; part < p.parts; part++) x += Vec4s(o.a).v[part * all + i];
        if (has(SUMS_B)) {
            for (uint c = i * 4; i < ld && c < min(p.n, i * 4 + 4); c++) {
                float sum = 0.0;
                for (uint part = 0; part < p.parts; part++) sum += Floats(o.a).v[sumsBehind() + part * p.n + c];
                putSum(o, c, 0, sum);
            }
        } else if (has(SUMS) && i % ld == 0) {
            float sum = 0.0;
            for (uint part = 0; part < p.parts; part++) sum += Floats(o.a).v[sumsBehind() + part * p.m + i / ld];
            putSum(o, i / ld, 0, sum);
        }
        s += finish4(o, i / ld, i % ld * 4, x);
    }
    if (has(SQUARES)) {
        sums[t] = s;
        barrier();
        [[unroll]] for (uint h = 128; h > 0; h >>= 1) {
            if (t < h) sums[t] += sums[t + h];
            barrier();
        }
        if (t == 0) Pairs(o.squares).v[gl_WorkGroupID.x] = sums[0];
    }
}
