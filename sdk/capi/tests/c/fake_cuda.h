/* Functions of the fake CUDA driver for tests. */
#ifndef FAKE_CUDA_H
#define FAKE_CUDA_H

#include <stddef.h>
#include <stdint.h>

typedef struct fake_cuda_counts {
    int to_host, to_device, synchronized;
    /* Bytes copied. */
    size_t read, written;
    /* Pushed contexts, and calls that the real driver would refuse or that would lose data. */
    int pushed, mistakes;
} fake_cuda_counts;

/* Memory of the GPUs 0 and 1, at an address that is invalid for the CPU. */
void *fake_cuda_alloc(uint32_t gpu, size_t size);
void fake_cuda_free(void *address);
/* The same memory for the test. */
unsigned char *fake_cuda_host(void *address);
/* A stream of a GPU. */
void *fake_cuda_stream(uint32_t gpu);
/* Counts since the last call. */
fake_cuda_counts fake_cuda_take_counts(void);
/* Lets copies fail after that many; negative: none. */
void fake_cuda_fail_after(int copies);

#endif
