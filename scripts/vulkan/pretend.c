// A Vulkan driver for tests that stands before another and says other things of its device
// than that one does: what a program does on cards that are not there. The environment says
// what, each of these where it is set:
//
//	PRETEND_DRIVER       the driver behind, a library
//	PRETEND_NAME         the device's name
//	PRETEND_TYPE         1 integrated GPU, 2 discrete, 3 virtual, 4 CPU
//	PRETEND_API          its version of Vulkan, such as 1.1
//	PRETEND_LACKS        bufferDeviceAddress, timelineSemaphore or compute, side by side
//	PRETEND_SHARED       bytes of a workgroup's shared memory
//	PRETEND_INVOCATIONS  of a workgroup
//	PRETEND_EXTENSION    one that it has beside the driver's
//	PRETEND_OPEN         the VkResult of opening it
//	PRETEND_MEMORY       discrete: memory of its own, which the host can't see, and the host's;
//	                     integrated: all of it both; incoherent: what the device writes is
//	                     seen by the host once it asks
//	PRETEND_HEAP         MiB of the device's memory
//
//	cc -shared -fPIC -o libpretend.so pretend.c
//
// Structs are written out as far as they are needed, so that no header is.
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*function)(void);
typedef struct { uint32_t sType; void *next; } chained;
typedef struct { // VkPhysicalDeviceProperties to its limits
    uint32_t api, driver, vendor, device, type;
    char name[256];
    uint8_t cache[16];
    uint64_t limits[63];
} properties;
typedef struct { uint32_t types, sort[32][2], heaps; struct { uint64_t size; uint32_t flags; } heap[16]; } memories;

enum { SHARED_AT = 216, INVOCATIONS_AT = 232 };  // bytes into the limits
enum { TIMELINE_AT = 37, ADDRESS_AT = 38 };      // words into the features of Vulkan 1.2
enum { LOCAL = 1, VISIBLE = 2, COHERENT = 4, CACHED = 8 };
enum { FEATURES_12 = 51, BUDGET = 1000237000 }; // of sType
enum { OUT_OF_DEVICE_MEMORY = -2, MEMORY_MAP_FAILED = -5, INCOMPLETE = 5 };

static void *behind;
static function (*next_instance)(void *, const char *);
static function (*next_device)(void *, const char *);
static void *instance; // the last that was made
#define NEXT(type, name) ((type)next_instance(instance, name))
#define ON(type, name) ((type)next_device(device, name))

static const char *set(const char *what) {
    char name[64];
    snprintf(name, sizeof name, "PRETEND_%s", what);
    const char *v = getenv(name);
    return v && *v ? v : NULL;
}

static int lacks(const char *what) { return set("LACKS") && strstr(set("LACKS"), what); }

static void be(properties *p) {
    int major, minor;
    if (set("NAME")) snprintf(p->name, sizeof p->name, "%s", set("NAME"));
    if (set("TYPE")) p->type = atoi(set("TYPE"));
    if (set("API") && sscanf(set("API"), "%d.%d", &major, &minor) == 2) p->api = major << 22 | minor << 12;
    if (set("SHARED")) *(uint32_t *)((char *)p->limits + SHARED_AT) = atoi(set("SHARED"));
    if (set("INVOCATIONS")) *(uint32_t *)((char *)p->limits + INVOCATIONS_AT) = atoi(set("INVOCATIONS"));
}

static void get_properties2(void *device, chained *p) {
    NEXT(void (*)(void *, void *), "vkGetPhysicalDeviceProperties2")(device, p);
    be((properties *)(p + 1));
}

static void get_properties(void *device, properties *p) {
    NEXT(void (*)(void *, void *), "vkGetPhysicalDeviceProperties")(device, p);
    be(p);
}

static void get_features2(void *device, chained *p) {
    NEXT(void (*)(void *, void *), "vkGetPhysicalDeviceFeatures2")(device, p);
    for (chained *c = p->next; c; c = c->next) {
        uint32_t *have = (uint32_t *)(c + 1);
        if (c->sType != FEATURES_12) continue;
        if (lacks("timelineSemaphore")) have[TIMELINE_AT] = 0;
        if (lacks("bufferDeviceAddress")) have[ADDRESS_AT] = 0;
    }
}

static void get_queues(void *device, uint32_t *n, uint32_t (*families)[6]) {
    NEXT(void (*)(void *, uint32_t *, void *), "vkGetPhysicalDeviceQueueFamilyProperties")(device, n, families);
    for (uint32_t i = 0; families && i < *n && lacks("compute"); i++) families[i][0] &= ~2u;
}

