#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "vectors.glsl"
#include "load4.glsl"
#include "math.glsl"
#include "activation.glsl"

// C = op(A)·op(B), finished by an epilogue. A workgroup makes a BM×BN tile of C, of all of K
// or of a part of it. BK of K at a time lie in shared memory, zeros beyond K, while the next
// are on their way. Of these each slice of the workgroup's invocations multiplies its own, an
// invocation TM×TN of the tile: blocks of 4×4, spread so that the invocations side by side
// read side by side. At the end the slices' sums are added through shared memory.
//
// Where K is split among workgroups, each leaves its part, and the last one to come to an end
// adds all of a tile's parts up and finishes the sum: see parts.glsl. With SPLIT the parts are
// left to shader productsum.
//
// Every element is summed up in one order, whatever comes first: over K in each slice, over the
// slices, over the parts. Of several factors the products are added, one after the other.
// With SUMS the rows of op(A) are summed up on the way, by the workgroups of the first
// columns, or with SUMS_B the columns of op(B), by those of the first rows.

#include "operands.glsl"
#include "epilogue.glsl"

layout(constant_id = 2) const uint BM = 64;
layout(constant_id = 3) const uint BN = 64;
layout(constant_id = 4) const uint BK = 32;
layout(constant_id = 5) const uint TM = 8;
layout(constant_id = 6) const uint TN = 8;
layout(constant_id = 7) const uint SLICES = 4;
layout(constant_id = 8) const uint WG = 256; // BM/TM · BN/TN · SLICES
layout(constant_id = 9) const uint FACTORS = 1;
layout(local_size_x_id = 8) in;

const uint SA = BM / 4, SB = BN / 4; // vectors a row of shared memory
const uint LA = (SA * BK + WG - 1) / WG, LB = (SB * BK + WG - 1) / WG; // vectors an invocation loads
const uint ACROSS = BN / TN, DOWN = BM / TM, SLICE = ACROSS * DOWN; // invocations
const uint OWN = TM * TN / 4 / SLICES; // vectors of C that an invocation finishes

const uint FACTOR = BK * (SA + SB), OTHERS = (SLICES - 1) * OWN * SLICE; // vectors that are shared at a time

shared vec4 tile[FACTOR > OTHERS ? FACTOR : OTHERS]; // A, and B behind it; later what the slices add up
shared vec2 squares[WG];
shared uint before; // how many parts of the tile there were

uvec3 group;
Operands o;
uint m0, n0, kEnd;
uint slice, tm, tn; // whose slice of K, rows and columns
vec4 nextA[LA], nextB[LB];
uint atA[LA], atB[LB]; // where they come from, in vectors
vec4 acc[TM * TN / 4]; // the invocation's part of C
vec4 lines[(TM > TN ? TM : TN) / 4]; // and of the sums of op(A)'s rows, or of op(B)'s columns
vec4 own[OWN]; // C as the invocation finishes it: vectors slice·OWN … of acc

#include "parts.glsl"

// The rows of vectors in shared memory are permuted by k, by exclusive or, so that what is
// stored along K goes to all banks, too.
uint turned(uint k, uint width) {
    const uint spread = BK >= 32 ? 1 : 32 / BK;
    return k / 4 * spread & (width < 8 ? width - 1 : 7);
}

// Whether vectors are read without a look at the edges: rows beyond the last are then the
// last one's, for they make nothing but rows of C beyond the last.
bool plainA() { return has(VEC_A) && (!has(TRANS_A) || m0 + BM <= p.m); }
bool plainB() { return has(VEC_B) && (has(TRANS_B) || n0 + BN <= p.n); }

// Readies the reading of the factors at hand, from k on.
void seek(uint t, uint k) {
    [[unroll]] for (uint i = 0; i < LA; i++) {
        uint e = t + i * WG;
        atA[i] = has(TRANS_A) ? ((k + e / SA) * p.lda + m0) / 4 + e % SA
            : (min(m0 + e / (BK / 4), p.m - 1) * p.lda + k) / 4 + e % (BK / 4);
    }
    [[unroll]] for (uint i = 0; i < LB; i++) {
        uint e = t + i * WG;
        atB[i] = !has(TRANS_B) ? ((k + e / SB) * p.ldb + n0) / 4 + e % SB
            : (min(n0 + e / (BK / 4), p.n - 1) * p.ldb + k) / 4 + e % (BK / 4);
    }
}

// The e-th vector of the tile of A at k0, and of B: along K where that is how they lie.
vec4 edgeA(uint e, uint k0) {
    if (has(TRANS_A)) return load4(o.a, has(VEC_A), k0 + e / SA, m0 + e % SA * 4, p.lda, kEnd, p.m);
    return load4(o.a, has(VEC_A), m0 + e / (BK / 4), k0 + e % (BK / 4) * 4, p.lda, p.m, kEnd);
}

