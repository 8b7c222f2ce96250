/* Images in CUDA memory, with a fake driver (fake_cuda.c). */
#include "fake_cuda.h"
#include "scene.h"

enum { WIDTH = 13, HEIGHT = 7 };

static multicond_engine *engine;
static multicond_model *model;

/* Bytes before, between and behind pixels and rows, and the order of the rows. */
typedef struct layout {
    size_t offset, between_pixels, between_rows, behind;
    int upwards, bottom_left;
} layout;

/* Odd numbers of bytes too: nothing has to be aligned. */
static const layout layouts[] = {
    {0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 1}, {0, 0, 0, 0, 1, 0}, {0, 0, 0, 0, 1, 1},    {1, 0, 0, 0, 0, 0},
    {8, 0, 12, 3, 0, 0}, {5, 3, 0, 1, 0, 0}, {5, 4, 7, 9, 0, 1}, {16, 12, 1, 0, 1, 0}, {3, 1, 5, 7, 1, 1},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

typedef struct format {
    int32_t number;
    size_t bytes;
} format;

static const format R8 = {MULTICOND_FORMAT_R8, 1}, R16 = {MULTICOND_FORMAT_R16, 2}, R32F = {MULTICOND_FORMAT_R32F, 4},
                    RG32F = {MULTICOND_FORMAT_RG32F, 8}, RGB32F = {MULTICOND_FORMAT_RGB32F, 12},
                    RGB8 = {MULTICOND_FORMAT_RGB8, 3}, BGRA16F = {MULTICOND_FORMAT_BGRA16F, 8};

/* Exactly the memory of an image. `bytes` is what the test uses; the library gets `image.data`. */
typedef struct block {
    unsigned char *bytes;
    size_t size;
    int dense;
    multicond_image image;
} block;

static block on_host(format f, layout l, int fill)
{
    block b;
    size_t stride = f.bytes + l.between_pixels;
    size_t row = stride * (WIDTH - 1) + f.bytes + l.between_rows;
    b.size = l.offset + row * (HEIGHT - 1) + stride * (WIDTH - 1) + f.bytes + l.behind;
    b.bytes = malloc(b.size);
    CHECK(b.bytes);
    memset(b.bytes, fill, b.size);
    b.dense = l.between_pixels + l.between_rows == 0;
    b.image = image_of(b.bytes, f.number, WIDTH, HEIGHT);
    b.image.data_size = b.size;
    b.image.byte_offset = l.offset + (l.upwards ? row * (HEIGHT - 1) : 0);
    b.image.pixel_stride = stride;
    b.image.row_stride = l.upwards ? -(int64_t)row : (int64_t)row;
    b.image.origin = l.bottom_left ? MULTICOND_ORIGIN_BOTTOM_LEFT : MULTICOND_ORIGIN_TOP_LEFT;
    return b;
}

static block on_gpu(uint32_t gpu, void *stream, format f, layout l, int fill)
{
    block b = on_host(f, l, fill);
    free(b.bytes);
    b.image.data = fake_cuda_alloc(gpu, b.size);
    b.image.memory = MULTICOND_MEMORY_CUDA;
    b.image.gpu = gpu;
    b.image.stream = stream;
    b.bytes = fake_cuda_host(b.image.data);
    memset(b.bytes, fill, b.size);
    return b;
}

/* The pixel at (x, y) from the top left of the picture. */
static unsigned char *pixel_at(const block *b, uint32_t x, uint32_t y)
{
    int64_t row = b->image.origin == MULTICOND_ORIGIN_BOTTOM_LEFT ? HEIGHT - 1 - y : y;
    return b->bytes + (int64_t)b->image.byte_offset + row * b->image.row_stride + (int64_t)(x * b->image.pixel_stride);
}

/* Writes the first channel of a pixel of R16 or floats. */
static void put(const block *b, uint32_t x, uint32_t y, int value)
{
    uint16_t integer = (uint16_t)value;
    float real = (float)value;
    if (b->image.format == MULTICOND_FORMAT_R16) {
        memcpy(pixel_at(b, x, y), &integer, sizeof integer);
    } else {
        memcpy(pixel_at(b, x, y), &real, sizeof real);
    }
}

static void fill_depth(const block *b)
{
    uint32_t x, y;
    for (y = 0; y < HEIGHT; y++) {
        for (x = 0; x < WIDTH; x++) {
            put(b, x, y, (int)((x * 5 + y * 11) % 40));
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

static void labels_and_outputs_of_every_layout(void)
{
    multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
    multicond_generator *plain = new_generator(engine, model, WIDTH, HEIGHT, 1);
    void *streams[2];
    int l;
    streams[0] = NULL;
    streams[1] = fake_cuda_stream(1);
    fake_cuda_take_counts();
    for (l = 0; l < LAYOUTS; l++) {
        uint32_t gpu = (uint32_t)(l % 2);
        format depth = l % 3 ? R16 : R32F, rgb = l % 4 ? BGRA16F : RGB8;
        block label = on_gpu(gpu, streams[gpu], depth, layouts[l], 0xff);
        block mask = on_gpu(gpu, streams[gpu], R8, layouts[(l + 3) % LAYOUTS], 1);
        block output = on_gpu(gpu, streams[gpu], rgb, layouts[l], 0x5a);
        block host_label = on_host(depth, layouts[l], 0xff);
        block host_mask = on_host(R8, layouts[0], 1);
        block host_output = on_host(rgb, layouts[l], 0x5a);
        multicond_label_options options = label_options();
        fill_depth(&label);
        fill_depth(&host_label);
        *pixel_at(&mask, 3, 2) = *pixel_at(&host_mask, 3, 2) = 0;
        options.scale = 0.125f;
        options.validity = &mask.image;
        OK(multicond_generator_set_label(generator, "depth", &label.image, &options));
        options.validity = &host_mask.image;
        OK(multicond_generator_set_label(plain, "depth", &host_label.image, &options));
        check_counts(0, 0);
        OK(multicond_generator_generate(plain, &host_output.image));
        check_counts(0, 0);
        if (l % 2) {
            OK(multicond_generator_generate(generator, &output.image));
        } else {
            OK(multicond_generator_generate_async(generator, &output.image));
            OK(multicond_generator_wait(generator));
        }
        /* Label and mask are read once each, and the bytes between the pixels of an output, to be written back. */
        check_counts(2 + !output.dense, 1);
        CHECK(memcmp(output.bytes, host_output.bytes, host_output.size) == 0);
        /* The pixels are read again for every picture. */
        put(&label, 1, 1, 77);
        put(&host_label, 1, 1, 77);
        OK(multicond_generator_generate(generator, &output.image));
        OK(multicond_generator_generate(plain, &host_output.image));
        CHECK(memcmp(output.bytes, host_output.bytes, host_output.size) == 0);
        check_counts(2 + !output.dense, 1);
        OK(multicond_generator_unset_label(generator, "depth"));
        fake_cuda_free(label.image.data);
        fake_cuda_free(mask.image.data);
        fake_cuda_free(output.image.data);
        free(host_label.bytes);
        free(host_mask.bytes);
        free(host_output.bytes);
    }
    multicond_generator_release(generator);
    multicond_generator_release(plain);
}

/* If a copy fails, the output does not change, and the next picture is not affected. */
static void copies_that_fail(void)
{
    multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
    block depth = on_gpu(0, NULL, R32F, layouts[0], 0), curvature = on_gpu(0, NULL, RG32F, layouts[0], 0);
    block output = on_gpu(0, NULL, RGB32F, layouts[0], 0x5a);
    float *expected;
    int copies;
    size_t i;
    fill_depth(&depth);
    fill_depth(&curvature);
    OK(multicond_generator_set_label(generator, "depth", &depth.image, NULL));
    OK(multicond_generator_set_label(generator, "curvature", &curvature.image, NULL));
    expected = picture(generator, WIDTH, HEIGHT);
    for (copies = 0; copies < 3; copies++) {
        memset(output.bytes, 0x5a, output.size);
        put(&depth, 0, 0, copies + 1);
        fake_cuda_fail_after(copies);
        FAILS(MULTICOND_STATUS_ENGINE, "CUDA_ERROR_LAUNCH_FAILED",
              multicond_generator_generate(generator, &output.image));
        CHECK(strstr(multicond_last_error_message(), "cuMemcpyAsync"));
        for (i = 0; i < output.size; i++) {
            CHECK(output.bytes[i] == 0x5a);
        }
        fake_cuda_fail_after(-1);
        put(&depth, 0, 0, 0);
        OK(multicond_generator_generate(generator, &output.image));
        CHECK(same_picture((float *)output.bytes, expected, WIDTH, HEIGHT));
    }
    CHECK(fake_cuda_take_counts().pushed == 0);
    free(expected);
    multicond_generator_release(generator);
    fake_cuda_free(depth.image.data);
    fake_cuda_free(curvature.image.data);
    fake_cuda_free(output.image.data);
}

static void gpus_that_do_not_exist(void)
{
    multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
    block output = on_gpu(0, NULL, RGB32F, layouts[0], 0x5a);
    static const uint32_t gpus[] = {2, 4000, UINT32_MAX};
    size_t i;
    for (i = 0; i < 3; i++) {
        output.image.gpu = gpus[i];
        FAILS(MULTICOND_STATUS_ENGINE, "CUDA_ERROR_INVALID_DEVICE",
              multicond_generator_generate(generator, &output.image));
    }
    CHECK(fake_cuda_take_counts().pushed == 0);
    output.image.gpu = 0;
    OK(multicond_generator_generate(generator, &output.image));
    multicond_generator_release(generator);
    fake_cuda_free(output.image.data);
}

int main(int count, char **values)
{
    uint32_t supported = 7;
    arguments(count, values);
    engine = open_engine();
    model = open_model();
    OK(multicond_engine_supports_memory(engine, MULTICOND_MEMORY_CUDA, &supported));
    CHECK(supported == 1);
    labels_and_outputs_of_every_layout();
    copies_that_fail();
    gpus_that_do_not_exist();
    multicond_model_release(model);
    multicond_engine_release(engine);
    return 0;
}
