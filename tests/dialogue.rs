//! The dialogue analysis as a library user sees it.

use std::sync::{Arc, LazyLock};

use jiff::{SignedDuration, Timestamp, tz::Offset};
use kefulint::{
    dialogue::{Cues, Holding, Ledger, Outcome, QuestionType, Verdict},
    transcript::{Conversation, Message, Moment, Role, Source},
};
use proptest::prelude::*;

static CUES: LazyLock<Cues> = LazyLock::new(Cues::embedded);

/// `客` and `服` by turns, as the lines say; a number after the letter is the second at which it was written.
fn conversation(lines: &[&str]) -> Conversation {
    let messages = lines
        .iter()
        .zip(1..)
        .map(|(line, number)| {
            let (head, text) = line.split_once(':').expect("a colon after the speaker");
            let (role, second) = if let Some(second) = head.strip_prefix('客') {
                (Role::Customer, second)
            } else {
                (Role::Agent, head.trim_start_matches('服'))
            };
            let time = second.trim().parse::<i64>().ok().map(|second| Moment {
                at: Timestamp::from_second(1_700_000_000 + second).expect("in range"),
                offset: Offset::UTC,
            });
            let source = Source { file: Arc::from("t"), line: number };
            Message {
                id: None,
                role,
                agent: None,
                time,
                text: text.trim().to_owned(),
                recalled: false,
                source,
            }
        })
        .collect();
    Conversation {
        id: Arc::from("t"),
        channel: None,
        customers: Vec::new(),
        messages,
        unseen: 0,
        speech: false,
    }
}

fn ledger(lines: &[&str]) -> Ledger {
    Ledger::new(&conversation(lines), &CUES)
}

fn verdict(lines: &[&str], message: usize) -> Option<Verdict> {
    ledger(lines).verdicts(message).first().map(|judgement| judgement.verdict)
}

#[test]
fn questions_are_typed_with_and_without_a_question_mark() {
    for (text, kind) in [
        ("这个柜子啥时候能送到", QuestionType::Time),
        ("取件的柜子在哪里", QuestionType::Place),
        ("加装一个滤芯多少钱", QuestionType::Amount),
        ("为什么我的券用不了", QuestionType::Reason),
        ("能不能改个颜色", QuestionType::Polarity),
        ("两个档位选哪个", QuestionType::Choice),
        ("滤网怎么拆洗?怎么弄", QuestionType::Method),
        ("负责售后的是谁", QuestionType::Identity),
        ("维修单走到哪一步了", QuestionType::Status),
        ("帮我催一下", QuestionType::Request),
        ("刚拆封就漏水", QuestionType::Complaint),
    ] {
        let ledger = ledger(&[&format!("客:{text}"), "服:好的"]);
        let kinds: Vec<QuestionType> = ledger.items().iter().map(|item| item.kind).collect();
        assert!(kinds.contains(&kind), "{text}: {kinds:?}");
    }
}

#[test]
fn thanks_cards_and_masks_are_no_questions() {
    for text in ["好的谢谢", "没有了", "咨询订单号:[订单x] 商品ID:[数字x]", "[数字x]", "嗯嗯 收到"]
    {
        assert!(ledger(&[&format!("客:{text}")]).items().is_empty(), "{text}");
    }
}

#[test]
fn an_item_says_where_it_stands_in_the_original() {
    let ledger = ledger(&["客:收到了，谢谢！押金多久退？"]);
    let item = &ledger.items()[0];
    assert_eq!((item.span.start, item.span.end, item.text.as_str()), (7, 12, "押金多久退"));
}

#[test]
fn what_a_reply_holds_is_read_after_courtesy_is_taken_off() {
    let ledger = ledger(&[
        "客:什么时候能修好",
        "服:抱歉让您久等,明天下午三点前修好,值班电话400-123-4567",
        "客:好",
        "服:祝您今天愉快,满意请点亮五颗星",
    ]);
    assert!(ledger.holds(1).contains(&Holding::Time));
    assert!(ledger.holds(1).contains(&Holding::Contact));
    assert_eq!(ledger.holds(3), [], "a wish for today is no time");
}

