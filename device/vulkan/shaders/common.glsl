// What all kernels have in common. Buffers are pointers in push constants: an array
// of floats or words at an address, indexed by 32-bit element numbers. Addresses
// come first in a Push block, words behind them.
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
#extension GL_EXT_control_flow_attributes : require

layout(buffer_reference, std430, buffer_reference_align = 4) buffer Floats { float v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer ConstFloats { float v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Words { uint v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer Ints { int v[]; };

// Whether there is a buffer: a null pointer is none.
#define HAS(p) (uvec2(p) != uvec2(0))

// Dropout as kernels.Dropper draws it: uint32 arithmetic, exact everywhere.
struct Drop { uint first, second, limit; float scale; };

uint mix32(uint h) {
    h = (h ^ h >> 16) * 0x7feb352du;
    h = (h ^ h >> 15) * 0x846ca68bu;
    return h ^ h >> 16;
}

// x times 0 or scale, for element i of the dropout.
float dropped(Drop d, uint i, float x) {
    return (mix32(mix32(d.first + i) ^ d.second) >> 1) < d.limit ? 0.0 : x * d.scale;
}

// Goes over n elements with all invocations of a one-dimensional launch.
#define EACH(i, n) for (uint i = gl_GlobalInvocationID.x; i < (n); i += gl_NumWorkGroups.x * gl_WorkGroupSize.x)
