#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "vectors.glsl"
#include "math.glsl"
#include "chunks.glsl"

// The updates of all parameters: see device.AdamW. Where square root and division are
// rounded correctly the result has the bytes of kernels' plain loop.

layout(local_size_x = 256) in;

struct Update {
    uvec2 p, m, v, g; // addresses: not every driver keeps pointers in variables
    uvec2 rows; // a list, or a bit a row
    uint n, cols, kind, chunk0, vec;
    float size, b1, b2, c1, c2, eps, decay, scale, decayOthers;
};

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Updates { Update v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Broken { uint lowest; };

layout(push_constant) uniform Push {
    Updates updates;
    Broken broken; // the lowest number of an update with something that is not finite
    Pairs norm; // its square: see normOf; with CLIPPED every gradient is multiplied by min(1, most/(norm + 1e-6))
    ConstFloats scaled; // with SCALED the first is what gradients were multiplied by
    uint count, chunks;
    float most;
} p;

layout(constant_id = 0) const uint CLIPPED = 0;
layout(constant_id = 1) const uint SCALED = 0;

float clipping() {
    if (CLIPPED == 0) return 1.0;
    float scale = SCALED == 0 ? 1.0 : overTwoTo(p.scaled.v[0]);
    float norm = normOf(p.norm.v[0]) * scale;
    return isNaN(norm) ? norm : min(1.0, p.most / (norm + 1e-6)) * scale;
}

float update(const Update u, float scale, float x, inout float m, inout float v, float g) {
    precise float s = g * scale;
    precise float m1 = u.b1 * m + u.c1 * s;
    precise float v1 = u.b2 * v + u.c2 * s * s;
    precise float y = x - u.size * m1 / (sqrt(v1) + u.eps);
    precise float z = y - u.decay * y;
    m = m1;
    v = v1;
    return z;
}

bool scalar(const Update u, float scale, uint i) {
    float m = Floats(u.m).v[i], v = Floats(u.v).v[i], x = update(u, scale, Floats(u.p).v[i], m, v, Floats(u.g).v[i]);
    Floats(u.p).v[i] = x;
    Floats(u.m).v[i] = m;
    Floats(u.v).v[i] = v;
    return isFinite(x);
}

bool vector(const Update u, float scale, uint i) {
    vec4 x = Vec4s(u.p).v[i], m = Vec4s(u.m).v[i], v = Vec4s(u.v).v[i], g = Vec4s(u.g).v[i];
    bool ok = true;
    [[unroll]] for (uint j = 0; j < 4; j++) {
        float mj = m[j], vj = v[j];
        x[j] = update(u, scale, x[j], mj, vj, g[j]);
        m[j] = mj;
        v[j] = vj;
        ok = ok && isFinite(x[j]);
    }
    Vec4s(u.p).v[i] = x;
    Vec4s(u.m).v[i] = m;
    Vec4s(u.v).v[i] = v;
    return ok;
}

void main() {
    if (SCALED != 0 && !finiteSquares(p.norm.v[0])) return; // the step is left out
    uint t = gl_LocalInvocationID.x;
    for (uint chunk = gl_WorkGroupID.x; chunk < p.chunks; chunk += gl_NumWorkGroups.x) {
        FIND(p.updates, p.count, chunk, which)
        Update u = p.updates.v[which];
        float scale = u.scale * clipping();
        uint from = (chunk - u.chunk0) * CHUNK, end = min(u.n, from + CHUNK);
        bool ok = true;
        if (u.kind == DENSE && u.vec != 0) {
            for (uint i = from / 4 + t; i < end / 4; i += 256) ok = vector(u, scale, i) && ok;
            uint i = end / 4 * 4 + t;
            if (i < end) ok = scalar(u, scale, i) && ok;
        } else {
            for (uint e = from + t; e < end; e += 256) {
                uint i = e, row = e / u.cols;
                if (u.kind == ROWS) i = Words(u.rows).v[row] * u.cols + e % u.cols;
                if (u.kind == MASKED && (Words(u.rows).v[row / 32] >> (row % 32) & 1u) == 0) {
                    precise float y = Floats(u.p).v[i] - u.decayOthers * Floats(u.p).v[i];
                    Floats(u.p).v[i] = y;
                    continue;
                }
                ok = scalar(u, scale, i) && ok;
            }
        }
        if (!ok) atomicMin(p.broken.lowest, which);
    }
}
