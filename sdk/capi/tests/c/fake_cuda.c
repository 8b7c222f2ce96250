/* A fake CUDA driver over host memory, as libcuda.so.1: the functions that sdk/core/src/cuda loads, with the rules of
 * the real ones.
 *
 * Copies are executed when their stream is synchronised, so that a missing synchronisation shows. They must be within
 * one allocation, in the context of its GPU. Addresses have a bit set that makes them invalid for the CPU. */
#include "fake_cuda.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, INVALID_VALUE = 1, INVALID_DEVICE = 101, INVALID_CONTEXT = 201, LAUNCH_FAILED = 719 };
enum { GPUS = 2, ALLOCATIONS = 64, PENDING = 16, STREAMS = 2 * GPUS };
#define TAG (UINT64_C(1) << 62)

typedef struct allocation {
    uint64_t start;
    size_t size;
    uint32_t gpu;
} allocation;

typedef struct copy {
    void *to;
    const void *from;
    size_t size;
    void *stream;
} copy;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static allocation allocations[ALLOCATIONS];
static copy pending[PENDING];
static int pending_count, initialized, fail_after = -1;
static fake_cuda_counts counts;
static char contexts[GPUS];
static struct { uint32_t gpu; } streams[STREAMS];
static int stream_count;
/* The stack of contexts of this thread; the last is current. */
static __thread void *stack[8];
static __thread int depth;

static int mistake(int status)
{
    counts.mistakes++;
    return status;
}

static int current_gpu(void)
{
    return depth ? (int)((char *)stack[depth - 1] - contexts) : -1;
}

static int stream_fits(void *stream)
{
    int i;
    for (i = 0; i < stream_count; i++) {
        if (stream == (void *)&streams[i]) {
            return (int)streams[i].gpu == current_gpu();
        }
    }
    return stream == NULL;
}

static int enqueue(uint64_t address, void *host, size_t size, void *stream, int to_host)
{
    copy *c;
    int i, status = INVALID_VALUE;
    pthread_mutex_lock(&mutex);
    if (fail_after == 0) {
        pthread_mutex_unlock(&mutex);
        return LAUNCH_FAILED;
    }
    fail_after -= fail_after > 0;
    for (i = 0; i < ALLOCATIONS; i++) {
        allocation *a = &allocations[i];
        if (a->start && address >= a->start && address - a->start <= a->size && size <= a->size - (address - a->start)) {
            status = (int)a->gpu == current_gpu() && stream_fits(stream) ? SUCCESS : INVALID_CONTEXT;
        }
    }
    if (status != SUCCESS || pending_count == PENDING || size == 0) {
        status = mistake(status ? status : INVALID_VALUE);
        pthread_mutex_unlock(&mutex);
        return status;
    }
    c = &pending[pending_count++];
    c->to = to_host ? host : (void *)(uintptr_t)(address & ~TAG);
    c->from = to_host ? (void *)(uintptr_t)(address & ~TAG) : host;
    c->size = size;
    c->stream = stream;
    counts.to_host += to_host;
    counts.to_device += !to_host;
    *(to_host ? &counts.read : &counts.written) += size;
    pthread_mutex_unlock(&mutex);
    return SUCCESS;
}

int cuInit(unsigned flags)
{
    initialized = 1;
    return flags ? INVALID_VALUE : SUCCESS;
}

int cuGetErrorName(int status, const char **name)
{
    switch (status) {
    case INVALID_VALUE: *name = "CUDA_ERROR_INVALID_VALUE"; return SUCCESS;
    case INVALID_DEVICE: *name = "CUDA_ERROR_INVALID_DEVICE"; return SUCCESS;
    case INVALID_CONTEXT: *name = "CUDA_ERROR_INVALID_CONTEXT"; return SUCCESS;
    case LAUNCH_FAILED: *name = "CUDA_ERROR_LAUNCH_FAILED"; return SUCCESS;
    default: return INVALID_VALUE;
    }
}

int cuDeviceGet(int *device, int ordinal)
{
    if (!initialized) {
        return mistake(INVALID_VALUE);
    }
    if (ordinal < 0 || ordinal >= GPUS) {
        return INVALID_DEVICE;
    }
    *device = ordinal;
    return SUCCESS;
}

