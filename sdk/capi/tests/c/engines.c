/* Engines: which one is used, why others are not, and what is logged about it. */
#include <dlfcn.h>

#include "scene.h"

typedef struct messages {
    int count[5];
    char warning[1024];
} messages;

static void count(int32_t level, const char *message, void *user_data)
{
    messages *log = user_data;
    CHECK(level >= 1 && level <= 4);
    CHECK(message[0] != 0 && !strchr(message, '\n'));
    log->count[level]++;
    if (level == MULTICOND_LOG_LEVEL_WARNING) {
        snprintf(log->warning, sizeof log->warning, "%s", message);
    }
}

static multicond_engine_options options_for(const char *name)
{
    multicond_engine_options options = {0};
    options.struct_size = sizeof options;
    options.engine = name;
    return options;
}

static multicond_engine_info info_of(const multicond_engine *engine)
{
    multicond_engine_info info = {0};
    info.struct_size = sizeof info;
    OK(multicond_engine_get_info(engine, &info));
    return info;
}

static multicond_engine_report report_of(const multicond_engine *engine, uint32_t index)
{
    multicond_engine_report report = {0};
    report.struct_size = sizeof report;
    OK(multicond_engine_get_report(engine, index, &report));
    return report;
}

static void info_describes_the_engine(const multicond_engine *engine)
{
    multicond_engine_info info = info_of(engine);
    CHECK(strcmp(info.name, engine_name) == 0);
    CHECK(info.title[0] && info.version[0]);
    CHECK(strcmp(info.device, "cpu") == 0);
    CHECK((info.library[0] == 0) == (strcmp(engine_name, "tract") == 0));
    CHECK(info.reserved == 0);
}

static void reports_describe_every_engine(const multicond_engine *engine)
{
    static const char *const names[] = {"tensorrt", "cuda", "onnxruntime", "tract"};
    uint32_t runs = 0, automatic = 0, known = 0, found = 0, i, j;
    OK(multicond_engine_get_report_count(engine, &found));
    for (i = 0; i < found; i++) {
        multicond_engine_report report = report_of(engine, i);
        int is_gpu = strcmp(report.device, "gpu") == 0, is_tract = strcmp(report.name, "tract") == 0;
        for (j = 0; j < 4; j++) {
            known += strcmp(report.name, names[j]) == 0;
        }
        CHECK(is_gpu || strcmp(report.device, "cpu") == 0);
        CHECK(report.title[0] && report.requirements[0]);
        CHECK(report.available <= 1);
        CHECK((report.reason[0] == 0) == (report.available == 1));
        CHECK((report.version[0] != 0) == (report.available == 1));
        CHECK((report.library[0] != 0) == (report.available == 1 && !is_tract));
        CHECK(report.available || !is_tract);
        CHECK(strcmp(report.name, "tensorrt") != 0 || strstr(report.settings, "fp16: "));
        CHECK(report.runs == (strcmp(report.name, engine_name) == 0));
        CHECK(report.runs <= report.available && report.automatic <= report.available);
        runs += report.runs;
        automatic += report.automatic;
    }
    CHECK(known == 4 && runs == 1 && automatic == 1);
    {
        multicond_engine_report report = {0};
        report.struct_size = sizeof report;
        FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`index`", multicond_engine_get_report(engine, found, &report));
        FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "`index`", multicond_engine_get_report(engine, UINT32_MAX, &report));
    }
}

static void supported_memory(const multicond_engine *engine)
{
    uint32_t supported = 7;
    OK(multicond_engine_supports_memory(engine, MULTICOND_MEMORY_HOST, &supported));
    CHECK(supported == 1);
    /* Engines on the CPU also accept images in the memory of a GPU, if there is one. */
    OK(multicond_engine_supports_memory(engine, MULTICOND_MEMORY_CUDA, &supported));
    CHECK(supported == (dlopen("libcuda.so.1", RTLD_NOW) ? 1u : 0u));
}

/* No machine has this GPU. */
static void an_absent_gpu_is_an_error_unless_fallback_is_allowed(void)
{
    static const char *const names[] = {"cuda", "tensorrt"};
    multicond_engine *engine = NULL;
    size_t i;
    for (i = 0; i < 2; i++) {
        multicond_engine_options options = options_for(names[i]);
        messages log = {0};
        OK(multicond_set_log_callback(count, MULTICOND_LOG_LEVEL_WARNING, &log));
        options.device = "gpu:4000";
        engine = (multicond_engine *)&options;
        FAILS(MULTICOND_STATUS_ENGINE, "ONNX Runtime", multicond_engine_create(&options, &engine));
        CHECK(engine == NULL);
        memset(&log, 0, sizeof log);
        options.device = NULL;
        options.allow_fallback = 1;
        OK(multicond_engine_create(&options, &engine));
        if (strcmp(info_of(engine).name, names[i]) != 0) {
            CHECK(log.count[MULTICOND_LOG_LEVEL_WARNING] >= 1);
            CHECK(strstr(log.warning, "not running on ONNX Runtime with"));
        }
        CHECK(log.count[MULTICOND_LOG_LEVEL_INFO] == 0);
        {
            multicond_model *model = open_model();
            multicond_generator *generator = new_generator(engine, model, 8, 4, 0);
            free(picture(generator, 8, 4));
            multicond_generator_release(generator);
            multicond_model_release(model);
        }
        multicond_engine_release(engine);
        OK(multicond_set_log_callback(NULL, MULTICOND_LOG_LEVEL_WARNING, NULL));
    }
}

