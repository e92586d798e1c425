//! One conversation on trial: what stands in which message, found out once and only when a rule asks.
//!
//! Answers whether a condition holds and where. Knows nothing of rules as a whole; [`super::judge`] joins the answers.

use std::{
    cell::{OnceCell, RefCell},
    collections::BTreeSet,
    ops::Range,
    rc::Rc,
};

use super::{
    guard::Place,
    matcher::{Matcher, Scan, TermHit, View},
    outcome::{Focus, Hit, Outcome, Stop},
    program::{Asked, Condition, Operator, Program, Scope},
    similar::{dice, pairs},
    trade,
    work::{Counter, Work},
};
use crate::{
    dialogue::{Cues, Ledger},
    finding::Span,
    learned::{self, Pages, Reading, Reasons},
    lexicon::schema::Speaker,
    personal::{
        self, Datum,
        crossing::{self, Crossing},
    },
    text::{clause, fold::Folded, table::is_han},
    transcript::Conversation,
};

/// A model's score so little below what is asked is a near miss.
const JUST_BELOW: f64 = 0.1;

/// A conversation with what is known of it.
pub struct Case<'a> {
    /// The conversation.
    pub conversation: &'a Conversation,
    program: &'a Program,
    cues: &'a Cues,
    scans: Vec<Scan>,
    clauses: Vec<OnceCell<Vec<Range<usize>>>>,
    edges: Vec<[OnceCell<Vec<u32>>; 2]>,
    data: Vec<OnceCell<Vec<Datum>>>,
    others: Option<&'a crossing::Index>,
    crossings: OnceCell<Vec<Crossing>>,
    similar: Vec<OnceCell<Vec<(u32, f64)>>>,
    /// By message, what was found out so far, by condition; few conditions are asked of a message.
    outcomes: RefCell<Vec<Outcomes>>,
    /// A bit for each condition of which something was seen in some message.
    seen: Vec<u64>,
    ledger: OnceCell<Ledger>,
    readings: Vec<Reading>,
    not_evaluable: RefCell<BTreeSet<u32>>,
    counter: Counter,
}

/// The outcomes of some conditions in one message.
type Outcomes = Vec<(u32, Rc<Outcome>)>;

impl<'a> Case<'a> {
    /// Reads every message once.
    pub fn new(program: &'a Program, cues: &'a Cues, conversation: &'a Conversation) -> Self {
        let count = conversation.messages.len();
        let scan = if conversation.speech { Matcher::scan_speech } else { Matcher::scan };
        let scans: Vec<Scan> = conversation
            .messages
            .iter()
            .map(|message| scan(&program.matcher, &message.text, message.role))
            .collect();
        let counter = Counter::default();
        counter.count(|work| {
            work.messages = count as u64;
            work.literals =
                scans.iter().map(|scan| scan.terms.len() + scan.anchors.len()).sum::<usize>() as u64;
        });
        let mut seen = vec![0; program.conditions.len().div_ceil(64)];
        for scan in &scans {
            let terms = scan.terms.iter().map(|hit| hit.condition);
            for condition in terms.chain(scan.anchors.iter().map(|&(condition, ..)| condition)) {
                seen[condition as usize / 64] |= 1 << (condition % 64);
            }
        }
        Self {
            conversation,
            program,
            cues,
            scans,
            clauses: vec![OnceCell::new(); count],
            edges: vec![<[OnceCell<Vec<u32>>; 2]>::default(); count],
            data: vec![OnceCell::new(); count],
            others: None,
            crossings: OnceCell::new(),
            similar: vec![OnceCell::new(); count],
            outcomes: RefCell::new(vec![Vec::new(); count]),
            seen,
            ledger: OnceCell::new(),
            readings: program.models.iter().map(|_| Reading::new(count)).collect(),
            not_evaluable: RefCell::default(),
            counter,
        }
    }

    /// The same beside other conversations, of which `others` knows what their customers gave.
    #[must_use]
    pub fn among(self, others: Option<&'a crossing::Index>) -> Self {
        Self { others, ..self }
    }

    /// What was written here and given by the customer of another conversation.
    pub fn crossings(&self) -> &[Crossing] {
        self.crossings
            .get_or_init(|| self.others.map_or_else(Vec::new, |others| others.crossings(self.conversation)))
    }

