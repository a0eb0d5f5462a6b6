//! Jobs, and what the ledger finds: why one stops, why a row or an add fails, what is warned of.

use super::{Phrase, other, same};

pub const SENTENCES: &[Phrase] = &[
    // What a sync warns of.
    same(
        "WeCom shows these credentials none of the ledger's {} contact ways, so that nothing is told as gone: {}",
        "台账中有 {} 个「联系我」，企业微信一个也不向这份凭证显示，因此没有标为已不存在的：请核对它们是否用这个 base_url 和应用新增，以及应用是否仍有权限",
    ),
    same(
        "WeCom did not show {} of the contact ways that it showed before: {}",
        "有 {} 个「联系我」企业微信以前显示、这次没有：一分钟后仍不显示才标为已不存在；请届时再运行 sync，或给它更多时间",
    ),
    same(
        "WeCom did it, but the ledger could not be told: {said}; keep what this answer says, until sync or the same call has \
         mended the entry",
        "企业微信已执行，但没能记入台账（{}）：请保留这里的结果，直到 sync 或再次运行同一条命令补上",
    ),
    // What stops a job, or is not done when it ends.
    other("{} of {} failed; failures names the first of them", "{} of {} failed", "失败 {} 个，共 {} 个"),
    other(
        "the canceller was fired{}; run it again to do the rest",
        "by Ctrl-C or SIGTERM{}; what was done is kept, and the same command does the rest",
        "收到 Ctrl-C 或 SIGTERM；已完成的都已保留，再运行同一条命令即可完成其余部分",
    ),
    other("the canceller was fired{}", "by Ctrl-C or SIGTERM{}", "收到 Ctrl-C 或 SIGTERM"),
    same("the job's deadline passed{}", "任务的时限已到；再运行同一条命令即可完成其余部分"),
    same(
        "{} is under way for this corporation, and there is one job at a time; try again when it has ended",
        "本企业正在运行 {}，同一时间只能有一个任务；请等它结束后再试",
    ),
    same(
        "{} contact ways are in no row, which is more than max_delete ({}): none was deleted; see whether the rows are whole, \
         or raise max_delete",
        "文件中没有的「联系我」有 {} 个，超过 --max-delete（{}）：一个也没有删除；请检查文件是否完整，或调高 --max-delete",
    ),
    other(
        "{} needs a durable store: make the client with {}",
        "this needs a ledger, and store (\"memory\") keeps none: leave it out, or name one that does with --store",
        "这需要台账，而 store（\"memory\"）不保存：请去掉 store，或用 --store 指定一个台账",
    ),
    other(
        "the store's entries of {} belong to {}, and this client's base_url is {}: use another store, or, if they are the same \
         WeCom, say so with SQL: {}",
        "the ledger's entries of {} belong to {}, and calls go to {}: give this address a ledger of its own with --store \
         sqlite:FILE (or CONTACTWAY_STORE); only where both are the same WeCom, say so with SQL: {}",
        "台账中 {} 的条目属于 {}，而现在的调用发往 {}：请用 --store sqlite:文件（或 CONTACTWAY_STORE）为这个地址另用一个台账；只有两者确是同一个企业微信时，才用 SQL 修改：{}",
    ),
    // Why an add or a row failed.
    same(
        "the key {} stands for the contact way {}, which another request made: {}",
        "key {} 已对应另一个请求新增的 {}：请用 update 修改那一个，或为这一个另起 key",
    ),
    same(
        "it would be left without a user: name somebody in to, or delete it",
        "将没有任何成员：请用 --to 指定接替的人，或删除它",
    ),
    same("it is for one person (type 1): name one userid in to", "类型为单人（type 1）：--to 只能写一个 userid"),
    same("it would have more than 100 users: name fewer in to", "成员将超过 100 个：--to 请少写几个"),
    other(
        "replace_user took {} out of this contact way; take them out of the row too, or apply with overwrite",
        "replace-user took {} out of this contact way; take them out of the row too, or apply with --overwrite",
        "replace-user 已把 {} 从这个「联系我」中移除；请在这一行中也去掉，或用 --overwrite",
    ),
    other(
        "somebody else has changed {} at WeCom since it was last applied; take their value into the row, or apply with \
         overwrite",
        "somebody else has changed {} at WeCom since it was last applied; take their value into the row, or apply with \
         --overwrite",
        "自上次应用后，有人在企业微信中修改了 {}；请把新值写入这一行，或用 --overwrite",
    ),
    other(
        "{} cannot be changed: apply with replace, {}",
        "{} cannot be changed: apply with --replace, {}",
        "{} 不能修改：可用 --replace 新增一个并删除旧的，印出的旧二维码失效",
    ),
    same(
        "the key stands for {}, and the row claims {}; correct one of the two",
        "这个 key 已对应 {}，而这一行要认领 {}；请改正其一",
    ),
    same(
        "{} is the contact way of the key {}; a contact way has one key",
        "{} 已属于 key {}；一个「联系我」只有一个 key",
    ),
    same(
        "{} was made for the key, but {} could not be deleted: {said}; the next run deletes it",
        "已为这个 key 新增 {}，但 {} 未能删除（{}）；下次运行会删除",
    ),
    same(
        "nobody knows yet whether WeCom made the contact way; the next run looks for it",
        "尚不知道企业微信是否已新增；下次运行会先查找",
    ),
    same(
        "nobody knows yet whether WeCom made the contact way: {said}; the next run looks for it first",
        "尚不知道企业微信是否已新增（{}）；下次运行会先查找",
    ),
    other(
        "{said}: others deleted it, or it is another app's; apply with recreate_gone to make it anew, or take the row out",
        "{}: others deleted it, or it is another app's; --recreate-gone makes it anew, or take the row out",
        "{}：可能已被他人删除，或属于另一个应用；可用 --recreate-gone 重新新增，或从文件中去掉这一行",
    ),
    same("WeCom shows no contact way {} to these credentials", "这份凭证在企业微信中看不到 {}"),
    same("{} was deleted meanwhile", "{} 已在此期间被删除"),
    same(
        "a row equals another one but for the key, lines {} and {} first: {}",
        "有一行除 key 外与另一行相同，最先是第 {} 行和第 {} 行：请让每行的 state 各不相同，以便区分客户来源，也便于找回应答丢失的新增",
    ),
    other(
        "rows with keys of another namespace: {}, line {} first (of {}); their keys stay in it, and delete_missing and queries of \
         this namespace pass them over: apply them under the namespace that they were made under",
        "rows with keys of another namespace: {}, line {} first (of {}); their keys stay in it, and --delete-missing and filters \
         by this namespace pass them over: apply them under the namespace that they were made under",
        "有 {} 行的 key 属于另一个 namespace，最先是第 {} 行（属于 {}）：这些 key 留在原处，--delete-missing 和按本 namespace 的筛选都不含它们；请在当初的 namespace 下应用这些行",
    ),
    same(
        "{} rows equal another one but for the key, lines {} and {} first: {}",
        "有 {} 行除 key 外与另一行相同，最先是第 {} 行和第 {} 行：请让每行的 state 各不相同，以便区分客户来源，也便于找回应答丢失的新增",
    ),
    same(
        "WeCom took the update, and still names the member: look at it by hand",
        "企业微信接受了修改，却仍写着这位成员：请人工查看",
    ),
    same(
        "WeCom took the update, and does not name {}: look at it by hand",
        "企业微信接受了修改，却没有写上 {}：请人工查看",
    ),
    same(
        "the ledger's entry of {} changed meanwhile; run the job again",
        "台账中 {} 的条目已在此期间变化；请再运行一次",
    ),
    same("the contact way cannot be read: {}", "无法读懂企业微信返回的「联系我」：{}"),
    same("WeCom's list is not one of config_ids", "企业微信返回的列表中不是 config_id"),
    same("WeCom's answer holds no contact way", "企业微信的应答中没有「联系我」"),
    same("WeCom's answer holds no config_id", "企业微信的应答中没有 config_id"),
    // What stands in the way of a job or a call.
    same(
        "another run of this job was under way until the deadline; run it again",
        "时限之内另一次运行一直没有结束；请再运行一次",
    ),
    same("another process has taken the job over, and does the rest of it", "另一个进程已接手这个任务，会做完其余部分"),
    same(
        "another call is {said}, or was until its process died; try again when its time is over",
        "另一个调用正在{}，或者它的进程已在中途结束；请等它的时限过后再试",
    ),
    same(
        "the job's deadline comes before it may go on: {said}; run it again to do the rest",
        "到时限之前无法继续（{}）；再运行同一条命令即可完成其余部分",
    ),
    // Whether an add went through.
    same(
        "{said}; nobody knows yet whether WeCom made the contact way of the key {}: {said}; the same call with this key looks \
         for it first, and makes no second one",
        "{}；尚不知道企业微信是否已为 key {} 新增：{}；用同一个 key 再次运行会先查找，不会多出一个",
    ),
    same(
        "nobody knows yet whether WeCom made the contact way of the key {}: {said}; the same call with this key looks for it \
         first, and makes no second one",
        "尚不知道企业微信是否已为 key {} 新增：{}；用同一个 key 再次运行会先查找，不会多出一个",
    ),
    same(
        "{said}; WeCom may have made the contact way: look for it with list before adding it again",
        "{}；企业微信可能已经新增：再次新增之前，请先用 list 查找",
    ),
];

