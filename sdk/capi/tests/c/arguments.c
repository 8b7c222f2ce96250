/* Invalid arguments: NULL, values that no enumeration has, structs of other versions. The status says what kind of
 * error it is, and the message names the argument. */
#include <limits.h>

#include "scene.h"

enum { WIDTH = 8, HEIGHT = 4 };

static multicond_engine *engine;
static multicond_model *model;
static multicond_generator *generator;
static float depth[WIDTH * HEIGHT];
static int32_t ids[WIDTH * HEIGHT];
static float rgb[3 * WIDTH * HEIGHT];

#define REFUSED(name, call) FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`" name "`", call)

static void null_pointers(void)
{
    multicond_model *no_model = (multicond_model *)depth;
    multicond_generator *no_generator = (multicond_generator *)depth;
    multicond_engine_info engine_info = {0};
    multicond_engine_report report = {0};
    multicond_model_info info = {0};
    multicond_label_info label = {0};
    multicond_statistics statistics = {0};
    multicond_image image = image_of(depth, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
    multicond_image output = image_of(rgb, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    const char *name = NULL;
    uint64_t bytes = 0;
    uint32_t number = 0;

    engine_info.struct_size = sizeof engine_info;
    report.struct_size = sizeof report;
    info.struct_size = sizeof info;
    label.struct_size = sizeof label;
    statistics.struct_size = sizeof statistics;

    multicond_engine_retain(NULL);
    multicond_engine_release(NULL);
    multicond_model_retain(NULL);
    multicond_model_release(NULL);
    multicond_generator_retain(NULL);
    multicond_generator_release(NULL);
    OK(multicond_set_log_callback(NULL, MULTICOND_LOG_LEVEL_INFO, NULL));

    REFUSED("engine", multicond_engine_create(NULL, NULL));
    REFUSED("engine", multicond_engine_get_info(NULL, &engine_info));
    REFUSED("info", multicond_engine_get_info(engine, NULL));
    REFUSED("engine", multicond_engine_get_report_count(NULL, &number));
    REFUSED("count", multicond_engine_get_report_count(engine, NULL));
    REFUSED("engine", multicond_engine_get_report(NULL, 0, &report));
    REFUSED("report", multicond_engine_get_report(engine, 0, NULL));
    REFUSED("engine", multicond_engine_supports_memory(NULL, MULTICOND_MEMORY_HOST, &number));
    REFUSED("supported", multicond_engine_supports_memory(engine, MULTICOND_MEMORY_HOST, NULL));

    REFUSED("model", multicond_model_load(model_path, NULL));
    REFUSED("path", multicond_model_load(NULL, &no_model));
    CHECK(no_model == NULL);
    no_model = (multicond_model *)depth;
    REFUSED("data", multicond_model_load_memory(NULL, 10, &no_model));
    CHECK(no_model == NULL);
    REFUSED("model", multicond_model_load_memory("x", 1, NULL));
    REFUSED("model", multicond_model_get_info(NULL, &info));
    REFUSED("info", multicond_model_get_info(model, NULL));
    REFUSED("model", multicond_model_get_label(NULL, 0, &label));
    REFUSED("info", multicond_model_get_label(model, 0, NULL));
    REFUSED("model", multicond_model_get_class_name(NULL, 0, 0, &name));
    REFUSED("name", multicond_model_get_class_name(model, 0, 0, NULL));
    REFUSED("model", multicond_model_find_label(NULL, "depth", &number));
    REFUSED("name", multicond_model_find_label(model, NULL, &number));
    REFUSED("label", multicond_model_find_label(model, "depth", NULL));
    REFUSED("model", multicond_model_find_class(NULL, 0, "wall", &number));
    REFUSED("name", multicond_model_find_class(model, 0, NULL, &number));
    REFUSED("class_id", multicond_model_find_class(model, 0, "wall", NULL));
    REFUSED("model", multicond_model_estimate_memory(NULL, 1, 1, &bytes));
    REFUSED("bytes", multicond_model_estimate_memory(model, 1, 1, NULL));

    REFUSED("model", multicond_generator_create(engine, NULL, NULL, &no_generator));
    CHECK(no_generator == NULL);
    REFUSED("generator", multicond_generator_create(engine, model, NULL, NULL));
    REFUSED("generator", multicond_generator_resize(NULL, WIDTH, HEIGHT));
    REFUSED("generator", multicond_generator_get_size(NULL, &number, &number));
    REFUSED("width", multicond_generator_get_size(generator, NULL, &number));
    REFUSED("height", multicond_generator_get_size(generator, &number, NULL));
    REFUSED("generator", multicond_generator_set_label(NULL, "depth", &image, NULL));
    REFUSED("name", multicond_generator_set_label(generator, NULL, &image, NULL));
    REFUSED("image", multicond_generator_set_label(generator, "depth", NULL, NULL));
    REFUSED("generator", multicond_generator_unset_label(NULL, "depth"));
    REFUSED("name", multicond_generator_unset_label(generator, NULL));
    REFUSED("generator", multicond_generator_set_confidence(NULL, "depth", &image, NULL));
    REFUSED("name", multicond_generator_set_confidence(generator, NULL, &image, NULL));
    REFUSED("image", multicond_generator_set_confidence(generator, "depth", NULL, NULL));
    REFUSED("generator", multicond_generator_unset_confidence(NULL, "depth"));
    REFUSED("name", multicond_generator_unset_confidence(generator, NULL));
    REFUSED("generator", multicond_generator_set_progress_callback(NULL, NULL, NULL));
    OK(multicond_generator_set_progress_callback(generator, NULL, NULL));
    REFUSED("generator", multicond_generator_get_statistics(NULL, &statistics));
    REFUSED("statistics", multicond_generator_get_statistics(generator, NULL));
    REFUSED("generator", multicond_generator_generate(NULL, &output));
    REFUSED("output", multicond_generator_generate(generator, NULL));
    REFUSED("generator", multicond_generator_generate_async(NULL, &output));
    REFUSED("output", multicond_generator_generate_async(generator, NULL));
    REFUSED("generator", multicond_generator_poll(NULL, &number));
    REFUSED("running", multicond_generator_poll(generator, NULL));
    REFUSED("generator", multicond_generator_wait(NULL));
    REFUSED("generator", multicond_generator_cancel(NULL));

    image.data = NULL;
    REFUSED("data", multicond_generator_set_label(generator, "depth", &image, NULL));
    output.data = NULL;
    REFUSED("data", multicond_generator_generate(generator, &output));
}

static void strings(void)
{
    uint32_t number = 0;
    int i;
    char version[64];
    snprintf(version, sizeof version, "%d.%d.%d", MULTICOND_VERSION_MAJOR, MULTICOND_VERSION_MINOR,
             MULTICOND_VERSION_PATCH);
    CHECK(multicond_version() == MULTICOND_VERSION);
    CHECK(strcmp(multicond_version_string(), version) == 0);
    CHECK(strcmp(multicond_status_string(MULTICOND_STATUS_OK), "MULTICOND_STATUS_OK") == 0);
    CHECK(strcmp(multicond_status_string(MULTICOND_STATUS_INTERNAL), "MULTICOND_STATUS_INTERNAL") == 0);
    for (i = 0; i <= 11; i++) {
        CHECK(strncmp(multicond_status_string(i), "MULTICOND_STATUS_", 17) == 0);
    }
    CHECK(strcmp(multicond_status_string(-1), "unknown status") == 0);
    CHECK(strcmp(multicond_status_string(12), "unknown status") == 0);
    CHECK(strcmp(multicond_status_string(INT_MIN), "unknown status") == 0);
    REFUSED("path", multicond_model_load("\xff\xfe", &model));
    model = open_model();
    REFUSED("name", multicond_generator_unset_label(generator, "\xff"));
    REFUSED("name", multicond_model_find_label(model, "\xff", &number));
    FAILS(MULTICOND_STATUS_LABEL, "this model has semantics, depth, normals, curvature",
          multicond_generator_unset_label(generator, "colour"));
    /* A call that succeeds does not change the message. */
    OK(multicond_generator_unset_label(generator, "depth"));
    CHECK(strstr(multicond_last_error_message(), "colour"));
}

static multicond_status set_with(const char *name, multicond_label_options options)
{
    multicond_image image = image_of(depth, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    if (strcmp(name, "semantics") == 0) {
        image = image_of(ids, MULTICOND_FORMAT_R32I, WIDTH, HEIGHT);
    } else if (strcmp(name, "depth") == 0) {
        image = image_of(depth, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
    }
    return multicond_generator_set_label(generator, name, &image, &options);
}

/* `change` makes `options` or `image` invalid. */
#define WITH_OPTIONS(status, word, name, change)                  \
    do {                                                          \
        multicond_label_options options = label_options();        \
        change;                                                   \
        FAILS(status, word, set_with(name, options));             \
    } while (0)
#define WITH_IMAGE(status, word, change)                                                     \
    do {                                                                                     \
        multicond_image image = image_of(depth, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);       \
        const char *name = "depth";                                                          \
        change;                                                                              \
        FAILS(status, word, multicond_generator_set_label(generator, name, &image, NULL));   \
    } while (0)
#define WITH_OUTPUT(status, word, change)                                                \
    do {                                                                                 \
        multicond_image image = image_of(rgb, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);   \
        change;                                                                          \
        FAILS(status, word, multicond_generator_generate(generator, &image));            \
        FAILS(status, word, multicond_generator_generate_async(generator, &image));      \
    } while (0)

static void ignore(int32_t level, const char *message, void *user_data)
{
    (void)level, (void)message, (void)user_data;
}

static void engines_that_do_not_exist(void)
{
    static const char *const bad[][3] = {
        /* engine, device, settings */
        {"onnx", NULL, NULL}, {"", NULL, NULL}, {"CUDA", NULL, NULL}, {"\xff", NULL, NULL},
        {NULL, "", NULL}, {NULL, "gpu:x", NULL}, {NULL, "cuda", NULL}, {"tract", "gpu", NULL},
        {NULL, NULL, "tf32"}, {NULL, NULL, "tf32=true"}, {"tract", NULL, "tf32=true"},
    };
    static const char *const words[] = {"`engine`", "`device`", "settings"};
    size_t i;
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        multicond_engine_options options = {0};
        multicond_engine *none = (multicond_engine *)depth;
        options.struct_size = sizeof options;
        options.engine = bad[i][0];
        options.device = bad[i][1];
        options.settings = bad[i][2];
        FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, words[options.settings ? 2 : options.device ? 1 : 0],
              multicond_engine_create(&options, &none));
        CHECK(none == NULL);
    }
}

static void values_that_no_enumeration_has(void)
{
    static const int32_t formats[] = {0, -1, 6, 7, 15, 16, 22, 32, 48, 70, 81, 256, INT_MIN, INT_MAX};
    static const int32_t twos[] = {-1, 2, 3, INT_MIN, INT_MAX};
    static const int32_t meanings[] = {-1, 6, 100, INT_MIN, INT_MAX};
    static const int32_t levels[] = {-1, 0, 5, INT_MIN, INT_MAX};
    static const uint32_t flags[] = {128, 256, 0x80000000u, UINT32_MAX};
    enum { INVALID = MULTICOND_STATUS_INVALID_ARGUMENT };
    uint32_t number = 7;
    size_t i;
    for (i = 0; i < sizeof formats / sizeof *formats; i++) {
        WITH_IMAGE(INVALID, "`format`", image.format = formats[i]);
        WITH_OUTPUT(INVALID, "`format`", image.format = formats[i]);
    }
    for (i = 0; i < sizeof twos / sizeof *twos; i++) {
        WITH_IMAGE(INVALID, "`origin`", image.origin = twos[i]);
        WITH_IMAGE(INVALID, "`memory`", image.memory = twos[i]);
        WITH_OUTPUT(INVALID, "`origin`", image.origin = twos[i]);
        WITH_OUTPUT(INVALID, "`memory`", image.memory = twos[i]);
        WITH_OUTPUT(INVALID, "`color_space`", image.color_space = twos[i]);
        OK(multicond_engine_supports_memory(engine, twos[i], &number));
        CHECK(number == 0);
    }
    for (i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        WITH_OPTIONS(INVALID, "`meaning`", "depth", options.meaning = meanings[i]);
    }
    for (i = 0; i < sizeof flags / sizeof *flags; i++) {
        WITH_OPTIONS(INVALID, "`flags`", "depth", options.flags = flags[i]);
    }
    for (i = 0; i < sizeof levels / sizeof *levels; i++) {
        REFUSED("level", multicond_set_log_callback(ignore, levels[i], NULL));
    }
}

static void images_and_options_that_do_not_fit(void)
{
    enum { INVALID = MULTICOND_STATUS_INVALID_ARGUMENT, LABEL = MULTICOND_STATUS_LABEL, SIZE = MULTICOND_STATUS_SIZE };
    multicond_image mask = image_of(ids, MULTICOND_FORMAT_R8, WIDTH, HEIGHT);
    multicond_image output = image_of(rgb, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    WITH_OPTIONS(INVALID, "near", "depth", options.meaning = MULTICOND_MEANING_DEVICE_DEPTH);
    WITH_OPTIONS(INVALID, "projection terms", "depth", options.meaning = MULTICOND_MEANING_DEVICE_DEPTH_TERMS);
    WITH_OPTIONS(LABEL, "view matrix", "normals", options.meaning = MULTICOND_MEANING_NORMAL;
                 options.flags = MULTICOND_LABEL_FLAGS_NORMAL_WORLD);
    WITH_OPTIONS(INVALID, "`class_table`", "semantics", options.meaning = MULTICOND_MEANING_CLASS_TABLE;
                 options.class_count = 3);
    WITH_OPTIONS(INVALID, "not aligned", "semantics", options.meaning = MULTICOND_MEANING_CLASS_TABLE;
                 options.class_count = 3;
                 options.class_table = (const int32_t *)(const void *)((const unsigned char *)depth + 1));
    WITH_OPTIONS(LABEL, "depth", "depth", options.meaning = MULTICOND_MEANING_NORMAL);
    WITH_OPTIONS(INVALID, "`validity`", "depth", mask.struct_size = 4; options.validity = &mask);
    mask.struct_size = sizeof mask;
    WITH_OPTIONS(LABEL, "4x4", "depth", mask.width = 4; options.validity = &mask);
    WITH_IMAGE(LABEL, "2 channels", name = "curvature");
    WITH_IMAGE(SIZE, "0x4", image.width = 0);
    WITH_IMAGE(SIZE, "9x4", image.width = 9);
    WITH_IMAGE(SIZE, "4294967295", image.width = UINT32_MAX);
    WITH_IMAGE(INVALID, "pixel_stride", image.pixel_stride = 3);
    WITH_IMAGE(INVALID, "row_stride", image.row_stride = -31);
    WITH_IMAGE(INVALID, "beyond all memory", image.pixel_stride = UINT64_MAX);
    WITH_IMAGE(INVALID, "beyond all memory", image.row_stride = INT64_MIN);
    WITH_IMAGE(INVALID, "beyond all memory", image.byte_offset = UINT64_MAX);
    WITH_IMAGE(INVALID, "data_size", image.data_size = sizeof depth - 1);
    WITH_OUTPUT(INVALID, "data_size", image.data_size = sizeof rgb - 1);
    WITH_OUTPUT(INVALID, "output format", image.format = MULTICOND_FORMAT_RGB32I);
    output.width = 7;
    FAILS(SIZE, "7x4", multicond_generator_generate(generator, &output));
    /* The generator's thread checks the size of an asynchronous output. */
    OK(multicond_generator_generate_async(generator, &output));
    FAILS(SIZE, "7x4", multicond_generator_wait(generator));
}

static multicond_status create(uint32_t width, uint32_t height, uint32_t threads, uint32_t tile_pixels,
                               uint32_t confidence, uint64_t limit)
{
    multicond_generator *made = (multicond_generator *)depth;
    multicond_generator_options options = {0};
    multicond_status status;
    options.struct_size = sizeof options;
    options.width = width;
    options.height = height;
    options.threads = threads;
    options.tile_pixels = tile_pixels;
    options.confidence = confidence;
    options.memory_limit = limit;
    status = multicond_generator_create(engine, model, &options, &made);
    CHECK((status == MULTICOND_STATUS_OK) == (made != NULL));
    multicond_generator_release(made);
    return status;
}

static void generators_that_cannot_be_created(void)
{
    uint64_t bytes = 0;
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "threads", create(WIDTH, HEIGHT, 1000000, 0, 0, 0));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "threads", create(WIDTH, HEIGHT, UINT32_MAX, 0, 0, 0));
    FAILS(MULTICOND_STATUS_SIZE, "16388x4", create(16388, 4, 1, 0, 0, 0));
    FAILS(MULTICOND_STATUS_SIZE, "pixels", create(4, UINT32_MAX, 1, 0, 0, 0));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`tile_pixels`", create(8, 4, 1, UINT32_MAX, 0, 0));
    OK(multicond_model_estimate_memory(model, WIDTH, HEIGHT, &bytes));
    CHECK(bytes > 1000);
    FAILS(MULTICOND_STATUS_MEMORY, "limit", create(WIDTH, HEIGHT, 1, 37, 0, bytes / 100));
    OK(create(WIDTH, HEIGHT, 1, 37, 0, bytes));
    FAILS(MULTICOND_STATUS_SIZE, "0x4", multicond_generator_resize(generator, 0, 4));
    FAILS(MULTICOND_STATUS_SIZE, "4294967295", multicond_generator_resize(generator, UINT32_MAX, UINT32_MAX));
}

/* A function that takes one struct. */
typedef multicond_status (*taker)(void *);

static multicond_status take_engine_options(void *p)
{
    multicond_engine *made = NULL;
    multicond_status status = multicond_engine_create(p, &made);
    multicond_engine_release(made);
    return status;
}

static multicond_status take_generator_options(void *p)
{
    multicond_generator *made = NULL;
    multicond_status status = multicond_generator_create(engine, model, p, &made);
    multicond_generator_release(made);
    return status;
}

static multicond_status take_label_image(void *p)
{
    return multicond_generator_set_label(generator, "depth", p, NULL);
}

static multicond_status take_label_options(void *p)
{
    multicond_image image = image_of(depth, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
    return multicond_generator_set_label(generator, "depth", &image, p);
}

static multicond_status take_validity(void *p)
{
    multicond_label_options options = label_options();
    options.validity = p;
    return take_label_options(&options);
}

static multicond_status take_output(void *p)
{
    return multicond_generator_generate(generator, p);
}

static multicond_status take_async_output(void *p)
{
    multicond_status status = multicond_generator_generate_async(generator, p);
    OK(multicond_generator_wait(generator));
    return status;
}

static multicond_status fill_engine_info(void *p)
{
    return multicond_engine_get_info(engine, p);
}

static multicond_status fill_report(void *p)
{
    return multicond_engine_get_report(engine, 3, p);
}

static multicond_status fill_model_info(void *p)
{
    return multicond_model_get_info(model, p);
}

static multicond_status fill_label_info(void *p)
{
    return multicond_model_get_label(model, 0, p);
}

static multicond_status fill_statistics(void *p)
{
    return multicond_generator_get_statistics(generator, p);
}

/* Exactly `size` bytes: `said`, the rest of `good`, and then bytes of the value `rest`. */
static unsigned char *version_of(const void *good, size_t known, size_t size, uint32_t said, int rest)
{
    unsigned char *bytes = malloc(size < 4 ? 4 : size);
    CHECK(bytes);
    if (size > known) {
        memset(bytes + known, rest, size - known);
    }
    memcpy(bytes, good, size < known ? size : known);
    memcpy(bytes, &said, 4);
    return bytes;
}

/* `least` is the size of a version that has all required members. */
static void versions(const char *name, taker take, const void *good, size_t size, size_t least)
{
    static const uint32_t bad[] = {0, 1, 3, 4, 4097, 5000, UINT32_MAX};
    size_t sizes[5];
    unsigned char *bytes;
    size_t i;
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        bytes = version_of(good, size, size, bad[i], 0);
        FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, name, take(bytes));
        CHECK(strstr(multicond_last_error_message(), "struct_size"));
        free(bytes);
    }
    /* Within a member: all are of four bytes or more. */
    for (i = 1; i < 4; i++) {
        bytes = version_of(good, size, size, (uint32_t)(size - i), 0);
        FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, name, take(bytes));
        CHECK(strstr(multicond_last_error_message(), "struct_size"));
        free(bytes);
    }
    sizes[0] = least;
    sizes[1] = size;
    sizes[2] = size + 1;
    sizes[3] = size + 16;
    sizes[4] = 4096;
    for (i = 0; i < 5; i++) {
        bytes = version_of(good, size, sizes[i], (uint32_t)sizes[i], 0);
        check_status(__FILE__, __LINE__, name, take(bytes), MULTICOND_STATUS_OK);
        free(bytes);
        if (sizes[i] <= size) {
            continue;
        }
        bytes = version_of(good, size, sizes[i], (uint32_t)sizes[i], 0);
        bytes[sizes[i] - 1] = 1;
        FAILS(MULTICOND_STATUS_NOT_SUPPORTED, name, take(bytes));
        CHECK(strstr(multicond_last_error_message(), "does not know"));
        free(bytes);
    }
}

