// Runs the vectors, one file a case: see tests/vectors/README.md.
//
//     vectors add_and_get.json …
#include "check.hpp"

extern "C" {
#include "../c/vector_members.h"
}

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

using contactway::json_get;

namespace {

using call_fn = std::string (contactway::client::*)(std::string_view, const contactway::options &) const;

const std::map<std::string, call_fn> calls = {
    {"add", &contactway::client::add},   {"get", &contactway::client::get},
    {"list", &contactway::client::list}, {"update", &contactway::client::update},
    {"del", &contactway::client::del},   {"close_temp_chat", &contactway::client::close_temp_chat},
    {"upload_image", &contactway::client::upload_image},
    {"save_qr_code", &contactway::client::save_qr_code},
};

// A folder that goes with all that is in it.
class temporary_folder {
public:
    temporary_folder() : path_((std::filesystem::temp_directory_path() / "contactway-XXXXXX").string())
    {
        if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("there is no temporary folder");
    }
    temporary_folder(const temporary_folder &) = delete;
    ~temporary_folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::string &path() const { return path_; }

private:
    std::string path_;
};

// A vector under way.
class vector_run {
public:
    explicit vector_run(const std::string &path)
        : path_(path), text_(read(path)), sandbox_(at("/sandbox").value_or("{}"))
    {
        for (const char *name : {"base_url", "corp_id", "secret"})
            saved_[name] = json_get(sandbox_.info(), std::string("/") + name).value();
        saved_["dir"] = folder_.path();
        only_known(unknown_vector_member(text_.c_str()), path_);
    }

    void run()
    {
        const std::string usual = R"({"base_url":"${base_url}","corp_id":"${corp_id}","secret":"${secret}"})";
        const contactway::client client(filled(json_get(text_, "/config").value_or(usual)));
        expect(at("/steps/0").has_value(), "there are steps", text_);
        for (int i = 0; at(place("/steps", i)); ++i) {
            const std::string step = place("/steps", i), answer = answer_of(client, step);
            only_known(unknown_step_member(json_get(text_, step).value().c_str()), step);
            check_step(step, answer);
            for (int k = 0; const auto name = at(place(step + "/save", k) + "/0"); ++k) {
                saved_[*name] = json_get(answer, at(place(step + "/save", k) + "/1").value()).value();
            }
        }
        check_wire();
    }

private:
    static std::string read(const std::string &path)
    {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }

    static std::string place(const std::string &list, int index) { return list + "/" + std::to_string(index); }

    // The vector's value at a pointer, with every ${name} replaced.
    std::optional<std::string> at(const std::string &pointer) const
    {
        auto raw = json_get(text_, pointer);
        if (raw) raw = filled(*raw);
        return raw;
    }

    std::string filled(std::string text) const
    {
        for (std::size_t open = 0; (open = text.find("${", open)) != std::string::npos;) {
            const std::size_t close = text.find('}', open);
            const std::string &value = saved_.at(text.substr(open + 2, close - open - 2));
            text.replace(open, close + 1 - open, value);
            open += value.size();
        }
        return text;
    }

    void expect(bool holds, const std::string &what, const std::string &found) const
    {
        check::that(holds, path_.c_str(), 0, what + ", but there is " + found);
    }

    void only_known(const char *unknown, const std::string &where) const
    {
        if (unknown != nullptr) expect(false, "every member of " + where + " is known", unknown);
    }

    std::string answer_of(const contactway::client &client, const std::string &step) const
    {
        if (const auto method = at(step + "/http")) {
            const auto body = at(step + "/body");
            return check::ask(saved_.at("base_url"), method->c_str(), at(step + "/path").value(),
                              body ? body->c_str() : nullptr);
        }
        contactway::options options;
        options.raw = at(step + "/options").value_or("");
        try {
            return (client.*calls.at(at(step + "/call").value()))(at(step + "/request").value(), options);
        } catch (const contactway::error &error) {
            return error.answer();
        }
    }

    void check_step(const std::string &step, const std::string &answer) const
    {
        if (!at(step + "/expect")) expect(contactway_errcode(answer.c_str()) == 0, step + " succeeds", answer);
        for (int i = 0; const auto pointer = at(place(step + "/expect", i) + "/0"); ++i) {
            const std::string wanted = at(place(step + "/expect", i) + "/1").value();
            expect(json_get(answer, *pointer).value_or("null") == wanted, step + ": " + *pointer + " is " + wanted,
                   answer);
        }
    }

    void check_wire() const
    {
        if (!at("/wire")) return;
        const std::string journal = check::ask(saved_.at("base_url"), "GET", "/sandbox/calls");
        for (int i = 0;; ++i) {
            const auto wanted = at(place("/wire", i)), came = json_get(journal, place("/calls", i));
            if (!wanted && !came) return;
            const auto same = [&](const char *in_wire, const char *in_journal) {
                return at(place("/wire", i) + in_wire) == json_get(journal, place("/calls", i) + in_journal);
            };
            expect(same("/0", "/endpoint") && same("/1", "/body"), "on the wire is " + wanted.value_or("no more"),
                   came.value_or("no more"));
        }
    }

    std::string path_, text_;
    std::map<std::string, std::string> saved_;
    contactway::sandbox sandbox_;
    temporary_folder folder_;
};

}  // namespace

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; ++i) {
        try {
            vector_run(argv[i]).run();
        } catch (const std::exception &error) {
            check::that(false, argv[i], 0, error.what());
        }
    }
    CHECK(argc > 1);
    return check::report("vectors in C++");
}