    /// The trade that the words of the conversation tell, by number.
    pub fn trade(&self) -> Option<usize> {
        let mut sums = vec![0; self.program.trades.len()];
        for &(trade, weight) in self.scans.iter().flat_map(|scan| &scan.cues) {
            sums[trade as usize] += weight;
        }
        trade::strongest(&sums)
    }

    /// What the customer asked and what became of it.
    pub fn ledger(&self) -> &Ledger {
        self.ledger.get_or_init(|| Ledger::new(self.conversation, self.cues))
    }

    /// The ledger, if some rule needed it.
    pub fn into_ledger(self) -> Option<Ledger> {
        self.ledger.into_inner()
    }

    /// Notes that a rule could not be evaluated here.
    pub fn note_not_evaluable(&self, rule: u32) {
        self.not_evaluable.borrow_mut().insert(rule);
    }

    /// Rules of which a condition could not be evaluated, by number.
    pub fn not_evaluable(&self) -> Vec<u32> {
        self.not_evaluable.borrow().iter().copied().collect()
    }

    /// What has been done so far.
    pub const fn work(&self) -> Work {
        self.counter.work()
    }

    /// The folded text of a message.
    pub fn folded(&self, message: usize) -> &Folded {
        &self.scans[message].folded
    }

    /// The clauses of a message.
    pub fn clauses(&self, message: usize) -> &[Range<usize>] {
        let cut = if self.conversation.speech { clause::spoken } else { clause::clauses };
        self.clauses[message].get_or_init(|| cut(self.folded(message).text()))
    }

    /// Whether a condition could hold in a message, by what the automata saw: cheap, and never wrongly no.
    pub fn may_hold(&self, number: u32, message: usize) -> bool {
        let scan = &self.scans[message];
        match &self.program.conditions[number as usize].operator {
            Operator::Terms { .. } => !terms_of(scan, number).is_empty(),
            Operator::Patterns { always, .. } => !always.is_empty() || !anchors_of(scan, number).is_empty(),
            Operator::Similar { .. } => {
                self.similar(message).iter().any(|&(condition, _)| condition == number)
            }
            Operator::Learned { asked, at_least } => asked.iter().any(|&Asked { model, choice }| {
                self.ask(model, |reading, pages| reading.of_head(pages, choice.head, message))
                    >= at_least - JUST_BELOW
            }),
            _ => true,
        }
    }

    /// Whether a condition could hold in any message.
    pub fn may_hold_anywhere(&self, number: u32) -> bool {
        if self.program.conditions[number as usize].operator.is_looked_out_for() {
            self.seen[number as usize / 64] & 1 << (number % 64) != 0
        } else {
            (0..self.scans.len()).any(|message| self.may_hold(number, message))
        }
    }

    /// The rules that could fire, by number: those of which something was seen, and those that need nothing of the kind.
    pub fn candidates(&self) -> Vec<u32> {
        let mut rules = self.program.unprompted.clone();
        for (word, &bits) in self.seen.iter().enumerate() {
            let mut bits = bits;
            while bits != 0 {
                let condition = 64 * word + bits.trailing_zeros() as usize;
                rules.push(self.program.conditions[condition].rule);
                bits &= bits - 1;
            }
        }
        rules.sort_unstable();
        rules.dedup();
        self.counter.count(|work| work.rules += rules.len() as u64);
        rules
    }

    /// Whether a condition holds as seen from `focus`.
    pub fn holds(&self, number: u32, focus: &Focus) -> bool {
        let condition = &self.program.conditions[number as usize];
        match (&condition.operator, condition.scope) {
            (Operator::Count { .. }, _) | (_, Scope::Clause) => !self.evidence(number, focus).is_empty(),
            (_, Scope::Message) => self.is_hit(number, focus.message, condition.speaker),
            _ => self
                .window(condition, focus.message)
                .any(|message| self.is_hit(number, message, condition.speaker)),
        }
    }

    fn is_hit(&self, number: u32, message: usize, speaker: Speaker) -> bool {
        self.is_by(message, speaker)
            && self.may_hold(number, message)
            && !self.outcome(number, message).hits.is_empty()
    }

