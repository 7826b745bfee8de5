#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_cooperative_matrix : require
#include "common.glsl"
#include "vectors.glsl"
#include "load4.glsl"
#include "math.glsl"
#include "activation.glsl"
#include "half.glsl"

// Product's twin in float16: C = op(A)·op(B), finished by an epilogue, or a part of the sum
// over K, by cooperative matrices of MM×MK by MK×MN. A workgroup makes a BM×BN tile of C, a
// subgroup WM×WN of it. BK of K at a time lie in shared memory, rounded to float16 on the way
// there, as they lie in A and B, zeros beyond the edges, while the next are on their way. Sums
// are float32. Which invocation has which element of a matrix is the driver's affair, so sums
// go through shared memory to the epilogue, a matrix of each subgroup at a time.
// Of several factors the products are added, one after the other. With SUMS the rows of op(A),
// not rounded, are summed up on the way, where A is transposed, or with SUMS_B the columns of
// op(B), where B is not.

#include "operands.glsl"
#include "epilogue.glsl"

layout(constant_id = 2) const uint BM = 32;
layout(constant_id = 3) const uint BN = 32;
layout(constant_id = 4) const uint BK = 32;
layout(constant_id = 5) const uint WM = 16;
layout(constant_id = 6) const uint WN = 16;
layout(constant_id = 7) const uint WG = 128; // a subgroup for each WM×WN
layout(constant_id = 8) const uint FACTORS = 1;
layout(constant_id = 9) const uint MM = 16;
layout(constant_id = 10) const uint MN = 16;
layout(constant_id = 11) const uint MK = 16;
layout(local_size_x_id = 7) in;

// Lengths in fours of numbers; a row has two fours of padding, so that rows side by side lie in
// other banks.
const bool TA = (FLAGS & TRANS_A) != 0, TB = (FLAGS & TRANS_B) != 0;
const uint SA = (TA ? BM : BK) / 4 + 2, SB = (TB ? BK : BN) / 4 + 2;
const uint LA = (BM * BK / 4 + WG - 1) / WG, LB = (BN * BK / 4 + WG - 1) / WG; // fours a thread loads
const uint DOWN = WM / MM, ACROSS = WN / MN; // matrices of a subgroup
const uint WAVES = BM / WM * (BN / WN);
const uint STAGED = WAVES * MM * MN / 4; // fours of what the subgroups stage

shared f16vec4 as[(TA ? BK : BM) * SA];
shared f16vec4 bs[(TB ? BN : BK) * SB];
shared vec4 stage[STAGED > WG ? STAGED : WG];

Operands o;
uint m0, n0, kEnd;
vec4 rows; // of the sums of op(A)'s rows, or of op(B)'s columns: the four that the thread loads

// The e-th four of the tile of A at k0, and of B: along K where that is how they lie.
vec4 loadA(uint e, uint k0) {
    if (TA) return load4(o.a, has(VEC_A), k0 + e / (BM / 4), m0 + e % (BM / 4) * 4, p.lda, kEnd, p.m);
    return load4(o.a, has(VEC_A), m0 + e / (BK / 4), k0 + e % (BK / 4) * 4, p.lda, p.m, kEnd);
}

vec4 loadB(uint e, uint k0) {
    if (TB) return load4(o.b, has(VEC_B), n0 + e / (BK / 4), k0 + e % (BK / 4) * 4, p.ldb, p.n, kEnd);
    return load4(o.b, has(VEC_B), k0 + e / (BN / 4), n0 + e % (BN / 4) * 4, p.ldb, kEnd, p.n);
}

void storeA(uint e, vec4 x) {
    uint across = (TA ? BM : BK) / 4;
    as[e / across * SA + e % across] = f16vec4(nearest16(x));
}

void storeB(uint e, vec4 x) {
    uint across = (TB ? BK : BN) / 4;
    bs[e / across * SB + e % across] = f16vec4(nearest16(x));
}

// Leaves the sums of the tile's rows, or columns: each four of them is summed up by the threads
// that are its number of fours apart.
void putSums(uint t, uint part, uint fours, uint first, uint end) {
    stage[t] = rows;
    barrier();
    if (t < fours) {
        vec4 s = stage[t];
        for (uint i = t + fours; i < WG; i += fours) s += stage[i];
        uint r = first + t * 4;
        [[unroll]] for (uint j = 0; j < 4; j++) if (r + j < end) putSum(o, r + j, part, s[j]);
    }
    barrier();
}

// Finishes what lies in the stage: of each subgroup the matrix that is i down and j across. It
// returns sums of squares.
vec2 finishStaged(uint t, uint part, uint i, uint j) {
    vec2 s = vec2(0.0);
    for (uint e = t; e < STAGED; e += WG) {
        uint wave = e / (MM * MN / 4), at = e % (MM * MN / 4);
        uint r = m0 + wave / (BN / WN) * WM + i * MM + at / (MN / 4);
        uint c = n0 + wave % (BN / WN) * WN + j * MN + at % (MN / 4) * 4;
        if (r >= p.m || c >= p.n) continue;
        if (has(SPLIT)) { // C is scratch: [parts, M, N], rows of N rounded up to vectors
            Vec4s(o.c).v[(part * p.m + r) * ((p.n + 3) / 4) + c / 4] = stage[e];
        } else {
            s += finish4(o, r, c, stage[e]);
        }
    }
    return s;
}

