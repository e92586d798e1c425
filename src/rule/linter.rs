//! From decisions to findings: quotes and masks, cites the law of the day, says why, and joins what says the same twice.

use std::sync::Arc;

use jiff::civil::{Date, date};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    absence::{SILENCE, Wordings},
    case::Case,
    compile,
    judge::{self, Circumstances, Decision},
    outcome::Stop,
    overrides::{Override, Overrides},
    program::{Condition, Operator, Program},
    twins::{fingerprint, join_kinds, number_twins, order, sort},
    work::Work,
};
use crate::{
    dialogue::{Cues, Summary, Verdict},
    eval::{Claim, family_of},
    finding::{Absence, Confidence, ContextLine, Finding, Span, Trace},
    law::Registry,
    learned::{Reasons, Source},
    lexicon::{Fault, Lexicon, LexiconError, Rule, schema::Maturity, sorted},
    personal::{self, crossing},
    place::Place,
    text::fold::fold,
    transcript::{Conversation, Moment, Role},
};

/// How many of the wordings that would have counted stand in the reason itself.
const SAMPLES: usize = 4;

/// How findings are made.
#[derive(Clone, Debug)]
pub struct Options {
    /// Leave personal data readable.
    pub show_personal_data: bool,
    /// The day whose law holds for messages without a date; the library has no clock, so the caller says it.
    pub default_day: Date,
    /// The trade of all conversations; else it is told from their words.
    pub trade: Option<String>,
    /// Which model conditions ask that ask one.
    pub model: Source,
    /// Tell for each finding which conditions held and how, and what nearly fired.
    pub explain: bool,
    /// What holds for some files or some agents only.
    pub overrides: Vec<Override>,
    /// Where the paths of overrides are seen from.
    pub place: Place,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            show_personal_data: false,
            default_day: date(2026, 1, 1),
            trade: None,
            model: Source::Embedded,
            explain: false,
            overrides: Vec::new(),
            place: Place::default(),
        }
    }
}

/// What was found in one conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Linted {
    /// The conversation.
    pub conversation_id: Arc<str>,
    /// The agents who spoke, with the number of their messages, in order of first word.
    pub agents: Vec<(Option<Arc<str>>, u64)>,
    /// Messages of the conversation.
    pub messages: u64,
    /// The channel, shop or queue, if the export says so.
    pub channel: Option<Arc<str>>,
    /// When its first dated message was written.
    pub started: Option<Moment>,
    /// The trade told from its words, by name.
    pub trade: Option<Arc<str>>,
    /// In order of message and severity.
    pub findings: Vec<Finding>,
    /// What nearly fired, where it was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<NearMiss>,
    /// Ids of rules that could not be evaluated, for want of times.
    pub not_evaluable: Vec<Arc<str>>,
    /// What became of the customer's questions.
    pub dialogue: Summary,
    /// Share of the questions that were evaded, 0 to 1; `None` without questions.
    pub evasion_score: Option<f64>,
}

/// A lexicon ready to judge conversations; shared by threads.
#[derive(Debug)]
pub struct Linter {
    lexicon: Lexicon,
    program: Program,
    wordings: Wordings,
    registry: Registry,
    cues: Cues,
    options: Options,
    overrides: Overrides,
    forced_trade: Option<usize>,
}

impl Linter {
    /// Compiles a lexicon.
    pub fn new(lexicon: Lexicon, options: Options) -> Result<Self, LexiconError> {
        let rules = || {
            let (file, text) = lexicon.data("statutes.toml");
            let registry = Registry::parse(file, text).map_err(|e| data_error(file, e))?;
            let program = compile::compile(&lexicon, &registry, options.model.models())?;
            Ok((registry, program))
        };
        let cues = || {
            let (file, text) = lexicon.data("dialogue.toml");
            Cues::parse(text).map_err(|e| data_error(file, e))
        };
        let (rules, cues) = rayon::join(rules, cues);
        let ((registry, program), cues) = (rules?, cues?);
        let forced_trade = match &options.trade {
            None => None,
            Some(name) => {
                Some(program.trades.iter().position(|trade| *trade.name == **name).ok_or_else(|| {
                    let known: Vec<&str> = program.trades.iter().map(|trade| &*trade.name).collect();
                    data_error(
                        "trades.toml",
                        format!("unknown trade `{name}`; there are {}", known.join(", ")),
                    )
                })?)
            }
        };
        let overrides = Overrides::new(&options.overrides, options.place.clone(), &lexicon, &program.trades)
            .map_err(|fault| sorted(vec![fault]))?;
        Ok(Self {
            lexicon,
            wordings: Wordings::new(&program),
            program,
            registry,
            cues,
            options,
            overrides,
            forced_trade,
        })
    }

