#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "vectors.glsl"
#include "load4.glsl"
#include "math.glsl"
#include "activation.glsl"

// C = op(A)·op(B), finished by an epilogue, or a part of the sum over K. A workgroup
// makes a BM×BN tile of C, a thread TM×TN of it: blocks of 4×4, spread so that the
// threads side by side read side by side. BK of K at a time lie in shared memory,
// zeros beyond the edges, while the next are on their way. Every element's sum runs
// over K in ascending order. Of several factors the products are added, one after the other.
// With SUMS the rows of op(A) are summed up on the way, by the workgroups of the first
// columns, or with SUMS_B the columns of op(B), by those of the first rows.

#include "operands.glsl"
#include "epilogue.glsl"

layout(constant_id = 2) const uint BM = 64;
layout(constant_id = 3) const uint BN = 64;
layout(constant_id = 4) const uint BK = 16;
layout(constant_id = 5) const uint TM = 4;
layout(constant_id = 6) const uint TN = 4;
layout(constant_id = 7) const uint WG = 256; // BM/TM · BN/TN
layout(constant_id = 8) const uint FACTORS = 1;
layout(local_size_x_id = 7) in;

const uint SA = BM / 4 + 1, SB = BN / 4 + 1; // a word of padding a row
const uint LA = (BM * BK / 4 + WG - 1) / WG, LB = (BN * BK / 4 + WG - 1) / WG; // vectors a thread loads
const uint LS = ((BM > BN ? BM : BN) + WG - 1) / WG; // rows, or columns, a thread sums up
const uint ACROSS = BN / TN, DOWN = BM / TM;

shared vec4 as[BK * SA];
shared vec4 bs[BK * SB];
shared vec2 sums[WG];

Operands o;
uint m0, n0, kEnd;
vec4 acc[TM * TN / 4]; // the invocation's part of C
float rows[LS]; // and of the sums of op(A)'s rows, or of op(B)'s columns

// The e-th vector of the tile of A at k0, and of B: along K where that is how they lie.
vec4 loadA(uint e, uint k0) {
    if (has(TRANS_A)) return load4(o.a, has(VEC_A), k0 + e / (BM / 4), m0 + e % (BM / 4) * 4, p.lda, kEnd, p.m);
    return load4(o.a, has(VEC_A), m0 + e / (BK / 4), k0 + e % (BK / 4) * 4, p.lda, p.m, kEnd);
}

vec4 loadB(uint e, uint k0) {
    if (has(TRANS_B)) return load4(o.b, has(VEC_B), n0 + e / (BK / 4), k0 + e % (BK / 4) * 4, p.ldb, p.n, kEnd);
    return load4(o.b, has(VEC_B), k0 + e / (BN / 4), n0 + e % (BN / 4) * 4, p.ldb, kEnd, p.n);
}

void storeA(uint e, vec4 x) {
    if (has(TRANS_A)) {
        as[e / (BM / 4) * SA + e % (BM / 4)] = x;
        return;
    }
    uint row = e / (BK / 4), k = e % (BK / 4) * 4;
    [[unroll]] for (uint j = 0; j < 4; j++) as[(k + j) * SA + row / 4][row % 4] = x[j];
}

void storeB(uint e, vec4 x) {
    if (!has(TRANS_B)) {
        bs[e / (BN / 4) * SB + e % (BN / 4)] = x;
        return;
    }
    uint row = e / (BK / 4), k = e % (BK / 4) * 4;
    [[unroll]] for (uint j = 0; j < 4; j++) bs[(k + j) * SB + row / 4][row % 4] = x[j];
}

