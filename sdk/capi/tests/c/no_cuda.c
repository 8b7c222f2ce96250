/* CUDA memory on a machine without a driver for it: an error that says so, and nothing is touched. */
#include <dlfcn.h>

#include "scene.h"

int main(int count, char **values)
{
    multicond_device *device;
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
    device = open_device();
    model = open_model();
    generator = new_generator(device, model, 8, 4, 0);
    image.memory = MULTICOND_MEMORY_CUDA;
    OK(multicond_device_get_capability(device, MULTICOND_CAPABILITY_CUDA_MEMORY, &supported));
    CHECK(supported == 0);
    FAILS(MULTICOND_STATUS_DEVICE, "CUDA: no driver", multicond_generate(generator, &image));
    OK(multicond_generate_async(generator, &image));
    FAILS(MULTICOND_STATUS_DEVICE, "libcuda.so.1", multicond_wait(generator));
    /* A label is looked at when a picture is made. */
    OK(multicond_generator_set_label(generator, "normals", &image, NULL));
    image = image_of(pixels, MULTICOND_FORMAT_RGB32F, 8, 4);
    FAILS(MULTICOND_STATUS_DEVICE, "CUDA: no driver", multicond_generate(generator, &image));
    OK(multicond_generator_unset_label(generator, "normals"));
    OK(multicond_generate(generator, &image));
    multicond_generator_release(generator);
    multicond_model_release(model);
    multicond_device_release(device);
    return 0;
}