    /// The messages in which a condition holds as seen from `focus`; for a clause or the message itself, that one.
    pub fn evidence(&self, number: u32, focus: &Focus) -> Vec<usize> {
        let condition = &self.program.conditions[number as usize];
        match (&condition.operator, condition.scope) {
            (&Operator::Count { of, at_least }, _) => {
                let found = self.messages_with(of, self.window(condition, focus.message), condition.speaker);
                if found.len() >= at_least { found } else { Vec::new() }
            }
            (_, Scope::Message) => {
                self.messages_with(number, focus.message..focus.message + 1, condition.speaker)
            }
            (_, Scope::Clause) => {
                let inside = |hit: &Hit| match &focus.clause {
                    Some(clause) => clause.start <= hit.bytes.start && hit.bytes.end <= clause.end,
                    None => true,
                };
                let here = self.is_by(focus.message, condition.speaker)
                    && self.outcome(number, focus.message).hits.iter().any(inside);
                if here { vec![focus.message] } else { Vec::new() }
            }
            _ => self.messages_with(number, self.window(condition, focus.message), condition.speaker),
        }
    }

    /// The messages at which a condition looks, as seen from message `at`.
    pub fn window(&self, condition: &Condition, at: usize) -> Range<usize> {
        let count = self.scans.len();
        match condition.scope {
            Scope::Message | Scope::Clause => at..at + 1,
            Scope::Conversation => 0..count,
            Scope::First(n) => 0..n.min(count),
            Scope::Last(n) => count.saturating_sub(n)..count,
            Scope::Before(n) => at.saturating_sub(n)..at,
            Scope::After(n) => (at + 1).min(count)..at.saturating_add(1).saturating_add(n).min(count),
            Scope::Around(n) => at.saturating_sub(n)..at.saturating_add(1).saturating_add(n).min(count),
        }
    }

    fn messages_with(&self, number: u32, window: Range<usize>, speaker: Speaker) -> Vec<usize> {
        window.filter(|&message| self.is_hit(number, message, speaker)).collect()
    }

    /// Whether a message is by that speaker.
    pub fn is_by(&self, message: usize, speaker: Speaker) -> bool {
        speaker.is(self.conversation.messages[message].role)
    }

    /// The hits of a condition in a message, whoever wrote it.
    pub fn outcome(&self, number: u32, message: usize) -> Rc<Outcome> {
        let known = |outcomes: &[Outcomes]| {
            outcomes[message].iter().find(|(known, _)| *known == number).map(|(_, outcome)| outcome.clone())
        };
        if let Some(outcome) = known(&self.outcomes.borrow()) {
            return outcome;
        }
        let outcome = Rc::new(self.decide(number, message));
        self.outcomes.borrow_mut()[message].push((number, outcome.clone()));
        outcome
    }

