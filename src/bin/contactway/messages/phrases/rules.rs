//! The rules of a request, of a flag and of the configuration.

use super::{Phrase, other, same};

pub const SENTENCES: &[Phrase] = &[
    // The table of rules.
    same(
        "a \\uD800 to \\uDFFF without its other half is no character; write the character itself in UTF-8",
        "单独的 \\uD800 到 \\uDFFF 不是字符；请直接写字符本身（UTF-8）",
    ),
    same(
        "a control character without a short escape can only be written \\uXXXX, which WeCom refuses; remove it",
        "这个控制字符只能写成 \\uXXXX，而企业微信拒绝这种写法；请去掉",
    ),
    same(
        "a member stands here twice and which one counts is not known; keep one",
        "同一个字段出现了两次，不知道以哪个为准；请只留一个",
    ),
    same("WeCom stops reading a body at the first value of a wrong type", "企业微信读到第一个类型不对的值就不再往下读"),
    other(
        "config_id is required: the one that add answered",
        "config_id is required: the one that add answered, or its key with --key",
        "须给出 add 返回的 config_id，或用 --key 给出它的 key",
    ),
    same("type is required: 1 for one person, 2 for several", "须给出 type：1 为单人，2 为多人"),
    same("scene is required: 1 for a mini-program, 2 for a QR code", "须给出 scene：1 为小程序，2 为二维码"),
    same("type is 1 for one person or 2 for several", "type 为 1（单人）或 2（多人）"),
    same("scene is 1 for a mini-program or 2 for a QR code", "scene 为 1（小程序）或 2（二维码）"),
    same("style is 1 to 3 for one person, 1 to 2 for several", "style：单人为 1 到 3，多人为 1 到 2"),
    same(
        "style is for scene 1, the button in a mini-program; leave it out for a QR code",
        "style 只用于场景 1（小程序中的按钮）；二维码请不要给出",
    ),
    same("type 1 needs exactly one user; name one", "type 为 1 时须有且只有一个 user；请给出一个"),
    same(
        "type 1 needs exactly one user; name one, or use type 2",
        "type 为 1 时只能有一个 user；请只给一个，或用 type 2",
    ),
    same("type 2 needs a user or a department; name one", "type 为 2 时须有成员或部门；请给出 user 或 party"),
    same(
        "a contact way has at most 100 users, departments' members included; split it",
        "一个「联系我」最多 100 位成员，部门中的成员也计算在内；请拆分",
    ),
    same(
        "a userid is 1 to 64 of A-Z a-z 0-9 - _ . @",
        "userid 为 1 到 64 个字符，只能是 A-Z a-z 0-9 - _ . @：请写 userid，不要写姓名；多位成员在命令行上用逗号 , 分隔，在表格中用分号 ; 分隔",
    ),
    same("party only counts with type 2; leave it out, or use type 2", "party 只用于 type 2；请去掉，或用 type 2"),
    same("a temporary session is for one person; use type 1", "临时会话只用于单人；请用 type 1"),
    same("expires_in is 1 second to 14 days (1209600)", "expires_in 为 1 秒到 14 天（1209600）"),
    same("chat_expires_in is 1 second to 14 days (1209600)", "chat_expires_in 为 1 秒到 14 天（1209600）"),
    same(
        "{} only counts with is_temp; leave it out, or set is_temp to true",
        "{} 只用于临时会话；请去掉，或同时给出 is_temp",
    ),
    same(
        "conclusions only count with is_temp; leave them out, or set is_temp to true",
        "conclusions 只用于临时会话；请去掉，或同时给出 is_temp",
    ),
    same("remark is at most 30 characters; shorten it", "remark 最多 30 个字符；请缩短"),
    same("state is at most 30 characters; shorten it", "state 最多 30 个字符；请缩短"),
    same(
        "conclusions hold at least one of text, image, link and miniprogram; fill one in, or leave them out",
        "conclusions 至少要有 text、image、link、miniprogram 之一；请填写一项，或去掉 conclusions",
    ),
    same(
        "of image, link and miniprogram only the first in that order is sent; keep one",
        "image、link、miniprogram 按此顺序只发送第一个；请只留一个",
    ),
    same(
        "the text of a conclusion is at most 4000 bytes of UTF-8; shorten it",
        "结束语的文字最多 4000 字节（UTF-8，约 1333 个汉字）；请缩短",
    ),
    same(
        "a conclusion's image is given as media_id, from an upload less than 3 days old",
        "结束语的图片须给出 media_id（3 天内上传的，见 contactway upload-image）",
    ),
    same(
        "pic_url is what WeCom answers and cannot be set; upload the picture and give its media_id",
        "pic_url 由企业微信返回，不能设置；请上传图片（contactway upload-image）并给出 media_id",
    ),
    same("the title of a link is at most 128 bytes of UTF-8; shorten it", "链接的标题最多 128 字节（UTF-8）；请缩短"),
    same(
        "the description of a link is at most 512 bytes of UTF-8; shorten it",
        "链接的描述最多 512 字节（UTF-8）；请缩短",
    ),
    same(
        "the title of a mini-program is at most 64 bytes of UTF-8; shorten it",
        "小程序的标题最多 64 字节（UTF-8）；请缩短",
    ),
    same("limit is 1 to 1000 a page", "每页 limit 为 1 到 1000"),
    same("{} is seconds since 1970 and not negative", "{} 是 1970 年起的秒数，不能为负"),
    same(
        "{} is at most 100000000000 seconds since 1970; milliseconds are to be divided by 1000",
        "{} 是 1970 年起的秒数，最大 100000000000；毫秒请除以 1000",
    ),
    same("start_time is not after end_time; exchange them", "start_time 不能晚于 end_time；请对调"),
    same("userid is required: the member whose temporary chat it is", "须给出 userid：临时会话中的成员"),
    same(
        "external_userid is required: the customer whose temporary chat it is",
        "须给出 external_userid：临时会话中的客户",
    ),
    same("a request is at most 1 MiB; shorten its longest member", "请求最大 1 MiB；请缩短最长的字段"),
    // Types, and members that nobody knows.
    same("{} must be {said}; WeCom stops reading a body at the first value of a wrong type", "{} 须是{}"),
    same("{} must be {said}; null is not a value, leave the member out", "{} 须是{}；null 不是值，请去掉这个字段"),
    same("{}:{said} WeCom's document knows no such member here", "{}：企业微信的文档中没有这个字段{}"),
    same("{} more members that WeCom's document does not know", "另有 {} 个字段是企业微信的文档中没有的"),
    other("{said}; details names the rest", "{}; and more", "{}；还有其他"),
    same("{said}; give one JSON object", "{}；请给出一个 JSON 对象"),
    // What most members must be.
    same("{} must be an integer {said}; write one, or leave it out", "{} 须是{}的整数"),
    same("{} must be true or false; write one, or leave it out", "{} 须是 true 或 false，或不给"),
    same("{} must be a string; put it in quotes, or leave it out", "{} 须是加引号的字符串，或不给"),
    same("{} must not be empty; leave it out, or fill it in", "{} 不能为空；请填写，或不给"),
    same("{} must be one of {}; write one of them", "{} 须是 {} 之一"),
    same("{} must be an array of strings; put each in quotes", "{} 须是字符串的数组"),
    same("{} must be an object; put it in braces, or leave it out", "{} 须是对象（写在花括号中），或不给"),
    same("{} is not known here; did you mean {}? Correct or remove it", "没有 {} 这个字段；是否应为 {}？请改正或去掉"),
    same("{} is not known here; correct or remove it (known: {})", "没有 {} 这个字段；请改正或去掉（可用的：{}）"),
    same("{} stands here twice; keep one", "{} 出现了两次；请只留一个"),
    // Flags of jobs and queries.
    other("{} is required: the file to write; give it", "it is required: the file to write", "须给出要写入的文件"),
    same("{} is required: the userid to take out; give it", "须给出要换下的成员的 userid"),
    same("{} must not hold an empty userid; remove it", "{} 中不能有空的 userid；请去掉"),
    same("{} must not hold the userid that is taken out; remove it", "{} 中不能有要换下的成员；请去掉"),
    other(
        "{} is required with delete_missing, which deletes only what apply made under it; give it",
        "it is required with --delete-missing, which deletes only what apply made under it; give it",
        "有 --delete-missing 时须给出：只删除 apply 在这个名称下新增的",
    ),
    other(
        "{} is required with delete_missing; give the most that may be deleted",
        "it is required with --delete-missing; give the most that may be deleted",
        "有 --delete-missing 时须给出：最多删除多少个",
    ),
    same("{} must not be before start_time; correct one of the two", "{} 不能早于 start_time；请改正其一"),
    same("{} must be the next_cursor of the page before; give that", "{} 须是上一页返回的 next_cursor"),
    // The configuration.
    same(
        "{} or other credentials are missing; give corp_id and secret, or access_token, or suite, or token_provider",
        "没有凭证：请给出 corp_id 和 secret，或 access_token，或 suite",
    ),
    same(
        "give one kind of credentials: secret, access_token, suite or token_provider",
        "凭证只给一种：secret、access_token、suite 或 token_provider",
    ),
    same("{} is required beside secret and token_provider; give it", "有 secret 时须给出 {}（企业 ID）"),
    same(
        "{} is required beside access_token with a durable store; give it",
        "用台账时，有 access_token 也须给出 {}（企业 ID）",
    ),
    same(
        "{} must not begin or end with white space, such as a line break at the end of a file; take it off",
        "{} 的首尾不能有空白（例如文件末尾的换行）；请去掉",
    ),
    same("{} must be at most {} bytes long", "{} 最长 {} 字节"),
    same(
        "{} must be memory, sqlite:<path> or postgres://…; for a file write sqlite: in front of its path",
        "{} 须是 sqlite:路径 或 postgres://…（memory 表示不保存）；文件路径前请加 sqlite:",
    ),
    same("{} is no file: {}; {said}", "{} 中的 {} 不是文件；{}"),
    same("{} must be https://host", "{} 须写成 https://主机"),
    same(
        "{} must be https, since a token travels in the query string; http only to a loopback address, or with insecure_http \
         to a private one that is not WeCom's own",
        "{} 须用 https，因为地址中带有 access_token；http 只能用于本机，或在 insecure_http 为 true 时用于内网地址",
    ),
    same("{} must be without a user, a query or a fragment", "{} 中不能有用户、查询或片段"),
    same("{} must be {said}, or \"\" for none", "{} 须写成 {}，\"\" 表示不用代理"),
    same(
        "{} is not given, and the environment's {} must be {said}; mend it, or give proxy, which goes before it",
        "环境变量 {2} 须写成 {3}；请改正，或用 proxy 代替它",
    ),
    same("{} goes with no proxy; leave one of the two out", "{} 不能与 proxy 同时使用；请去掉其一"),
    same(
        "{} must be false, or an object with per_minute and per_hour; write one of these",
        "{} 须是 false，或含 per_minute 和 per_hour 的对象",
    ),
    same("{} cannot be read: {said}", "{} 指定的文件无法读取：{}"),
    same(
        "{} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)",
        "{} 中没有 PEM 格式的证书（-----BEGIN CERTIFICATE-----）",
    ),
    same(
        "{} holds a certificate that cannot be decoded: number {}; replace it, or take it out",
        "{} 中的第 {} 个证书无法解读；请更换或去掉",
    ),
];