/// Why nobody knows it.
pub const PIECES: &[Phrase] = &[
    same("adding for the key {}", "为 key {} 新增"),
    same("changing {}", "修改 {}"),
    same("there is no time left to look for it", "没有时间查找了"),
    same("another call is sending for it", "另一个调用正在发送"),
    same(
        "it may still come into the list, or the call that sent it may still write it down",
        "它可能稍后才出现在列表中，或者发送它的那次调用还会记下它",
    ),
    same(
        "a temporary contact way is in no list, so nobody can tell before it has expired",
        "临时的不会出现在列表中，过期之前无从判断",
    ),
    same("it could not be looked for: {said}", "无法查找：{}"),
    other(
        "what WeCom has that equals the request may be others' too: claim the right one for the key with apply, or delete it",
        "what WeCom has that equals the request may be others' too: claim the right one for the key with contactway apply (a \
         row with its config_id), or delete it",
        "企业微信中与之相同的可能是别人的：请用 contactway apply 认领正确的那个（在行中写上 config_id），或删除它",
    ),
    same(
        "what WeCom has that equals the request of {} may be others' too: claim the right one with its config_id, or delete \
         it ({})",
        "企业微信中与 {} 相同的可能是别人的：请在行中写上正确的 config_id 来认领，或删除它（{}）",
    ),
];