    /// The rules.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The law.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// How findings are made.
    pub fn options(&self) -> &Options {
        &self.options
    }

    pub(super) fn program(&self) -> &Program {
        &self.program
    }

    pub(super) fn cues(&self) -> &Cues {
        &self.cues
    }

    /// Whether jieba's dictionary has been needed so far.
    pub fn segmenter_is_loaded(&self) -> bool {
        self.program.segmenter.is_loaded()
    }

    /// Judges conversations on all threads; the answers come in the order of the conversations.
    ///
    /// What customers gave in one and agents wrote into another is seen here and nowhere else.
    pub fn lint_all(&self, conversations: &[Conversation], each: impl Fn() + Sync) -> Vec<Linted> {
        let others = self.asks_for_others().then(|| crossing::Index::of(conversations));
        conversations
            .par_iter()
            .map(|conversation| {
                let linted = self.lint_among(conversation, others.as_ref());
                each();
                linted
            })
            .collect()
    }

    /// Judges one conversation by itself.
    pub fn lint(&self, conversation: &Conversation) -> Linted {
        self.lint_among(conversation, None)
    }

    fn lint_among(&self, conversation: &Conversation, others: Option<&crossing::Index>) -> Linted {
        let case = Case::new(&self.program, &self.cues, conversation).among(others);
        let given = self.overrides.trade(conversation).or(self.forced_trade);
        let trade = given.or_else(|| case.trade());
        let decisions = judge::judge(&self.program, &case, self.circumstances(trade));
        // Most conversations have nothing to quote.
        let quoted = !decisions.is_empty() || self.options.explain;
        let masked = if quoted { self.masked(conversation) } else { Vec::new() };
        let trade_name = trade.map(|at| self.program.trades[at].name.clone());
        let mut findings: Vec<(u32, Finding)> = decisions
            .iter()
            .map(|decision| (decision.rule, self.finding(decision, &case, &masked, trade_name.as_deref())))
            .collect();
        findings.retain_mut(|(_, finding)| self.overrides.keep(finding));
        findings.sort_by(|a, b| order(&a.1, &b.1));
        let findings = number_twins(join_kinds(self.join_readers(findings, &case)));
        let not_evaluable = case
            .not_evaluable()
            .into_iter()
            .map(|rule| self.lexicon.rules[rule as usize].id().into())
            .collect();
        let ledger = case.ledger();
        Linted {
            conversation_id: conversation.id.clone(),
            agents: agents(conversation),
            messages: conversation.messages.len() as u64,
            channel: conversation.channel.clone(),
            started: conversation.messages.iter().find_map(|message| message.time),
            trade: trade_name,
            near_misses: if self.options.explain { self.near_misses_of(&case, &masked) } else { Vec::new() },
            not_evaluable,
            dialogue: ledger.summary(),
            evasion_score: ledger.score(),
            findings,
        }
    }

    fn asks_for_others(&self) -> bool {
        let asks = |c: &Condition| matches!(c.operator, Operator::PersonalData { elsewhere: true, .. });
        self.program.conditions.iter().any(asks)
    }

    /// The ids of the rules that fire beside `others`, each by itself, before those of one kind are joined: for testing rules.
    pub fn fired(
        &self,
        conversation: &Conversation,
        others: Option<Conversation>,
        trade: Option<&str>,
    ) -> Vec<&str> {
        let others = others.map(|other| crossing::Index::of(&[other]));
        let case = Case::new(&self.program, &self.cues, conversation).among(others.as_ref());
        let named = trade.and_then(|name| self.program.trades.iter().position(|t| *t.name == *name));
        let trade = named.or(self.forced_trade).or_else(|| case.trade());
        let decisions = judge::judge(&self.program, &case, self.circumstances(trade));
        let mut ids: Vec<&str> = decisions.iter().map(|d| self.rule(d.rule).id()).collect();
        ids.dedup();
        ids
    }

    /// What it takes to judge a conversation.
    pub fn work(&self, conversation: &Conversation) -> Work {
        let case = Case::new(&self.program, &self.cues, conversation);
        let trade = self.forced_trade.or_else(|| case.trade());
        judge::judge(&self.program, &case, self.circumstances(trade));
        case.work()
    }

