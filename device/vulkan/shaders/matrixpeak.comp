#version 460
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_cooperative_matrix : require
#include "common.glsl"

// Nothing but products of cooperative matrices, in chains that need nothing of each other: what
// they reach is the most that a product in float16 could. See peak.comp.

layout(push_constant) uniform Push {
    Floats y;
    uint loops;
    float a, b;
} p;

layout(constant_id = 0) const uint MM = 16;
layout(constant_id = 1) const uint MN = 16;
layout(constant_id = 2) const uint MK = 16;
layout(constant_id = 3) const uint WG = 128;
layout(local_size_x_id = 3) in;

const uint CHAINS = 8;

void main() {
    coopmat<float16_t, gl_ScopeSubgroup, MM, MK, gl_MatrixUseA> a =
        coopmat<float16_t, gl_ScopeSubgroup, MM, MK, gl_MatrixUseA>(float16_t(p.a));
    coopmat<float16_t, gl_ScopeSubgroup, MK, MN, gl_MatrixUseB> b =
        coopmat<float16_t, gl_ScopeSubgroup, MK, MN, gl_MatrixUseB>(float16_t(p.b));
    coopmat<float, gl_ScopeSubgroup, MM, MN, gl_MatrixUseAccumulator> acc[CHAINS];
    [[unroll]] for (uint i = 0; i < CHAINS; i++)
        acc[i] = coopmat<float, gl_ScopeSubgroup, MM, MN, gl_MatrixUseAccumulator>(float(gl_SubgroupID + i));
    for (uint n = 0; n < p.loops; n++) {
        [[unroll]] for (uint i = 0; i < CHAINS; i++) acc[i] = coopMatMulAdd(a, b, acc[i]);
    }
    [[unroll]] for (uint i = 1; i < CHAINS; i++) acc[0] += acc[i];
    uint wave = gl_WorkGroupID.x * gl_NumSubgroups + gl_SubgroupID;
    coopMatStore(acc[0], p.y.v, wave * MM * MN, MN, gl_CooperativeMatrixLayoutRowMajor);
}
