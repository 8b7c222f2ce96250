// multicond for C++17: the C interface of multicond.h with objects that release themselves and errors that throw.
//
// Written by hand, header only, nothing but the standard library. Structs, formats and flags are those of
// multicond.h, which also says what each call does and from which thread it may be made. What is not here is called
// in C, with the pointers that get() gives.
//
//     multicond::Device device;
//     multicond::Model model("rooms.onnx");
//     multicond::Generator generator(device, model);
//     generator.set_label("depth", multicond::label_image(MULTICOND_FORMAT_R32F, width, height, depth.data()));
//     generator.generate(multicond::image(MULTICOND_FORMAT_RGBA8, width, height, picture.data()));

#ifndef MULTICOND_HPP
#define MULTICOND_HPP

#include "multicond.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace multicond {

// A call that failed: its status, and in what() where, what, and what was expected.
class Error : public std::runtime_error {
public:
    Error(multicond_status status, const std::string& message) : std::runtime_error(message), status_(status) {}

    multicond_status status() const noexcept { return status_; }

private:
    multicond_status status_;
};

// Throws what a C function returned, unless it is success.
inline void check(multicond_status status) {
    if (status != MULTICOND_STATUS_OK) {
        throw Error(status, multicond_last_error_message());
    }
}

// Throws if the library that was found is not for the header that was compiled. Constructors see to it.
inline void check_abi() {
    const std::uint32_t found = multicond_abi_version();
    if (found != MULTICOND_ABI_VERSION) {
        throw Error(MULTICOND_STATUS_NOT_SUPPORTED,
                    "libmulticond " + std::string(multicond_version_string()) + " has interface version " +
                        std::to_string(found) + ", but this program was compiled for version " +
                        std::to_string(MULTICOND_ABI_VERSION));
    }
}

// A struct of multicond.h with its size set and every other member at its default.
template <class Struct>
Struct make() noexcept {
    Struct made{};
    made.struct_size = sizeof(Struct);
    return made;
}

// Pixels that follow each other, row by row from the top, for pictures to be written to.
inline multicond_image image(multicond_format format, std::uint32_t width, std::uint32_t height, void* data) noexcept {
    auto made = make<multicond_image>();
    made.format = format;
    made.data = data;
    made.width = width;
    made.height = height;
    return made;
}

// The same for labels, which are only read.
inline multicond_image label_image(multicond_format format, std::uint32_t width, std::uint32_t height,
                                   const void* data) noexcept {
    return image(format, width, height, const_cast<void*>(data));
}

namespace detail {

// Lets a unique_ptr release an object of the C interface.
template <auto release>
struct Releaser {
    template <class Object>
    void operator()(Object* object) const noexcept {
        release(object);
    }
};

}  // namespace detail

// What pictures are generated on. Shared by any number of generators, on any threads.
class Device {
public:
    // Loads ONNX Runtime, and asks a GPU whether it works: takes a while.
    explicit Device(const multicond_device_options& options = make<multicond_device_options>()) {
        check_abi();
        multicond_device* created = nullptr;
        check(multicond_device_create(&options, &created));
        handle_.reset(created);
    }

    // What runs. Its text is valid as long as the device.
    multicond_device_info info() const {
        auto info = make<multicond_device_info>();
        check(multicond_device_get_info(get(), &info));
        return info;
    }

    // What is known about every kind of device on this machine. The first call takes a while.
    std::vector<multicond_device_report> reports() const {
        std::vector<multicond_device_report> reports(multicond_device_report_count(get()),
                                                     make<multicond_device_report>());
        for (std::uint32_t index = 0; index < reports.size(); ++index) {
            check(multicond_device_get_report(get(), index, &reports[index]));
        }
        return reports;
    }

    bool can(multicond_capability capability) const {
        std::uint32_t supported = 0;
        check(multicond_device_get_capability(get(), capability, &supported));
        return supported != 0;
    }

    multicond_device* get() const noexcept { return handle_.get(); }

private:
    std::unique_ptr<multicond_device, detail::Releaser<multicond_device_release>> handle_;
};

// An opened model file. Generators that were made of it do not need it any more.
class Model {
public:
    // `path` is in UTF-8.
    explicit Model(const std::string& path) {
        check_abi();
        multicond_model* loaded = nullptr;
        check(multicond_model_load(path.c_str(), &loaded));
        handle_.reset(loaded);
    }

    // A model file that is in memory, which is copied.
    Model(const void* data, std::size_t size) {
        check_abi();
        multicond_model* loaded = nullptr;
        check(multicond_model_load_memory(data, size, &loaded));
        handle_.reset(loaded);
    }

    // What the model is. Its texts, as those of labels and classes, are valid as long as the model.
    multicond_model_info info() const {
        auto info = make<multicond_model_info>();
        check(multicond_model_get_info(get(), &info));
        return info;
    }

    multicond_label_info label(std::uint32_t index) const {
        auto info = make<multicond_label_info>();
        check(multicond_model_get_label(get(), index, &info));
        return info;
    }

    // The number of a label; nothing if the model does not take it.
    std::optional<std::uint32_t> find_label(const std::string& name) const {
        std::uint32_t label = 0;
        return found(multicond_model_find_label(get(), name.c_str(), &label)) ? std::optional(label) : std::nullopt;
    }

