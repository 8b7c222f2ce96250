/* Images in CUDA memory on a machine without a driver are an error. */
#include <dlfcn.h>

#include "scene.h"

int main(int count, char **values)
{
    multicond_engine *engine;
    multicond_model *model;
    multicond_generator *generator;
    float pixels[3 * 8 * 4];
    multicond_image image = image_of((void *)(uintptr_t)(UINT64_C(1) << 62), MULTICOND_FORMAT_RGB32F, 8, 4);
    uint32_t supported = 7;
    arguments(count, values);
    if (dlopen("libcuda.so.1", RTLD_NOW)) {
        fprintf(stderr, "SKIPPED: there is a CUDA driver\n");
        return 0;
    }
    engine = open_engine();
    model = open_model();
    generator = new_generator(engine, model, 8, 4, 0);
    image.memory = MULTICOND_MEMORY_CUDA;
    OK(multicond_engine_supports_memory(engine, MULTICOND_MEMORY_CUDA, &supported));
    CHECK(supported == 0);
    FAILS(MULTICOND_STATUS_ENGINE, "CUDA: no driver", multicond_generator_generate(generator, &image));
    OK(multicond_generator_generate_async(generator, &image));
    FAILS(MULTICOND_STATUS_ENGINE, "libcuda.so.1", multicond_generator_wait(generator));
    /* Labels are read when a picture is generated. */
    OK(multicond_generator_set_label(generator, "normals", &image, NULL));
    image = image_of(pixels, MULTICOND_FORMAT_RGB32F, 8, 4);
    FAILS(MULTICOND_STATUS_ENGINE, "CUDA: no driver", multicond_generator_generate(generator, &image));
    OK(multicond_generator_unset_label(generator, "normals"));
    OK(multicond_generator_generate(generator, &image));
    multicond_generator_release(generator);
    multicond_model_release(model);
    multicond_engine_release(engine);
    return 0;
}
