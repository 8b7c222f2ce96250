/* Images in CUDA memory, by way of a driver that only pretends (fake_cuda.c). What it cannot show, that a real GPU does
 * the same, the reference suite for GPUs does. */
#include "fake_cuda.h"
#include "pixels.h"

enum { WIDTH = 13, HEIGHT = 7, PIXELS = WIDTH * HEIGHT };

static multicond_device *device;
static multicond_model *model;

/* A block as in pixels.h, of which the library sees only the "GPU" address. */
typedef struct gpu_block {
    block host;
    void *address;
} gpu_block;

static gpu_block on_gpu(uint32_t gpu, void *stream, int format, layout l, int fill)
{
    gpu_block b;
    block plain = block_new(format, WIDTH, HEIGHT, l, fill);
    b.host = plain;
    b.address = fake_cuda_alloc(gpu, plain.size);
    b.host.bytes = fake_cuda_host(b.address);
    memcpy(b.host.bytes, plain.bytes, plain.size);
    free(plain.bytes);
    b.host.image.data = b.address;
    b.host.image.memory = MULTICOND_MEMORY_CUDA;
    b.host.image.device_id = gpu;
    b.host.image.stream = stream;
    return b;
}

static void fill_depth(const block *b, int format)
{
    uint32_t x, y;
    for (y = 0; y < HEIGHT; y++) {
        for (x = 0; x < WIDTH; x++) {
            put_number(pixel_at(b, x, y), format, 0, (x * 5 + y * 11) % 40);
        }
    }
}

static void check_counts(int to_host, int to_device)
{
    fake_cuda_counts c = fake_cuda_take_counts();
    if (c.to_host != to_host || c.to_device != to_device || c.mistakes || c.pushed) {
        fprintf(stderr, "%d to the host, %d to the device, %d mistakes, %d left pushed\n", c.to_host, c.to_device,
                c.mistakes, c.pushed);
    }
    CHECK(c.to_host == to_host && c.to_device == to_device);
    CHECK(c.synchronized == to_host + to_device);
    CHECK(c.mistakes == 0 && c.pushed == 0);
}

enum { R8 = 0, R16 = 5, R32F = 20, RGB32F = 22, RGB8 = 2, BGRA16F = 19 };

static void labels_and_outputs_of_every_layout(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    multicond_generator *plain = new_generator(device, model, WIDTH, HEIGHT, 1);
    void *streams[2];
    int l;
    streams[0] = NULL;
    streams[1] = fake_cuda_stream(1);
    fake_cuda_take_counts();
    for (l = 0; l < LAYOUTS; l++) {
        uint32_t gpu = (uint32_t)(l % 2);
        gpu_block label = on_gpu(gpu, streams[gpu], l % 3 ? R16 : R32F, layouts[l], 0xff);
        gpu_block mask = on_gpu(gpu, streams[gpu], R8, layouts[(l + 3) % LAYOUTS], 1);
        gpu_block output = on_gpu(gpu, streams[gpu], l % 4 ? BGRA16F : RGB8, layouts[l], 0x5a);
        block host_label = block_new(l % 3 ? R16 : R32F, WIDTH, HEIGHT, layouts[l], 0xff);
        block host_mask = block_new(R8, WIDTH, HEIGHT, layouts[0], 1);
        block host_output = block_new(l % 4 ? BGRA16F : RGB8, WIDTH, HEIGHT, layouts[l], 0x5a);
        multicond_label_options options = label_options();
        size_t pixel = pixel_bytes(l % 4 ? BGRA16F : RGB8);
        int dense = output.host.image.pixel_stride == pixel && row_bytes(&output.host) == pixel * WIDTH;
        fill_depth(&label.host, l % 3 ? R16 : R32F);
        fill_depth(&host_label, l % 3 ? R16 : R32F);
        *pixel_at(&mask.host, 3, 2) = *pixel_at(&host_mask, 3, 2) = 0;
        options.scale = 0.125f;
        options.validity = &mask.host.image;
        OK(multicond_generator_set_label(generator, "depth", &label.host.image, &options));
        options.validity = &host_mask.image;
        OK(multicond_generator_set_label(plain, "depth", &host_label.image, &options));
        check_counts(0, 0);
        OK(multicond_generate(plain, &host_output.image));
        check_counts(0, 0);
        if (l % 2) {
            OK(multicond_generate(generator, &output.host.image));
        } else {
            OK(multicond_generate_async(generator, &output.host.image));
            OK(multicond_wait(generator));
        }
        /* Label and mask once each; and what lies between an output's pixels is read to be written back. */
        check_counts(2 + !dense, 1);
        CHECK(output.host.size == host_output.size);
        CHECK(memcmp(output.host.bytes, host_output.bytes, host_output.size) == 0);
        /* Nothing is kept of the pixels: another frame is read again. */
        put_number(pixel_at(&label.host, 1, 1), l % 3 ? R16 : R32F, 0, 77);
        put_number(pixel_at(&host_label, 1, 1), l % 3 ? R16 : R32F, 0, 77);
        OK(multicond_generate(generator, &output.host.image));
        OK(multicond_generate(plain, &host_output.image));
        CHECK(memcmp(output.host.bytes, host_output.bytes, host_output.size) == 0);
        check_counts(2 + !dense, 1);
        OK(multicond_generator_unset_label(generator, "depth"));
        fake_cuda_free(label.address);
        fake_cuda_free(mask.address);
        fake_cuda_free(output.address);
        free(host_label.bytes);
        free(host_mask.bytes);
        free(host_output.bytes);
    }
    multicond_generator_release(generator);
    multicond_generator_release(plain);
}