static void the_log_callback_gets_messages_up_to_its_level(void)
{
    multicond_model *model = open_model();
    int32_t level;
    for (level = MULTICOND_LOG_LEVEL_ERROR; level <= MULTICOND_LOG_LEVEL_DEBUG; level++) {
        messages log = {0}, later = {0};
        multicond_engine *engine;
        multicond_generator *generator;
        int32_t other;
        OK(multicond_set_log_callback(count, level, &log));
        engine = open_engine();
        generator = new_generator(engine, model, 8, 4, 0);
        free(picture(generator, 8, 4));
        CHECK((log.count[MULTICOND_LOG_LEVEL_INFO] > 0) == (level >= MULTICOND_LOG_LEVEL_INFO));
        CHECK((log.count[MULTICOND_LOG_LEVEL_DEBUG] > 0) == (level >= MULTICOND_LOG_LEVEL_DEBUG));
        for (other = level + 1; other <= MULTICOND_LOG_LEVEL_DEBUG; other++) {
            CHECK(log.count[other] == 0);
        }
        /* The callback that was replaced is no longer called. */
        memset(&log, 0, sizeof log);
        OK(multicond_set_log_callback(count, MULTICOND_LOG_LEVEL_DEBUG, &later));
        free(picture(generator, 8, 4));
        OK(multicond_set_log_callback(NULL, MULTICOND_LOG_LEVEL_DEBUG, NULL));
        CHECK(later.count[MULTICOND_LOG_LEVEL_DEBUG] > 0);
        memset(&later, 0, sizeof later);
        free(picture(generator, 8, 4));
        CHECK(log.count[MULTICOND_LOG_LEVEL_DEBUG] == 0 && later.count[MULTICOND_LOG_LEVEL_DEBUG] == 0);
        multicond_generator_release(generator);
        multicond_engine_release(engine);
    }
    multicond_model_release(model);
}

/* If the path of ONNX Runtime is wrong, it is not searched for elsewhere. tract does not need it. */
static void wrong_library_paths(void)
{
    static const char *paths[] = {"/nowhere/libonnxruntime.so", "/etc/passwd", "/proc", "/usr/lib/nothing"};
    multicond_engine *engine = NULL;
    size_t i;
    for (i = 0; i < sizeof paths / sizeof *paths; i++) {
        multicond_engine_options options = options_for("onnxruntime");
        options.ort_library = paths[i];
        engine = (multicond_engine *)&options;
        FAILS(MULTICOND_STATUS_ENGINE, paths[i], multicond_engine_create(&options, &engine));
        CHECK(engine == NULL);
        if (strcmp(paths[i], "/etc/passwd") == 0) {
            /* The dynamic linker's reason. */
            CHECK(strstr(multicond_last_error_message(), "ELF") || strstr(multicond_last_error_message(), "file too short"));
        }
        options.engine = NULL;
        FAILS(MULTICOND_STATUS_ENGINE, paths[i], multicond_engine_create(&options, &engine));
        options.engine = "tract";
        OK(multicond_engine_create(&options, &engine));
        CHECK(!report_of(engine, 2).available && strstr(report_of(engine, 2).reason, paths[i]));
        CHECK(!report_of(engine, 0).available && !report_of(engine, 1).available);
        multicond_engine_release(engine);
    }
}

static void the_default_engine(const multicond_engine *known)
{
    multicond_engine *engine = NULL;
    multicond_model *model = open_model();
    multicond_generator *generator = NULL;
    uint32_t best = 0;
    while (!report_of(known, best).automatic) {
        best++;
    }
    OK(multicond_engine_create(NULL, &engine));
    CHECK(strcmp(info_of(engine).name, report_of(known, best).name) == 0);
    OK(multicond_generator_create(NULL, model, NULL, &generator));
    /* Width and height are those that the model was trained at. */
    free(picture(generator, 32, 16));
    multicond_generator_release(generator);
    multicond_engine_release(engine);
    multicond_model_release(model);
}

int main(int argc, char **argv)
{
    multicond_engine *engine;
    arguments(argc, argv);
    wrong_library_paths();
    engine = open_engine();
    info_describes_the_engine(engine);
    reports_describe_every_engine(engine);
    supported_memory(engine);
    an_absent_gpu_is_an_error_unless_fallback_is_allowed();
    the_log_callback_gets_messages_up_to_its_level();
    wrong_library_paths();
    the_default_engine(engine);
    multicond_engine_release(engine);
    return 0;
}