static int32_t get_extensions(void *device, const char *layer, uint32_t *n, char (*list)[260]) {
    uint32_t have = 0, room = *n;
    int32_t (*list_them)(void *, const char *, uint32_t *, void *) =
        NEXT(int32_t (*)(void *, const char *, uint32_t *, void *), "vkEnumerateDeviceExtensionProperties");
    if (!set("EXTENSION")) return list_them(device, layer, n, list);
    list_them(device, layer, &have, NULL);
    *n = have + 1;
    if (!list) return 0;
    if (room < *n) return INCOMPLETE;
    int32_t result = list_them(device, layer, &have, list);
    memset(list[have], 0, sizeof list[have]);
    snprintf(list[have], 256, "%s", set("EXTENSION"));
    return result;
}

// The types of memory, in an order that drivers of cards have. All of it is what the
// driver behind has as type 0.
static uint32_t kinds(uint32_t (**sort)[2]) {
    static uint32_t discrete[][2] = {{0, 1}, {LOCAL, 0}, {VISIBLE | COHERENT, 1}, {VISIBLE | COHERENT | CACHED, 1},
        {LOCAL | VISIBLE | COHERENT, 2}};
    static uint32_t integrated[][2] = {{LOCAL, 0}, {LOCAL | VISIBLE | COHERENT, 0}, {LOCAL | VISIBLE | COHERENT | CACHED, 0}};
    static uint32_t incoherent[][2] = {{LOCAL, 0}, {VISIBLE | COHERENT, 1}, {VISIBLE | CACHED, 1}};
    const char *m = set("MEMORY");
    *sort = !strcmp(m, "discrete") ? discrete : !strcmp(m, "integrated") ? integrated : incoherent;
    return !strcmp(m, "discrete") ? 5 : 3;
}

static uint64_t heap_bytes(void) { return (uint64_t)(set("HEAP") ? atoi(set("HEAP")) : 4096) << 20; }

static void be_memory(memories *m) {
    if (!set("MEMORY")) {
        if (set("HEAP")) m->heap[0].size = heap_bytes();
        return;
    }
    uint32_t (*sort)[2];
    memset(m, 0, sizeof *m);
    m->types = kinds(&sort);
    memcpy(m->sort, sort, m->types * sizeof *sort);
    m->heaps = !strcmp(set("MEMORY"), "integrated") ? 1 : !strcmp(set("MEMORY"), "discrete") ? 3 : 2;
    m->heap[0].size = heap_bytes(), m->heap[0].flags = 1;
    m->heap[1].size = (uint64_t)16 << 30;
    m->heap[2].size = heap_bytes() / 8, m->heap[2].flags = 1; // what of the device's the host sees
}

static void get_memory(void *device, memories *m) {
    NEXT(void (*)(void *, void *), "vkGetPhysicalDeviceMemoryProperties")(device, m);
    be_memory(m);
}

static void get_memory2(void *device, chained *m) {
    NEXT(void (*)(void *, void *), "vkGetPhysicalDeviceMemoryProperties2")(device, m);
    be_memory((memories *)(m + 1));
    for (chained *c = m->next; c; c = c->next)
        if (c->sType == BUDGET && (set("MEMORY") || set("HEAP")))
            for (int i = 0; i < 16; i++) {
                ((uint64_t *)(c + 1))[i] = ((memories *)(m + 1))->heap[i].size;
                ((uint64_t *)(c + 1))[16 + i] = 0;
            }
}

static int32_t create_device(void *device, void *info, void *with, void **made) {
    if (set("OPEN")) return atoi(set("OPEN"));
    return NEXT(int32_t (*)(void *, void *, void *, void **), "vkCreateDevice")(device, info, with, made);
}

// What was allocated: which type it is said to be, and what of incoherent memory the host sees.
static struct piece { uint64_t memory, size; uint32_t flags, heap; char *real, *shown; } pieces[4096];
static uint64_t held;

static struct piece *find(uint64_t memory) {
    for (int i = 0; i < 4096; i++)
        if (pieces[i].memory == memory) return &pieces[i];
    abort();
}

static int32_t allocate(void *device, char *info, void *with, uint64_t *memory) {
    char copy[32];
    uint32_t (*sort)[2], kind;
    memcpy(copy, info, sizeof copy);
    memcpy(&kind, info + 24, 4);
    uint64_t size = *(uint64_t *)(info + 16), local = !set("MEMORY");
    if (set("MEMORY")) {
        kinds(&sort);
        local = sort[kind][1] == 0;
        memset(copy + 24, 0, 4);
    }
    if (local && held + size > heap_bytes()) return OUT_OF_DEVICE_MEMORY;
    int32_t result = ON(int32_t (*)(void *, void *, void *, uint64_t *), "vkAllocateMemory")(device, copy, with, memory);
    if (result < 0) return result;
    if (local) held += size;
    *find(0) = (struct piece){*memory, size, set("MEMORY") ? sort[kind][0] : VISIBLE | COHERENT, local, NULL, NULL};
    return result;
}

