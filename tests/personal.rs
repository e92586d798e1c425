//! What is a datum, what is none, where exactly it stands, and what of it stays legible.

use kefulint::personal::{Confidence, Datum, Kind, find, mask};
use proptest::prelude::*;

/// The data of a text that rules may report, as `kind text` lines.
fn reported(text: &str) -> Vec<String> {
    show(text, |datum| datum.confidence >= Confidence::Medium)
}

fn show(text: &str, keep: impl Fn(&Datum) -> bool) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let quote = |datum: &Datum| -> String {
        chars[datum.span.start as usize..datum.span.end as usize].iter().collect()
    };
    find(text)
        .iter()
        .filter(|datum| keep(datum))
        .map(|datum| format!("{:?} {}", datum.kind, quote(datum)))
        .collect()
}

fn check(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(&reported(text), expected, "in {text:?}");
    }
}

#[test]
fn mobile_numbers_however_they_are_written() {
    check(&[
        ("换了号,现在用19912348765", &["Mobile 19912348765"]),
        ("打我 186 5237 1904 吧", &["Mobile 186 5237 1904"]),
        ("１８６５２３７１９０４能联系上", &["Mobile １８６５２３７１９０４"]),
        ("幺八六五二三七幺九零四", &["Mobile 幺八六五二三七幺九零四"]),
        ("壹捌陆伍贰叁柒壹玖零肆这个", &["Mobile 壹捌陆伍贰叁柒壹玖零肆"]),
        ("1️⃣8️⃣6️⃣5️⃣2️⃣3️⃣7️⃣1️⃣9️⃣0️⃣4️⃣", &["Mobile 1️⃣8️⃣6️⃣5️⃣2️⃣3️⃣7️⃣1️⃣9️⃣0️⃣4️⃣"]),
        ("❶❽❻ 5237 1904", &["Mobile ❶❽❻ 5237 1904"]),
        ("18陆5二37①9〇4", &["Mobile 18陆5二37①9〇4"]),
        ("186杠5237杠1904", &["Mobile 186杠5237杠1904"]),
        ("幺 八 六 五 二 三 七 幺 九 零 四", &["Mobile 幺 八 六 五 二 三 七 幺 九 零 四"]),
        ("1\u{200b}8652371904", &["Mobile 1\u{200b}8652371904"]),
        ("186523719o4", &["Mobile 186523719o4"]),
        ("手机+86-186-5237-1904", &["Mobile +86-186-5237-1904"]),
        ("(+86)18652371904", &["Mobile (+86)18652371904"]),
        ("0086 18652371904", &["Mobile 0086 18652371904"]),
        ("18652371904、13788126650都行", &["Mobile 18652371904", "Mobile 13788126650"]),
        ("18652371904/13788126650", &["Mobile 18652371904", "Mobile 13788126650"]),
        ("微信就是18652371904", &["Mobile 18652371904"]),
        ("18652371904vx同号", &["Mobile 18652371904"]),
        ("电话 18 65 23 71 904", &["Mobile 18 65 23 71 904"]),
        ("电话號碼係13652371904唔該", &["Mobile 13652371904"]),
        ("手机15412345678打不通", &["Mobile 15412345678"]),
        ("第一18652371904第二没有", &["Mobile 18652371904"]),
        ("门牌2-604-18652371904", &["Mobile 18652371904"]),
    ]);
}

#[test]
fn numbers_of_the_shape_of_a_mobile_that_are_none() {
    for text in [
        "订单号18652371904查下",
        "这个运单18652371904不动了",
        "补货单18652371904",
        "18652371904这个订单呢",
        "一共18652371904元",
        "¥18652371904",
        "流量18652371904KB",
        "YT18652371904",
        "186523719041",
        "18652371904.55",
        "纬度30.18652371904",
        "http://a.cn/u/18652371904",
        "IMG_18652371904.jpg",
        "token=18652371904",
        "尺码15 16 17 18 19 2都有",
        "金额18,652,371,904",
        "186****1904",
        "1865237****",
        "186XXXX1904",
        "186 **** 1904",
        "编号 2025-0418-18652371904",
        "充话费打13800138000",
        "400-820-1904 或 95598 或 10086",
        "[电话x]和[数字x]",
    ] {
        assert_eq!(show(text, |_| true), [""; 0], "in {text:?}");
    }
}