    /// What nearly fired: for each rule a condition of which had a hit that was taken back, the rule, the condition, the
    /// words and the reason, in Chinese.
    pub fn near_misses(&self, conversation: &Conversation) -> Vec<NearMiss> {
        self.near_misses_of(&Case::new(&self.program, &self.cues, conversation), &self.masked(conversation))
    }

    fn near_misses_of(&self, case: &Case<'_>, masked: &[String]) -> Vec<NearMiss> {
        let mut near = Vec::new();
        for (number, condition) in self.program.conditions.iter().enumerate() {
            for (message, text) in masked.iter().enumerate() {
                if !case.is_by(message, condition.speaker) || !case.may_hold(number as u32, message) {
                    continue;
                }
                let outcome = case.outcome(number as u32, message);
                near.extend(outcome.near.iter().map(|(hit, stop)| NearMiss {
                    rule: self.rule(condition.rule).id().into(),
                    condition: condition.name.clone(),
                    message_index: message as u32,
                    quote: cut(text, hit.span),
                    reason: self.reason(*stop, condition, case, message),
                }));
            }
        }
        near
    }

    fn reason(&self, stop: Stop, condition: &Condition, case: &Case<'_>, message: usize) -> String {
        match stop {
            Stop::Boundary => "不是独立的词".to_owned(),
            Stop::Except => "属于规则写明的例外".to_owned(),
            Stop::Allow => "是更长的无害词的一部分".to_owned(),
            Stop::TooFew => "不同的词不够多".to_owned(),
            Stop::Guard(number) => self.program.guards.get(number).why.clone(),
            Stop::Unsure => thought(&condition.operator, case, message)
                .map_or_else(String::new, |(score, _)| format!("{score}，略低于阈值")),
        }
    }

    fn circumstances(&self, trade: Option<usize>) -> Circumstances {
        Circumstances { default_day: self.options.default_day, trade }
    }

    fn rule(&self, number: u32) -> &Rule {
        &self.lexicon.rules[number as usize]
    }

    fn masked(&self, conversation: &Conversation) -> Vec<String> {
        conversation
            .messages
            .iter()
            .map(|m| if self.options.show_personal_data { m.text.clone() } else { personal::mask(&m.text) })
            .collect()
    }

    fn finding(
        &self,
        decision: &Decision,
        case: &Case<'_>,
        masked: &[String],
        trade: Option<&str>,
    ) -> Finding {
        let rule = self.rule(decision.rule);
        let doc = &rule.doc;
        let conversation = case.conversation;
        let message = &conversation.messages[decision.message];
        let quote = cut(&masked[decision.message], decision.span);
        let duties: Vec<&str> = doc.duty.iter().map(String::as_str).collect();
        let day = message.time.map_or(self.options.default_day, Moment::day);
        let absences = self.wordings.absences(&self.program, case, decision);
        Finding {
            rule: rule.id().into(),
            family: doc.family,
            kind: doc.kind.as_str().into(),
            // What was said and then withdrawn was known to be wrong.
            severity: if message.recalled { doc.severity.raised() } else { doc.severity },
            confidence: self.own_confidence(decision.rule),
            title: doc.title.as_str().into(),
            conversation_id: conversation.id.clone(),
            message_index: decision.message as u32,
            role: message.role,
            agent_id: conversation.agent_of(decision.message).cloned(),
            time: message.time,
            fingerprint: fingerprint(rule.id(), &conversation.id, message),
            span: decision.span,
            statutes: self.registry.cite(&duties, day, trade),
            assumed_date: message.time.is_none(),
            advice: doc.advice.as_str().into(),
            why: self.why(decision, case, masked, &quote, &absences),
            absences,
            also: Vec::new(),
            source: message.source.clone(),
            context: context(conversation, masked, decision.message),
            trace: if self.options.explain { self.trace(decision, case, masked) } else { Vec::new() },
            suppressed: None,
            quote,
        }
    }

    /// Every condition that held, message by message, with the folded text and the way back.
    fn trace(&self, decision: &Decision, case: &Case<'_>, masked: &[String]) -> Vec<Trace> {
        let mut traces = Vec::new();
        for (number, found) in &decision.because {
            let condition = &self.program.conditions[*number as usize];
            let guards = condition
                .guards
                .iter()
                .map(|&guard| self.program.guards.get(guard).name.clone())
                .collect::<Vec<_>>();
            for &message in found {
                let outcome = case.outcome(*number, message);
                traces.extend(outcome.hits.iter().map(|hit| Trace {
                    condition: condition.name.clone(),
                    message_index: message as u32,
                    span: hit.span,
                    original: cut(&masked[message], hit.span),
                    folded: fold(&cut(&masked[message], hit.span)),
                    guards: guards.clone(),
                }));
            }
        }
        traces
    }