pub const PIECES: &[Phrase] = &[
    same("an integer, written without quotes, fraction or exponent", "整数，不加引号，没有小数和指数"),
    same("true or false, without quotes", " true 或 false，不加引号"),
    same("a string in quotes", "加引号的字符串"),
    same("an array of strings", "字符串的数组"),
    same("an array of integers", "整数的数组"),
    same("an object", "对象"),
    same("of at least {}", "不小于 {} "),
    same("from {} to {}", " {} 到 {} "),
    same(
        " only an add takes it, and it cannot be changed later: where it must be another, add anew and delete this one.",
        "：它只能在新增时给出，之后不能修改；需要改时，请新增一个并删除这一个",
    ),
    same(" did you mean {}?", "，是否应为 {}？"),
    same(" {} takes it.", "（它是 {} 的字段）"),
    same("the request: {said}", "请求：{}"),
    same(
        "name a file, such as sqlite:/var/lib/app/contactway.db",
        "请指定文件，例如 sqlite:/var/lib/app/contactway.db",
    ),
    same(
        "http://host:port or http://user:password@host:port, or the same with https",
        "http://主机:端口 或 http://用户:密码@主机:端口（也可用 https）",
    ),
    same("it is not JSON ({said})", "不是 JSON（{}）"),
    same("it is not a JSON object", "不是 JSON 对象"),
    same("it nests deeper than {} levels", "嵌套超过 {} 层"),
];
