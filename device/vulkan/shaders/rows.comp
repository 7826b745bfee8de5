#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "math.glsl"

// Rows put where the host says, an element an invocation. of says for each row of y, or of
// the gradient, what it comes from.

const uint SCATTER = 0, POOL = 1, POOL_GRAD = 2, WINDOWS = 3, WINDOWS_GRAD = 4;

layout(constant_id = 0) const uint WHAT = 0;
layout(constant_id = 1) const uint LARGEST = 0;
layout(local_size_x = 256) in;

layout(push_constant) uniform Push {
    Floats y, x, from; // from: what pool compared
    Ints of, pairs;
    uint rows, cols, width;
} p;

float largest(float a, float b) {
    if (isNaN(a)) return a;
    if (isNaN(b)) return b;
    return max(a, b);
}

// Row r becomes row of[r] of x, or zero where that is below 0.
float scatter(uint r, uint c) {
    int t = p.of.v[r];
    return t < 0 ? 0.0 : p.x.v[uint(t) * p.cols + c];
}

float pool(uint r, uint c) {
    float a = p.x.v[uint(p.pairs.v[2 * r]) * p.cols + c], b = p.x.v[uint(p.pairs.v[2 * r + 1]) * p.cols + c];
    return LARGEST != 0 ? largest(a, b) : (a + b) / 2.0;
}

// Row r belongs to pair of[r]/2, as its first with an even number, or to none below 0.
float poolGrad(uint r, uint c) {
    int of = p.of.v[r];
    if (of < 0) return 0.0;
    uint pair = uint(of) / 2;
    uint a = uint(p.pairs.v[2 * pair]), b = uint(p.pairs.v[2 * pair + 1]);
    float d = p.x.v[pair * p.cols + c];
    if (a == b) return d;
    if (LARGEST == 0) return d / 2.0;
    bool second = p.from.v[b * p.cols + c] > p.from.v[a * p.cols + c];
    return second == ((of & 1) != 0) ? d : 0.0;
}

// of has where the sequence of each row begins and ends. Column c is tap c % width of
// column c / width of x.
float windows(uint r, uint c) {
    int row = int(r) + int(c % p.width) - int(p.width / 2);
    if (row < p.of.v[2 * r] || row >= p.of.v[2 * r + 1]) return 0.0;
    return p.x.v[uint(row) * (p.cols / p.width) + c / p.width];
}

float windowsGrad(uint r, uint c) {
    int first = p.of.v[2 * r], end = p.of.v[2 * r + 1];
    float s = 0.0;
    for (uint back = 0; back < p.width; back++) { // rows in ascending order: the last tap first
        uint tap = p.width - 1 - back;
        int t = int(r) - int(tap) + int(p.width / 2);
        if (t >= first && t < end) s += p.x.v[(uint(t) * p.cols + c) * p.width + tap];
    }
    return s;
}

void main() {
    uint n = p.rows * p.cols;
    EACH(i, n) {
        uint r = i / p.cols, c = i % p.cols;
        float v;
        switch (WHAT) {
        case SCATTER: v = scatter(r, c); break;
        case POOL: v = pool(r, c); break;
        case POOL_GRAD: v = poolGrad(r, c); break;
        case WINDOWS: v = windows(r, c); break;
        case WINDOWS_GRAD: v = windowsGrad(r, c); break;
        }
        p.y.v[i] = v;
    }
}
