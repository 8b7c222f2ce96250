// multicond.hpp: objects that move and release themselves, errors that throw, and nothing that crosses C.
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

static_assert(!std::is_copy_constructible_v<multicond::Device>);
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

multicond::Generator make_generator(const multicond::Device& device, const multicond::Model& model) {
    auto options = multicond::make<multicond_generator_options>();
    options.width = width;
    options.height = height;
    return multicond::Generator(device, model, options);
}

void models_and_devices(const multicond::Device& device, const multicond::Model& model, std::int32_t kind) {
    CHECK(device.info().kind == kind);
    const auto reports = device.reports();
    CHECK(reports.size() == 4);
    int runs = 0;
    for (const auto& report : reports) {
        runs += static_cast<int>(report.runs);
        CHECK((report.runs == 1) == (report.kind == kind));
    }
    CHECK(runs == 1);
    CHECK(!device.can(MULTICOND_CAPABILITY_FP16));
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

void pictures(const multicond::Device& device, const multicond::Model& model) {
    std::vector<float> depth(width * height), expected(3 * width * height), pixels(3 * width * height);
    for (std::size_t i = 0; i < depth.size(); ++i) {
        depth[i] = static_cast<float>(i) * 0.125f;
    }
    const auto label = multicond::label_image(MULTICOND_FORMAT_R32F, width, height, depth.data());
    const auto output = multicond::image(MULTICOND_FORMAT_RGB32F, width, height, pixels.data());
    auto generator = make_generator(device, model);
    generator.set_label("depth", label);
    generator.generate(multicond::image(MULTICOND_FORMAT_RGB32F, width, height, expected.data()));
    CHECK(generator.statistics().rendered == 1);
    generator.generate_async(output);
    generator.wait();
    CHECK(!generator.poll());
    CHECK(pixels == expected);
    CHECK(failure([&] { generator.set_label("colour", label); }).status() == MULTICOND_STATUS_LABEL);
    CHECK(failure([&] { generator.resize(0, 1); }).status() == MULTICOND_STATUS_SIZE);

    // Progress goes along with a generator that moves.
    int calls = 0;
    bool go_on = true;
    generator.on_progress([&](float) {
        ++calls;
        return go_on;
    });
    auto moved = std::move(generator);
    moved.generate(output);
    CHECK(calls > 0);
    go_on = false;
    CHECK(failure([&] { moved.generate(output); }).status() == MULTICOND_STATUS_CANCELLED);

    // What a listener throws comes out where the picture was asked for.
    moved.on_progress([](float) -> bool { throw std::string("on purpose"); });
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
    moved.on_progress({});
    moved.generate(output);
    CHECK(pixels == expected);

    // Assigned over while a picture is made: that one is cancelled and waited for.
    auto other = make_generator(device, model);
    other.on_progress([](float) { return true; });
    other.set_label("depth", label);
    other.generate_async(output);
    other = std::move(moved);
    std::fill(pixels.begin(), pixels.end(), -1.0f);
    other.generate(output);
    CHECK(pixels == expected);
    other.cancel();
    other.unset_label("depth");
    other.generate(output);
    CHECK(pixels != expected);
    other.resize(4, 4);
    CHECK(failure([&] { other.generate(output); }).status() == MULTICOND_STATUS_SIZE);
}

}  // namespace

int main(int count, char** values) {
    CHECK(count >= 3);
    auto options = multicond::make<multicond_device_options>();
    options.kind = std::atoi(values[2]);
    multicond::Device device(options);
    multicond::Model model(values[1]);
    models_and_devices(device, model, options.kind);
    pictures(device, model);
    return 0;
}
