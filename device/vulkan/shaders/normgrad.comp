#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// The gradients of norm: see device.NormGrad. A workgroup has some rows, narrow ones side by
// side, each as many invocations wide as WIDTH, and others behind them; what they give the
// weight and the bias goes to its row of sums, [groups, 2·cols], for columns to add up.

layout(constant_id = 0) const uint WG = 256;
layout(constant_id = 1) const uint EACH = 1; // columns an invocation has, rounded up
layout(constant_id = 2) const uint ADD = 0; // there was a residual
layout(constant_id = 3) const uint DROP = 0;
layout(constant_id = 4) const uint SUMS = 0; // weight and bias want gradients
layout(constant_id = 5) const uint ACC = 0; // dresidual holds a gradient, which is added
layout(constant_id = 6) const uint WIDTH = 256; // a power of two
layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push {
    Floats dx, dresidual, sums, dy, s, mean, rstd, w;
    uint rows, cols, each; // rows one behind the other
    Drop drop;
} p;

const uint BESIDE = WG / WIDTH;

shared float reduced[WG];

// Sums over the invocations of a row, in the order of a tree.
float sumRow(float x) {
    uint t = gl_LocalInvocationID.x, lane = t % WIDTH;
    reduced[t] = x;
    barrier();
    [[unroll]] for (uint h = WIDTH / 2; h > 0; h >>= 1) {
        if (lane < h) reduced[t] += reduced[t + h];
        barrier();
    }
    float r = reduced[t - lane];
    barrier();
    return r;
}

// Leaves at to what the rows side by side give a column.
void putSum(float x, uint to, bool is) {
    uint t = gl_LocalInvocationID.x;
    if (BESIDE > 1) {
        reduced[t] = x;
        barrier();
        if (t < WIDTH) for (uint i = 1; i < BESIDE; i++) x += reduced[t + i * WIDTH];
        barrier();
    }
    if (t < WIDTH && is) p.sums.v[gl_WorkGroupID.x * 2 * p.cols + to] = x;
}

void main() {
    uint t = gl_LocalInvocationID.x, lane = t % WIDTH;
    float dw[EACH], db[EACH];
    [[unroll]] for (uint j = 0; j < EACH; j++) dw[j] = db[j] = 0.0;
    for (uint r = 0; r < p.each; r++) {
        uint row = (gl_WorkGroupID.x * p.each + r) * BESIDE + t / WIDTH, base = row * p.cols;
        bool is = row < p.rows;
        float mean = is ? p.mean.v[row] : 0.0, rstd = is ? p.rstd.v[row] : 0.0;
        float g[EACH], h[EACH], s1 = 0.0, s2 = 0.0;
        [[unroll]] for (uint j = 0; j < EACH; j++) {
            uint i = lane + j * WIDTH;
            g[j] = h[j] = 0.0;
            if (!is || i >= p.cols) continue;
            float d = p.dy.v[base + i];
            h[j] = (p.s.v[base + i] - mean) * rstd;
            g[j] = d * p.w.v[i];
            s1 += g[j];
            s2 = fma(g[j], h[j], s2);
            dw[j] = fma(d, h[j], dw[j]);
            db[j] += d;
        }
        s1 = sumRow(s1) / float(p.cols);
        s2 = sumRow(s2) / float(p.cols);
        [[unroll]] for (uint j = 0; j < EACH; j++) {
            uint i = lane + j * WIDTH;
            if (!is || i >= p.cols) continue;
            float d = rstd * (g[j] - s1 - h[j] * s2);
            if (ADD != 0) {
                if (ACC != 0) d += p.dresidual.v[base + i];
                p.dresidual.v[base + i] = d;
                if (DROP != 0) d = dropped(p.drop, base + i, d);
            }
            p.dx.v[base + i] = d;
        }
    }
    if (SUMS != 0) {
        [[unroll]] for (uint j = 0; j < EACH; j++) {
            uint i = lane + j * WIDTH;
            putSum(dw[j], i, i < p.cols);
            putSum(db[j], p.cols + i, i < p.cols);
        }
    }
}
