#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "vectors.glsl"
#include "load4.glsl"
#include "math.glsl"
#include "activation.glsl"
#include "half.glsl"

// C = A·op(B) of one row to four, as a text has that is continued token by token: B is read
// once, and as it lies. Transposed, LANES invocations go along a row of B, which is a
// column of C; else they have every LANES-th row of B and four columns. What each has
// summed up is added as a tree. With HALF factors are rounded to float16.

#include "operands.glsl"
#include "epilogue.glsl"

layout(constant_id = 2) const uint ROWS = 1;
layout(constant_id = 3) const uint LANES = 32;
layout(local_size_x = 256) in;

const uint WG = 256, BESIDE = WG / LANES; // columns, or fours of them, that a workgroup has

shared float ones[ROWS * WG];
shared vec4 fours[ROWS * WG];

const bool HALF = (FLAGS & HALVES) != 0;

Operands o;

void transposed(uint t) {
    uint lane = t % LANES, n = gl_WorkGroupID.x * BESIDE + t / LANES;
    float acc[ROWS];
    [[unroll]] for (uint r = 0; r < ROWS; r++) acc[r] = 0.0;
    for (uint k = lane * 4; k < p.k; k += LANES * 4) {
        vec4 b = load4(o.b, has(VEC_B), n, k, p.ldb, p.n, p.k);
        if (HALF) b = nearest16(b);
        [[unroll]] for (uint r = 0; r < ROWS; r++) {
            vec4 a = load4(o.a, has(VEC_A), r, k, p.lda, ROWS, p.k);
            if (HALF) a = nearest16(a);
            acc[r] = fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, acc[r]))));
        }
    }
    [[unroll]] for (uint r = 0; r < ROWS; r++) ones[r * WG + t] = acc[r];
    barrier();
    [[unroll]] for (uint h = LANES / 2; h > 0; h >>= 1) {
        if (lane < h) [[unroll]] for (uint r = 0; r < ROWS; r++) ones[r * WG + t] += ones[r * WG + t + h];
        barrier();
    }
    if (t < ROWS * BESIDE / 4) {
        uint r = t / (BESIDE / 4), four = t % (BESIDE / 4) * 4, c = gl_WorkGroupID.x * BESIDE + four;
        vec4 x;
        [[unroll]] for (uint j = 0; j < 4; j++) x[j] = ones[r * WG + (four + j) * LANES];
        if (c < p.n) finish4(o, r, c, x);
    }
}

void plain(uint t) {
    uint lane = t / BESIDE, c = (gl_WorkGroupID.x * BESIDE + t % BESIDE) * 4;
    vec4 acc[ROWS];
    [[unroll]] for (uint r = 0; r < ROWS; r++) acc[r] = vec4(0);
    for (uint k = lane; k < p.k; k += LANES) {
        vec4 b = load4(o.b, has(VEC_B), k, c, p.ldb, p.k, p.n);
        if (HALF) b = nearest16(b);
        [[unroll]] for (uint r = 0; r < ROWS; r++) {
            vec4 a = vec4(Floats(o.a).v[r * p.lda + k]);
            if (HALF) a = nearest16(a);
            acc[r] = fma(a, b, acc[r]);
        }
    }
    [[unroll]] for (uint r = 0; r < ROWS; r++) fours[r * WG + t] = acc[r];
    barrier();
    [[unroll]] for (uint h = LANES / 2; h > 0; h >>= 1) {
        if (lane < h) [[unroll]] for (uint r = 0; r < ROWS; r++) fours[r * WG + t] += fours[r * WG + t + h * BESIDE];
        barrier();
    }
    if (lane == 0 && c < p.n) [[unroll]] for (uint r = 0; r < ROWS; r++) finish4(o, r, c, fours[r * WG + t]);
}

void main() {
    o = operands(has(MANY), gl_WorkGroupID.z);
    if (has(TRANS_B)) {
        transposed(gl_LocalInvocationID.x);
    } else {
        plain(gl_LocalInvocationID.x);
    }
}