#[test]
fn a_cue_between_decides_for_the_nearer() {
    check(&[
        ("我的订单手机号18652371904", &["Mobile 18652371904"]),
        ("手机订单号18652371904", &[]),
        ("订单号没存,手机18652371904", &["Mobile 18652371904"]),
        ("订单的收货人18652371904", &["Mobile 18652371904"]),
        ("手机18652371904,订单号18652371905", &["Mobile 18652371904"]),
    ]);
}

#[test]
fn a_relay_number_or_one_of_no_network_is_masked_only() {
    for (text, number) in [("虚拟号18652371904转8812", "18652371904"), ("15412345678好像停机", "15412345678")]
    {
        assert_eq!(reported(text), [""; 0]);
        assert_eq!(show(text, |_| true), [format!("Mobile {number}")]);
    }
}

#[test]
fn landlines_count_at_home_only() {
    check(&[
        ("家里电话 010-62345678", &["Landline 010-62345678"]),
        ("我家座机 62345678", &["Landline 62345678"]),
        ("老家(0712)2345678", &["Landline (0712)2345678"]),
        ("固定电话02862345678", &["Landline 02862345678"]),
        ("门店电话021-62345678", &[]),
        ("定损中心座机0571-62345678", &[]),
        ("打0755-62345678问问", &[]),
    ]);
}

#[test]
fn identity_numbers() {
    check(&[
        ("身份证11010519491231002X", &["IdCard 11010519491231002X"]),
        ("110105 1949 1231 002x", &["IdCard 110105 1949 1231 002x"]),
        ("１１０１０５１９４９１２３１００２Ｘ", &["IdCard １１０１０５１９４９１２３１００２Ｘ"]),
        ("一一零一零五一九四九一二三一零零二X", &["IdCard 一一零一零五一九四九一二三一零零二X"]),
        ("身份证号110105194912310021填错没", &["IdCard 110105194912310021"]),
        ("开票税号写11010519491231002X", &["IdCard 11010519491231002X"]),
        ("港澳居住证810000199408230021", &["IdCard 810000199408230021"]),
        ("HK身份證 A123456(3)", &["IdCard A123456(3)"]),
        ("一代证110105491231002", &["IdCard 110105491231002"]),
        ("110105491231002", &[]),
        ("110105194912310028", &[]),
        ("订单11010519491231002X", &[]),
        ("110105194913310024", &[]),
        ("身份证1101**********002X", &[]),
    ]);
}

#[test]
fn documents_need_their_cue() {
    check(&[
        ("护照 G12345678 办登机", &["Passport G12345678"]),
        ("护照号EJ1234567", &["Passport EJ1234567"]),
        ("回乡证H1234567890", &["Permit H1234567890"]),
        ("台胞证 01234567", &["Permit 01234567"]),
        ("通行证是C12345678", &["Permit C12345678"]),
        ("兑换码G12345678", &[]),
        ("型号 G12345678", &[]),
        ("G12345678", &[]),
    ]);
}

#[test]
fn credit_codes_are_found_and_are_no_exposure() {
    assert_eq!(reported("税号91350100M000100Y43"), ["CreditCode 91350100M000100Y43"]);
    assert!(!Kind::CreditCode.is_exposure());
}

#[test]
fn bank_cards() {
    check(&[
        ("工行6222020200098765437", &["BankCard 6222020200098765437"]),
        ("6222 0202 0009 8765 437 这张", &["BankCard 6222 0202 0009 8765 437"]),
        ("信用卡4111-1111-1111-1111", &["BankCard 4111-1111-1111-1111"]),
        ("卡号6222020200098765438", &["BankCard 6222020200098765438"]),
        ("运单6222020200098765437", &[]),
        ("6222020200098765438", &[]),
        ("6222 **** **** 5430", &[]),
        ("2024081799013345", &[]),
    ]);
}

