#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "math.glsl"

// Losses of an element each, by one workgroup: the mean over those that count, and the
// gradient, if it is wanted.

// TOTAL: of what x holds, PAIRS: of pairs, each kind of which has a sum of its own.
const uint BINARY = 0, SQUARED = 1, TOTAL = 2, PAIRS = 3;

const uint WG = 256;
layout(constant_id = 0) const uint WHAT = 0;
layout(constant_id = 1) const uint GRAD = 0;
layout(local_size_x = 256) in;

layout(push_constant) uniform Push {
    Floats loss, dx, x;
    Ints gold; // labels, or the bits of floats
    uint n;
    float over;
} p;

#include "reduce.glsl"

// -log σ(v) for label 1, -log(1-σ(v)) for label 0.
float binary(uint i, out float d) {
    int label = p.gold.v[i];
    d = 0.0;
    if (label < 0) return 0.0;
    float v = p.x.v[i], rest, g = sigmoid32(v, rest);
    d = label == 1 ? -rest : g;
    if (isNaN(v)) return v;
    return max(v, 0.0) - (label == 1 ? v : 0.0) + log1p32(exp32(-abs(v)));
}

float squared(uint i, out float d) {
    float e = p.x.v[i] - intBitsToFloat(p.gold.v[i]);
    d = 2.0 * e;
    return e * e;
}

// The sum of all terms, or of every other one.
float total(uint first, uint by) {
    float sum = 0.0, lost = 0.0; // Kahan's
    for (uint i = gl_LocalInvocationID.x; i < p.n; i += WG) {
        float v, d = 0.0;
        switch (WHAT) {
        case BINARY: v = binary(i, d); break;
        case SQUARED: v = squared(i, d); break;
        case TOTAL:
        case PAIRS: v = p.x.v[first + by * i]; break;
        }
        if (GRAD != 0) p.dx.v[i] = d == 0.0 ? 0.0 : d / p.over; // of nothing too
        precise float y = v - lost;
        precise float s = sum + y;
        precise float l = (s - sum) - y;
        sum = s;
        lost = l;
    }
    return sumAll(sum);
}

void main() {
    uint t = gl_LocalInvocationID.x;
    if (WHAT == PAIRS) {
        float first = total(0, 2), second = total(1, 2);
        if (t == 0) {
            p.loss.v[0] = first;
            p.loss.v[1] = second;
        }
        return;
    }
    float sum = total(0, 1);
    if (t == 0) p.loss.v[0] = p.over == 0.0 ? NAN : sum / p.over;
}
