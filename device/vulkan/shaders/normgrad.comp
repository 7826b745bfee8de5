#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// The gradients of norm: see device.NormGrad. A workgroup has some rows, one after the
// other; what they give the weight and the bias goes to its row of sums, [groups, 2·cols],
// for columns to add up.

layout(constant_id = 0) const uint WG = 256;
layout(constant_id = 1) const uint EACH = 1; // columns an invocation has, rounded up
layout(constant_id = 2) const uint ADD = 0; // there was a residual
layout(constant_id = 3) const uint DROP = 0;
layout(constant_id = 4) const uint SUMS = 0; // weight and bias want gradients
layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push {
    Floats dx, dresidual, sums, dy, s, mean, rstd, w;
    uint rows, cols, each; // rows a workgroup has
    Drop drop;
} p;

#include "reduce.glsl"

void main() {
    uint t = gl_LocalInvocationID.x;
    uint from = gl_WorkGroupID.x * p.each, end = min(p.rows, from + p.each);
    float dw[EACH], db[EACH];
    [[unroll]] for (uint j = 0; j < EACH; j++) dw[j] = db[j] = 0.0;
    for (uint row = from; row < end; row++) {
        uint base = row * p.cols;
        float mean = p.mean.v[row], rstd = p.rstd.v[row];
        float g[EACH], h[EACH], s1 = 0.0, s2 = 0.0;
        [[unroll]] for (uint j = 0; j < EACH; j++) {
            uint i = t + j * WG;
            g[j] = h[j] = 0.0;
            if (i >= p.cols) continue;
            float d = p.dy.v[base + i];
            h[j] = (p.s.v[base + i] - mean) * rstd;
            g[j] = d * p.w.v[i];
            s1 += g[j];
            s2 = fma(g[j], h[j], s2);
            dw[j] = fma(d, h[j], dw[j]);
            db[j] += d;
        }
        s1 = sumAll(s1) / float(p.cols);
        s2 = sumAll(s2) / float(p.cols);
        [[unroll]] for (uint j = 0; j < EACH; j++) {
            uint i = t + j * WG;
            if (i >= p.cols) continue;
            float d = rstd * (g[j] - s1 - h[j] * s2);
            if (ADD != 0) {
                p.dresidual.v[base + i] = d;
                if (DROP != 0) d = dropped(p.drop, base + i, d);
            }
            p.dx.v[base + i] = d;
        }
    }
    if (SUMS != 0) {
        [[unroll]] for (uint j = 0; j < EACH; j++) {
            uint i = t + j * WG;
            if (i >= p.cols) continue;
            p.sums.v[gl_WorkGroupID.x * 2 * p.cols + i] = dw[j];
            p.sums.v[gl_WorkGroupID.x * 2 * p.cols + p.cols + i] = db[j];
        }
    }
}
