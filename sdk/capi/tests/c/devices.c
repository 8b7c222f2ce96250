/* Devices: which one runs, which do not and why, and what the log hears of it. */
#include <dlfcn.h>

#include "scene.h"

typedef struct heard {
    int count[5];
    char warning[1024];
} heard;

static void hear(int32_t level, const char *message, void *user_data)
{
    heard *log = user_data;
    CHECK(level >= 1 && level <= 4);
    CHECK(message[0] != 0 && !strchr(message, '\n'));
    log->count[level]++;
    if (level == MULTICOND_LOG_LEVEL_WARNING) {
        snprintf(log->warning, sizeof log->warning, "%s", message);
    }
}

static multicond_device_options options_for(int32_t kind)
{
    multicond_device_options options = {0};
    options.struct_size = sizeof options;
    options.kind = kind;
    return options;
}

static int32_t kind_of(const multicond_device *device)
{
    multicond_device_info info = {0};
    info.struct_size = sizeof info;
    OK(multicond_device_get_info(device, &info));
    CHECK(info.engine[0] != 0);
    return info.kind;
}

/* Whether a kind of device is there, by the reports of another. */
static int available(const multicond_device *device, int32_t kind)
{
    uint32_t count = multicond_device_report_count(device), i;
    for (i = 0; i < count; i++) {
        multicond_device_report report = {0};
        report.struct_size = sizeof report;
        OK(multicond_device_get_report(device, i, &report));
        if (report.kind == kind) {
            return report.available != 0;
        }
    }
    CHECK(0);
    return 0;
}

static void reports_tell_of_every_kind(const multicond_device *device)
{
    uint32_t seen = 0, runs = 0, i;
    multicond_device_report report = {0};
    report.struct_size = sizeof report;
    CHECK(multicond_device_report_count(device) == 4);
    for (i = 0; i < 4; i++) {
        OK(multicond_device_get_report(device, i, &report));
        CHECK(report.kind >= MULTICOND_DEVICE_KIND_TENSORRT && report.kind <= MULTICOND_DEVICE_KIND_TRACT);
        seen |= 1u << report.kind;
        CHECK(report.engine[0] != 0);
        CHECK(report.available <= 1);
        CHECK((report.reason[0] == 0) == (report.available == 1));
        CHECK((report.version[0] != 0) == (report.available == 1));
        if (report.kind == MULTICOND_DEVICE_KIND_TRACT) {
            CHECK(report.available && report.path[0] == 0);
        }
        if (report.kind == MULTICOND_DEVICE_KIND_CPU && report.available) {
            CHECK(strstr(report.path, "onnxruntime"));
        }
        CHECK(report.runs == (report.kind == device_kind));
        CHECK(report.runs <= report.available);
        runs += report.runs;
    }
    CHECK(seen == 0x1e);
    CHECK(runs == 1);
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`index`", multicond_device_get_report(device, 4, &report));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`index`", multicond_device_get_report(device, UINT32_MAX, &report));
}

static void capabilities(const multicond_device *device)
{
    uint32_t supported = 7;
    OK(multicond_device_get_capability(device, MULTICOND_CAPABILITY_FP16, &supported));
    CHECK(supported == 0);
    supported = 7;
    OK(multicond_device_get_capability(device, MULTICOND_CAPABILITY_TF32, &supported));
    CHECK(supported == 0);
    supported = 7;
    OK(multicond_device_get_capability(device, MULTICOND_CAPABILITY_CUDA_GRAPH, &supported));
    CHECK(supported == 0);
    /* The processor's devices take pictures from a GPU too, where there is one. */
    supported = 7;
    OK(multicond_device_get_capability(device, MULTICOND_CAPABILITY_CUDA_MEMORY, &supported));
    CHECK(supported == (dlopen("libcuda.so.1", RTLD_NOW) ? 1u : 0u));
}

/* No machine has this GPU. */
static void an_absent_gpu_is_an_error_or_another_device_runs(void)
{
    static const int32_t kinds[] = {MULTICOND_DEVICE_KIND_CUDA, MULTICOND_DEVICE_KIND_TENSORRT};
    multicond_device_options options;
    multicond_device *device = NULL;
    size_t i;
    for (i = 0; i < 2; i++) {
        heard log = {0};
        OK(multicond_set_log_callback(hear, MULTICOND_LOG_LEVEL_WARNING, &log));
        options = options_for(kinds[i]);
        options.gpu = 4000;
        device = (multicond_device *)&options;
        FAILS(MULTICOND_STATUS_DEVICE, "ONNX Runtime", multicond_device_create(&options, &device));
        CHECK(device == NULL);
        memset(&log, 0, sizeof log);
        options.allow_fallback = 1;
        OK(multicond_device_create(&options, &device));
        CHECK(kind_of(device) != kinds[i]);
        CHECK(log.count[MULTICOND_LOG_LEVEL_WARNING] >= 1);
        CHECK(strstr(log.warning, kinds[i] == MULTICOND_DEVICE_KIND_CUDA ? "cuda" : "tensorrt"));
        CHECK(strstr(log.warning, "asked for"));
        CHECK(log.count[MULTICOND_LOG_LEVEL_INFO] == 0);
        /* It does run. */
        {
            multicond_model *model = open_model();
            multicond_generator *generator = new_generator(device, model, 8, 4, 0);
            free(picture(generator, 8, 4));
            multicond_generator_release(generator);
            multicond_model_release(model);
        }
        multicond_device_release(device);
        OK(multicond_set_log_callback(NULL, MULTICOND_LOG_LEVEL_WARNING, NULL));
    }
}