#[test]
fn the_slot_decides_and_not_the_phrase() {
    let asked = "客:押金什么时候能退给我";
    assert_eq!(verdict(&[asked, "服:正在处理中,请您耐心等待"], 1), Some(Verdict::Stalling));
    let timed = verdict(&[asked, "服:正在处理中,请您耐心等待,周五18点前到账"], 1).expect("a verdict");
    assert!(!timed.is_evasive(), "{timed:?}");
    let masked = verdict(&[asked, "服:请您耐心等待,[数字x]-[数字x]个工作日到账"], 1).expect("a verdict");
    assert!(!masked.is_evasive(), "{masked:?}");
}

#[test]
fn a_hand_over_with_a_handle_is_no_buck_passing() {
    let asked = "客:门铃坏了谁来修";
    assert_eq!(verdict(&[asked, "服:这个归物业管的,您自己去找物业说吧"], 1), Some(Verdict::BuckPassing));
    let handled =
        verdict(&[asked, "服:归物业工程部管,电话0571-88001234,今晚八点前上门"], 1).expect("a verdict");
    assert!(!handled.is_evasive(), "{handled:?}");
}

#[test]
fn a_closing_is_boilerplate_only_while_something_is_open() {
    assert_eq!(
        verdict(&["客:会员到期后积分会清掉吗", "服:感谢您的支持,祝您生活愉快"], 1),
        Some(Verdict::Boilerplate)
    );
    assert_eq!(verdict(&["客:知道了谢谢", "服:感谢您的支持,祝您生活愉快"], 1), None);
}

#[test]
fn asking_for_what_is_needed_is_no_evasion_and_keeps_the_item_open() {
    let lines = ["客:帮我查下几号能到", "服:麻烦把订单号发我", "客:[订单x]", "服:预计明天上午送达"];
    let ledger = ledger(&lines);
    assert_eq!(ledger.verdicts(1)[0].verdict, Verdict::AskedBack);
    assert_eq!(ledger.open_before(3).count(), ledger.items().len());
    assert!(!ledger.verdicts(3)[0].verdict.is_evasive());
    assert!(ledger.items().iter().all(|item| item.outcome == Outcome::Answered));
}

#[test]
fn the_same_words_to_a_new_question_are_a_repetition() {
    let said = "服:发票由财务在订单完成之后统一开具邮寄";
    assert_eq!(
        verdict(&["客:发票能寄到公司吗", said, "客:我问的是寄到公司行不行", said], 3),
        Some(Verdict::Repeated)
    );
}

#[test]
fn the_dropped_one_of_two_questions_is_ignored() {
    let lines = ["客:烤箱容积多大?保修多久?", "服:容积是42升,能烤整鸡", "客:好的"];
    let ledger = ledger(&lines);
    let ignored = &ledger.verdicts(0)[0];
    assert_eq!(ignored.verdict, Verdict::Ignored);
    let item = ignored.item.expect("the dropped question");
    assert_eq!(ledger.items()[item].kind, QuestionType::Time);
    assert_eq!(verdict(&["客:烤箱容积多大?保修多久?", "服:容积42升,保修三年", "客:好的"], 0), None);
}

#[test]
fn what_was_not_seen_is_not_missing() {
    let mut conversation = conversation(&["客:烤箱容积多大?保修多久?", "服:容积是42升,能烤整鸡", "客:好的"]);
    conversation.unseen = 1;
    assert!(Ledger::new(&conversation, &CUES).verdicts(0).is_empty());
}

#[test]
fn why_names_question_slot_and_what_stood_there_and_masks() {
    let ledger = ledger(&["客:13812345678这个号什么时候能解绑", "服:会尽快为您处理的"]);
    let why = &ledger.verdicts(1)[0].why;
    assert!(
        why.contains("问时间") && why.contains("应答需含时间") && why.contains("没有时限和结果"),
        "{why}"
    );
    assert!(!why.contains("13812345678"), "{why}");
}