    fn decide(&self, number: u32, message: usize) -> Outcome {
        let condition = &self.program.conditions[number as usize];
        match &condition.operator {
            Operator::Terms { word, at_least, .. } => {
                let mut outcome = self.filtered(condition, message, self.term_hits(number, message, *word));
                let mut found: Vec<u32> = outcome.hits.iter().map(|hit| hit.term).collect();
                found.sort_unstable();
                found.dedup();
                if found.len() < *at_least {
                    outcome.near.extend(outcome.hits.drain(..).map(|hit| (hit, Stop::TooFew)));
                }
                outcome
            }
            Operator::Patterns { .. } => {
                let hits = self
                    .pattern_hits(number, condition, message)
                    .into_iter()
                    .map(|hit| (hit, None))
                    .collect();
                self.filtered(condition, message, hits)
            }
            Operator::Similar { threshold, .. } => {
                let close =
                    self.similar(message).iter().any(|&(c, score)| c == number && score >= *threshold);
                let hits = if close { self.close_clauses(number, message, *threshold) } else { Vec::new() };
                self.filtered(condition, message, hits.into_iter().map(|hit| (hit, None)).collect())
            }
            Operator::PersonalData { kinds, confidence, elsewhere } => {
                let data = self.data[message].get_or_init(|| {
                    self.counter.count(|work| work.recognised += 1);
                    personal::find(&self.conversation.messages[message].text)
                });
                let crossed = |datum: &Datum| {
                    let is_it = |c: &Crossing| c.message_index as usize == message && c.datum == *datum;
                    self.crossings().iter().any(is_it)
                };
                let hits = data
                    .iter()
                    .filter(|datum| kinds.contains(&datum.kind) && datum.confidence >= *confidence)
                    .filter(|datum| !elsewhere || crossed(datum))
                    .map(|datum| (self.hit(message, datum.span), None))
                    .collect();
                self.filtered(condition, message, hits)
            }
            Operator::Learned { asked, at_least } => {
                let Some((probability, surest)) = self.surest(asked, message) else {
                    return Outcome::default();
                };
                if probability < at_least - JUST_BELOW {
                    return Outcome::default();
                }
                let hits = self.clauses_around(message, &self.reasons(surest, message).passages);
                if probability >= *at_least {
                    Outcome { hits, near: Vec::new() }
                } else {
                    let near = hits.into_iter().take(1).map(|hit| (hit, Stop::Unsure)).collect();
                    Outcome { hits: Vec::new(), near }
                }
            }
            Operator::Unlearned { asked, below } => {
                let doubted =
                    self.surest(asked, message).is_some_and(|(probability, _)| probability < *below);
                Outcome {
                    hits: if doubted { vec![self.whole(message)] } else { Vec::new() },
                    near: Vec::new(),
                }
            }
            operator => Outcome {
                hits: if self.dialogue_holds(operator, condition, message) {
                    vec![self.whole(message)]
                } else {
                    Vec::new()
                },
                near: Vec::new(),
            },
        }
    }

    fn dialogue_holds(&self, operator: &Operator, condition: &Condition, message: usize) -> bool {
        let ledger = self.ledger();
        match operator {
            Operator::Question(kinds) => {
                ledger.open_before(message).any(|item| kinds.is_empty() || kinds.contains(&item.kind))
            }
            Operator::Verdict(verdicts) => {
                ledger.verdicts(message).iter().any(|judgement| verdicts.contains(&judgement.verdict))
            }
            Operator::Holds(holdings) => {
                ledger.holds(message).iter().any(|holding| holdings.contains(holding))
            }
            Operator::Repeats(closeness) => self.repeats(message, *closeness),
            Operator::Delay(limit) => {
                self.note_times(condition);
                ledger.reply_delay(message).is_some_and(|delay| delay > *limit)
            }
            Operator::Unanswered => ledger.unanswered(message),
            Operator::Overdue => {
                self.note_times(condition);
                ledger.overdue(message)
            }
            Operator::Evasive(at_least) => {
                ledger.evasiveness(message).is_some_and(|likely| likely >= *at_least)
            }
            _ => false,
        }
    }

    /// Notes that a condition asks for times that are not there.
    fn note_times(&self, condition: &Condition) {
        if self.conversation.messages.iter().any(|message| message.time.is_none()) {
            self.note_not_evaluable(condition.rule);
        }
    }

