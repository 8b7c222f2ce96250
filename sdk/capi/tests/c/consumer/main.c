/* A minimal application that generates a picture with the installed library. */
#include <multicond.h>
#include <stdio.h>

int main(int count, char **values)
{
    multicond_model *model = NULL;
    multicond_generator *generator = NULL;
    multicond_image output = {0};
    static unsigned char pixels[4 * 32 * 16];
    multicond_status status;

    if (count != 2 || multicond_abi_version() != MULTICOND_ABI_VERSION) {
        return 2;
    }
    output.struct_size = sizeof output;
    output.format = MULTICOND_FORMAT_RGBA8;
    output.data = pixels;
    output.width = 32;
    output.height = 16;
    status = multicond_model_load(values[1], &model);
    if (status == MULTICOND_STATUS_OK) {
        status = multicond_generator_create(NULL, model, NULL, &generator);
    }
    if (status == MULTICOND_STATUS_OK) {
        status = multicond_generator_generate(generator, &output);
    }
    if (status != MULTICOND_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", multicond_status_string(status), multicond_last_error_message());
    }
    multicond_generator_release(generator);
    multicond_model_release(model);
    /* Alpha is set to 1. */
    return status == MULTICOND_STATUS_OK && pixels[3] == 255 ? 0 : 1;
}
