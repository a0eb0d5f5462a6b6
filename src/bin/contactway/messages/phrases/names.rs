//! Names: of a check's steps, of what became of rows, of what is counted.

use super::{Phrase, same};

pub const NAMES: &[Phrase] = &[
    // Steps of a check.
    same("configuration", "配置"),
    same("proxy", "代理"),
    same("resolve", "域名解析"),
    same("connect", "连接"),
    same("tls", "TLS"),
    same("token", "token"),
    same("permission", "权限"),
    same("clock", "时钟"),
    same("store", "台账"),
    // Statuses of entries.
    same("intended", "拟新增"),
    same("active", "有效"),
    same("unknown", "未知"),
    same("deleted", "已删除"),
    same("gone", "已不存在"),
    // What became of rows, and how many.
    same("created", "新增"),
    same("claimed", "认领"),
    same("updated", "修改"),
    same("unchanged", "不变"),
    same("replaced", "更换"),
    same("failed", "失败"),
    same("matched", "涉及"),
    same("saved", "已保存"),
    same("listed", "企业微信列出"),
    same("known", "已在台账"),
    same("adopted", "新收入台账"),
    same("changed", "有变化"),
    same("foreign", "无从判断"),
];
