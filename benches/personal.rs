//! What the recognisers cost on a message that holds nothing, one that might, and one that does.

use divan::{Bencher, black_box};
use kefulint::personal::{find, mask};

/// Nothing to read: no digits, letters or cues. Most messages of a service chat are such.
const PLAIN: &str = "亲亲您好呢,小店这边帮您看过啦,麻烦您稍微等等,有消息马上告诉您,辛苦您等一等我们哦";
/// Digits and letters, no datum.
const BUSY: &str =
    "您好,订单号240817003312已经打包,预计8月19日前发货,物流单号SF1690033124575,满299减30已抵扣";
/// A delivery line, the richest message there is.
const RICH: &str =
    "收货人:陆子衿 电话186-5237-1904 地址:浙江省嘉兴市南湖区望林路478号3幢2单元1203室 邮箱lu_zj@163.com";

const TEXTS: [(&str, &str); 3] = [("plain", PLAIN), ("busy", BUSY), ("rich", RICH)];

fn text(name: &str) -> &'static str {
    TEXTS.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
}

#[divan::bench(args = ["plain", "busy", "rich"])]
fn find_data(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    bencher.bench(|| find(black_box(text)));
}

#[divan::bench(args = ["plain", "rich"])]
fn mask_data(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    bencher.bench(|| mask(black_box(text)));
}

fn main() {
    divan::main();
}
