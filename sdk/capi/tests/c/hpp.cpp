// multicond.hpp: objects that move and release themselves, errors as exceptions, none of which crosses C.
//
// Arguments as in check.h.
#include "multicond.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);    \
            std::exit(1);                                                           \
        }                                                                           \
    } while (0)

namespace {

constexpr std::uint32_t width = 12, height = 8;

static_assert(!std::is_copy_constructible_v<multicond::Engine>);
static_assert(!std::is_copy_constructible_v<multicond::Generator>);
static_assert(std::is_nothrow_move_constructible_v<multicond::Generator>);
static_assert(std::is_base_of_v<std::runtime_error, multicond::Error>);

template <class Work>
multicond::Error failure(Work work) {
    try {
        work();
    } catch (const multicond::Error& error) {
        return error;
    }
    std::fprintf(stderr, "nothing was thrown\n");
    std::exit(1);
}

multicond::Generator make_generator(const multicond::Engine& engine, const multicond::Model& model) {
    auto options = multicond::make<multicond_generator_options>();
    options.width = width;
    options.height = height;
    return multicond::Generator(engine, model, options);
}

void models_and_engines(const multicond::Engine& engine, const multicond::Model& model, const std::string& name) {
    CHECK(engine.info().name == name);
    const auto reports = engine.reports();
    CHECK(reports.size() == 4);
    int runs = 0;
    for (const auto& report : reports) {
        runs += static_cast<int>(report.runs);
        CHECK((report.runs == 1) == (report.name == name));
    }
    CHECK(runs == 1);
    CHECK(engine.supports_memory(MULTICOND_MEMORY_HOST));
    CHECK(std::string(model.info().name) == "small");
    CHECK(model.find_label("normals") == 2u);
    CHECK(!model.find_label("norm"));
    CHECK(model.class_name(0, 2) == "chair");
    CHECK(model.find_class(0, "floor") == 1);
    CHECK(!model.find_class(0, "sea"));
    CHECK(model.estimate_memory(64, 64) > model.estimate_memory(4, 4));
    const auto error = failure([] { multicond::Model none("/nowhere/model.onnx"); });
    CHECK(error.status() == MULTICOND_STATUS_FILE);
    CHECK(std::strstr(error.what(), "/nowhere/model.onnx"));
    CHECK(failure([&] { model.class_name(0, 9); }).status() == MULTICOND_STATUS_INVALID_ARGUMENT);
}

void pictures(const multicond::Engine& engine, const multicond::Model& model) {
    std::vector<float> depth(width * height), expected(3 * width * height), pixels(3 * width * height);
    for (std::size_t i = 0; i < depth.size(); ++i) {
        depth[i] = static_cast<float>(i) * 0.125f;
    }
    const auto label = multicond::label_image(MULTICOND_FORMAT_R32F, width, height, depth.data());
    const auto output = multicond::image(MULTICOND_FORMAT_RGB32F, width, height, pixels.data());
    auto generator = make_generator(engine, model);
    generator.set_label("depth", label);
    generator.generate(multicond::image(MULTICOND_FORMAT_RGB32F, width, height, expected.data()));
    CHECK(generator.statistics().rendered == 1);
    generator.generate_async(output);
    generator.wait();
    CHECK(!generator.poll());
    CHECK(pixels == expected);
    CHECK(failure([&] { generator.set_label("colour", label); }).status() == MULTICOND_STATUS_LABEL);
    CHECK(failure([&] { generator.resize(0, 1); }).status() == MULTICOND_STATUS_SIZE);

    // The progress callback moves with its generator.
    int calls = 0;
    bool go_on = true;
    generator.set_progress([&](float) {
        ++calls;
        return go_on;
    });
    auto moved = std::move(generator);
    moved.generate(output);
    CHECK(calls > 0);
    go_on = false;
    CHECK(failure([&] { moved.generate(output); }).status() == MULTICOND_STATUS_CANCELLED);

    // Exceptions of the callback are rethrown by generate() and wait().
    moved.set_progress([](float) -> bool { throw std::string("on purpose"); });
    for (int async = 0; async < 2; ++async) {
        bool caught = false;
        try {
            if (async) {
                moved.generate_async(output);
                moved.wait();
            } else {
                moved.generate(output);
            }
        } catch (const std::string& thrown) {
            caught = thrown == "on purpose";
        }
        CHECK(caught);
    }
    moved.set_progress({});
    moved.generate(output);
    CHECK(pixels == expected);

    // Assigning to a generator cancels its picture in progress.
    auto other = make_generator(engine, model);
    other.set_progress([](float) { return true; });
    other.set_label("depth", label);
    other.generate_async(output);
    other = std::move(moved);
    std::fill(pixels.begin(), pixels.end(), -1.0f);
    other.generate(output);
    CHECK(pixels == expected);
    other.cancel();
    // The model takes none.
    CHECK(failure([&] { other.set_confidence("depth", label); }).status() == MULTICOND_STATUS_LABEL);
    other.unset_confidence("depth");
    other.unset_label("depth");
    other.generate(output);
    CHECK(pixels != expected);
    other.resize(4, 4);
    CHECK(failure([&] { other.generate(output); }).status() == MULTICOND_STATUS_SIZE);
}

}  // namespace

int main(int count, char** values) {
    CHECK(count >= 3);
    auto options = multicond::make<multicond_engine_options>();
    options.engine = values[2];
    multicond::Engine engine(options);
    multicond::Model model(values[1]);
    models_and_engines(engine, model, options.engine);
    pictures(engine, model);
    return 0;
}
