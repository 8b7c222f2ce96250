/* Models: their description, loading from files and memory, and files that are not models. */
#include "scene.h"

static void descriptions(const multicond_model *model)
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
    CHECK(info.size_multiple == SIZE_MULTIPLE);
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

/* Loads a copy with nothing beyond its end. */
static multicond_status load_copy(const unsigned char *bytes, size_t size, multicond_model **model)
{
    unsigned char *copy = malloc(size ? size : 1);
    multicond_status status;
    CHECK(copy);
    memcpy(copy, bytes, size);
    status = multicond_model_load_memory(copy, size, model);
    /* The library has its own copy. */
    memset(copy, 0xff, size);
    free(copy);
    return status;
}

static void a_model_in_memory_is_the_same_as_a_file(const multicond_engine *engine, const multicond_model *model)
{
    size_t size;
    unsigned char *bytes = file_bytes(&size);
    multicond_model *copy = NULL;
    multicond_generator *a, *b;
    scene s = scene_new(12, 8, 1);
    float *from_file, *from_memory;
    OK(load_copy(bytes, size, &copy));
    descriptions(copy);
    a = new_generator(engine, model, 12, 8, 0);
    b = new_generator(engine, copy, 12, 8, 0);
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

static void files_that_are_not_models(void)
{
    multicond_model *model = (multicond_model *)&few;
    size_t size;
    unsigned char *bytes = file_bytes(&size);
    char text[] = "a file of another kind, long enough to be read as something";
    FAILS(MULTICOND_STATUS_FILE, "/nowhere/model.onnx", multicond_model_load("/nowhere/model.onnx", &model));
    CHECK(model == NULL);
    FAILS(MULTICOND_STATUS_FILE, "/proc", multicond_model_load("/proc", &model));
    FAILS(MULTICOND_STATUS_FILE, "No such file", multicond_model_load("", &model));
    FAILS(MULTICOND_STATUS_FILE, "regular file", multicond_model_load("/dev/null", &model));
    FAILS(MULTICOND_STATUS_FILE, "regular file", multicond_model_load("/dev/zero", &model));
    FAILS(MULTICOND_STATUS_MODEL, "not an ONNX file", multicond_model_load("/proc/self/exe", &model));
    model = (multicond_model *)&few;
    FAILS(MULTICOND_STATUS_MODEL, "model in memory", load_copy((unsigned char *)text, sizeof text, &model));
    CHECK(model == NULL);
    FAILS(MULTICOND_STATUS_MODEL, "model in memory", load_copy((unsigned char *)text, 0, &model));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`size`", multicond_model_load_memory(bytes, UINT64_MAX, &model));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`size`", multicond_model_load_memory(bytes, (UINT64_C(1) << 31) + 1, &model));
    free(bytes);
}

/* A generator whose limit is the estimate for a size can have this size and no larger one. */
static void a_memory_limit_holds(const multicond_engine *engine, const multicond_model *model)
{
    multicond_generator_options options = {0};
    multicond_generator *generator = NULL;
    scene s = scene_new(16, 16, 3);
    float *before, *after;
    options.struct_size = sizeof options;
    options.width = options.height = 16;
    OK(multicond_model_estimate_memory(model, 16, 16, &options.memory_limit));
    OK(multicond_generator_create(engine, model, &options, &generator));
    scene_set(generator, &s);
    before = picture(generator, 16, 16);
    FAILS(MULTICOND_STATUS_MEMORY, "limit", multicond_generator_resize(generator, 20, 16));
    FAILS(MULTICOND_STATUS_MEMORY, "limit", multicond_generator_resize(generator, 16384, 16384));
    FAILS(MULTICOND_STATUS_SIZE, "0x16", multicond_generator_resize(generator, 0, 16));
    /* Nothing has changed. */
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
    multicond_engine *engine;
    multicond_model *model;
    arguments(count, values);
    engine = open_engine();
    model = open_model();
    descriptions(model);
    a_model_in_memory_is_the_same_as_a_file(engine, model);
    files_that_are_not_models();
    a_memory_limit_holds(engine, model);
    multicond_model_release(model);
    multicond_engine_release(engine);
    return 0;
}