// Adds the product of the factors at hand to acc, from k0 on.
void multiply(uint t, uint from) {
    uint tm = t / ACROSS, tn = t % ACROSS;
    vec4 nextA[LA], nextB[LB];
    [[unroll]] for (uint i = 0; i < LA; i++) nextA[i] = t + i * WG < BM * BK / 4 ? loadA(t + i * WG, from) : vec4(0);
    [[unroll]] for (uint i = 0; i < LB; i++) nextB[i] = t + i * WG < BN * BK / 4 ? loadB(t + i * WG, from) : vec4(0);

    for (uint k0 = from; k0 < kEnd; k0 += BK) {
        [[unroll]] for (uint i = 0; i < LA; i++) if (t + i * WG < BM * BK / 4) storeA(t + i * WG, nextA[i]);
        [[unroll]] for (uint i = 0; i < LB; i++) if (t + i * WG < BN * BK / 4) storeB(t + i * WG, nextB[i]);
        barrier();
        if (k0 + BK < kEnd) {
            [[unroll]] for (uint i = 0; i < LA; i++) if (t + i * WG < BM * BK / 4) nextA[i] = loadA(t + i * WG, k0 + BK);
            [[unroll]] for (uint i = 0; i < LB; i++) if (t + i * WG < BN * BK / 4) nextB[i] = loadB(t + i * WG, k0 + BK);
        }
        if (has(SUMS_B) && gl_WorkGroupID.y == 0) {
            [[unroll]] for (uint i = 0; i < LS; i++) {
                uint column = t + i * WG;
                if (column < BN) for (uint k = 0; k < BK; k++) rows[i] += bs[k * SB + column / 4][column % 4];
            }
        } else if (has(SUMS) && !has(SUMS_B) && gl_WorkGroupID.x == 0) {
            [[unroll]] for (uint i = 0; i < LS; i++) {
                uint row = t + i * WG;
                if (row < BM) for (uint k = 0; k < BK; k++) rows[i] += as[k * SA + row / 4][row % 4];
            }
        }
        for (uint k = 0; k < BK; k++) {
            vec4 a[TM / 4], b[TN / 4];
            [[unroll]] for (uint i = 0; i < TM / 4; i++) a[i] = as[k * SA + i * DOWN + tm];
            [[unroll]] for (uint j = 0; j < TN / 4; j++) b[j] = bs[k * SB + j * ACROSS + tn];
            [[unroll]] for (uint i = 0; i < TM; i++)
                [[unroll]] for (uint j = 0; j < TN / 4; j++)
                    acc[i * (TN / 4) + j] = fma(vec4(a[i / 4][i % 4]), b[j], acc[i * (TN / 4) + j]);
        }
        barrier();
    }
}

void main() {
    uint t = gl_LocalInvocationID.x, tm = t / ACROSS, tn = t % ACROSS;
    uint which = gl_WorkGroupID.z / p.parts, part = gl_WorkGroupID.z % p.parts;
    o = operands(has(MANY), which * FACTORS);
    m0 = gl_WorkGroupID.y * BM;
    n0 = gl_WorkGroupID.x * BN;
    uint from = part * p.part;
    kEnd = min(p.k, from + p.part);

    [[unroll]] for (uint i = 0; i < TM * TN / 4; i++) acc[i] = vec4(0);
    [[unroll]] for (uint i = 0; i < LS; i++) rows[i] = 0.0;
    for (uint f = 0; f < FACTORS; f++) {
        if (f > 0) {
            Operands next = operands(true, which * FACTORS + f);
            o.a = next.a;
            o.b = next.b;
        }
        multiply(t, from);
    }
    if (has(SUMS_B) && gl_WorkGroupID.y == 0) {
        [[unroll]] for (uint i = 0; i < LS; i++) {
            uint c = n0 + t + i * WG;
            if (t + i * WG < BN && c < p.n) putSum(o, c, part, rows[i]);
        }
    } else if (has(SUMS) && !has(SUMS_B) && gl_WorkGroupID.x == 0) {
        [[unroll]] for (uint i = 0; i < LS; i++) {
            uint r = m0 + t + i * WG;
            if (t + i * WG < BM && r < p.m) putSum(o, r, part, rows[i]);
        }
    }
    vec2 s = vec2(0.0);
    [[unroll]] for (uint i = 0; i < TM; i++) {
        uint r = m0 + (i / 4 * DOWN + tm) * 4 + i % 4;
        [[unroll]] for (uint j = 0; j < TN / 4; j++) {
            uint c = n0 + (j * ACROSS + tn) * 4;
            if (r >= p.m || c >= p.n) continue;
            vec4 x = acc[i * (TN / 4) + j];
            if (has(SPLIT)) { // C is scratch: [parts, M, N], rows of N rounded up to vectors
                uint ld = (p.n + 3) / 4;
                Vec4s(o.c).v[(part * p.m + r) * ld + c / 4] = x;
            } else {
                s += finish4(o, r, c, x);
            }
        }
    }
    if (has(SQUARES) && !has(SPLIT)) {
        sums[t] = s;
        barrier();
        for (uint h = WG / 2; h > 0; h >>= 1) {
            if (t < h) sums[t] += sums[t + h];
            barrier();
        }
        if (t == 0) Pairs(o.squares).v[gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x] = sums[0];
    }
}
