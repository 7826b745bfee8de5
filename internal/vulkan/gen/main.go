// The generator writes, from Vulkan's C header, the structs and constants that
// package vulkan uses (structs_gen.go), and what a C compiler makes of their
// layout (testdata/layout.txt).
package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	header  = "/usr/include/vulkan/vulkan_core.h"
	version = "239" // VK_HEADER_VERSION that the committed file was made from
)

// structs are those that are wanted, each after those that it holds.
var structs = strings.Fields(`ApplicationInfo InstanceCreateInfo PhysicalDeviceLimits PhysicalDeviceSparseProperties
	PhysicalDeviceProperties PhysicalDeviceProperties2 PhysicalDeviceVulkan11Properties ConformanceVersion
	PhysicalDeviceDriverProperties PhysicalDeviceFeatures PhysicalDeviceFeatures2 PhysicalDeviceVulkan11Features
	PhysicalDeviceVulkan12Features Extent3D QueueFamilyProperties MemoryType MemoryHeap
	PhysicalDeviceMemoryProperties PhysicalDeviceMemoryProperties2
	PhysicalDeviceMemoryBudgetPropertiesEXT ExtensionProperties LayerProperties DeviceQueueCreateInfo DeviceCreateInfo
	BufferCreateInfo MemoryRequirements MemoryAllocateInfo MemoryAllocateFlagsInfo BufferDeviceAddressInfo
	MappedMemoryRange ShaderModuleCreateInfo SpecializationMapEntry SpecializationInfo
	PipelineShaderStageCreateInfo ComputePipelineCreateInfo PushConstantRange PipelineLayoutCreateInfo
	PipelineCacheCreateInfo CommandPoolCreateInfo CommandBufferAllocateInfo CommandBufferBeginInfo MemoryBarrier
	BufferCopy SubmitInfo TimelineSemaphoreSubmitInfo SemaphoreTypeCreateInfo SemaphoreCreateInfo SemaphoreWaitInfo
	QueryPoolCreateInfo DebugUtilsMessengerCreateInfoEXT DebugUtilsMessengerCallbackDataEXT
	PhysicalDeviceSubgroupSizeControlFeatures PhysicalDeviceSubgroupSizeControlProperties
	PipelineShaderStageRequiredSubgroupSizeCreateInfo
	PhysicalDeviceCooperativeMatrixFeaturesKHR CooperativeMatrixPropertiesKHR`)

// newer is what later headers have of VK_KHR_cooperative_matrix, as the specification lists
// it: numbers of an extension never change.
const newer = `
    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR = 1000506000,
    VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR = 1000506001,
    VK_COMPONENT_TYPE_FLOAT16_KHR = 0,
    VK_COMPONENT_TYPE_FLOAT32_KHR = 1,
    VK_SCOPE_SUBGROUP_KHR = 3,
`

// newerStructs are compiled behind a header that lacks them.
const newerStructs = `
typedef struct VkPhysicalDeviceCooperativeMatrixFeaturesKHR {
    VkStructureType sType;
    void* pNext;
    VkBool32 cooperativeMatrix;
    VkBool32 cooperativeMatrixRobustBufferAccess;
} VkPhysicalDeviceCooperativeMatrixFeaturesKHR;
typedef struct VkCooperativeMatrixPropertiesKHR {
    VkStructureType sType;
    void* pNext;
    uint32_t MSize;
    uint32_t NSize;
    uint32_t KSize;
    uint32_t AType;
    uint32_t BType;
    uint32_t CType;
    uint32_t ResultType;
    VkBool32 saturatingAccumulation;
    uint32_t scope;
} VkCooperativeMatrixPropertiesKHR;
`

