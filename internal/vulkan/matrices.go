package vulkan

import (
	"fmt"
	"slices"
	"unsafe"
)

// Matrices are a shape of cooperative matrices: a subgroup multiplies [M, K] by [K, N], both
// float16, and adds the product in float32.
type Matrices struct{ M, N, K uint32 }

// MatrixSubgroups is how many subgroups a workgroup with cooperative matrices has at the most.
const MatrixSubgroups = 8

// The extensions that shaders with cooperative matrices take.
const (
	matrixExtension   = "VK_KHR_cooperative_matrix"
	subgroupExtension = "VK_EXT_subgroup_size_control"
)

// readMatrices asks for the cooperative matrices of float16 that the device has. What they
// need beside them is asked for, too: a device without it has none that the program can use,
// and MatricesLack says what is missing.
func (p *Physical) readMatrices() {
	if !slices.Contains(p.Extensions, matrixExtension) {
		p.MatricesLack = matrixExtension
		return
	}
	if !slices.Contains(p.Extensions, subgroupExtension) {
		p.MatricesLack = subgroupExtension
		return
	}
	f := &p.instance.f
	matrix := &vkPhysicalDeviceCooperativeMatrixFeaturesKHR{SType: structureTypePhysicalDeviceCooperativeMatrixFeaturesKhr}
	control := &vkPhysicalDeviceSubgroupSizeControlFeatures{SType: structureTypePhysicalDeviceSubgroupSizeControlFeatures,
		PNext: unsafe.Pointer(matrix)}
	features := &vkPhysicalDeviceFeatures2{SType: structureTypePhysicalDeviceFeatures2, PNext: unsafe.Pointer(control)}
	f.GetPhysicalDeviceFeatures2.void(p.handle, uintptr(unsafe.Pointer(features)))
	sizes := &vkPhysicalDeviceSubgroupSizeControlProperties{SType: structureTypePhysicalDeviceSubgroupSizeControlProperties}
	all := &vkPhysicalDeviceProperties2{SType: structureTypePhysicalDeviceProperties2, PNext: unsafe.Pointer(sizes)}
	f.GetPhysicalDeviceProperties2.void(p.handle, uintptr(unsafe.Pointer(all)))
	if p.MatricesLack = lackOf(matrix, &p.newer, control, sizes); p.MatricesLack != "" {
		return
	}
	p.Subgroups = [2]uint32{sizes.MinSubgroupSize, sizes.MaxSubgroupSize}
	for _, m := range p.matrixProperties() {
		s := Matrices{m.MSize, m.NSize, m.KSize}
		if m.AType == componentTypeFloat16Khr && m.BType == componentTypeFloat16Khr && m.CType == componentTypeFloat32Khr &&
			m.ResultType == componentTypeFloat32Khr && m.Scope == scopeSubgroupKhr && m.SaturatingAccumulation == 0 &&
			!slices.Contains(p.Matrices, s) {
			p.Matrices = append(p.Matrices, s)
		}
	}
	if len(p.Matrices) == 0 {
		p.MatricesLack = "matrices of float16 with sums in float32"
	}
}

// lackOf is the first of what shaders with cooperative matrices need that a device has not. That
// compute shaders may have them needs no asking: they may on every device with the extension
// and a queue that computes.
func lackOf(matrix *vkPhysicalDeviceCooperativeMatrixFeaturesKHR, f12 *vkPhysicalDeviceVulkan12Features,
	control *vkPhysicalDeviceSubgroupSizeControlFeatures, sizes *vkPhysicalDeviceSubgroupSizeControlProperties) string {
	for _, needed := range []struct {
		name string
		on   bool
	}{
		{"cooperativeMatrix", matrix.CooperativeMatrix != 0},
		{"shaderFloat16", f12.ShaderFloat16 != 0},
		{"vulkanMemoryModel", f12.VulkanMemoryModel != 0},
		{"vulkanMemoryModelDeviceScope", f12.VulkanMemoryModelDeviceScope != 0},
		{"subgroupSizeControl", control.SubgroupSizeControl != 0 && sizes.RequiredSubgroupSizeStages&shaderStageCompute != 0},
		{"computeFullSubgroups", control.ComputeFullSubgroups != 0},
		{fmt.Sprintf("maxComputeWorkgroupSubgroups of %d", MatrixSubgroups), sizes.MaxComputeWorkgroupSubgroups >= MatrixSubgroups},
	} {
		if !needed.on {
			return needed.name
		}
	}
	return ""
}

// matrixProperties returns all that the device lists, of any type.
func (p *Physical) matrixProperties() []vkCooperativeMatrixPropertiesKHR {
	const name = "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR"
	get := p.instance.library.proc(p.instance.handle, name)
	if get == 0 {
		return nil
	}
	n := new(uint32)
	list := func(first *vkCooperativeMatrixPropertiesKHR) error {
		return get.check(name, p.handle, uintptr(unsafe.Pointer(n)), uintptr(unsafe.Pointer(first)))
	}
	if list(nil) != nil || *n == 0 {
		return nil
	}
	all := make([]vkCooperativeMatrixPropertiesKHR, *n)
	for i := range all {
		all[i].SType = structureTypeCooperativeMatrixPropertiesKhr
	}
	if list(&all[0]) != nil {
		return nil
	}
	return all[:*n]
}

// enableMatrices turns on what shaders with cooperative matrices take, where the device has
// some, and returns the chain of features behind next.
func (p *Physical) enableMatrices(f12 *vkPhysicalDeviceVulkan12Features, extensions *[]string,
	next unsafe.Pointer) unsafe.Pointer {
	if len(p.Matrices) == 0 {
		return next
	}
	// Atomics of other shaders are of the device's scope, for which the model wants a feature.
	f12.ShaderFloat16, f12.VulkanMemoryModel, f12.VulkanMemoryModelDeviceScope = 1, 1, 1
	*extensions = append(*extensions, matrixExtension, subgroupExtension)
	matrix := &vkPhysicalDeviceCooperativeMatrixFeaturesKHR{SType: structureTypePhysicalDeviceCooperativeMatrixFeaturesKhr,
		CooperativeMatrix: 1, PNext: next}
	control := &vkPhysicalDeviceSubgroupSizeControlFeatures{SType: structureTypePhysicalDeviceSubgroupSizeControlFeatures,
		SubgroupSizeControl: 1, ComputeFullSubgroups: 1, PNext: unsafe.Pointer(matrix)}
	return unsafe.Pointer(control)
}
