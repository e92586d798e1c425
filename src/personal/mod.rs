//! Personal data in running text: where it stands, of what kind, and how it is masked.
//!
//! Works on the original text and answers in characters of it. Says what is there, not whether it may be.
//!
//! One pass over the characters decides whether a text can hold a datum; most texts end there. The others are folded
//! once into a `view::View` that all recognisers read: numbers by shape and check, the rest by shape and cue. Words before a
//! number weigh more than its shape: 订单号 before a number that is by chance a mobile number makes it none.

mod account;
mod address;
mod bank_card;
pub mod crossing;
mod cues;
mod data;
mod digits;
mod email;
mod id_card;
mod key;
mod mask;
mod name;
mod number;
mod phone;
mod plate;
mod view;

pub use key::{Key, Tag};
pub use mask::{mask, mask_data};

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

impl Kind {
    /// The name in rules and pseudonyms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Landline => "landline",
            Self::IdCard => "id_card",
            Self::BankCard => "bank_card",
            Self::Passport => "passport",
            Self::Permit => "permit",
            Self::CreditCode => "credit_code",
            Self::Plate => "plate",
            Self::Email => "email",
            Self::Address => "address",
            Self::Name => "name",
            Self::Wechat => "wechat",
            Self::Qq => "qq",
            Self::Ip => "ip",
            Self::SmsCode => "sms_code",
            Self::Password => "password",
            Self::Cvv => "cvv",
        }
    }

    /// The name in reports.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Mobile => "手机号",
            Self::Landline => "固定电话",
            Self::IdCard => "身份证号",
            Self::BankCard => "银行卡号",
            Self::Passport => "护照号",
            Self::Permit => "通行证号",
            Self::CreditCode => "统一社会信用代码",
            Self::Plate => "车牌",
            Self::Email => "电子邮箱",
            Self::Address => "住址",
            Self::Name => "姓名",
            Self::Wechat => "微信号",
            Self::Qq => "QQ 号",
            Self::Ip => "IP 地址",
            Self::SmsCode => "短信验证码",
            Self::Password => "密码",
            Self::Cvv => "卡安全码",
        }
    }

    /// Whether a datum of this kind that stands unmasked in a log is an exposure: it leads to a person by itself.
    ///
    /// A name alone, a company's credit code, an address on the net and one-time secrets do not.
    pub const fn is_exposure(self) -> bool {
        !matches!(self, Self::CreditCode | Self::Name | Self::Ip | Self::SmsCode | Self::Password | Self::Cvv)
    }
}

impl Datum {
    /// The datum itself, of the text it was found in.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        let byte = |at: u32| text.char_indices().nth(at as usize).map_or(text.len(), |(byte, _)| byte);
        &text[byte(self.span.start)..byte(self.span.end)]
    }
}

/// All personal data in `text`, in order, not overlapping.
pub fn find(text: &str) -> Vec<Datum> {
    let outlook = view::outlook(text);
    if !outlook.written() && !outlook.named {
        return Vec::new();
    }
    let view = view::View::new(text);
    let mut found = Vec::new();
    if outlook.written() {
        let context = number::Context::new(&view, outlook);
        if outlook.digits(number::SHORTEST as u32) {
            number::find(&context, &mut found);
        }
        if outlook.digits(6) {
            id_card::documents(&context, &mut found);
        }
        if outlook.digits(2) {
            plate::find(&context, &mut found);
        }
        email::find(&context, &mut found);
        account::find(&context, &mut found);
        if outlook.holds(view::Hint::Door) {
            address::find(&context, &mut found);
        }
    }
    name::find(&view, outlook.named, &mut found);
    settle(&view, found)
}

/// Of matches that overlap, the surest stays, of two as sure ones the longest.
fn settle(view: &view::View, mut found: Vec<number::Match>) -> Vec<Datum> {
    found.sort_by_key(|hit| (std::cmp::Reverse((hit.confidence, hit.cells.len())), hit.cells.start));
    let mut data: Vec<Datum> = Vec::with_capacity(found.len());
    for hit in found {
        let span = view.span(hit.cells);
        if !span.is_empty() && !data.iter().any(|datum| datum.span.overlaps(span)) {
            data.push(Datum { kind: hit.kind, span, confidence: hit.confidence });
        }
    }
    data.sort_by_key(|datum| datum.span);
    data
}
