// Sums and maxima over a workgroup of WG invocations, a power of two, in the order of a
// tree: subgroups' own sums may be taken in any. Included behind WG.

shared float reduced[WG];

float sumAll(float x) {
    uint t = gl_LocalInvocationID.x;
    reduced[t] = x;
    barrier();
    [[unroll]] for (uint h = WG / 2; h > 0; h >>= 1) {
        if (t < h) reduced[t] += reduced[t + h];
        barrier();
    }
    float r = reduced[0];
    barrier();
    return r;
}

float maxAll(float x) {
    uint t = gl_LocalInvocationID.x;
    reduced[t] = x;
    barrier();
    [[unroll]] for (uint h = WG / 2; h > 0; h >>= 1) {
        if (t < h) reduced[t] = max(reduced[t], reduced[t + h]);
        barrier();
    }
    float r = reduced[0];
    barrier();
    return r;
}
