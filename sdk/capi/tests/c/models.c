/* Model files: what they say of themselves, and what happens to those that are none. */
#include "scene.h"

static void a_model_says_what_it_is(const multicond_model *model)
{
    static const char *names[] = {"semantics", "depth", "normals", "curvature"};
    static const char *units[] = {"", "m", "unit vector", "1/m"};
    static const char *classes[] = {"wall", "floor", "chair"};
    static const uint32_t channels[] = {1, 1, 3, 2};
    multicond_model_info info = {0};
    multicond_label_info label = {0};
    const char *name = NULL;
    uint32_t number, i;
    info.struct_size = sizeof info;
    label.struct_size = sizeof label;
    OK(multicond_model_get_info(model, &info));
    CHECK(info.struct_size == sizeof info);
    CHECK(info.label_count == 4);
    CHECK(strcmp(info.name, "small") == 0);
    CHECK(strcmp(info.system, "test") == 0);
    CHECK(strcmp(info.notice, "") == 0);
    CHECK(info.tile == TILE);
    CHECK(info.max_side == 16384);
    CHECK(info.trained_width == 32 && info.trained_height == 16);
    CHECK(info.parameters == 1);
    CHECK(info.multiply_adds_per_pixel == 1100);
    for (i = 0; i < 4; i++) {
        OK(multicond_model_get_label(model, i, &label));
        CHECK(strcmp(label.name, names[i]) == 0);
        CHECK(strcmp(label.unit, units[i]) == 0);
        CHECK(label.channels == channels[i]);
        CHECK(label.kind == (i == 0 ? MULTICOND_LABEL_KIND_CATEGORICAL : MULTICOND_LABEL_KIND_CONTINUOUS));
        CHECK(label.class_count == (i == 0 ? (uint32_t)CLASSES : 0u));
        CHECK(label.missing_class == (i == 0 ? (int32_t)MISSING_CLASS : 0));
        CHECK(label.reserved == 0);
        number = 7;
        OK(multicond_model_find_label(model, names[i], &number));
        CHECK(number == i);
    }
    for (i = 0; i < CLASSES; i++) {
        OK(multicond_model_get_class_name(model, 0, i, &name));
        CHECK(strcmp(name, classes[i]) == 0);
        number = 7;
        OK(multicond_model_find_class(model, 0, classes[i], &number));
        CHECK(number == i);
    }
    number = 7;
    FAILS(MULTICOND_STATUS_LABEL, "`colour`", multicond_model_find_label(model, "colour", &number));
    FAILS(MULTICOND_STATUS_LABEL, "``", multicond_model_find_label(model, "", &number));
    FAILS(MULTICOND_STATUS_LABEL, "sea", multicond_model_find_class(model, 0, "sea", &number));
    FAILS(MULTICOND_STATUS_LABEL, "depth", multicond_model_find_class(model, 1, "wall", &number));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`label`", multicond_model_find_class(model, 4, "wall", &number));
    CHECK(number == 7);
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`label`", multicond_model_get_label(model, 4, &label));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`label`", multicond_model_get_label(model, UINT32_MAX, &label));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`label`", multicond_model_get_class_name(model, 4, 0, &name));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`class_id`", multicond_model_get_class_name(model, 0, CLASSES, &name));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`class_id`", multicond_model_get_class_name(model, 1, 0, &name));
}

static unsigned char *file_bytes(size_t *size)
{
    unsigned char *bytes = malloc(1 << 20);
    FILE *file = fopen(model_path, "rb");
    CHECK(bytes && file);
    *size = fread(bytes, 1, 1 << 20, file);
    CHECK(*size > 1000 && *size < 1 << 20);
    fclose(file);
    return bytes;
}

/* A copy with nothing beyond its end. */
static multicond_status load_copy(const unsigned char *bytes, size_t size, multicond_model **model)
{
    unsigned char *copy = malloc(size ? size : 1);
    multicond_status status;
    CHECK(copy);
    memcpy(copy, bytes, size);
    status = multicond_model_load_memory(copy, size, model);
    /* The model has its own. */
    memset(copy, 0xff, size);
    free(copy);
    return status;
}

static void memory_is_as_good_as_a_file(const multicond_device *device, const multicond_model *model)
{
    size_t size;
    unsigned char *bytes = file_bytes(&size);
    multicond_model *copy = NULL;
    multicond_generator *a, *b;
    scene s = scene_new(12, 8, 1);
    float *from_file, *from_memory;
    OK(load_copy(bytes, size, &copy));
    a_model_says_what_it_is(copy);
    a = new_generator(device, model, 12, 8, 0);
    b = new_generator(device, copy, 12, 8, 0);
    multicond_model_release(copy);
    scene_set(a, &s);
    scene_set(b, &s);
    from_file = picture(a, 12, 8);
    from_memory = picture(b, 12, 8);
    CHECK(same_picture(from_file, from_memory, 12, 8));
    multicond_generator_release(a);
    multicond_generator_release(b);
    free(from_file);
    free(from_memory);
    free(bytes);
    scene_free(&s);
}