/* The same for a struct that the library fills. */
static void filled_versions(const char *name, taker fill, size_t size)
{
    static const uint32_t bad[] = {0, 1, 3, 4, 4097, 5000, UINT32_MAX};
    size_t sizes[5];
    unsigned char empty[128] = {0};
    unsigned char *whole, *bytes;
    size_t i, at;
    CHECK(size <= sizeof empty);
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        bytes = version_of(empty, size, size, bad[i], 0);
        FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, name, fill(bytes));
        CHECK(memcmp(bytes + 4, empty, size - 4) == 0);
        free(bytes);
    }
    whole = version_of(empty, size, size, (uint32_t)size, 0);
    OK(fill(whole));
    CHECK(memcmp(whole, &(uint32_t){(uint32_t)size}, 4) == 0);
    CHECK(memcmp(whole + 4, empty, size - 4) != 0);
    for (i = 1; i < 4; i++) {
        bytes = version_of(empty, size, size, (uint32_t)(size - i), 0x5a);
        FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, name, fill(bytes));
        free(bytes);
    }
    sizes[0] = 8;
    sizes[1] = size;
    sizes[2] = size + 1;
    sizes[3] = size + 24;
    sizes[4] = 4096;
    for (i = 0; i < 5; i++) {
        size_t known = sizes[i] < size ? sizes[i] : size;
        bytes = version_of(empty, size, sizes[i], (uint32_t)sizes[i], 0x5a);
        OK(fill(bytes));
        CHECK(memcmp(bytes, &(uint32_t){(uint32_t)sizes[i]}, 4) == 0);
        CHECK(memcmp(bytes + 4, whole + 4, known - 4) == 0);
        for (at = size; at < sizes[i]; at++) {
            CHECK(bytes[at] == 0x5a);
        }
        free(bytes);
    }
    free(whole);
}

