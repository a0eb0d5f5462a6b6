//! Why the sandbox does not start.

use super::{Phrase, same};

pub const SENTENCES: &[Phrase] = &[
    same("{} is not an option; see --help", "没有参数 {}；用 --help 查看用法"),
    same("{} needs a value; see --help", "{} 后面要有值；用 --help 查看用法"),
    same("{} needs a number, not {}", "{} 须是数字，不能是 {}"),
    same("{} must hold the token on one line, and nothing else", "{} 中只能有一行，即控制令牌"),
    same("{} is not a JSON object ({said})", "{} 不是 JSON 对象（{}）"),
    same("{} cannot be taken up: {}", "无法读入 {}：它不是沙箱写出的状态"),
    same("{} cannot be read ({said})", "无法读取 {}（{}）"),
    same("{} cannot be written ({said})", "无法写入 {}（{}）"),
    same(
        "port {} of {} cannot be listened on ({said}); free it, or leave port out to have any",
        "无法监听 {2} 的端口 {1}（{3}）：请空出它，或不给 --port 以使用任意端口",
    ),
    same(
        "port {} of {} cannot be listened on ({}); name an address of this machine as host",
        "无法监听 {2}：--host 须是本机的地址",
    ),
];