#[test]
fn the_score_rises_with_evasion() {
    let bad = ledger(&["客:几号退款", "服:请您耐心等待", "客:到底几号", "服:会尽快处理的"]).score();
    let good = ledger(&["客:几号退款", "服:3号前原路退回", "客:好的谢谢"]).score();
    assert!(bad.expect("asked") > 0.5 && good.expect("asked") < 0.2, "{bad:?} {good:?}");
    assert_eq!(ledger(&["客:谢谢"]).score(), None);
}

#[test]
fn waits_are_counted_from_the_first_unanswered_message() {
    let ledger =
        ledger(&["客0:在吗", "客5:几点关门", "服65:九点", "客70:周末呢", "服370:一样", "客400:有停车位吗"]);
    assert_eq!(ledger.reply_delay(2), Some(SignedDuration::from_secs(65)));
    assert_eq!(ledger.reply_delay(4), Some(SignedDuration::from_secs(300)));
    assert_eq!(ledger.summary().first_reply, Some(65));
    assert_eq!(ledger.summary().longest_wait, Some(300));
    assert!(ledger.unanswered(5) && !ledger.unanswered(3));
}

#[test]
fn summary_counts_every_item_once() {
    let summary = ledger(&["客:几点关门?有停车位吗", "服:九点关门,有停车位"]).summary();
    assert_eq!(summary.items, 2);
    assert_eq!(summary.answered + summary.deferred + summary.evaded, 2);
}

#[test]
fn a_lexicon_error_names_line_and_reason() {
    let source = include_str!("../lexicons/dialogue.toml");
    let line = source.lines().position(|line| line == "[ask.place]").expect("the class") + 1;
    for (added, reason) in [
        ("sequences = [\"@nobody…走\"]\n", "no list is called @nobody"),
        ("sequences = [\"…\"]\n", "one to eight parts"),
        ("sequences = [\"去//来\"]\n", "empty alternative"),
    ] {
        let error = Cues::parse(&source.replacen("[ask.place]\n", &format!("[ask.place]\n{added}"), 1));
        let error = error.expect_err(added);
        assert_eq!(error.line, line + 1, "{error}");
        assert!(error.reason.contains(reason), "{error}");
    }
    let unknown = source.replacen("[ask.place]", "[ask.weather]", 1);
    let error = Cues::parse(&unknown).expect_err("no such class");
    assert_eq!((error.line, error.reason.as_str()), (line, "there is no class ask.weather"));
    let weights = source.replacen("\nhollow = ", "\nhollowness = ", 1);
    assert!(Cues::parse(&weights).expect_err("no such evidence").reason.contains("hollowness"));
}

#[test]
fn a_pattern_that_is_none_is_named_with_its_line() {
    let source = include_str!("../lexicons/dialogue.toml");
    let broken = source.replacen("'万分之|千分之|百分之'", "'万分之|('", 1);
    let line = broken.lines().position(|line| line.contains("'万分之|('")).expect("the pattern") + 1;
    let error = Cues::parse(&broken).expect_err("an open parenthesis");
    assert_eq!(error.line, line);
    assert!(error.reason.contains("is no regular expression"), "{error}");
}

proptest! {
    /// Whatever stands in a log, reading it does not panic, and every item lies inside its message.
    #[test]
    fn any_text_is_read(texts in proptest::collection::vec("[客服几时退款吗?,。 \\[\\]x数字~!…1-9a-z\u{1f300}-\u{1f310}]{0,24}", 1..8)) {
        let lines: Vec<String> = texts.iter().enumerate()
            .map(|(at, text)| format!("{}:{text}", if at % 3 == 1 { "服" } else { "客" }))
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let conversation = conversation(&lines);
        let ledger = Ledger::new(&conversation, &CUES);
        for item in ledger.items() {
            let length = conversation.messages[item.message].text.chars().count() as u32;
            prop_assert!(item.span.start <= item.span.end && item.span.end <= length);
        }
        if let Some(score) = ledger.score() {
            prop_assert!((0.0..=1.0).contains(&score));
        }
    }
}
