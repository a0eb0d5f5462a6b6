// The life of a contact way on a shop's counter, lived against the embedded sandbox. Against the real WeCom, leave the
// sandbox out and give your own configuration.
//
//     c++ -std=c++17 quickstart.cpp $(pkg-config --cflags --libs contactway) -o quickstart && ./quickstart
#include <contactway.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

// The request that names one contact way.
static std::string of(const std::string &config_id)
{
    return "{\"config_id\":" + contactway::json_quote(config_id) + "}";
}

int main()
try {
    const contactway::sandbox sandbox;
    const contactway::client client(sandbox.client_config());

    // Its config_id is the only way to change or delete it: keep it.
    const std::string added = client.add(
        R"({"type":2,"scene":2,"user":["zhangsan","lisi"],"remark":"前台","state":"counter-1"})", {5s});
    const std::string config_id = contactway::json_get(added, "/config_id").value();
    std::cout << "add          " << added << '\n';

    std::cout << "get          " << client.get(of(config_id)) << '\n';
    // What an update leaves out stays as it is.
    std::cout << "update       "
              << client.update("{\"config_id\":" + contactway::json_quote(config_id) + R"(,"user":["wangwu"]})")
              << '\n';
    std::cout << "save_qr_code "
              << client.save_qr_code("{\"config_id\":" + contactway::json_quote(config_id) +
                                     R"(,"path":"quickstart-cpp-qr.png"})")
              << '\n';

    for (std::string cursor;;) {
        const std::string page = client.list("{\"limit\":100,\"cursor\":" + contactway::json_quote(cursor) + "}");
        std::cout << "list         " << page << '\n';
        cursor = contactway::json_get(page, "/next_cursor").value_or("");
        if (cursor.empty()) break;
    }

    // A mistake is found before anything is sent, and all of it is named.
    try {
        client.add(R"({"type":1,"scene":2,"user":["zhangsan","lisi"],"party":[2]})");
    } catch (const contactway::error &error) {
        std::cout << "refused      " << error.kind() << ' ' << error.details() << '\n';
    }

    std::cout << "del          " << client.del(of(config_id)) << '\n';
    return 0;
} catch (const contactway::error &error) {
    std::cerr << error.answer() << '\n';
    return 1;
}