vec4 edgeB(uint e, uint k0) {
    if (has(TRANS_B)) return load4(o.b, has(VEC_B), n0 + e / (BK / 4), k0 + e % (BK / 4) * 4, p.ldb, p.n, kEnd);
    return load4(o.b, has(VEC_B), k0 + e / SB, n0 + e % SB * 4, p.ldb, kEnd, p.n);
}

// Reads what is next, BK of K from k0 on.
void fetch(uint t, uint k0) {
    bool whole = k0 + BK <= kEnd;
    if (plainA() && whole) {
        [[unroll]] for (uint i = 0; i < LA; i++) if (SA * BK % WG == 0 || t + i * WG < SA * BK) nextA[i] = Vec4s(o.a).v[atA[i]];
    } else {
        [[unroll]] for (uint i = 0; i < LA; i++) if (SA * BK % WG == 0 || t + i * WG < SA * BK) nextA[i] = edgeA(t + i * WG, k0);
    }
    if (plainB() && whole) {
        [[unroll]] for (uint i = 0; i < LB; i++) if (SB * BK % WG == 0 || t + i * WG < SB * BK) nextB[i] = Vec4s(o.b).v[atB[i]];
    } else {
        [[unroll]] for (uint i = 0; i < LB; i++) if (SB * BK % WG == 0 || t + i * WG < SB * BK) nextB[i] = edgeB(t + i * WG, k0);
    }
    [[unroll]] for (uint i = 0; i < LA; i++) atA[i] += has(TRANS_A) ? BK / 4 * p.lda : BK / 4;
    [[unroll]] for (uint i = 0; i < LB; i++) atB[i] += has(TRANS_B) ? BK / 4 : BK / 4 * p.ldb;
}

// Puts a vector to row k of an operand's part of shared memory, or its numbers to rows k to
// k + 3 where it lies along K.
void put(uint base, uint width, uint e, bool alongK, vec4 x) {
    if (!alongK) {
        uint k = e / width;
        tile[base + k * width + (e % width ^ turned(k, width))] = x;
        return;
    }
    uint row = e / (BK / 4), k = e % (BK / 4) * 4, at = base + k * width + (row / 4 ^ turned(k, width));
    [[unroll]] for (uint j = 0; j < 4; j++) tile[at + j * width][row % 4] = x[j];
}

void store(uint t) {
    [[unroll]] for (uint i = 0; i < LA; i++)
        if (SA * BK % WG == 0 || t + i * WG < SA * BK) put(0, SA, t + i * WG, !has(TRANS_A), nextA[i]);
    [[unroll]] for (uint i = 0; i < LB; i++)
        if (SB * BK % WG == 0 || t + i * WG < SB * BK) put(BK * SA, SB, t + i * WG, has(TRANS_B), nextB[i]);
}

bool sumsRows() { return has(SUMS) && !has(SUMS_B) && group.x == 0; }
bool sumsColumns() { return has(SUMS_B) && group.y == 0; }

// Adds the product of the factors at hand to acc, from k on.
void multiply(uint t, uint from) {
    seek(t, from);
    if (from < kEnd) fetch(t, from);
    for (uint k0 = from; k0 < kEnd; k0 += BK) {
        store(t);
        barrier();
        if (k0 + BK < kEnd) fetch(t, k0 + BK);
        const uint each = BK / SLICES;
        for (uint k4 = slice * each; k4 < slice * each + each; k4 += 4) {
            uint atA = k4 * SA + (tm ^ turned(k4, SA)), atB = BK * SA + k4 * SB + (tn ^ turned(k4, SB));
            [[unroll]] for (uint k = 0; k < 4; k++) {
                vec4 a[TM / 4], b[TN / 4];
                [[unroll]] for (uint i = 0; i < TM / 4; i++) a[i] = tile[atA + k * SA + i * DOWN];
                [[unroll]] for (uint j = 0; j < TN / 4; j++) b[j] = tile[atB + k * SB + j * ACROSS];
                [[unroll]] for (uint i = 0; i < TM; i++)
                    [[unroll]] for (uint j = 0; j < TN / 4; j++)
                        acc[i * (TN / 4) + j] = fma(vec4(a[i / 4][i % 4]), b[j], acc[i * (TN / 4) + j]);
                if (sumsRows()) [[unroll]] for (uint i = 0; i < TM / 4; i++) lines[i] += a[i];
                if (sumsColumns()) [[unroll]] for (uint j = 0; j < TN / 4; j++) lines[j] += b[j];
            }
        }
        barrier();
    }
}

