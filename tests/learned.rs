//! The second reader from labelled chats to a finding: same data, same bytes; refusals; the operator; one finding for both readers.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::date;
use kefulint::{
    dialogue::{Cues, Ledger},
    eval::Gold,
    finding::Confidence,
    learned::{self, Model, ModelError, Pages, Reading, Settings, Source, TrainError, Training},
    lexicon::{
        Lexicon, example,
        schema::{ExampleDoc, Speaker},
    },
    rule::{Linter, Options},
    text::fold::Folded,
    transcript::Conversation,
};

const RUDE: [&str; 6] = ["蠢材一个", "真是蠢材", "蠢材就别来", "你这蠢材", "哪来的蠢材", "蠢材也会买东西"];
const CIVIL: [&str; 6] = ["已经发出", "明天送到", "在第三页", "可以的", "帮您登记好", "请看图示"];

fn chat(id: &str, lines: &[&str]) -> Conversation {
    let lines = ExampleDoc::Chat(lines.iter().map(|&line| line.to_owned()).collect());
    let mut chat = example::conversation(&lines, Speaker::Agent).expect("the lines are right");
    chat.id = id.into();
    chat
}

/// Three authors, two of whom are sometimes rude.
fn corpus(rude_chats: usize) -> (Vec<Conversation>, Gold) {
    let mut chats = Vec::new();
    let mut gold: Vec<String> = Vec::new();
    for number in 0..120 {
        let id = format!("{}-{number:03}", ["甲", "乙", "丙"][number % 3]);
        let rude = number < rude_chats;
        let said = if rude { RUDE[number % 6] } else { CIVIL[number % 6] };
        chats.push(chat(&id, &[&format!("客: 第{number}单到哪了"), &format!("服: 您好,{said},{number}号")]));
        gold.push(format!("{{\"conv\": \"{id}\", \"read\": true}}"));
        if rude {
            gold.push(format!("{{\"conv\": \"{id}\", \"msg\": 1, \"label\": \"abuse.insult\"}}"));
        }
    }
    (chats, Gold::parse(&gold.join("\n")).expect("the labels are right"))
}

fn settings() -> Settings {
    Settings { date: date(2026, 11, 22), precision: 0.8, judge: Vec::new() }
}

fn trained() -> Training {
    let (chats, gold) = corpus(48);
    learned::train(&chats, &gold, &Cues::embedded(), &settings()).expect("48 labels are enough")
}

fn probability(model: &Model, chat: &Conversation, at: usize) -> f64 {
    let folded: Vec<Folded> = chat.messages.iter().map(|message| Folded::new(&message.text)).collect();
    let ledger = Ledger::new(chat, &Cues::embedded());
    let pages = Pages { model, conversation: chat, ledger: &ledger, folded: &|at| &folded[at] };
    let choice = model.choice("abuse").expect("the model knows abuse");
    Reading::new(folded.len()).probability(pages, choice, at)
}

#[test]
fn the_same_data_make_the_same_bytes_on_one_thread_and_on_four() {
    let bytes = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be had");
        pool.install(|| trained().model.write())
    };
    assert!(bytes(1) == bytes(4), "the bytes hang on the number of threads");
}

#[test]
fn what_was_learned_is_told_apart_and_figures_are_of_authors_left_out() {
    let training = trained();
    let head = &training.model.header().heads[0];
    assert_eq!((training.authors, training.model.header().conversations), (3, 120));
    assert_eq!((head.name.as_str(), head.figures.labelled, head.figures.messages), ("abuse", 48, 120));
    assert_eq!(head.kinds.iter().map(|kind| kind.name.as_str()).collect::<Vec<_>>(), ["insult"]);
    let wanted = head.figures.wanted.expect("the words are the same with every author");
    assert!(wanted.precision >= 0.8 && wanted.recall > 0.9, "{wanted:?}");
    let rude = probability(&training.model, &chat("丁-1", &["客: 到哪了", "服: 您好,蠢材"]), 1);
    let civil = probability(&training.model, &chat("丁-2", &["客: 到哪了", "服: 您好,明天到"]), 1);
    assert!(rude > 0.8 && civil < 0.2, "{rude} {civil}");
    let asked = probability(&training.model, &chat("丁-3", &["客: 蠢材", "服: 您好"]), 0);
    assert!(asked.abs() < f64::EPSILON, "a head for agents has no word on customers");
    assert!(
        training.heads[0].leans_on.iter().any(|gram| gram.contains('蠢')),
        "{:?}",
        training.heads[0].leans_on
    );
    assert_eq!(training.left_out.len(), 5);
}