    /// What a rule's finding is worth before the other reader is heard.
    fn own_confidence(&self, rule: u32) -> Confidence {
        let trial = self.rule(rule).doc.status == Maturity::Preview;
        if trial || self.is_model_alone(rule) { Confidence::Low } else { Confidence::Medium }
    }

    /// What the model finds where a rule finds the same family on the same message, is one finding: the rule speaks, the model seconds.
    fn join_readers(&self, findings: Vec<(u32, Finding)>, case: &Case<'_>) -> Vec<Finding> {
        let (seconds, rules): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|(rule, _)| self.is_model_alone(*rule));
        let mut seconded: Vec<bool> =
            rules.iter().map(|(rule, finding)| self.hears_model(*rule) || agrees(finding, case)).collect();
        let mut joined: Vec<Finding> = rules.into_iter().map(|(_, finding)| finding).collect();
        let by_rules = joined.len();
        for (_, second) in seconds {
            let same = |known: &Finding| {
                (known.message_index, known.family, known.is_hygiene())
                    == (second.message_index, second.family, second.is_hygiene())
            };
            match joined[..by_rules].iter().position(same) {
                Some(at) => {
                    let known = &mut joined[at];
                    known.why = format!("{}；另由{}", known.why, second.why);
                    known.also.push(second.rule);
                    seconded[at] = true;
                }
                None => joined.push(second),
            }
        }
        for (finding, _) in joined.iter_mut().zip(seconded).filter(|(_, seconded)| *seconded) {
            finding.confidence = finding.confidence.raised();
        }
        sort(&mut joined);
        joined
    }

    /// Whether a rule asks for the model's word.
    fn hears_model(&self, rule: u32) -> bool {
        self.asked(rule).any(|operator| matches!(operator, Operator::Learned { .. }))
    }

    /// Whether a rule asks for nothing else.
    fn is_model_alone(&self, rule: u32) -> bool {
        self.hears_model(rule)
            && self.asked(rule).all(|operator| matches!(operator, Operator::Learned { .. }))
    }

    fn asked(&self, rule: u32) -> impl Iterator<Item = &Operator> {
        let asked = &self.program.plans[rule as usize].asked;
        asked.iter().map(|&condition| &self.program.conditions[condition as usize].operator)
    }

    /// What held, with the words, and what was looked for in vain.
    fn why(
        &self,
        decision: &Decision,
        case: &Case<'_>,
        masked: &[String],
        quote: &str,
        absences: &[Absence],
    ) -> String {
        let mut said = Vec::new();
        for (number, found) in &decision.because {
            let condition = &self.program.conditions[*number as usize];
            let at = if found.contains(&decision.message) { decision.message } else { found[0] };
            said.push(match &condition.operator {
                Operator::Verdict(verdicts) => verdict_reason(case, at, verdicts)
                    .map_or_else(|| "回复没有满足顾客的诉求".to_owned(), |why| self.guarded(why)),
                Operator::Count { at_least, .. } => {
                    format!("出现 {} 次（不少于 {at_least} 次）", found.len())
                }
                Operator::Question(_) => "此前顾客的提问尚未得到答复".to_owned(),
                Operator::Holds(_) => "回复的内容符合规则所述".to_owned(),
                Operator::Repeats(_) => "与此前的消息基本相同".to_owned(),
                Operator::Delay(limit) => format!("回复间隔超过 {limit:#}"),
                Operator::Learned { .. } => {
                    thought(&condition.operator, case, at).map_or_else(String::new, |(score, reasons)| {
                        let passages = reasons.passages.iter();
                        let passages =
                            passages.map(|&passage| format!("“{}”", cut(&masked[at], passage).trim()));
                        let because: Vec<String> = passages.chain(reasons.facts.iter().cloned()).collect();
                        format!("{score}，主要依据{}", because.join("、"))
                    })
                }
                Operator::Unlearned { .. } => "模型不以为然".to_owned(),
                Operator::Unanswered => "此后没有任何客服回复".to_owned(),
                Operator::Overdue => "所说的时限已过，其间没有音讯，顾客再次追问".to_owned(),
                Operator::Evasive(at_least) => {
                    case.ledger().evasiveness(at).map_or_else(String::new, |likely| {
                        format!("问答分析：未答所问的可能性 {likely:.2}（不低于 {at_least:.2}）")
                    })
                }
                Operator::PersonalData { elsewhere: true, .. } => {
                    let crossing = case.crossings().iter().find(|c| c.message_index as usize == at);
                    let other = crossing.map_or_else(String::new, |c| self.guarded(c.elsewhere.to_string()));
                    format!("本会话顾客未给出，另一会话（{other}）的顾客给过")
                }
                Operator::Terms { .. }
                | Operator::Patterns { .. }
                | Operator::Similar { .. }
                | Operator::PersonalData { .. } => {
                    let words = case.outcome(*number, at).hits.first().map(|hit| cut(&masked[at], hit.span));
                    let words = words.unwrap_or_else(|| quote.to_owned());
                    if at == decision.message {
                        format!("“{words}”")
                    } else {
                        format!(
                            "第 {} 条{}“{words}”",
                            at + 1,
                            role_title(case.conversation.messages[at].role)
                        )
                    }
                }
            });
        }
        said.dedup();
        for absence in absences.iter().filter(|absence| *absence.wordings != [SILENCE]) {
            let samples = &absence.wordings[..absence.wordings.len().min(SAMPLES)];
            let place = if absence.whole_conversation { "全会话" } else { "相应范围" };
            let (looked, samples) = (absence.messages.len(), samples.join("、"));
            said.push(format!("{place} {looked} 条消息中未见{samples}等说法"));
        }
        format!("{}：{}", self.rule(decision.rule).doc.title, said.join("；"))
    }

    fn guarded(&self, why: String) -> String {
        if self.options.show_personal_data { why } else { personal::mask(&why) }
    }
}

