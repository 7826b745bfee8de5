// The parts of a product whose K was split among workgroups: p.o.b is [products, tiles, parts]
// of what each workgroup's invocations have, one behind the other, and behind all of them the
// sums of rows or columns, [products, tiles down or across, parts]. p.o.c counts the parts that
// lie there of each tile, zero before and after. Whoever counts the last of them adds them up,
// in their order, and nobody waits: no workgroup has to run beside another.
//
// What one workgroup writes another reads within a launch, which no barrier between launches
// orders. So fences stand between what an invocation writes and the count, on both sides of a
// barrier of the workgroup, for who counts is another invocation; and likewise between the count
// and what is read. Coherent buffers are not kept in what caches a single multiprocessor has.
// All invocations come to each fence: Metal has none that some may leave out.

layout(buffer_reference, std430, buffer_reference_align = 16) coherent buffer Parts { vec4 v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) coherent buffer Counts { uint v[]; };

// Leaves own, and the sums where there are some. It returns true to the last workgroup of the
// tile, whose own and sums are then those of all parts.
bool addParts(uint t, uint which, uint part, bool summing, inout vec4 sums) {
    uint down = gl_NumWorkGroups.y, across = gl_NumWorkGroups.x, products = gl_NumWorkGroups.z / p.parts;
    uint place = (which * down + group.y) * across + group.x;
    const uint each = WG * OWN, line = has(SUMS_B) ? SB : SA; // vectors of a part
    uint at = place * p.parts * each + t;
    uint lines = products * down * across * p.parts * each +
        (has(SUMS_B) ? which * across + group.x : which * down + group.y) * p.parts * line + t;

    [[unroll]] for (uint e = 0; e < OWN; e++) Parts(p.o.b).v[at + part * each + e * WG] = own[e];
    if (summing && t < line) Parts(p.o.b).v[lines + part * line] = sums;
    memoryBarrierBuffer();
    barrier();
    memoryBarrierBuffer();
    if (t == 0) before = atomicAdd(Counts(p.o.c).v[place], 1u);
    memoryBarrierBuffer();
    barrier();
    memoryBarrierBuffer();
    if (before + 1 != p.parts) return false;
    if (t == 0) Counts(p.o.c).v[place] = 0;

    vec4 all[OWN], allSums = vec4(0);
    [[unroll]] for (uint e = 0; e < OWN; e++) all[e] = vec4(0);
    for (uint q = 0; q < p.parts; q++) {
        if (q == part) { // has not to be read
            [[unroll]] for (uint e = 0; e < OWN; e++) all[e] += own[e];
            allSums += sums;
            continue;
        }
        [[unroll]] for (uint e = 0; e < OWN; e++) all[e] += Parts(p.o.b).v[at + q * each + e * WG];
        if (summing && t < line) allSums += Parts(p.o.b).v[lines + q * line];
    }
    [[unroll]] for (uint e = 0; e < OWN; e++) own[e] = all[e];
    sums = allSums;
    return true;
}