#[test]
fn too_little_is_refused_in_words() {
    let (chats, gold) = corpus(12);
    let error = learned::train(&chats, &gold, &Cues::embedded(), &settings()).expect_err("12 are too few");
    assert!(error.to_string().starts_with(
        "too little to learn from: a family needs at least 30 clear labels, here are: abuse 12,"
    ));
    let error = learned::train(&chats, &Gold::default(), &Cues::embedded(), &settings())
        .expect_err("nothing was read");
    assert_eq!(error, TrainError::NothingRead);
}

#[test]
fn a_model_file_is_read_back_and_a_damaged_one_is_not() {
    let bytes = trained().model.write();
    assert!(Model::read(&bytes).expect("it was just written").write() == bytes);
    assert_eq!(Model::read(b"PK\x03\x04"), Err(ModelError::NoModel));
    let mut changed = bytes.clone();
    *changed.last_mut().expect("it has weights") ^= 1;
    assert_eq!(Model::read(&changed), Err(ModelError::Damaged("its weights have changed".to_owned())));
    let cut = &bytes[..bytes.len() - 1];
    assert_eq!(Model::read(cut), Err(ModelError::Damaged("its weights are too many or too few".to_owned())));
    let text = String::from_utf8_lossy(&bytes[..40]).into_owned();
    let old = text.replace("\"features\":1", "\"features\":0").into_bytes();
    let old: Vec<u8> = old.into_iter().chain(bytes[40..].iter().copied()).collect();
    assert_eq!(Model::read(&old), Err(ModelError::Features { found: 0 }));
}

#[test]
fn the_embedded_model_is_the_file_and_knows_the_families() {
    let model = Model::embedded();
    assert!(model.write() == include_bytes!("../lexicons/model.kfl"));
    for name in ["abuse", "evasion", "disclosure", "privacy", "conduct", "conduct.off_platform"] {
        assert!(model.choice(name).is_some(), "{name}");
    }
    assert!(model.write().len() < 4 << 20);
}

const PACK: &str = r#"
[pack]
name = "abuse"
title = "abuse"

[[rule]]
id = "ABU101"
family = "abuse"
kind = "sarcasm"
title = "疑似辱骂顾客"
severity = "high"
duty = ["尊重人格尊严"]
advice = "请致歉。"
since = "0.1.0"
where.word = { terms = ["哪来的"], boundary = "none" }

[[rule]]
id = "ABU901"
family = "abuse"
kind = "insult"
title = "疑似辱骂顾客（由模型提示）"
severity = "medium"
duty = ["尊重人格尊严"]
advice = "请致歉。"
since = "0.1.0"
when = "model and not order"
where.model = { learned = { model = "abuse", at_least = 0.7 } }
where.order = { terms = ["订单"] }
"#;

fn linter(pack: &str, model: Source) -> Result<Linter, String> {
    let packs: Vec<(Arc<str>, String)> = vec![("abuse.toml".into(), pack.to_owned())];
    let lexicon = Lexicon::from_texts(packs, BTreeMap::new()).map_err(|error| error.to_string())?;
    Linter::new(lexicon, Options { model, ..Options::default() }).map_err(|error| error.to_string())
}

fn found(linter: &Linter, said: &str) -> Vec<(String, Vec<String>, String)> {
    let chat = chat("丁-1", &["客: 到哪了", &format!("服: {said}")]);
    let findings = linter.lint(&chat).findings.into_iter();
    findings.map(|f| (f.rule.to_string(), f.also.iter().map(ToString::to_string).collect(), f.why)).collect()
}

#[test]
fn the_operator_holds_by_itself_in_expressions_and_beside_a_rule() {
    let model = Arc::new(trained().model);
    let linter = linter(PACK, Source::Given(vec![model])).expect("the pack is right");
    let alone = found(&linter, "您好,真是蠢材");
    assert_eq!(alone.len(), 1);
    assert_eq!((alone[0].0.as_str(), alone[0].1.len()), ("ABU901", 0));
    let why = &alone[0].2;
    assert!(why.starts_with("疑似辱骂顾客（由模型提示）：模型评分 "), "{why}");
    assert!(why.contains("（阈值 0.70），主要依据“") && why.contains("蠢材"), "{why}");
    assert_eq!(found(&linter, "您好,真是蠢材,订单"), []);
    let both = found(&linter, "您好,哪来的蠢材");
    assert_eq!(both.len(), 1, "{both:?}");
    assert_eq!((both[0].0.as_str(), both[0].1.as_slice()), ("ABU101", ["ABU901".to_owned()].as_slice()));
    assert!(both[0].2.contains("；另由疑似辱骂顾客（由模型提示）：模型评分"), "{}", both[0].2);
}