    std::string_view class_name(std::uint32_t label, std::uint32_t class_id) const {
        const char* name = nullptr;
        check(multicond_model_get_class_name(get(), label, class_id, &name));
        return name;
    }

    // The id of a class of a categorical label; nothing if the label does not have it.
    std::optional<std::int32_t> find_class(std::uint32_t label, const std::string& name) const {
        std::uint32_t id = 0;
        const bool has_it = found(multicond_model_find_class(get(), label, name.c_str(), &id));
        return has_it ? std::optional(static_cast<std::int32_t>(id)) : std::nullopt;
    }

    // About how many bytes a generator takes for pictures of this size.
    std::uint64_t estimate_memory(std::uint32_t width, std::uint32_t height) const {
        std::uint64_t bytes = 0;
        check(multicond_model_estimate_memory(get(), width, height, &bytes));
        return bytes;
    }

    multicond_model* get() const noexcept { return handle_.get(); }

private:
    // Whether a search was successful; any failure but that throws.
    static bool found(multicond_status status) {
        if (status == MULTICOND_STATUS_LABEL) {
            return false;
        }
        check(status);
        return true;
    }

    std::unique_ptr<multicond_model, detail::Releaser<multicond_model_release>> handle_;
};

// A model on a device, ready for pictures of one size.
class Generator {
public:
    // Hears how much of a picture is done, from 0 to 1, on the thread that makes it; returns false to cancel. What it
    // throws cancels as well, and is thrown again by generate() or wait(). It must not call this generator.
    using Progress = std::function<bool(float)>;

    // Loads the model into the engine, and runs it once: not for every frame.
    Generator(const Device& device, const Model& model,
              const multicond_generator_options& options = make<multicond_generator_options>()) {
        check_abi();
        multicond_generator* created = nullptr;
        check(multicond_generator_create(device.get(), model.get(), &options, &created));
        handle_.reset(created);
    }

    Generator(Generator&&) noexcept = default;

    // What was here before is let go of as by its destructor.
    Generator& operator=(Generator&& other) noexcept {
        Generator old(std::move(other));
        std::swap(listener_, old.listener_);
        std::swap(handle_, old.handle_);
        return *this;
    }

    // A picture under way is cancelled and waited for.
    ~Generator() = default;

    // All labels have to be set anew.
    void resize(std::uint32_t width, std::uint32_t height) {
        check(multicond_generator_resize(get(), width, height));
    }

    // The pixels are read by each picture from now on, and must be there until the label is set or unset again.
    void set_label(const std::string& name, const multicond_image& pixels,
                   const multicond_label_options& options = make<multicond_label_options>()) {
        check(multicond_generator_set_label(get(), name.c_str(), &pixels, &options));
    }

    void unset_label(const std::string& name) { check(multicond_generator_unset_label(get(), name.c_str())); }

    // Kept until another one is set; an empty one: nobody is told.
    void on_progress(Progress progress) {
        auto listener = progress ? std::make_unique<Listener>(std::move(progress)) : nullptr;
        check(multicond_generator_set_progress_callback(get(), listener ? &Listener::hear : nullptr, listener.get()));
        // Only now nobody calls the old one any more.
        listener_ = std::move(listener);
    }

    // Makes the picture of the labels that are set, and returns when it is there.
    void generate(const multicond_image& output) { finish(multicond_generate(get(), &output)); }

    // Begins to make it on a thread of the generator's own. Until wait() has returned, or poll() has said false, the
    // labels' pixels and the output's belong to the generator.
    void generate_async(const multicond_image& output) { check(multicond_generate_async(get(), &output)); }

    // Whether the picture that was begun is still being made. How it ended is for wait() to say.
    bool poll() const {
        std::uint32_t running = 0;
        check(multicond_poll(get(), &running));
        return running != 0;
    }

    // Waits for the picture that was begun last, and throws if it failed.
    void wait() { finish(multicond_wait(get())); }

    // Ends the picture under way: generate() or wait() throws an Error of MULTICOND_STATUS_CANCELLED, soon.
    void cancel() { check(multicond_cancel(get())); }

    // What the last picture took.
    multicond_statistics statistics() const {
        auto statistics = make<multicond_statistics>();
        check(multicond_generator_get_statistics(get(), &statistics));
        return statistics;
    }

    multicond_generator* get() const noexcept { return handle_.get(); }

private:
    struct Listener {
        explicit Listener(Progress tell) : progress(std::move(tell)) {}

        // No exception may cross into C: it waits here for finish().
        static std::int32_t hear(float done, void* user_data) noexcept {
            auto& listener = *static_cast<Listener*>(user_data);
            listener.thrown = nullptr;
            try {
                return listener.progress(done) ? 0 : 1;
            } catch (...) {
                listener.thrown = std::current_exception();
                return 1;
            }
        }

        Progress progress;
        std::exception_ptr thrown;
    };

    void finish(multicond_status status) {
        // Otherwise another thread's picture may be under way, and the listener is not ours to look at.
        if (status == MULTICOND_STATUS_CANCELLED && listener_ && listener_->thrown) {
            std::rethrow_exception(std::exchange(listener_->thrown, nullptr));
        }
        check(status);
    }

    // Before the handle, and so destroyed after it: until then a picture under way may tell its progress.
    std::unique_ptr<Listener> listener_;
    std::unique_ptr<multicond_generator, detail::Releaser<multicond_generator_release>> handle_;
};

}  // namespace multicond

#endif  // MULTICOND_HPP
