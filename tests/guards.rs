//! Guards on single sentences: what takes a hit back, and what sounds like it and does not.
//!
//! A line is a sentence with the hit in 〔〕.

use kefulint::{
    lexicon::Lexicon,
    rule::guard::{Guards, Place},
    text::{clause, fold::Folded},
};

/// Sentences on which the guard must stop the hit, and sentences on which it must not.
fn check(name: &str, stops: &[&str], passes: &[&str]) {
    let lexicon = Lexicon::embedded().expect("the embedded lexicon loads");
    let (file, text) = lexicon.data("guards.toml");
    let guards = Guards::parse(file, text).expect("the embedded guards load");
    let guard = guards.get(guards.number(name).expect("the guard exists"));
    let mut wrong = Vec::new();
    for (sentences, expected) in [(stops, true), (passes, false)] {
        for sentence in sentences {
            let (before, rest) = sentence.split_once('〔').expect("the hit is marked");
            let (hit, after) = rest.split_once('〕').expect("the hit is marked");
            let folded = |part: &str| Folded::new(part).text().to_owned();
            let (before, hit, after) = (folded(before), folded(hit), folded(after));
            let text = format!("{before}{hit}{after}");
            let hit = before.len()..before.len() + hit.len();
            let clauses = clause::clauses(&text);
            let clause = clauses
                .iter()
                .find(|clause| clause.start <= hit.start && hit.start < clause.end)
                .cloned()
                .unwrap_or(hit.clone());
            let clause = clause.start..clause.end.max(hit.end);
            let place = Place { text: &text, sentence: clause::sentence(&text, &clause), clause, hit };
            if guard.stops(&place) != expected {
                wrong.push(format!("{}: {sentence}", if expected { "must stop" } else { "must not stop" }));
            }
        }
    }
    assert!(wrong.is_empty(), "guard {name}\n{}", wrong.join("\n"));
}

#[test]
fn negation() {
    check(
        "negation",
        &[
            "我们不承诺〔保本〕",
            "这款并非〔保本〕产品",
            "没有哪款理财是〔零风险〕的",
            "我从没说过〔稳赚〕",
            "不存在〔百分百通过〕的说法",
            "谁也不能保证〔稳赚不赔〕",
            "本产品不〔保本保息〕",
            "请勿〔加微信〕",
            "我们不会让您〔加微信〕",
            "〔保本〕是不可能的",
            "〔零风险〕不存在",
            "公司严禁我们〔承诺收益〕",
            "未〔承诺收益〕",
            "拒绝〔好评返现〕",
        ],
        &[
            "不仅〔保本〕还有收益",
            "您不用担心,〔保本〕的",
            "没问题,〔稳赚不赔〕",
            "不瞒您说〔稳赚〕",
            "这个不错,〔零风险〕",
            "不光〔保本〕还送礼",
            "您放心〔保本保息〕",
            "没事,您〔加微信〕吧",
            "要不您〔加微信〕",
            "不骗您,〔稳赚不赔〕",
            "非常〔安全〕的理财",
            "别犹豫了〔稳赚〕",
        ],
    );
}

#[test]
fn question() {
    check(
        "question",
        &[
            "这个能〔保本〕吗?",
            "是不是〔零风险〕",
            "您是问〔保本〕吗",
            "有没有〔承诺收益〕?",
            "会不会〔稳赚〕呢?",
            "能否〔加微信〕",
            "〔保本〕不?",
            "有人让您〔加微信〕没有?",
            "是否〔好评返现〕",
            "您想问〔零风险〕么",
        ],
        &[
            "〔保本〕的,您放心吧",
            "您〔加微信〕好吗",
            "您〔加微信〕可以吗?",
            "〔加微信〕行吗",
            "〔稳赚〕的嘛",
            "〔零风险〕呢",
            "这还能不〔保本〕吗?难道银行会骗您?",
            "哪能不〔保本〕?",
            "〔保本保息〕,对吧?",
            "〔好评返现〕懂吗",
        ],
    );
}