// constants are names without VK_.
var constants = strings.Fields(`STRUCTURE_TYPE_APPLICATION_INFO STRUCTURE_TYPE_INSTANCE_CREATE_INFO
	STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO STRUCTURE_TYPE_DEVICE_CREATE_INFO STRUCTURE_TYPE_SUBMIT_INFO
	STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO
	STRUCTURE_TYPE_BUFFER_CREATE_INFO STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO
	STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO
	STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO
	STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO STRUCTURE_TYPE_MEMORY_BARRIER
	STRUCTURE_TYPE_MAPPED_MEMORY_RANGE
	STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES
	STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES
	STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2 STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT
	STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2 STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2
	STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO
	STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO
	STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT
	PHYSICAL_DEVICE_TYPE_OTHER PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU PHYSICAL_DEVICE_TYPE_DISCRETE_GPU
	PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU PHYSICAL_DEVICE_TYPE_CPU QUEUE_GRAPHICS_BIT QUEUE_COMPUTE_BIT
	MEMORY_PROPERTY_DEVICE_LOCAL_BIT MEMORY_PROPERTY_HOST_VISIBLE_BIT MEMORY_PROPERTY_HOST_COHERENT_BIT
	MEMORY_PROPERTY_HOST_CACHED_BIT MEMORY_HEAP_DEVICE_LOCAL_BIT MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT
	BUFFER_USAGE_TRANSFER_SRC_BIT BUFFER_USAGE_TRANSFER_DST_BIT BUFFER_USAGE_STORAGE_BUFFER_BIT
	BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT SHADER_STAGE_COMPUTE_BIT PIPELINE_BIND_POINT_COMPUTE
	PIPELINE_STAGE_COMPUTE_SHADER_BIT PIPELINE_STAGE_TRANSFER_BIT PIPELINE_STAGE_HOST_BIT
	PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT ACCESS_SHADER_READ_BIT
	ACCESS_SHADER_WRITE_BIT ACCESS_TRANSFER_READ_BIT ACCESS_TRANSFER_WRITE_BIT ACCESS_HOST_READ_BIT
	COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT SEMAPHORE_TYPE_TIMELINE
	QUERY_TYPE_TIMESTAMP QUERY_RESULT_64_BIT QUERY_RESULT_WAIT_BIT INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR
	DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT
	DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT
	DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT
	STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES
	STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES
	STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO
	PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT
	STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR
	COMPONENT_TYPE_FLOAT16_KHR COMPONENT_TYPE_FLOAT32_KHR SCOPE_SUBGROUP_KHR`)

func main() {
	log.SetFlags(0)
	into := flag.String("into", ".", "folder to write to")
	flag.Parse()
	raw, err := os.ReadFile(header)
	if err != nil || !bytes.Contains(raw, []byte("#define VK_HEADER_VERSION "+version+"\n")) {
		log.Printf("Vulkan's structs are left as they are: making them takes %s of version %s", header, version)
		return
	}
	g := &generator{text: string(raw) + newer + newerStructs, known: map[string]bool{}}
	for _, s := range structs {
		g.known[s] = true
	}
	out := g.source()
	pretty, err := format.Source(out)
	if err != nil {
		log.Fatalf("%v\n%s", err, out)
	}
	write(filepath.Join(*into, "structs_gen.go"), pretty)
	write(filepath.Join(*into, "structs_gen_test.go"), list())
	if err := os.MkdirAll(filepath.Join(*into, "testdata"), 0o755); err != nil {
		log.Fatal(err)
	}
	write(filepath.Join(*into, "testdata", "layout.txt"), g.layout())
}

func write(name string, b []byte) {
	if err := os.WriteFile(name, b, 0o644); err != nil {
		log.Fatal(err)
	}
}

// list is the test's list of the structs.
func list() []byte {
	var b bytes.Buffer
	b.WriteString("// Code generated by gen/main.go; DO NOT EDIT.\n\npackage vulkan\n\nvar structs = []any{\n")
	for _, s := range structs {
		fmt.Fprintf(&b, "\tvk%s{},\n", s)
	}
	b.WriteString("}\n")
	return b.Bytes()
}

type generator struct {
	text  string
	known map[string]bool
	lines []string // of C, each printing a line of the layout
}

func (g *generator) source() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// Code generated by gen/main.go from vulkan_core.h %s; DO NOT EDIT.\n\npackage vulkan\n\nimport \"unsafe\"\n\n", version)
	b.WriteString("const (\n")
	for _, c := range constants {
		fmt.Fprintf(&b, "%s = %s\n", goConstant(c), g.value("VK_"+c))
	}
	b.WriteString(")\n\n// resultNames are the names of VkResult's values.\nvar resultNames = map[Result]string{\n")
	for _, m := range regexp.MustCompile(`(?m)^    VK_((?:SUCCESS|NOT_READY|TIMEOUT|INCOMPLETE|ERROR_\w+)) = (-?\d+),`).FindAllStringSubmatch(
		g.enum("VkResult"), -1) {
		fmt.Fprintf(&b, "%s: \"VK_%s\",\n", m[2], m[1])
	}
	b.WriteString("}\n")
	for _, s := range structs {
		g.emit(&b, s)
	}
	return b.Bytes()
}

func (g *generator) enum(name string) string {
	_, rest, ok := strings.Cut(g.text, "typedef enum "+name+" {")
	if !ok {
		log.Fatalf("no enum %s", name)
	}
	body, _, _ := strings.Cut(rest, "} "+name+";")
	return body
}