void main() {
    uint t = gl_LocalInvocationID.x, wave = gl_SubgroupID;
    uint wm = wave / (BN / WN) * WM, wn = wave % (BN / WN) * WN;
    uint which = gl_WorkGroupID.z / p.parts, part = gl_WorkGroupID.z % p.parts;
    o = operands(has(MANY), which * FACTORS);
    m0 = gl_WorkGroupID.y * BM;
    n0 = gl_WorkGroupID.x * BN;
    uint from = part * p.part;
    kEnd = min(p.k, from + p.part);

    bool sumA = has(SUMS) && !has(SUMS_B) && gl_WorkGroupID.x == 0, sumB = has(SUMS_B) && gl_WorkGroupID.y == 0;

    coopmat<float, gl_ScopeSubgroup, MM, MN, gl_MatrixUseAccumulator> acc[DOWN * ACROSS];
    [[unroll]] for (uint i = 0; i < DOWN * ACROSS; i++)
        acc[i] = coopmat<float, gl_ScopeSubgroup, MM, MN, gl_MatrixUseAccumulator>(0.0);
    rows = vec4(0);
    for (uint f = 0; f < FACTORS; f++) {
        if (f > 0) {
            Operands next = operands(true, which * FACTORS + f);
            o.a = next.a;
            o.b = next.b;
        }
        vec4 nextA[LA], nextB[LB];
        [[unroll]] for (uint i = 0; i < LA; i++) nextA[i] = t + i * WG < BM * BK / 4 ? loadA(t + i * WG, from) : vec4(0);
        [[unroll]] for (uint i = 0; i < LB; i++) nextB[i] = t + i * WG < BN * BK / 4 ? loadB(t + i * WG, from) : vec4(0);
        for (uint k0 = from; k0 < kEnd; k0 += BK) {
            [[unroll]] for (uint i = 0; i < LA; i++) {
                if (t + i * WG < BM * BK / 4) storeA(t + i * WG, nextA[i]);
                if (sumA) rows += nextA[i];
            }
            [[unroll]] for (uint i = 0; i < LB; i++) {
                if (t + i * WG < BN * BK / 4) storeB(t + i * WG, nextB[i]);
                if (sumB) rows += nextB[i];
            }
            barrier();
            if (k0 + BK < kEnd) {
                [[unroll]] for (uint i = 0; i < LA; i++)
                    if (t + i * WG < BM * BK / 4) nextA[i] = loadA(t + i * WG, k0 + BK);
                [[unroll]] for (uint i = 0; i < LB; i++)
                    if (t + i * WG < BN * BK / 4) nextB[i] = loadB(t + i * WG, k0 + BK);
            }
            [[unroll]] for (uint k = 0; k < BK; k += MK) {
                coopmat<float16_t, gl_ScopeSubgroup, MM, MK, gl_MatrixUseA> a[DOWN];
                [[unroll]] for (uint i = 0; i < DOWN; i++) {
                    uint m = wm + i * MM;
                    if (TA) {
                        coopMatLoad(a[i], as, k * SA + m / 4, SA, gl_CooperativeMatrixLayoutColumnMajor);
                    } else {
                        coopMatLoad(a[i], as, m * SA + k / 4, SA, gl_CooperativeMatrixLayoutRowMajor);
                    }
                }
                [[unroll]] for (uint j = 0; j < ACROSS; j++) {
                    coopmat<float16_t, gl_ScopeSubgroup, MK, MN, gl_MatrixUseB> b;
                    uint n = wn + j * MN;
                    if (TB) {
                        coopMatLoad(b, bs, n * SB + k / 4, SB, gl_CooperativeMatrixLayoutColumnMajor);
                    } else {
                        coopMatLoad(b, bs, k * SB + n / 4, SB, gl_CooperativeMatrixLayoutRowMajor);
                    }
                    [[unroll]] for (uint i = 0; i < DOWN; i++) acc[i * ACROSS + j] = coopMatMulAdd(a[i], b, acc[i * ACROSS + j]);
                }
            }
            barrier();
        }
    }
    if (has(SUMS_B)) {
        if (gl_WorkGroupID.y == 0) putSums(t, part, BN / 4, n0, p.n);
    } else if (has(SUMS)) {
        if (gl_WorkGroupID.x == 0) putSums(t, part, BM / 4, m0, p.m);
    }
    vec2 s = vec2(0.0);
    [[unroll]] for (uint i = 0; i < DOWN; i++) {
        [[unroll]] for (uint j = 0; j < ACROSS; j++) {
            coopMatStore(acc[i * ACROSS + j], stage, wave * (MM * MN / 4), MN / 4, gl_CooperativeMatrixLayoutRowMajor);
            barrier();
            s += finishStaged(t, part, i, j);
            barrier();
        }
    }
    if (has(SQUARES) && !has(SPLIT)) {
        stage[t].xy = s;
        barrier();
        for (uint h = WG / 2; h > 0; h >>= 1) {
            if (t < h) stage[t].xy += stage[t + h].xy;
            barrier();
        }
        if (t == 0) Pairs(o.squares).v[gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x] = stage[0].xy;
    }
}