static void what_is_no_model(void)
{
    multicond_model *model = (multicond_model *)&few;
    size_t size, cut;
    unsigned char *bytes = file_bytes(&size);
    char text[] = "a file of another kind, long enough to be read as something";
    FAILS(MULTICOND_STATUS_FILE, "/nowhere/model.onnx", multicond_model_load("/nowhere/model.onnx", &model));
    CHECK(model == NULL);
    FAILS(MULTICOND_STATUS_FILE, "/proc", multicond_model_load("/proc", &model));
    FAILS(MULTICOND_STATUS_FILE, "No such file", multicond_model_load("", &model));
    FAILS(MULTICOND_STATUS_MODEL, "/dev/null", multicond_model_load("/dev/null", &model));
    FAILS(MULTICOND_STATUS_MODEL, "not an ONNX file", multicond_model_load("/proc/self/exe", &model));
    model = (multicond_model *)&few;
    FAILS(MULTICOND_STATUS_MODEL, "model in memory", load_copy((unsigned char *)text, sizeof text, &model));
    CHECK(model == NULL);
    FAILS(MULTICOND_STATUS_MODEL, "model in memory", load_copy((unsigned char *)text, 0, &model));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`size`", multicond_model_load_memory(bytes, UINT64_MAX, &model));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`size`", multicond_model_load_memory(bytes, (UINT64_C(1) << 31) + 1, &model));
    /* Cut short anywhere, the file is refused, or lacks only the last, optional field. */
    for (cut = 0; cut + 1 < size; cut += few ? 97 : 7) {
        multicond_status status = load_copy(bytes, cut, &model);
        if (status == MULTICOND_STATUS_OK) {
            CHECK(cut > size / 2);
        } else {
            CHECK(status == MULTICOND_STATUS_MODEL && model == NULL);
        }
        multicond_model_release(model);
    }
    free(bytes);
}

/* Any damage is an error or a model, never the end of the process. */
static void damaged_models(const multicond_device *device)
{
    size_t size, at;
    unsigned char *bytes = file_bytes(&size);
    uint32_t state = 1;
    int refused = 0, i;
    for (i = 0; i < times(400, 20); i++) {
        multicond_model *model = NULL;
        multicond_generator *generator = NULL;
        unsigned char old;
        at = chance(&state) % size;
        old = bytes[at];
        bytes[at] = (unsigned char)chance(&state);
        if (load_copy(bytes, size, &model) == MULTICOND_STATUS_OK) {
            multicond_generator_options options = {0};
            multicond_status status;
            options.struct_size = sizeof options;
            options.width = options.height = 8;
            options.threads = 1;
            options.tile_pixels = 37;
            status = multicond_generator_create(device, model, &options, &generator);
            CHECK(status == MULTICOND_STATUS_OK || status == MULTICOND_STATUS_MODEL ||
                  status == MULTICOND_STATUS_DEVICE);
        } else {
            refused++;
        }
        multicond_generator_release(generator);
        multicond_model_release(model);
        bytes[at] = old;
    }
    CHECK(refused > 0);
    free(bytes);
}

static void memory_is_told_beforehand(const multicond_model *model)
{
    uint64_t small = 0, large = 0, odd = 0, bytes = 0;
    OK(multicond_model_estimate_memory(model, 64, 64, &small));
    OK(multicond_model_estimate_memory(model, 640, 640, &large));
    OK(multicond_model_estimate_memory(model, 637, 638, &odd));
    CHECK(large > 90 * (small - 4096) && large < 100 * small);
    /* Padded to whole tiles. */
    CHECK(odd == large);
    OK(multicond_model_estimate_memory(model, UINT32_MAX, UINT32_MAX, &bytes));
    CHECK(bytes > large);
    OK(multicond_model_estimate_memory(model, 0, 0, &bytes));
    CHECK(bytes <= small);
}

/* A generator whose limit is the estimate of one size makes that one, and no larger one. */
static void a_memory_limit_holds(const multicond_device *device, const multicond_model *model)
{
    multicond_generator_options options = {0};
    multicond_generator *generator = NULL;
    scene s = scene_new(16, 16, 3);
    float *before, *after;
    options.struct_size = sizeof options;
    options.width = options.height = 16;
    OK(multicond_model_estimate_memory(model, 16, 16, &options.memory_limit));
    OK(multicond_generator_create(device, model, &options, &generator));
    scene_set(generator, &s);
    before = picture(generator, 16, 16);
    FAILS(MULTICOND_STATUS_MEMORY, "limit", multicond_generator_resize(generator, 20, 16));
    FAILS(MULTICOND_STATUS_MEMORY, "limit", multicond_generator_resize(generator, 16384, 16384));
    FAILS(MULTICOND_STATUS_SIZE, "0x16", multicond_generator_resize(generator, 0, 16));
    /* It is as it was, labels and all. */
    after = picture(generator, 16, 16);
    CHECK(same_picture(before, after, 16, 16));
    free(after);
    OK(multicond_generator_resize(generator, 8, 8));
    after = picture(generator, 8, 8);
    free(before);
    free(after);
    multicond_generator_release(generator);
    scene_free(&s);
}

int main(int count, char **values)
{
    multicond_device *device;
    multicond_model *model;
    arguments(count, values);
    device = open_device();
    model = open_model();
    a_model_says_what_it_is(model);
    memory_is_as_good_as_a_file(device, model);
    what_is_no_model();
    damaged_models(device);
    memory_is_told_beforehand(model);
    a_memory_limit_holds(device, model);
    multicond_model_release(model);
    multicond_device_release(device);
    return 0;
}