// value finds what a constant is, an enumeration's or a #define.
func (g *generator) value(name string) string {
	m := regexp.MustCompile(`(?m)(?:^    ` + name + ` = |^#define ` + name + ` +)([-\w]+)`).FindStringSubmatch(g.text)
	if m == nil {
		log.Fatalf("no %s", name)
	}
	if strings.HasPrefix(m[1], "VK_") {
		return g.value(m[1])
	}
	return strings.TrimSuffix(m[1], "U")
}

// goConstant writes STRUCTURE_TYPE_SUBMIT_INFO as structureTypeSubmitInfo.
func goConstant(c string) string {
	words := strings.Split(strings.ToLower(strings.TrimSuffix(c, "_BIT")), "_")
	for i, w := range words {
		if i > 0 && w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

var member = regexp.MustCompile(`(?m)^    (.*?[ *])(\w+)((?:\[\w+\])*);`)

func (g *generator) emit(b *bytes.Buffer, name string) {
	_, rest, ok := strings.Cut(g.text, "typedef struct Vk"+name+" {\n")
	if !ok {
		log.Fatalf("no struct Vk%s", name)
	}
	body, _, _ := strings.Cut(rest, "}")
	fmt.Fprintf(b, "\ntype vk%s struct {\n", name)
	g.lines = append(g.lines, fmt.Sprintf(`printf("%[1]s %%zu\n", sizeof(Vk%[1]s));`, name))
	for _, m := range member.FindAllStringSubmatch(body, -1) {
		field := strings.ToUpper(m[2][:1]) + m[2][1:]
		size := ""
		for _, d := range regexp.MustCompile(`\w+`).FindAllString(m[3], -1) {
			if strings.HasPrefix(d, "VK_") {
				d = g.value(d)
			}
			size += "[" + d + "]"
		}
		fmt.Fprintf(b, "%s %s%s\n", field, size, g.goType(m[1]))
		g.lines = append(g.lines, fmt.Sprintf(`printf("%[1]s.%[3]s %%zu %%zu\n", offsetof(Vk%[1]s, %[2]s), sizeof(((Vk%[1]s*)0)->%[2]s));`,
			name, m[2], field))
	}
	b.WriteString("}\n")
}

// goType is the Go type of a member of type c. Handles of objects that a driver
// dispatches by are pointers, other handles 64 bits, enumerations and flags 32.
func (g *generator) goType(c string) string {
	c = strings.TrimSpace(strings.ReplaceAll(c, "const ", ""))
	switch c = strings.TrimSpace(strings.ReplaceAll(c, "const", "")); {
	case strings.HasSuffix(c, "* *"), strings.HasSuffix(c, "**"):
		return "**byte"
	case c == "void*":
		return "unsafe.Pointer"
	case c == "char*":
		return "*byte"
	case strings.HasSuffix(c, "*"):
		t := g.goType(strings.TrimSuffix(c, "*"))
		if strings.HasPrefix(t, "vk") && !g.known[strings.TrimPrefix(t, "vk")] {
			return "unsafe.Pointer"
		}
		return "*" + t
	case strings.HasPrefix(c, "PFN_"):
		return "uintptr"
	}
	switch c {
	case "uint32_t", "VkBool32":
		return "uint32"
	case "int32_t":
		return "int32"
	case "uint64_t", "VkDeviceSize", "VkDeviceAddress":
		return "uint64"
	case "size_t":
		return "uintptr"
	case "float":
		return "float32"
	case "uint8_t", "char":
		return "byte"
	case "VkInstance", "VkPhysicalDevice", "VkDevice", "VkQueue", "VkCommandBuffer":
		return "uintptr"
	}
	name := strings.TrimPrefix(c, "Vk")
	switch {
	case strings.Contains(g.text, "VK_DEFINE_NON_DISPATCHABLE_HANDLE("+c+")"):
		return "uint64"
	case g.known[name], strings.Contains(g.text, "typedef struct "+c+" {"):
		return "vk" + name
	}
	return "uint32"
}

// layout compiles and runs a C program that prints sizes and offsets.
func (g *generator) layout() []byte {
	dir, err := os.MkdirTemp("", "layout")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	c, program := filepath.Join(dir, "layout.c"), filepath.Join(dir, "layout")
	text := "#include <stdio.h>\n#include <stddef.h>\n#include <vulkan/vulkan_core.h>\n#ifndef VK_KHR_cooperative_matrix" +
		newerStructs + "#endif\nint main(void) {\n" +
		strings.Join(g.lines, "\n") + "\nreturn 0;\n}\n"
	write(c, []byte(text))
	if out, err := exec.Command("cc", "-o", program, c).CombinedOutput(); err != nil {
		log.Fatalf("cc: %v\n%s", err, out)
	}
	out, err := exec.Command(program).Output()
	if err != nil {
		log.Fatal(err)
	}
	return out
}