// Adds the slices' sums, each slice a part of them: own is left.
void addSlices(uint t) {
    [[unroll]] for (uint q = 0; q < SLICES; q++) {
        if (slice != q) [[unroll]] for (uint e = 0; e < OWN; e++)
            tile[((slice < q ? slice : slice - 1) * OWN + e) * SLICE + t % SLICE] = acc[q * OWN + e];
        barrier();
        if (slice == q) [[unroll]] for (uint e = 0; e < OWN; e++) {
            vec4 x = vec4(0);
            [[unroll]] for (uint s = 0; s < SLICES; s++)
                x += s == q ? acc[q * OWN + e] : tile[((s < q ? s : s - 1) * OWN + e) * SLICE + t % SLICE];
            own[e] = x;
        }
        barrier();
    }
}

// Returns the sums of four rows or columns, of the first invocations: the t-th four.
vec4 addLines(uint t) {
    const uint width = has(SUMS_B) ? SB : SA, n = (has(SUMS_B) ? TN : TM) / 4;
    if ((has(SUMS_B) ? tm : tn) == 0)
        [[unroll]] for (uint i = 0; i < n; i++)
            tile[slice * width + i * (has(SUMS_B) ? ACROSS : DOWN) + (has(SUMS_B) ? tn : tm)] = lines[i];
    barrier();
    vec4 x = vec4(0);
    if (t < width) [[unroll]] for (uint s = 0; s < SLICES; s++) x += tile[s * width + t];
    barrier();
    return x;
}

void main() {
    uint t = gl_LocalInvocationID.x, u = t % SLICE;
    group = p.reversed != 0 ? gl_NumWorkGroups - 1 - gl_WorkGroupID : gl_WorkGroupID;
    slice = t / SLICE;
    tm = u / ACROSS, tn = u % ACROSS;
    if (ACROSS % 8 == 0 && DOWN % 4 == 0) {
        // 32 invocations have 4×8 of the blocks, and those side by side one block of B or,
        // two apart, of A: what is read of shared memory twice at once is read once.
        uint lane = u % 32, of = u / 32;
        tm = of / (ACROSS / 8) * 4 + lane / 16 * 2 + lane % 2;
        tn = of % (ACROSS / 8) * 8 + lane % 16 / 2;
    }
    uint which = group.z / p.parts, part = group.z % p.parts;
    o = operands(has(MANY), which * FACTORS);
    m0 = group.y * BM;
    n0 = group.x * BN;
    uint from = part * p.part;
    kEnd = min(p.k, from + p.part);

    [[unroll]] for (uint i = 0; i < TM * TN / 4; i++) acc[i] = vec4(0);
    [[unroll]] for (uint i = 0; i < (TM > TN ? TM : TN) / 4; i++) lines[i] = vec4(0);
    for (uint f = 0; f < FACTORS; f++) {
        if (f > 0) {
            Operands next = operands(true, which * FACTORS + f);
            o.a = next.a;
            o.b = next.b;
        }
        multiply(t, from);
    }
    addSlices(t);
    bool summing = sumsRows() || sumsColumns();
    vec4 sums = vec4(0);
    if (summing) sums = addLines(t);
    if (has(PARTS) && !addParts(t, which, part, summing, sums)) return;

    if (summing && t < (has(SUMS_B) ? SB : SA)) {
        uint first = (has(SUMS_B) ? n0 : m0) + t * 4;
        [[unroll]] for (uint j = 0; j < 4; j++) if (first + j < (has(SUMS_B) ? p.n : p.m)) putSum(o, first + j, part, sums[j]);
    }
    vec2 s = vec2(0.0);
    [[unroll]] for (uint e = 0; e < OWN; e++) {
        uint v = slice * OWN + e, i = v / (TN / 4), j = v % (TN / 4);
        uint r = m0 + (i / 4 * DOWN + tm) * 4 + i % 4, c = n0 + (j * ACROSS + tn) * 4;
        if (r >= p.m || c >= p.n) continue;
        if (has(SPLIT)) { // C is scratch: [parts, M, N], rows of N rounded up to vectors
            Vec4s(o.c).v[(part * p.m + r) * ((p.n + 3) / 4) + c / 4] = own[e];
        } else {
            s += finish4(o, r, c, own[e]);
        }
    }
    if (has(SQUARES)) {
        squares[t] = s;
        barrier();
        for (uint h = WG / 2; h > 0; h >>= 1) {
            if (t < h) squares[t] += squares[t + h];
            barrier();
        }
        if (t == 0) Pairs(o.squares).v[group.y * gl_NumWorkGroups.x + group.x] = squares[0];
    }
}