#[test]
fn plates() {
    check(&[
        ("车牌号京A12345", &["Plate 京A12345"]),
        ("苏E·5K72Q挡路了", &["Plate 苏E·5K72Q"]),
        ("浙AF12345充不上电", &["Plate 浙AF12345"]),
        ("粤Z1234港过关", &["Plate 粤Z1234港"]),
        ("京A0123警", &["Plate 京A0123警"]),
        ("使224·578停这儿", &["Plate 使224·578"]),
        ("川 b 3m 7p5", &["Plate 川 b 3m 7p5"]),
        ("阿里云B12345节点", &[]),
        ("浙B2-20080101经营许可", &[]),
        ("粤B12", &[]),
        ("京ICP备12345号", &[]),
        ("苏E·****2", &[]),
    ]);
}

#[test]
fn private_mailboxes() {
    check(&[
        ("邮箱是li.wei_92@qq.com", &["Email li.wei_92@qq.com"]),
        ("Wei＠Example.com.cn 收", &["Email Wei＠Example.com.cn"]),
        ("zhang_san#gmail.com（#换成@）", &["Email zhang_san#gmail.com"]),
        ("wangxm 艾特 163 点 com", &["Email wangxm 艾特 163 点 com"]),
        ("zhao.l[at]outlook.com", &["Email zhao.l[at]outlook.com"]),
        ("kefu01@shop.cn", &[]),
        ("customer-service@shop.com", &[]),
        ("zhang***@qq.com", &[]),
        ("logo@3x.webp", &[]),
        ("vue@3.2.1", &[]),
        ("@小王 在吗", &[]),
        ("the job is at work on it", &[]),
    ]);
}

#[test]
fn accounts_by_their_cue() {
    check(&[
        ("微信号：abc_lin1988", &["Wechat abc_lin1988"]),
        ("vx:linlin-0616", &["Wechat linlin-0616"]),
        ("加薇❤️linlin0616", &["Wechat linlin0616"]),
        ("我扣扣 345678912", &["Qq 345678912"]),
        ("qq群 345678912", &[]),
        ("微信支付Pay成功了吗", &[]),
        ("微信windows版打不开", &[]),
        ("登录密码是Abc12345", &["Password Abc12345"]),
        ("wifi密码88888888", &[]),
        ("密码是6位数字", &[]),
        ("验证码是 482913", &["SmsCode 482913"]),
        ("验证码10分钟内有效", &[]),
        ("CVV 327", &["Cvv 327"]),
        ("ip 113.87.22.19 登录的不是我", &["Ip 113.87.22.19"]),
        ("固件 113.87.22.19", &[]),
    ]);
}

#[test]
fn addresses_with_a_door() {
    check(&[
        (
            "浙江省杭州市西湖区望林路 478号 华星广场A座1203室",
            &["Address 浙江省杭州市西湖区望林路 478号 华星广场A座1203室"],
        ),
        ("住在朝阳区望京西园三区315号楼2单元1801", &["Address 朝阳区望京西园三区315号楼2单元1801"]),
        ("兰山区义堂镇大柳村3组12号", &["Address 兰山区义堂镇大柳村3组12号"]),
        ("海伦县共合镇保安村二组", &["Address 海伦县共合镇保安村二组"]),
        ("秀水镇石坪路12号院1排3号", &["Address 秀水镇石坪路12号院1排3号"]),
        ("万和金域蓝湾12-1-1802", &["Address 万和金域蓝湾12-1-1802"]),
        ("寄到 向阳城5#2单元301 谢谢", &["Address 向阳城5#2单元301"]),
        ("海定医院家属院3栋2单元501", &["Address 海定医院家属院3栋2单元501"]),
        ("离您公司近,滨江区江晖支路9号2单元402", &["Address 滨江区江晖支路9号2单元402"]),
        ("公司地址：浦东新区世纪路100号3楼", &[]),
        ("保质期在园区3-5天", &[]),
        ("徐汇区漕宝支路88弄3号1102室", &["Address 徐汇区漕宝支路88弄3号1102室"]),
        ("改送阳光里小区8栋1单元602", &["Address 阳光里小区8栋1单元602"]),
        ("九龍旺角彌敦道639號雅蘭樓12樓A室", &["Address 九龍旺角彌敦道639號雅蘭樓12樓A室"]),
        ("三单元四零二，幸福小区七号楼", &["Address 三单元四零二，幸福小区七号楼"]),
        ("渝北区松石北路120号3幢14-5", &["Address 渝北区松石北路120号3幢14-5"]),
        ("退货寄龙岗区富安大道12号A栋2楼退货仓", &[]),
        ("酒店在解放路88号3号楼", &[]),
        ("8栋1单元602没电", &[]),
        ("地铁3号线2号口", &[]),
        ("去2楼3号窗口办", &[]),
        ("快递放3号柜", &[]),
        ("本市西湖区", &[]),
    ]);
}