static void the_log_hears_up_to_its_level(void)
{
    multicond_model *model = open_model();
    int32_t level;
    for (level = MULTICOND_LOG_LEVEL_ERROR; level <= MULTICOND_LOG_LEVEL_DEBUG; level++) {
        heard log = {0}, later = {0};
        multicond_device *device;
        multicond_generator *generator;
        int32_t other;
        OK(multicond_set_log_callback(hear, level, &log));
        device = open_device();
        generator = new_generator(device, model, 8, 4, 0);
        free(picture(generator, 8, 4));
        CHECK((log.count[MULTICOND_LOG_LEVEL_INFO] > 0) == (level >= MULTICOND_LOG_LEVEL_INFO));
        CHECK((log.count[MULTICOND_LOG_LEVEL_DEBUG] > 0) == (level >= MULTICOND_LOG_LEVEL_DEBUG));
        for (other = level + 1; other <= MULTICOND_LOG_LEVEL_DEBUG; other++) {
            CHECK(log.count[other] == 0);
        }
        /* The one that was replaced hears nothing any more. */
        memset(&log, 0, sizeof log);
        OK(multicond_set_log_callback(hear, MULTICOND_LOG_LEVEL_DEBUG, &later));
        free(picture(generator, 8, 4));
        OK(multicond_set_log_callback(NULL, MULTICOND_LOG_LEVEL_DEBUG, NULL));
        CHECK(later.count[MULTICOND_LOG_LEVEL_DEBUG] > 0);
        memset(&later, 0, sizeof later);
        free(picture(generator, 8, 4));
        CHECK(log.count[MULTICOND_LOG_LEVEL_DEBUG] == 0 && later.count[MULTICOND_LOG_LEVEL_DEBUG] == 0);
        multicond_generator_release(generator);
        multicond_device_release(device);
    }
    multicond_model_release(model);
}

/* Named wrongly, ONNX Runtime is not looked for elsewhere. Tract does not need it. */
static void a_library_that_is_none(void)
{
    static const char *paths[] = {"/nowhere/libonnxruntime.so", "/etc/passwd", "/proc", "/usr/lib/nothing"};
    multicond_device *device = NULL;
    size_t i;
    for (i = 0; i < sizeof paths / sizeof *paths; i++) {
        multicond_device_options options = options_for(MULTICOND_DEVICE_KIND_CPU);
        multicond_device_report report = {0};
        uint32_t at;
        report.struct_size = sizeof report;
        options.ort_library = paths[i];
        device = (multicond_device *)&options;
        FAILS(MULTICOND_STATUS_DEVICE, paths[i], multicond_device_create(&options, &device));
        CHECK(device == NULL);
        if (strcmp(paths[i], "/etc/passwd") == 0) {
            /* Why, is the dynamic linker's word. */
            CHECK(strstr(multicond_last_error_message(), "ELF") || strstr(multicond_last_error_message(), "file too short"));
        }
        options.kind = MULTICOND_DEVICE_KIND_AUTO;
        FAILS(MULTICOND_STATUS_DEVICE, paths[i], multicond_device_create(&options, &device));
        options.kind = MULTICOND_DEVICE_KIND_TRACT;
        OK(multicond_device_create(&options, &device));
        for (at = 0; at < 3; at++) {
            OK(multicond_device_get_report(device, at, &report));
            CHECK(!report.available && strstr(report.reason, paths[i]));
        }
        multicond_device_release(device);
    }
}

static void the_default_device(const multicond_device *known)
{
    multicond_device *device = NULL;
    multicond_model *model = open_model();
    multicond_generator *generator = NULL;
    int32_t best = MULTICOND_DEVICE_KIND_TRACT;
    if (available(known, MULTICOND_DEVICE_KIND_CUDA)) {
        best = MULTICOND_DEVICE_KIND_CUDA;
    } else if (available(known, MULTICOND_DEVICE_KIND_CPU)) {
        best = MULTICOND_DEVICE_KIND_CPU;
    }
    OK(multicond_device_create(NULL, &device));
    CHECK(kind_of(device) == best);
    OK(multicond_generator_create(NULL, model, NULL, &generator));
    /* Zero for width and height is what the model was trained on. */
    free(picture(generator, 32, 16));
    multicond_generator_release(generator);
    multicond_device_release(device);
    multicond_model_release(model);
}

int main(int count, char **values)
{
    multicond_device *device;
    arguments(count, values);
    a_library_that_is_none();
    device = open_device();
    CHECK(kind_of(device) == device_kind);
    reports_tell_of_every_kind(device);
    capabilities(device);
    an_absent_gpu_is_an_error_or_another_device_runs();
    the_log_hears_up_to_its_level();
    a_library_that_is_none();
    the_default_device(device);
    multicond_device_release(device);
    return 0;
}