#[test]
fn quotation() {
    check(
        "quotation",
        &[
            "您说我们〔骗子〕",
            "您刚才骂我〔傻逼〕",
            "有人说〔稳赚不赔〕",
            "群里说的〔零风险〕",
            "对方骂您“〔废物〕”是不对的",
            "您看到的「〔傻逼〕」那条已删",
            "他写的\"〔垃圾〕\"已经屏蔽",
            "所谓的〔保本〕",
            "号称〔包过〕的机构",
            "广告说〔根治〕",
            "客户说〔稳赚〕",
        ],
        &[
            "您真是〔傻逼〕",
            "我说您〔废物〕",
            "我跟您说〔稳赚不赔〕",
            "您〔废物〕,“好的”",
            "“好的”您这个〔废物〕",
            "〔保本〕“放心”",
            "我讲了〔零风险〕",
            "您〔神经病〕吧",
            "人说话要讲理,您〔无赖〕",
            "我觉得您〔脑子有病〕",
        ],
    );
}

#[test]
fn warning() {
    check(
        "warning",
        &[
            "说〔稳赚不赔〕的都是骗子",
            "谨防〔刷单返现〕",
            "请勿〔点击链接〕",
            "不要相信〔保本高收益〕",
            "让您〔加微信〕的,肯定是骗子",
            "〔好评返现〕违反平台规定",
            "当心〔安全账户〕",
            "切勿〔共享屏幕〕",
            "不要向任何人〔转账〕",
            "〔承诺收益〕属于违规行为。",
            "公司禁止〔私下交易〕",
            "别信〔内部名额〕",
        ],
        &[
            "您〔加微信〕,我发您",
            "〔稳赚不赔〕,放心买",
            "您把〔验证码〕发我",
            "这个〔零风险〕",
            "您点〔这个链接〕",
            "给个好评〔返现〕五元",
            "您先〔共享屏幕〕",
            "转到〔安全账户〕就行",
            "名额不多了,〔内部名额〕给您",
            "早买早赚,〔保本〕",
        ],
    );
}

#[test]
fn condition() {
    check(
        "condition",
        &[
            "如果〔亏损〕",
            "要是您〔不满意〕",
            "假如〔丢件〕",
            "万一〔亏了〕",
            "一旦〔泄露〕",
            "〔不满意〕的话",
            "只要〔好评〕",
            "若〔逾期〕",
            "倘若〔违约〕",
            "除非〔退货〕",
        ],
        &[
            "您〔亏损〕了",
            "〔丢件〕我们赔",
            "已经〔逾期〕",
            "今天〔泄露〕了",
            "您的话我记下了,〔不满意〕",
            "我〔退货〕",
            "果然〔亏了〕",
            "要〔好评〕",
            "比如说〔违约〕",
            "听您的话〔退货〕了",
        ],
    );
}

#[test]
fn own_person() {
    check(
        "self",
        &[
            "我真〔笨〕",
            "是我〔眼瞎〕",
            "不好意思,我〔脑子进水〕了",
            "我也〔笨手笨脚〕的",
            "我太〔糊涂〕了",
            "小妹〔手残〕",
            "我刚才〔眼花〕",
            "我就是个〔猪脑子〕",
            "自己〔蠢〕",
            "怪我〔脑残〕",
        ],
        &[
            "我看您〔脑子有病〕",
            "我说您〔废物〕",
            "我觉得你〔傻逼〕",
            "我没见过您这么〔蠢〕的",
            "我发现〔脑残〕真多",
            "我问您〔眼瞎〕吗",
            "您〔脑子进水〕",
            "你才〔笨〕",
            "我服了,〔猪脑子〕",
            "我告诉你〔废物〕",
        ],
    );
}

#[test]
fn naming() {
    check(
        "naming",
        &[
            "《〔白痴〕》还有现货",
            "〔草泥马〕公仔69元",
            "〔小丑〕面具有货",
            "【〔废物〕改造课】开课了",
            "〔变态〕味的辣条",
            "〔傻瓜〕相机停产了",
            "〔王八〕款抱枕",
            "〔尼玛〕县可以寄",
            "〔沙比〕利木门",
            "〔笨蛋〕系列盲盒",
        ],
        &[
            "您真是〔白痴〕",
            "你〔草泥马〕",
            "您就是个〔小丑〕",
            "〔废物〕一个",
            "〔变态〕吧您",
            "〔王八〕蛋",
            "《说明书》都看不懂,〔笨蛋〕",
            "〔傻逼〕,《合同》写着",
            "您这〔猪脑子〕",
            "【公告】〔脑残〕勿扰",
        ],
    );
}