int cuDeviceGetName(char *name, int length, int device)
{
    (void)device;
    strncpy(name, "Fake GPU", (size_t)length);
    return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void **context, int device)
{
    *context = &contexts[device];
    return SUCCESS;
}

int cuCtxPushCurrent_v2(void *context)
{
    if (depth == 8) {
        return mistake(INVALID_CONTEXT);
    }
    stack[depth++] = context;
    pthread_mutex_lock(&mutex);
    counts.pushed++;
    pthread_mutex_unlock(&mutex);
    return SUCCESS;
}

int cuCtxPopCurrent_v2(void **context)
{
    if (depth == 0) {
        return mistake(INVALID_CONTEXT);
    }
    *context = stack[--depth];
    pthread_mutex_lock(&mutex);
    counts.pushed--;
    pthread_mutex_unlock(&mutex);
    return SUCCESS;
}

int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t size, void *stream)
{
    return enqueue(from, to, size, stream, 1);
}

int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t size, void *stream)
{
    return enqueue(to, (void *)(uintptr_t)from, size, stream, 0);
}

int cuStreamSynchronize(void *stream)
{
    int i, kept = 0;
    pthread_mutex_lock(&mutex);
    if (current_gpu() < 0 || !stream_fits(stream)) {
        int status = mistake(INVALID_CONTEXT);
        pthread_mutex_unlock(&mutex);
        return status;
    }
    for (i = 0; i < pending_count; i++) {
        if (pending[i].stream == stream) {
            memcpy(pending[i].to, pending[i].from, pending[i].size);
        } else {
            pending[kept++] = pending[i];
        }
    }
    pending_count = kept;
    counts.synchronized++;
    pthread_mutex_unlock(&mutex);
    return SUCCESS;
}

void *fake_cuda_alloc(uint32_t gpu, size_t size)
{
    int i;
    pthread_mutex_lock(&mutex);
    for (i = 0; i < ALLOCATIONS; i++) {
        if (allocations[i].start == 0) {
            void *memory = malloc(size);
            if (!memory) {
                abort();
            }
            allocations[i].start = (uint64_t)(uintptr_t)memory | TAG;
            allocations[i].size = size;
            allocations[i].gpu = gpu;
            pthread_mutex_unlock(&mutex);
            return (void *)(uintptr_t)allocations[i].start;
        }
    }
    abort();
}

void fake_cuda_free(void *address)
{
    int i;
    pthread_mutex_lock(&mutex);
    for (i = 0; i < ALLOCATIONS; i++) {
        if (allocations[i].start == (uint64_t)(uintptr_t)address) {
            free(fake_cuda_host(address));
            allocations[i].start = 0;
        }
    }
    pthread_mutex_unlock(&mutex);
}

unsigned char *fake_cuda_host(void *address)
{
    return (unsigned char *)(uintptr_t)((uint64_t)(uintptr_t)address & ~TAG);
}

void *fake_cuda_stream(uint32_t gpu)
{
    if (stream_count == STREAMS) {
        abort();
    }
    streams[stream_count].gpu = gpu;
    return &streams[stream_count++];
}

int cuMemAlloc_v2(uint64_t *address, size_t size)
{
    if (current_gpu() < 0 || size == 0) {
        return mistake(INVALID_CONTEXT);
    }
    *address = (uint64_t)(uintptr_t)fake_cuda_alloc((uint32_t)current_gpu(), size);
    return SUCCESS;
}

int cuMemFree_v2(uint64_t address)
{
    if (current_gpu() < 0) {
        return mistake(INVALID_CONTEXT);
    }
    fake_cuda_free((void *)(uintptr_t)address);
    return SUCCESS;
}

fake_cuda_counts fake_cuda_take_counts(void)
{
    fake_cuda_counts taken;
    pthread_mutex_lock(&mutex);
    counts.mistakes += pending_count;
    taken = counts;
    memset(&counts, 0, sizeof counts);
    counts.pushed = taken.pushed;
    pthread_mutex_unlock(&mutex);
    return taken;
}

void fake_cuda_fail_after(int copies)
{
    pthread_mutex_lock(&mutex);
    fail_after = copies;
    pthread_mutex_unlock(&mutex);
}
