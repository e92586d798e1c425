//! What only its cue makes a datum: WeChat and QQ ids, passwords, one-time codes, card security codes, IP addresses.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{
    Confidence, Kind,
    cues::Cue,
    number::{Context, Match},
    view::Hint,
};

static WECHAT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(我的?|[加他她]|私人|个人)?(?:[微薇维威徽卫v][❤♥]|加[个下]?[微薇威]|佳v|➕v|微信|薇信|威信|维信|徽信|微芯|微心|卫星|绿泡泡|绿色软件|加我|加v|加个v|私人v|个人v|我的v|我v|\+v|v信|v号|v:|vx|wx|weixin|wechat)((?:私人|个人|号码|号|账号|id|同号|搜索|搜|加我|加|联系|我的|我|是|为|[:=,\s'(-])*)([a-z][a-z0-9_-]{5,19})",
    )
});
static QQ: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(qq群|扣扣群|企鹅群|q群|qq|扣扣|企鹅号|企鹅|球球|q号|加q|\bq)(?:号码|号|账号|邮箱|就是|是|为|加我|加|[:=,\s'(-])*([1-9][0-9]{4,10})",
    )
});
static PASSWORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(初始|默认|wifi|wi-fi|无线|解压|提取|锁的?|门锁)?(?:密码|口令|password|passwd|pwd)((?:还)?(?:是|为|设的是|设成|改成|改为|[:=\s])*)([!-~]{4,32})",
    )
});
static SMS_CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:验证码|动态码|动态密码|短信码|确认码|校验码|激活短信|otp)[^0-9\n。,;?!]{0,6}([0-9]{4,8})")
});
static CVV: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:cvv2?|cvc2?|cvn2?|安全码|(?:背面|卡背|签名栏|卡后).{0,8}?[三3]位(?:数字?|码)?)[^0-9\n。?!]{0,4}([0-9]{3})",
    )
});
static IP: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"));

/// Words that look like an id behind 微信 and are none.
const NO_IDS: [&str; 16] = [
    "wechat",
    "weixin",
    "windows",
    "iphone",
    "android",
    "harmonyos",
    "official",
    "service",
    "please",
    "online",
    "version",
    "support",
    "telegram",
    "whatsapp",
    "alipay",
    "taobao",
];

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a literal pattern")
}

/// All accounts and secrets.
pub(super) fn find(context: &Context<'_>, found: &mut Vec<Match>) {
    let outlook = context.outlook;
    if outlook.holds(Hint::Letter) && outlook.holds(Hint::Wechat) {
        wechat(context, found);
    }
    if outlook.digits(5) && outlook.holds(Hint::Qq) {
        each(context, &QQ, 2, found, |hit, next| {
            let group = hit[1].ends_with('群');
            (next != Some('@'))
                .then_some((Kind::Qq, if group { Confidence::Low } else { Confidence::Medium }))
        });
    }
    if outlook.holds(Hint::Secret) {
        secrets(context, found);
    }
    if outlook.digits(4) {
        ip(context, found);
    }
}

fn wechat(context: &Context<'_>, found: &mut Vec<Match>) {
    each(context, &WECHAT, 3, found, |hit, next| {
        let (cue, id) = (&hit[2], &hit[3]);
        let marked = id.contains(['_', '-']) || id.bytes().any(|b| b.is_ascii_digit());
        let named = cue.contains([':', '号', '是', '=', '搜']) || cue.contains("id") || hit.get(1).is_some();
        (!NO_IDS.contains(&id) && next != Some('@')).then_some(match (marked, named) {
            (true, _) | (_, true) => (Kind::Wechat, Confidence::Medium),
            (false, false) => (Kind::Wechat, Confidence::Low),
        })
    });
}

/// What is only a secret's value behind its name; with a unit behind it, it says how long one is.
fn secrets(context: &Context<'_>, found: &mut Vec<Match>) {
    let counted = |next: Option<char>| next.is_some_and(|c| "位个次年月天元分秒小号楼".contains(c));
    each(context, &PASSWORD, 3, found, |hit, next| {
        let (shared, said, value) = (hit.get(1).is_some(), !hit[2].trim().is_empty(), &hit[3]);
        let has_digit = value.bytes().any(|b| b.is_ascii_digit());
        let is_value = has_digit && value.bytes().filter(u8::is_ascii_alphanumeric).count() >= 4;
        let confidence =
            if shared || !said && value.len() < 6 { Confidence::Low } else { Confidence::Medium };
        (is_value && !counted(next)).then_some((Kind::Password, confidence))
    });
    each(context, &SMS_CODE, 1, found, |_, next| {
        (!counted(next)).then_some((Kind::SmsCode, Confidence::Medium))
    });
    each(context, &CVV, 1, found, |_, next| (!counted(next)).then_some((Kind::Cvv, Confidence::Medium)));
}

/// Pushes group `group` of every match that `weigh` accepts and that no letter or digit continues.
fn each(
    context: &Context<'_>,
    regex: &Regex,
    group: usize,
    found: &mut Vec<Match>,
    weigh: impl Fn(&Captures<'_>, Option<char>) -> Option<(Kind, Confidence)>,
) {
    let view = context.view;
    for hit in regex.captures_iter(&view.folded) {
        let Some(value) = hit.get(group) else { continue };
        let cells = view.cells_of(value.range());
        let next = view.char(cells.end);
        if next.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '*' | '_')) {
            continue;
        }
        found.extend(weigh(&hit, next).map(|(kind, confidence)| Match { kind, confidence, cells }));
    }
}

/// Public addresses; a version number has the same shape, so without a cue it is only masked.
fn ip(context: &Context<'_>, found: &mut Vec<Match>) {
    let view = context.view;
    if view.folded.matches('.').count() < 3 {
        return;
    }
    for hit in IP.find_iter(&view.folded) {
        let cells = view.cells_of(hit.range());
        let touched = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.');
        let Ok(address) = hit.as_str().parse::<std::net::Ipv4Addr>() else { continue };
        let local = address.is_private()
            || address.is_loopback()
            || address.is_unspecified()
            || address.is_broadcast();
        if local || touched(view.char_before(cells.start)) || touched(view.char(cells.end)) {
            continue;
        }
        let said = context.cue(&cells) == Some(Cue::Ip);
        let confidence = if said { Confidence::High } else { Confidence::Low };
        if said || address.octets()[0] >= 20 {
            found.push(Match { kind: Kind::Ip, confidence, cells });
        }
    }
}
