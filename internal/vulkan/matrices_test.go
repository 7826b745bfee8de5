package vulkan

import "testing"

// Each thing that shaders with matrices need is asked for, and named where it is missing.
func TestLackOfMatrices(t *testing.T) {
	matrix := vkPhysicalDeviceCooperativeMatrixFeaturesKHR{CooperativeMatrix: 1}
	f12 := vkPhysicalDeviceVulkan12Features{ShaderFloat16: 1, VulkanMemoryModel: 1, VulkanMemoryModelDeviceScope: 1}
	control := vkPhysicalDeviceSubgroupSizeControlFeatures{SubgroupSizeControl: 1, ComputeFullSubgroups: 1}
	sizes := vkPhysicalDeviceSubgroupSizeControlProperties{MinSubgroupSize: 32, MaxSubgroupSize: 32, MaxComputeWorkgroupSubgroups: 8,
		RequiredSubgroupSizeStages: shaderStageCompute | 1}
	if lack := lackOf(&matrix, &f12, &control, &sizes); lack != "" {
		t.Errorf("lacks %q, want nothing", lack)
	}
	for _, c := range []struct {
		field *uint32
		value uint32
		want  string
	}{
		{&matrix.CooperativeMatrix, 0, "cooperativeMatrix"}, {&f12.ShaderFloat16, 0, "shaderFloat16"},
		{&f12.VulkanMemoryModel, 0, "vulkanMemoryModel"}, {&f12.VulkanMemoryModelDeviceScope, 0, "vulkanMemoryModelDeviceScope"},
		{&control.SubgroupSizeControl, 0, "subgroupSizeControl"}, {&sizes.RequiredSubgroupSizeStages, 1, "subgroupSizeControl"},
		{&control.ComputeFullSubgroups, 0, "computeFullSubgroups"},
		{&sizes.MaxComputeWorkgroupSubgroups, 7, "maxComputeWorkgroupSubgroups of 8"},
	} {
		had := *c.field
		*c.field = c.value
		if lack := lackOf(&matrix, &f12, &control, &sizes); lack != c.want {
			t.Errorf("lacks %q, want %q", lack, c.want)
		}
		*c.field = had
	}
}
