//! What a text that should be JSON lacks, in the words of the parser.

use super::{Phrase, same};

pub const WORDS: &[Phrase] = &[
    same("{said} at line {} column {}", "第 {2} 行第 {3} 列：{1}"),
    same("trailing comma", "最后一项之后多了逗号"),
    same("trailing characters", "结尾之后还有内容"),
    same("key must be a string", "这里应是加英文双引号的字段名（或前面多了逗号）"),
    same("expected value", "这里应有一个值（文字须加英文双引号）"),
    same("expected `:`", "这里应有英文冒号"),
    same("expected `,` or `}`", "这里应有英文逗号或右花括号"),
    same("expected `,` or `]`", "这里应有英文逗号或右方括号"),
    same("EOF while parsing {}", "没有写完：少了引号、括号或值"),
    same("invalid escape", "反斜杠之后的字符不对"),
    same("invalid number", "数字的写法不对"),
    same("control character ({}) found while parsing a string", "引号之中有换行或制表符，或少了右引号"),
];