    /// How likely a message is what the models are asked for, and which of them says so; of equals the first.
    pub fn surest(&self, asked: &[Asked], message: usize) -> Option<(f64, Asked)> {
        let thoughts = asked.iter().rev().map(|&asked| {
            let Asked { model, choice } = asked;
            (self.ask(model, |reading, pages| reading.probability(pages, choice, message)), asked)
        });
        thoughts.max_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// Which passages made a model think so.
    pub fn reasons(&self, asked: Asked, message: usize) -> Reasons {
        self.ask(asked.model, |_, pages| learned::reasons(pages, asked.choice, message))
    }

    /// Whether a model agrees that a message is of a family, named as the labelling guideline counts them.
    pub fn is_seconded(&self, family: &str, message: usize) -> bool {
        self.program.models.iter().enumerate().any(|(number, model)| {
            let heads = &model.header().heads;
            heads.iter().position(|head| head.name == family).is_some_and(|head| {
                self.ask(number, |reading, pages| reading.of_head(pages, head, message))
                    >= heads[head].agrees_from()
            })
        })
    }

    fn ask<T>(&self, model: usize, ask: impl FnOnce(&Reading, Pages<'_>) -> T) -> T {
        let folded = |at| self.folded(at);
        let pages = Pages {
            model: &self.program.models[model],
            conversation: self.conversation,
            ledger: self.ledger(),
            folded: &folded,
        };
        ask(&self.readings[model], pages)
    }

    /// The clauses in which the weightiest passages stand: a passage alone is a torn-off piece.
    fn clauses_around(&self, message: usize, passages: &[Span]) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for passage in passages {
            let bytes = self.folded(message).bytes(*passage);
            let mut around =
                self.clauses(message).iter().filter(|c| c.start < bytes.end && bytes.start < c.end);
            let hit = around
                .next()
                .map_or_else(|| self.whole(message), |clause| self.hit_at(message, clause.clone()));
            if !hits.contains(&hit) {
                hits.push(hit);
            }
        }
        if hits.is_empty() { vec![self.whole(message)] } else { hits }
    }

    fn repeats(&self, message: usize, closeness: f64) -> bool {
        let role = self.conversation.messages[message].role;
        let own = pairs(self.folded(message).text());
        !own.is_empty()
            && (0..message)
                .filter(|&earlier| self.conversation.messages[earlier].role == role)
                .any(|earlier| dice(&own, &pairs(self.folded(earlier).text())) >= closeness)
    }

    fn similar(&self, message: usize) -> &[(u32, f64)] {
        self.similar[message].get_or_init(|| {
            let text = self.folded(message).text();
            let mut best = self.program.exemplars.close_to(text);
            for clause in self.clauses(message) {
                for (condition, score) in self.program.exemplars.close_to(&text[clause.clone()]) {
                    match best.iter_mut().find(|(known, _)| *known == condition) {
                        Some(entry) => entry.1 = entry.1.max(score),
                        None => best.push((condition, score)),
                    }
                }
            }
            best
        })
    }

    fn close_clauses(&self, number: u32, message: usize, threshold: f64) -> Vec<Hit> {
        let text = self.folded(message).text();
        let is_close = |range: &Range<usize>| {
            let found = self.program.exemplars.close_to(&text[range.clone()]);
            found.iter().any(|&(condition, score)| condition == number && score >= threshold)
        };
        let clauses: Vec<Hit> = self
            .clauses(message)
            .iter()
            .filter(|range| is_close(range))
            .map(|range| self.hit_at(message, range.clone()))
            .collect();
        if clauses.is_empty() { vec![self.whole(message)] } else { clauses }
    }

    fn term_hits(&self, number: u32, message: usize, word: bool) -> Vec<(Hit, Option<Stop>)> {
        let scan = &self.scans[message];
        terms_of(scan, number)
            .iter()
            .map(|found| {
                let mut hit = self.hit(message, found.span);
                hit.term = found.term;
                let stop = (word && !self.is_word(message, scan, found)).then_some(Stop::Boundary);
                (hit, stop)
            })
            .collect()
    }

    fn is_word(&self, message: usize, scan: &Scan, found: &TermHit) -> bool {
        let (base, slot) = match (&scan.skeleton, found.view) {
            (Some(skeleton), View::Skeleton | View::Sound) => (skeleton, 1),
            _ => (&scan.folded, 0),
        };
        let text = base.text();
        let bytes = base.bytes(found.span);
        let before = text[..bytes.start].chars().next_back();
        let after = text[bytes.end..].chars().next();
        let first = text[bytes.clone()].chars().next();
        let last = text[bytes.clone()].chars().next_back();
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if (latin(first) && latin(before)) || (latin(last) && latin(after)) {
            return false;
        }
        if !first.is_some_and(is_han) && !last.is_some_and(is_han) {
            return true;
        }
        let edges = self.edges[message][slot].get_or_init(|| {
            self.counter.count(|work| work.segmented += 1);
            self.program.segmenter.edges(text)
        });
        let at_edge = |offset: usize| edges.binary_search(&(offset as u32)).is_ok();
        (!first.is_some_and(is_han) || at_edge(bytes.start))
            && (!last.is_some_and(is_han) || at_edge(bytes.end))
    }

    fn pattern_hits(&self, number: u32, condition: &Condition, message: usize) -> Vec<Hit> {
        let Operator::Patterns { patterns, always, symbols } = &condition.operator else { return Vec::new() };
        let scan = &self.scans[message];
        let text = scan.folded.text();
        let mut tried: Vec<(u32, View)> =
            anchors_of(scan, number).iter().map(|&(_, pattern, view)| (pattern, view)).collect();
        tried.extend(always.iter().map(|&pattern| (pattern, View::Folded)));
        let mut hits = Vec::new();
        self.counter.count(|work| work.searches += tried.len() as u64);
        for (pattern, view) in tried {
            let pattern = patterns[pattern as usize].get();
            if view == View::Skeleton && *symbols {
                if let Some(skeleton) = &scan.skeleton {
                    hits.extend(
                        pattern
                            .find_iter(skeleton.text())
                            .map(|m| self.hit(message, skeleton.span(m.range()))),
                    );
                }
            } else if condition.scope == Scope::Clause {
                for clause in self.clauses(message) {
                    let found = pattern.find_iter(&text[clause.clone()]);
                    hits.extend(
                        found.map(|m| self.hit_at(message, clause.start + m.start()..clause.start + m.end())),
                    );
                }
            } else {
                hits.extend(pattern.find_iter(text).map(|m| self.hit_at(message, m.range())));
            }
        }
        hits.retain(|hit| !hit.bytes.is_empty());
        hits.sort_by_key(|hit| (hit.span, hit.term));
        hits.dedup();
        hits
    }

    fn filtered(&self, condition: &Condition, message: usize, hits: Vec<(Hit, Option<Stop>)>) -> Outcome {
        let mut outcome = Outcome::default();
        for (hit, stop) in hits {
            match stop.or_else(|| self.stop(condition, message, &hit)) {
                None => outcome.hits.push(hit),
                Some(stop) => outcome.near.push((hit, stop)),
            }
        }
        outcome
    }

    fn stop(&self, condition: &Condition, message: usize, hit: &Hit) -> Option<Stop> {
        let text = self.folded(message).text();
        let overlaps = |other: Range<usize>| other.start < hit.bytes.end && hit.bytes.start < other.end;
        if condition.except.iter().any(|except| except.get().find_iter(text).any(|m| overlaps(m.range()))) {
            return Some(Stop::Except);
        }
        let swallows = |word: &String| {
            text.match_indices(word.as_str()).any(|(at, _)| {
                at <= hit.bytes.start && hit.bytes.end <= at + word.len() && word.len() > hit.bytes.len()
            })
        };
        if condition.allow.iter().any(swallows) {
            return Some(Stop::Allow);
        }
        if condition.guards.is_empty() {
            return None;
        }
        let clauses = self.clauses(message);
        let around = clauses.iter().filter(|clause| overlaps((*clause).clone()));
        let clause = around.clone().map(|c| c.start).min().unwrap_or(hit.bytes.start)
            ..around.map(|c| c.end).max().unwrap_or(hit.bytes.end);
        let place = Place { text, sentence: clause::sentence(text, &clause), clause, hit: hit.bytes.clone() };
        condition
            .guards
            .iter()
            .copied()
            .find(|&guard| self.program.guards.get(guard).stops(&place))
            .map(Stop::Guard)
    }

    fn hit(&self, message: usize, span: Span) -> Hit {
        Hit { span, bytes: self.folded(message).bytes(span), term: 0 }
    }

    fn hit_at(&self, message: usize, bytes: Range<usize>) -> Hit {
        Hit { span: self.folded(message).span(bytes.clone()), bytes, term: 0 }
    }

    fn whole(&self, message: usize) -> Hit {
        self.hit_at(message, 0..self.folded(message).text().len())
    }
}

fn terms_of(scan: &Scan, condition: u32) -> &[TermHit] {
    let start = scan.terms.partition_point(|hit| hit.condition < condition);
    let end = scan.terms.partition_point(|hit| hit.condition <= condition);
    &scan.terms[start..end]
}

fn anchors_of(scan: &Scan, condition: u32) -> &[(u32, u32, View)] {
    let start = scan.anchors.partition_point(|&(known, ..)| known < condition);
    let end = scan.anchors.partition_point(|&(known, ..)| known <= condition);
    &scan.anchors[start..end]
}
