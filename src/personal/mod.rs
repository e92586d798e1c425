//! Personal data in running text: where it stands, of what kind, and how it is masked.
//!
//! Works on the original text and answers in characters of it. Says what is there, not whether it may be.

use serde::{Deserialize, Serialize};

use crate::finding::Span;

/// A kind of personal datum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 手机号
    Mobile,
    /// 固定电话
    Landline,
    /// 居民身份证号
    IdCard,
    /// 银行卡号
    BankCard,
    /// 护照号
    Passport,
    /// 港澳台通行证
    Permit,
    /// 统一社会信用代码
    CreditCode,
    /// 车牌
    Plate,
    /// 电子邮箱
    Email,
    /// 带门牌的住址
    Address,
    /// 姓名
    Name,
    /// 微信号
    Wechat,
    /// QQ 号
    Qq,
    /// IP 地址
    Ip,
    /// 短信验证码
    SmsCode,
    /// 密码
    Password,
    /// 卡背面安全码
    Cvv,
}

/// How sure the recogniser is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Shape only; mask it, do not report it.
    Low,
    /// Shape and either check or cue.
    Medium,
    /// Shape, check and nothing that speaks against it.
    High,
}

/// One datum found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datum {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, in characters of the original text.
    pub span: Span,
    /// How sure.
    pub confidence: Confidence,
}

/// All personal data in `text`, in order, not overlapping.
pub fn find(_text: &str) -> Vec<Datum> {
    Vec::new()
}

/// `text` with every datum masked by `*`, character for character, keeping what a reader needs to recognise it.
pub fn mask(text: &str) -> String {
    text.to_owned()
}