static void structs_of_other_versions(void)
{
    multicond_engine_options engine_options = {0};
    multicond_generator_options generator_options = {0};
    multicond_label_options options = label_options();
    multicond_image image = image_of(depth, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
    multicond_image mask = image_of(ids, MULTICOND_FORMAT_R8, WIDTH, HEIGHT);
    multicond_image output = image_of(rgb, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    engine_options.engine = engine_name;
    versions("`options`", take_engine_options, &engine_options, sizeof engine_options, 16);
    versions("`options`", take_generator_options, &generator_options, sizeof generator_options, 8);
    versions("`image`", take_label_image, &image, sizeof image, 32);
    versions("`options`", take_label_options, &options, sizeof options, 8);
    versions("`validity`", take_validity, &mask, sizeof mask, 32);
    versions("`output`", take_output, &output, sizeof output, 32);
    versions("`output`", take_async_output, &output, sizeof output, 32);
    filled_versions("`info`", fill_engine_info, sizeof(multicond_engine_info));
    filled_versions("`report`", fill_report, sizeof(multicond_engine_report));
    filled_versions("`info`", fill_model_info, sizeof(multicond_model_info));
    filled_versions("`info`", fill_label_info, sizeof(multicond_label_info));
    filled_versions("`statistics`", fill_statistics, sizeof(multicond_statistics));
}

int main(int count, char **values)
{
    CHECK(strcmp(multicond_last_error_message(), "") == 0);
    arguments(count, values);
    engine = open_engine();
    model = open_model();
    generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
    null_pointers();
    multicond_model_release(model);
    strings();
    engines_that_do_not_exist();
    values_that_no_enumeration_has();
    images_and_options_that_do_not_fit();
    set_plain(generator, "depth", depth, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
    structs_of_other_versions();
    generators_that_cannot_be_created();
    multicond_generator_release(generator);
    multicond_model_release(model);
    multicond_engine_release(engine);
    return 0;
}
