//! Files: of rows, of pictures, of reports; and folders.

use super::{Phrase, other, same};

pub const SENTENCES: &[Phrase] = &[
    // What the system refuses.
    same("there is no such file or folder", "没有这个文件或文件夹"),
    same("this process has no right to", "没有权限"),
    same("something of that name is there already", "已有同名的文件"),
    same("one of its folders is no folder", "路径中有一段不是文件夹"),
    same("it is a folder", "这是文件夹"),
    same("the disk is full", "磁盘已满"),
    same("the disk can only be read", "磁盘是只读的"),
    same("its name is empty or too long", "文件名为空或太长"),
    same("its name holds a NUL", "文件名中有 NUL 字符"),
    same("it is not UTF-8", "不是 UTF-8 编码的文字"),
    same("something listens there already", "已有程序在监听"),
    same("this machine has no such address", "本机没有这个地址"),
    same("it is not a regular file", "这不是普通文件"),
    // Files and folders.
    same("the file cannot be read: {said}", "无法读取文件：{}"),
    same("the file cannot be written: {said}", "无法写入文件：{}"),
    same("what is there is not a regular file", "那里已有的不是普通文件"),
    same("there is no folder {}; make it, or name another", "没有文件夹 {}；请先建立，或换一个"),
    same("the directory cannot be made: {said}", "无法建立文件夹：{}"),
    same("the report cannot be written: {said}", "无法写入报告：{}"),
    same(
        "{said}; the counts tell what was done: mend that and run it again to do the rest",
        "{}；已完成的见计数：处理后再运行同一条命令即可完成其余部分",
    ),
    same("{} must not be the file of the rows, nor lead there; name another", "{} 不能是存放各行数据的文件：请换一个"),
    // Pictures.
    other(
        "give either config_id or qr_code",
        "give one of --config-id, --key and --qr-code",
        "--config-id、--key、--qr-code 只给一个",
    ),
    same("{} names a file that cannot be read: {said}; check the path", "无法读取文件：{2}；请检查路径"),
    same("{} is not a regular file; name one", "这不是普通文件；请指定图片文件"),
    same("{} names an empty file; name another", "文件是空的；请换一个"),
    same("{} must be a picture of 6 bytes to 10 MiB; give another", "图片须为 6 字节到 10 MiB；请换一个"),
    same("{} must be a PNG or a JPEG; convert it", "图片须是 PNG 或 JPEG；请转换格式"),
    same("this contact way has no qr_code; only those of scene 2 have", "这个「联系我」没有二维码；只有场景 2 的才有"),
    same("{} must be the address of a picture", "{} 须是图片的地址"),
    same("{} must have a port of 1 to 65535", "{} 的端口须为 1 到 65535"),
    same(
        "{} must be at a host below qpic.cn, or at the host and port of base_url",
        "{} 的主机须在 qpic.cn 之下，或与 base_url 的主机和端口相同",
    ),
    same("{} must be an https address", "{} 须是 https 地址"),
    // A file of rows as a whole.
    same(
        "the file's name must end in .jsonl (a JSON object a line) or .csv",
        "文件名须以 .csv 结尾，或以 .jsonl 结尾（每行一个 JSON 对象）；表格软件的 .xlsx 请另存为“CSV UTF-8”",
    ),
    same(
        "this is not UTF-8; a spreadsheet's own CSV is often GBK: {}",
        "不是 UTF-8；表格软件自己的 CSV 往往是 GBK：请另存为“CSV UTF-8”，或转换为 UTF-8",
    ),
    same(
        "this is UTF-16 or UTF-32, which spreadsheets call Unicode text: {}",
        "这是 UTF-16 或 UTF-32（表格软件称为 Unicode 文本）：请另存为“CSV UTF-8”，或转换为 UTF-8",
    ),
    same("the line before ends as on old Macs; {}", "上一行的换行符是旧 Mac 的：请另存为“CSV UTF-8”"),
    same(
        "this record is longer than 4 MiB; see whether a line end or a closing quote is missing",
        "这一行超过 4 MiB：请检查是否少了换行或右引号",
    ),
    same(
        "the quote that opens here is never closed; close it, or remove it",
        "这里的引号没有配对；请补上右引号，或去掉它",
    ),
    same(
        "a quote within a cell is written twice, and the cell put in quotes",
        "单元格中的引号要写两次，并给整个单元格加引号",
    ),
    same(
        "after a closing quote comes a comma or a line end; a quote within is written twice",
        "右引号之后只能是逗号或换行；单元格中的引号要写两次",
    ),
    same(
        "the columns are separated by {}; save the file with commas between them, {}",
        "列之间不是英文逗号：请另存为逗号分隔的“CSV UTF-8”",
    ),
    same(
        "there is no column key: the first line names the columns, and key is your own name for each row",
        "没有 key 列：第一行是列名，key 是您为每一行起的名称",
    ),
    same("the column {} stands here twice; keep one", "列 {} 出现了两次；请只留一个"),
    same(
        "column {} has no name; name it, remove it, or begin its name with # to pass it over",
        "第 {} 列没有列名；请写上或去掉，要跳过它，请让列名以 # 开头",
    ),
    same(
        "the column {} is not known; did you mean {}? Correct it, or begin its name with # to pass it over",
        "没有名为 {} 的列；是否应为 {}？请改正，要跳过它，请在列名前加 #",
    ),
    same(
        "the column {} is not known; begin its name with # to pass it over.",
        "没有名为 {} 的列；要跳过它，请在列名前加 #",
    ),
    same(
        "the key {} stands in line {} already; each row has its own, remove one of the two",
        "key {} 在第 {} 行已有；每行的 key 各不相同，请去掉其一",
    ),
    // A row.
    same(
        "this row has {} cells and the header {}; a cell that holds a comma is put in quotes",
        "这一行有 {} 个单元格，而表头有 {} 个；含逗号的单元格要加引号",
    ),
    same("{} must be {said}; correct it, or leave the cell empty", "{} 须是{}；请改正，或让单元格留空"),
    same("{} is required; give your own name for this contact way", "{} 不能为空：请为这个「联系我」起一个名称"),
    same("{} must not begin or end with white space; take it off", "{} 的首尾不能有空格；请去掉"),
    same(
        "{} must not hold control characters, such as a tab or a line end; remove them",
        "{} 中不能有制表符、换行等控制字符；请去掉",
    ),
    same("{} must be at most 128 characters; shorten it", "{} 最多 128 个字符；请缩短"),
    same("{} is required; give an object, as for add", "{} 不能缺少：请给出一个对象，字段同 add"),
    same("{said}; a row is a JSON object, on a line of its own in a file", "{}；每行须是一个 JSON 对象"),
];

/// What a cell must be.
pub const PIECES: &[Phrase] = &[
    same("an integer, in digits alone", "整数，只写数字"),
    same("true or false", " true 或 false"),
    same("a list, its items separated by ;", "列表，各项以分号 ; 分隔"),
    same("a list of integers, separated by ;", "整数的列表，以分号 ; 分隔"),
];