fn confidences(linter: &Linter, said: &str) -> Vec<Confidence> {
    let findings = linter.lint(&chat("丁-1", &["客: 到哪了", &format!("服: {said}")])).findings;
    findings.into_iter().map(|finding| finding.confidence).collect()
}

#[test]
fn a_rule_is_trusted_more_where_the_model_agrees() {
    let model = Arc::new(trained().model);
    let on_trial = linter(PACK, Source::Given(vec![model.clone()])).expect("the pack is right");
    assert_eq!(confidences(&on_trial, "您好,真是蠢材"), [Confidence::Low], "the model alone");
    assert_eq!(
        confidences(&on_trial, "您好,哪来的新货,明天送到"),
        [Confidence::Low],
        "a rule on trial alone"
    );
    assert_eq!(confidences(&on_trial, "您好,哪来的蠢材"), [Confidence::Medium], "both");
    let stable = PACK.replacen("since", "status = \"stable\"\nsince", 1);
    let proven = linter(&stable, Source::Given(vec![model])).expect("the pack is right");
    assert_eq!(confidences(&proven, "您好,哪来的新货,明天送到"), [Confidence::Medium], "a proven rule alone");
    assert_eq!(confidences(&proven, "您好,哪来的蠢材"), [Confidence::High], "both");
    let (rule, _) = stable.split_once("[[rule]]\nid = \"ABU901\"").expect("the second rule asks the model");
    let proven = linter(rule, proven.options().model.clone()).expect("the pack is right");
    assert_eq!(confidences(&proven, "您好,哪来的蠢材"), [Confidence::High], "no rule need ask the model");
}

#[test]
fn a_score_just_below_the_threshold_is_a_near_miss() {
    let model = Arc::new(trained().model);
    let chat =
        chat("丁-1", &["客: 到哪了", "服: 已经发出,明天送到,可以的,帮您登记好,这种材料在第三页,请看图示"]);
    let score = probability(&model, &chat, 1);
    assert!(score < 0.8, "{score} leaves no room");
    let near = |at_least: f64| {
        let pack = PACK.replace("at_least = 0.7", &format!("at_least = {at_least}"));
        let linter = linter(&pack, Source::Given(vec![model.clone()])).expect("the pack is right");
        assert_eq!(linter.lint(&chat).findings.len(), 0);
        linter.near_misses(&chat).into_iter().map(|near| near.reason).collect::<Vec<_>>()
    };
    let at_least = score + 0.01;
    let reason = format!("模型评分 {score:.2}（阈值 {at_least:.2}），略低于阈值");
    assert_eq!(near(at_least), [reason]);
    assert!(near(score + 0.11).is_empty());
}

#[test]
fn of_several_models_the_surest_speaks() {
    let models = vec![Model::embedded(), Arc::new(trained().model)];
    let both = linter(PACK, Source::Given(models.clone())).expect("the pack is right");
    assert_eq!(found(&both, "您好,真是蠢材").len(), 1);
    let embedded = linter(PACK, Source::Given(models[..1].to_vec())).expect("the pack is right");
    assert_eq!(found(&embedded, "您好,真是蠢材"), [], "蠢材 was learned from the other");
}

#[test]
fn a_model_that_knows_less_than_the_embedded_rules_ask_leaves_those_silent() {
    let lexicon = Lexicon::embedded().expect("the embedded lexicon loads");
    let model = Source::Given(vec![Arc::new(trained().model)]);
    let linter = Linter::new(lexicon, Options { model, ..Options::default() });
    assert!(linter.is_ok(), "it knows abuse and nothing of disclosure: {:?}", linter.err());
}

#[test]
fn without_a_model_the_operator_never_holds() {
    let linter = linter(PACK, Source::Off).expect("the pack is right");
    assert_eq!(found(&linter, "您好,真是蠢材"), []);
}

#[test]
fn a_name_that_the_model_does_not_know_is_a_fault_with_its_line() {
    let pack = PACK.replace("model = \"abuse\"", "model = \"rudeness\"");
    let error = linter(&pack, Source::Given(vec![Arc::new(trained().model)])).expect_err("no such model");
    assert!(error.contains("abuse.toml:18: rule ABU901: condition `model`: the model does not know `rudeness`; it knows abuse, abuse.insult"), "{error}");
    let pack = PACK.replace("at_least = 0.7", "at_least = 7");
    let error = linter(&pack, Source::Off).expect_err("7 is no probability");
    assert!(error.contains("at_least = 7 must lie between 0 and 1"), "{error}");
}