/// Whether a model's own judgement is that of a rule, whether or not a rule asks it.
fn agrees(finding: &Finding, case: &Case<'_>) -> bool {
    case.is_seconded(family_of(&Claim::of(finding).label), finding.message_index as usize)
}

/// A hit that did not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearMiss {
    /// The rule.
    pub rule: Arc<str>,
    /// The condition in it.
    pub condition: String,
    /// Index of the message.
    pub message_index: u32,
    /// The words, masked.
    pub quote: String,
    /// What took them back, in Chinese.
    pub reason: String,
}

fn data_error(file: &str, error: impl std::fmt::Display) -> LexiconError {
    sorted(vec![Fault { file: file.into(), line: 1, reason: error.to_string() }])
}

fn verdict_reason(case: &Case<'_>, message: usize, verdicts: &[Verdict]) -> Option<String> {
    let judgements = case.ledger().verdicts(message);
    judgements.iter().find(|j| verdicts.contains(&j.verdict)).map(|j| j.why.clone())
}

/// The score beside the threshold, and what made the model think so.
fn thought(operator: &Operator, case: &Case<'_>, message: usize) -> Option<(String, Reasons)> {
    let Operator::Learned { asked, at_least } = operator else { return None };
    let (probability, surest) = case.surest(asked, message)?;
    let score = format!("模型评分 {probability:.2}（阈值 {at_least:.2}）");
    Some((score, case.reasons(surest, message)))
}

fn role_title(role: Role) -> &'static str {
    match role {
        Role::Customer => "顾客",
        Role::Agent => "客服",
        Role::Bot => "机器人",
        Role::System => "系统",
    }
}

fn agents(conversation: &Conversation) -> Vec<(Option<Arc<str>>, u64)> {
    let mut agents: Vec<(Option<Arc<str>>, u64)> = Vec::new();
    for message in conversation.messages.iter().filter(|message| message.role == Role::Agent) {
        match agents.iter_mut().find(|(agent, _)| *agent == message.agent) {
            Some((_, count)) => *count += 1,
            None => agents.push((message.agent.clone(), 1)),
        }
    }
    agents
}

fn context(conversation: &Conversation, masked: &[String], at: usize) -> Vec<ContextLine> {
    (at.saturating_sub(1)..=at)
        .map(|index| ContextLine {
            message_index: index as u32,
            role: conversation.messages[index].role,
            text: masked[index].clone(),
        })
        .collect()
}

fn cut(text: &str, span: Span) -> String {
    text.chars().skip(span.start as usize).take(span.len() as usize).collect()
}