static void release(void *device, uint64_t memory, void *with) {
    if (memory) {
        struct piece *p = find(memory);
        if (p->heap) held -= p->size;
        free(p->shown);
        memset(p, 0, sizeof *p);
    }
    ON(void (*)(void *, uint64_t, void *), "vkFreeMemory")(device, memory, with);
}

static int32_t map(void *device, uint64_t memory, uint64_t at, uint64_t size, uint32_t flags, void **host) {
    struct piece *p = find(memory);
    if (!(p->flags & VISIBLE)) return MEMORY_MAP_FAILED;
    int32_t result = ON(int32_t (*)(void *, uint64_t, uint64_t, uint64_t, uint32_t, void **), "vkMapMemory")(device, memory, at,
        size, flags, host);
    if (result < 0 || p->flags & COHERENT) return result;
    p->real = *host;
    *host = p->shown = calloc(1, p->size);
    return result;
}

static int32_t invalidate(void *device, uint32_t n, char *ranges) {
    (void)device;
    for (uint32_t i = 0; i < n; i++) {
        struct piece *p = find(*(uint64_t *)(ranges + 40 * i + 16));
        if (p->shown) memcpy(p->shown, p->real, p->size);
    }
    return 0;
}

static void requirements(void *device, uint64_t buffer, char *need) {
    uint32_t (*sort)[2];
    ON(void (*)(void *, uint64_t, void *), "vkGetBufferMemoryRequirements")(device, buffer, need);
    if (set("MEMORY")) *(uint32_t *)(need + 16) = ((1u << kinds(&sort)) - 1) & ~(strcmp(set("MEMORY"), "discrete") ? 0u : 1u);
}

static function device_function(void *device, const char *name);

static const struct { const char *name; function f; } own[] = {
    {"vkGetPhysicalDeviceProperties", (function)get_properties},
    {"vkGetPhysicalDeviceProperties2", (function)get_properties2},
    {"vkGetPhysicalDeviceFeatures2", (function)get_features2},
    {"vkGetPhysicalDeviceQueueFamilyProperties", (function)get_queues},
    {"vkEnumerateDeviceExtensionProperties", (function)get_extensions},
    {"vkGetPhysicalDeviceMemoryProperties", (function)get_memory},
    {"vkGetPhysicalDeviceMemoryProperties2", (function)get_memory2},
    {"vkCreateDevice", (function)create_device},
    {"vkGetDeviceProcAddr", (function)device_function},
    {"vkAllocateMemory", (function)allocate},
    {"vkFreeMemory", (function)release},
    {"vkMapMemory", (function)map},
    {"vkInvalidateMappedMemoryRanges", (function)invalidate},
    {"vkGetBufferMemoryRequirements", (function)requirements},
};

static function mine(const char *name) {
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!strcmp(own[i].name, name)) return own[i].f;
    return NULL;
}

static function device_function(void *device, const char *name) {
    function f = next_device(device, name);
    return f && mine(name) ? mine(name) : f;
}

static int32_t create_instance(void *info, void *with, void **made) {
    int32_t result = ((int32_t (*)(void *, void *, void **))next_instance(NULL, "vkCreateInstance"))(info, with, made);
    if (result >= 0) {
        instance = *made;
        next_device = (function (*)(void *, const char *))next_instance(instance, "vkGetDeviceProcAddr");
    }
    return result;
}

int32_t vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version) {
    if (!behind) behind = dlopen(set("DRIVER"), RTLD_NOW | RTLD_LOCAL);
    if (!behind) {
        fprintf(stderr, "pretend: %s\n", dlerror());
        return -3;
    }
    next_instance = (function (*)(void *, const char *))dlsym(behind, "vk_icdGetInstanceProcAddr");
    if (*version > 5) *version = 5; // what looks for physical devices' functions elsewhere is 6 and later
    int32_t (*negotiate)(uint32_t *) = (int32_t (*)(uint32_t *))dlsym(behind, "vk_icdNegotiateLoaderICDInterfaceVersion");
    return negotiate ? negotiate(version) : 0;
}

function vk_icdGetInstanceProcAddr(void *of, const char *name) {
    if (!strcmp(name, "vkCreateInstance")) return (function)create_instance;
    function f = next_instance(of, name);
    return f && mine(name) ? mine(name) : f;
}
