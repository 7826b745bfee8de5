// A flag beside epilogue.glsl's: factors are rounded to float16.
const uint HALVES = 1 << 24;

// Rounding to float16: 11 bits of significand down to 2^-14, multiples of 2^-24 below it, the
// nearest, of two the even one; infinite from 65520 on. Drivers may round otherwise where they
// convert, so this is done in float32, by integers: what it returns is converted exactly. NaN
// stays NaN; comparisons are of integers, for a compiler may drop NaN from others.
// That of halves below 2^-14 nothing is lost behind is up to the device: Vulkan lets it take them
// for 0 but where a shader asks for DenormPreserve, which drivers that keep them (lavapipe) do not
// offer to promise. TestHalvesAreTheNearest shows whether one does, and whether it adds 0.5 to the
// nearest.
vec4 nearest16(vec4 x) {
    uvec4 u = floatBitsToUint(x), a = u & 0x7fffffffu;
    uvec4 r = (a + 0xfffu + (a >> 13 & 1u)) & 0xffffe000u;
    precise vec4 up = uintBitsToFloat(a) + 0.5; // whose last bit is 2^-24
    uvec4 small = floatBitsToUint(vec4(floatBitsToUint(up) - 0x3f000000u) * (1.0 / 16777216.0));
    r = mix(r, small, lessThan(a, uvec4(0x38800000u)));
    r = mix(r, uvec4(0x7f800000u), greaterThanEqual(a, uvec4(0x477ff000u)));
    r = mix(r, a, greaterThan(a, uvec4(0x7f800000u)));
    return uintBitsToFloat(r | (u & 0x80000000u));
}