/* Wherever a copy fails, the output is as it was, and the next picture is what it would have been. */
static void copies_that_fail(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    gpu_block depth = on_gpu(0, NULL, R32F, layouts[0], 0), curvature = on_gpu(0, NULL, 21, layouts[0], 0);
    gpu_block output = on_gpu(0, NULL, RGB32F, layouts[0], 0x5a);
    float *expected;
    int copies;
    size_t i;
    fill_depth(&depth.host, R32F);
    fill_depth(&curvature.host, 21);
    OK(multicond_generator_set_label(generator, "depth", &depth.host.image, NULL));
    OK(multicond_generator_set_label(generator, "curvature", &curvature.host.image, NULL));
    expected = picture(generator, WIDTH, HEIGHT);
    for (copies = 0; copies < 3; copies++) {
        memset(output.host.bytes, 0x5a, output.host.size);
        put_number(depth.host.bytes, R32F, 0, copies + 1);
        fake_cuda_fail_after(copies);
        FAILS(MULTICOND_STATUS_DEVICE, "CUDA_ERROR_LAUNCH_FAILED", multicond_generate(generator, &output.host.image));
        CHECK(strstr(multicond_last_error_message(), "cuMemcpyAsync"));
        for (i = 0; i < output.host.size; i++) {
            CHECK(output.host.bytes[i] == 0x5a);
        }
        fake_cuda_fail_after(-1);
        put_number(depth.host.bytes, R32F, 0, 0);
        OK(multicond_generate(generator, &output.host.image));
        CHECK(same_picture((float *)output.host.bytes, expected, WIDTH, HEIGHT));
    }
    CHECK(fake_cuda_take_counts().pushed == 0);
    free(expected);
    multicond_generator_release(generator);
    fake_cuda_free(depth.address);
    fake_cuda_free(curvature.address);
    fake_cuda_free(output.address);
}

static void gpus_that_are_not_there(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    gpu_block output = on_gpu(0, NULL, RGB32F, layouts[0], 0x5a);
    static const uint32_t gpus[] = {2, 4000, UINT32_MAX};
    size_t i;
    for (i = 0; i < 3; i++) {
        output.host.image.device_id = gpus[i];
        FAILS(MULTICOND_STATUS_DEVICE, "CUDA_ERROR_INVALID_DEVICE", multicond_generate(generator, &output.host.image));
    }
    CHECK(fake_cuda_take_counts().pushed == 0);
    output.host.image.device_id = 0;
    OK(multicond_generate(generator, &output.host.image));
    multicond_generator_release(generator);
    fake_cuda_free(output.address);
}

int main(int count, char **values)
{
    uint32_t supported = 7;
    arguments(count, values);
    device = open_device();
    model = open_model();
    OK(multicond_device_get_capability(device, MULTICOND_CAPABILITY_CUDA_MEMORY, &supported));
    CHECK(supported == 1);
    labels_and_outputs_of_every_layout();
    copies_that_fail();
    gpus_that_are_not_there();
    multicond_model_release(model);
    multicond_device_release(device);
    return 0;
}
