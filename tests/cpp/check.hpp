// What the C++ tests say: failed checks are counted and told.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <contactway.hpp>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

extern "C" {
#include "../../bindings/c/sandbox_http.h"
}

#define CHECK(condition) check::that((condition), __FILE__, __LINE__, #condition)

namespace check {

inline std::atomic<int> checks{0}, failures{0};

inline void that(bool holds, const char *file, int line, const std::string &what)
{
    ++checks;
    if (holds) return;
    ++failures;
    std::cerr << file << ':' << line << ": " << what << '\n';
}

// The error that work throws; an error of kind "none thrown" where it throws none.
template <class Work>
contactway::error error_of(Work &&work)
{
    try {
        std::forward<Work>(work)();
    } catch (const contactway::error &error) {
        return error;
    }
    return contactway::error(R"({"errcode":0,"errmsg":"","error":{"kind":"none thrown"}})");
}

// What the sandbox itself answers.
inline std::string ask(const std::string &base_url, const char *method, const std::string &path,
                       const char *body = nullptr)
{
    struct freed {
        char *text;
        ~freed() { std::free(text); }
    } answer{sandbox_request(base_url.c_str(), method, path.c_str(), body)};
    return answer.text == nullptr ? "" : answer.text;
}

inline int report(const char *program)
{
    std::cerr << program << ": " << checks << " checks, " << failures << " failed\n";
    return failures == 0 ? 0 : 1;
}

}  // namespace check

#endif