#[test]
fn names_beside_a_label_or_title() {
    check(&[
        ("收货人：欧阳晓雯", &["Name 欧阳晓雯"]),
        ("我叫赵一鸣", &["Name 赵一鸣"]),
        ("联系张伟先生", &["Name 张伟"]),
        ("张先生您好", &[]),
        ("安装师傅几点来", &[]),
        ("谢谢老师", &[]),
    ]);
}

#[test]
fn masks_keep_what_is_needed_to_recognise() {
    for (text, masked) in [
        ("我号18652371904记下", "我号186****1904记下"),
        ("１８６５２３７１９０４", "１８６****１９０４"),
        ("0571-62345678", "0571-******78"),
        ("身份证11010519491231002X", "身份证1101**********002X"),
        ("卡号6222020200098765437", "卡号***************5437"),
        ("护照 G12345678", "护照 G******78"),
        ("税号91350100M000100Y43", "税号91************0Y43"),
        ("车牌苏E·5K72Q", "车牌苏E·****Q"),
        ("lan.w@126.com", "l****@126.com"),
        ("渝北区松石北路120号3幢14-5收", "渝北区**************收"),
        ("微信号abc_lin1988", "微信号ab*_*******"),
        ("登录密码是Abc12345", "登录密码是********"),
        ("订单号18652371904", "订单号18652371904"),
    ] {
        assert_eq!(mask(text), masked);
    }
}

/// A mobile number of an open block.
fn mobile() -> impl Strategy<Value = String> {
    let prefix = prop::sample::select(vec!["130", "139", "147", "152", "166", "173", "188", "191", "198"]);
    (prefix, "[2-9][0-9]{7}").prop_map(|(prefix, rest)| format!("{prefix}{rest}"))
}

/// A resident identity number with its check digit.
fn identity() -> impl Strategy<Value = String> {
    let region = prop::sample::select(vec!["110105", "330106", "440304", "510107", "650102"]);
    (region, 1940_u32..2020, 1_u32..13, 1_u32..29, 0_u32..1000).prop_map(
        |(region, year, month, day, serial)| {
            let body = format!("{region}{year}{month:02}{day:02}{serial:03}");
            let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
            let sum: u32 =
                body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
            format!("{body}{}", ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize])
        },
    )
}

/// A UnionPay card with its check digit.
fn card() -> impl Strategy<Value = String> {
    let prefix = prop::sample::select(vec!["622202", "621700", "622848", "623058"]);
    (prefix, "[0-9]{12}").prop_map(|(prefix, rest)| {
        let body = format!("{prefix}{rest}");
        let sum: u32 = body
            .bytes()
            .rev()
            .enumerate()
            .map(|(at, digit)| {
                let value = u32::from(digit - b'0') * if at % 2 == 0 { 2 } else { 1 };
                value / 10 + value % 10
            })
            .sum();
        format!("{body}{}", (10 - sum % 10) % 10)
    })
}

/// Writes digits in one of the ways in which people slip them past a filter.
fn disguise(number: &str, style: usize) -> String {
    let ways: [fn(char) -> String; 7] = [
        |c| c.to_string(),
        |c| char::from_u32(c as u32 - 0x30 + 0xFF10).map_or(String::new(), String::from),
        |c| "零一二三四五六七八九".chars().nth(c as usize - 0x30).map_or(String::new(), String::from),
        |c| "〇壹贰叁肆伍陆柒捌玖".chars().nth(c as usize - 0x30).map_or(String::new(), String::from),
        |c| "洞幺两三四五六拐八勾".chars().nth(c as usize - 0x30).map_or(String::new(), String::from),
        |c| "⓪①②③④⑤⑥⑦⑧⑨".chars().nth(c as usize - 0x30).map_or(String::new(), String::from),
        |c| format!("{c}\u{FE0F}\u{20E3}"),
    ];
    let way = |at: usize| if style < ways.len() { ways[style] } else { ways[(at * 5 + style) % ways.len()] };
    number
        .chars()
        .enumerate()
        .map(|(at, c)| if c.is_ascii_digit() { way(at)(c) } else { c.to_string() })
        .collect()
}

