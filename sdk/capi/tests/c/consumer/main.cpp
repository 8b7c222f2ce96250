// As main.c, in C++.
#include <multicond.hpp>

#include <cstdio>
#include <vector>

int main(int count, char** values) {
    if (count != 2) {
        return 2;
    }
    try {
        std::vector<unsigned char> pixels(4 * 32 * 16);
        multicond::Engine engine;
        multicond::Model model(values[1]);
        multicond::Generator generator(engine, model);
        generator.generate(multicond::image(MULTICOND_FORMAT_RGBA8, 32, 16, pixels.data()));
        return pixels[3] == 255 ? 0 : 1;
    } catch (const multicond::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
