//! The place of the ledger: a file, or PostgreSQL.

use super::{Phrase, other, same};

pub const SENTENCES: &[Phrase] = &[
    // A file.
    same(
        "the store's directory {} cannot be used: {said}; make it, or name another",
        "台账所在的文件夹 {} 不能使用：{}；请先建立，或换一个",
    ),
    same("the store {} is no file; name one in it", "台账 {} 不是文件；请指定其中的一个文件"),
    same("the store {} is no file; name another", "台账 {} 不是文件；请换一个"),
    same(
        "the store {} lies on {}, where SQLite's locks do not hold; put it on a local disk, or use postgres://",
        "台账 {} 在 {} 上，SQLite 的锁在那里不可靠；请放到本地磁盘，或用 postgres://",
    ),
    same(
        "others than its owner may read the store {}: {said}; chmod 600 it, as its owner",
        "台账 {} 能被其他用户读取（{}）；请由文件的所有者运行 chmod 600",
    ),
    same(
        "the store {} cannot be made: this process may not write to its directory; let it, or name another",
        "无法建立台账 {}：没有写入该文件夹的权限；请给予权限，或用 --store 换一个",
    ),
    same(
        "the store {} cannot be made: its file system is read-only; name a place that can be written to",
        "无法建立台账 {}：文件系统是只读的；请用 --store 换一个可写的位置",
    ),
    same("the store {} cannot be made: the disk is full; make room", "无法建立台账 {}：磁盘已满；请腾出空间"),
    same("the store {} cannot be made: {said}", "无法建立台账 {}：{}"),
    same(
        "the store {} cannot be written to: the disk is full; make room on it",
        "无法写入台账 {}：磁盘已满；请腾出空间",
    ),
    same(
        "the store {} cannot be written to: let this process write to the file and to its directory, and see that the file \
         system is not mounted read-only",
        "无法写入台账 {}：请允许写入该文件及其所在的文件夹，并确认文件系统不是只读的",
    ),
    same(
        "the store {} is damaged; stop every program that uses it, keep the file and its -wal, and restore a backup, or name \
         another file and take in with sync what WeCom has",
        "台账 {} 已损坏；请停止所有使用它的程序，保留该文件及其 -wal，再恢复备份；或用 --store 换一个文件，并用 contactway sync 收入企业微信中已有的",
    ),
    same(
        "{} is no SQLite database, and was left alone; name another file as the store",
        "{} 不是 SQLite 数据库，没有改动它；请用 --store 换一个文件",
    ),
    same(
        "{} is another program's SQLite database, and was left alone; name another file as the store",
        "{} 是其他程序的 SQLite 数据库，没有改动它；请用 --store 换一个文件",
    ),
    same(
        "the store {} could not be read or written: the disk is full or fails (SQLite's code {})",
        "无法读写台账 {}：磁盘已满或有故障（SQLite 代码 {}）",
    ),
    same(
        "the store {} stayed locked by {said} until the call's deadline; let that one go on or end it, or give the call more \
         time with timeout_ms",
        "时限之内台账 {} 一直被{}锁定；请等它结束或结束它，或用 --timeout-ms 给更多时间",
    ),
    other(
        "the store was busy until the call's deadline; give it more time with timeout_ms",
        "the ledger was busy until the deadline; give it more time with --timeout-ms",
        "时限之内台账一直繁忙；请用 --timeout-ms 给更多时间",
    ),
    same(
        "the store {}, or its log beside it, was moved, replaced or removed while it was open; put it back, or make another \
         client",
        "台账 {} 或它旁边的日志文件在使用中被移动、替换或删除了；请放回原处，再运行一次",
    ),
    same(
        "{said} was written by a newer contactway: it is of version {}, and this library ({}) knows versions up to {}; update \
         the library",
        "{}由更新的 contactway 写成（版本 {}），而本程序（{}）最多认识版本 {}；请更新本程序",
    ),
    // PostgreSQL.
    same(
        "{said} does not run, or not there: connection refused; start it, or correct store",
        "{}没有运行，或不在那里：连接被拒绝；请启动它，或改正 store",
    ),
    same(
        "{said} does not run, or not there: no such socket; start it, or correct store",
        "{}没有运行，或不在那里：没有这个套接字；请启动它，或改正 store",
    ),
    same("{said} did not answer; see that it runs and can be reached", "{}没有应答；请检查它在运行且可以到达"),
    same("{said}: the name {} was not found; correct it in store", "{}：找不到主机名 {}；请在 store 中改正"),
    same("{said} did not answer; see that it can be reached", "{}没有应答；请检查能否到达它"),
    same("{said} closed the connection; see that it runs", "{}关闭了连接；请检查它在运行"),
    same(
        "{said}: the connection broke ({}); see that it runs and can be reached",
        "{}：连接中断（{}）；请检查它在运行且可以到达",
    ),
    same(
        "{said}: its certificate is not trusted ({}); name its authority as sslrootcert in store, or in extra_ca_file",
        "{}：证书不可信（{}）；请在 store 中用 sslrootcert 或在 extra_ca_file 中给出签发机构的证书",
    ),
    same("{said}: it is starting or stopping; wait for it ({})", "{}正在启动或停止；请稍候（{}）"),
    same("{said}: it is being stopped; start it again ({})", "{}正在停止；请重新启动（{}）"),
    same(
        "{} is not understood; write postgres://user:password@host:port/database, with special characters of the password \
         percent-encoded",
        "{} 看不懂；请写成 postgres://用户:密码@主机:端口/数据库，密码中的特殊字符用百分号编码",
    ),
    same(
        "{said}: it refused the user or the password; correct them in store ({})",
        "{}不接受用户名或密码；请在 store 中改正（{}）",
    ),
    same(
        "{said}: there is no such database; create it, or correct its name in store ({})",
        "{}：没有这个数据库；请建立，或在 store 中改正（{}）",
    ),
    same(
        "{said}: it has too many connections; raise max_connections, or put PgBouncer before it ({})",
        "{}：连接过多；请调高 max_connections，或使用 PgBouncer（{}）",
    ),
    same("{said}: its disk is full; make room on it ({})", "{}：磁盘已满；请腾出空间（{}）"),
    same(
        "{said}: it is read-only, as a standby is; name the primary server ({})",
        "{}是只读的（备库）；请写主库（{}）",
    ),
    other(
        "this build has no store for \"{}:\": {}",
        "this program was built without a ledger in {}: install it with --features cli,postgres, or use --store sqlite:FILE",
        "这个程序编译时没有包含 {} 台账：请用 --features cli,postgres 重新安装，或用 --store sqlite:文件",
    ),
];

pub const PIECES: &[Phrase] = &[
    same("the store's PostgreSQL at {}", "PostgreSQL 台账（{}）"),
    same("the store {}", "台账 {} "),
    same("another process", "另一个进程"),
    same("process {}, which is stopped", "进程 {}（已被暂停）"),
    same("process {}", "进程 {} "),
];