/// Groups a number as people write it, with `mark` between.
fn group(number: &str, sizes: &[usize], mark: &str) -> String {
    let mut rest = number;
    let mut groups = Vec::new();
    for size in sizes {
        let (head, tail) = rest.split_at((*size).min(rest.len()));
        groups.push(head);
        rest = tail;
    }
    groups.retain(|group| !group.is_empty());
    groups.join(mark)
}

/// Text without digits, letters, marks or cues.
const PLAIN: &str = "[好的哦谢麻烦快点呀嗯啊，。！吧呢吗它再看天气]{0,12}";

proptest! {
    #[test]
    fn a_valid_number_in_any_disguise_is_found_exactly(
        (kind, number) in prop_oneof![
            mobile().prop_map(|n| (Kind::Mobile, n)),
            identity().prop_map(|n| (Kind::IdCard, n)),
            card().prop_map(|n| (Kind::BankCard, n)),
        ],
        mark in prop::sample::select(vec!["", " ", "-", "–", ".", "·", ",", "，", "、", " - "]),
        style in 0_usize..12,
        before in PLAIN,
        after in PLAIN,
    ) {
        let sizes: &[usize] = match kind {
            Kind::Mobile => &[3, 4, 4],
            Kind::IdCard => &[6, 8, 4],
            _ => &[4, 4, 4, 4, 4],
        };
        let written = disguise(&group(&number, sizes, mark), style);
        let text = format!("{before}{written}{after}");
        let start = before.chars().count() as u32;
        let end = start + written.chars().count() as u32;
        let mut found = find(&text);
        found.retain(|datum| datum.kind != Kind::Name);
        prop_assert_eq!(found.len(), 1, "{:?} in {}", found, text);
        prop_assert_eq!((found[0].kind, found[0].span.start, found[0].span.end), (kind, start, end), "in {}", text);
        prop_assert!(found[0].confidence >= Confidence::Medium);
    }

    #[test]
    fn digits_that_fail_their_check_are_not_reported(number in "[0-9]{1,20}", before in PLAIN, after in PLAIN) {
        let digits: Vec<u32> = number.bytes().map(|b| u32::from(b - b'0')).collect();
        let luhn = digits.iter().rev().enumerate().map(|(at, digit)| {
            let value = digit * if at % 2 == 1 { 2 } else { 1 };
            value / 10 + value % 10
        }).sum::<u32>() % 10 == 0;
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
        let identity = digits.len() == 18
            && digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 == 1;
        let local = number.trim_start_matches("0086").trim_start_matches("86");
        let mobile = local.len() == 11 && local.starts_with('1');
        let card = luhn && digits.len() >= 15;
        prop_assume!(!card && !identity && !mobile);
        prop_assert_eq!(reported(&format!("{before}{number}{after}")), Vec::<String>::new());
    }

    #[test]
    fn an_order_number_is_none_whatever_its_digits(number in mobile(), cue in prop::sample::select(vec!["订单号", "运单号:", "工单 ", "发票号码是", "条码", "批次"])) {
        prop_assert_eq!(show(&format!("{cue}{number}"), |_| true), Vec::<String>::new());
    }

    #[test]
    fn any_text_is_read_without_harm(text in "(\\PC|[0-9一二三号栋室A-Za-z@·*🙂\u{200b}\u{20e3}]){0,60}") {
        let found = find(&text);
        let length = text.chars().count() as u32;
        for pair in found.windows(2) {
            prop_assert!(pair[0].span.end <= pair[1].span.start);
        }
        for datum in &found {
            prop_assert!(!datum.span.is_empty() && datum.span.end <= length);
        }
        prop_assert_eq!(mask(&text).chars().count() as u32, length);
    }

    #[test]
    fn a_masked_text_holds_nothing_to_report(
        number in prop_oneof![mobile(), identity(), card()],
        style in 0_usize..12,
        before in PLAIN,
        after in PLAIN,
    ) {
        let masked = mask(&format!("{before}{}{after}", disguise(&number, style)));
        prop_assert_eq!(reported(&masked), Vec::<String>::new(), "in {}", masked);
    }
}
