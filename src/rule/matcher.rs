//! One automaton for every literal of a lexicon: terms, the literals that patterns cannot do without, the cues of trades.
//!
//! A message is read once in its folded view; the views that see through disguise are read only where a message has
//! something to see through. What comes out are raw hits; whether they count is decided later.

use std::{collections::HashMap, fmt, sync::OnceLock};

use daachorse::errors::DaachorseError;

use super::ready::{self, Automaton};
use crate::{
    finding::Span,
    lexicon::schema::Speaker,
    text::{
        disguise::{self, Disguise},
        fold::Folded,
        table::is_han,
    },
    transcript::Role,
};

/// What a literal stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// Term `term` of condition `condition`.
    Term {
        /// Condition number.
        condition: u32,
        /// Number of the term in its condition.
        term: u32,
    },
    /// Pattern `pattern` of condition `condition` has a chance.
    Anchor {
        /// Condition number.
        condition: u32,
        /// Number of the pattern in its condition.
        pattern: u32,
    },
    /// A word of a trade.
    Cue {
        /// Trade number.
        trade: u32,
        /// What the word counts.
        weight: u32,
    },
}

/// Collects literals.
#[derive(Debug, Default)]
pub struct MatcherBuilder {
    /// Literals of which nothing is known beforehand; their numbers go on where those of [`ready`] end.
    own: HashMap<String, u32>,
    /// By view, what each literal stands for, and in whose messages.
    uses: [Vec<(u32, Use, Roles)>; 3],
    /// Terms of which the like is looked for in speech.
    heard: Vec<HeardTerm>,
    roles: Roles,
}

/// How many characters a term has whose like may be looked for by sound in speech; of shorter ones there are too many.
const HEARD: usize = 3;

/// A term of which the like is looked for in speech.
type HeardTerm = (String, Use, Roles);

/// A bit for each role.
type Roles = u8;

/// All roles, a system's too.
const ALL: Roles = u8::MAX;

impl MatcherBuilder {
    /// Whose messages the literals added from now on are looked for in.
    pub fn listen_to(&mut self, speaker: Speaker) {
        let roles = [Role::Customer, Role::Agent, Role::Bot, Role::System];
        self.roles =
            roles.into_iter().filter(|&role| speaker.is(role)).map(bit).fold(0, |all, bit| all | bit);
    }

    /// The literals added from now on are looked for in all messages.
    pub const fn listen_to_all(&mut self) {
        self.roles = ALL;
    }

    /// Adds a folded literal that tolerates so much disguise.
    pub fn add(&mut self, literal: &str, disguise: Disguise, r#use: Use) {
        let number = self.number(literal);
        self.add_known(number, disguise, r#use);
        if disguise >= Disguise::Sound && literal.chars().all(is_han) && literal.chars().count() > 1 {
            let number = self.number(&disguise::sound_of(literal));
            self.uses[View::Sound as usize].push((number, r#use, self.roles));
        }
        let shortest = if disguise >= Disguise::Sound { 2 } else { HEARD };
        let is_term = matches!(r#use, Use::Term { .. });
        if is_term && literal.chars().all(is_han) && literal.chars().count() >= shortest {
            self.heard.push((literal.to_owned(), r#use, self.roles));
        }
    }

    /// Adds a literal by number, as text and without the symbols in it.
    pub(super) fn add_known(&mut self, literal: u32, disguise: Disguise, r#use: Use) {
        self.uses[View::Folded as usize].push((literal, r#use, self.roles));
        if disguise >= Disguise::Symbols {
            self.uses[View::Skeleton as usize].push((literal, r#use, self.roles));
        }
    }

    fn number(&mut self, literal: &str) -> u32 {
        ready::literal(literal).unwrap_or_else(|| {
            let next = ready::literals() + self.own.len() as u32;
            *self.own.entry(literal.to_owned()).or_insert(next)
        })
    }

    /// Builds what is not ready.
    pub fn build(self) -> Result<Matcher, DaachorseError> {
        let mut own: Vec<(&str, u32)> =
            self.own.iter().map(|(literal, &number)| (literal.as_str(), number)).collect();
        own.sort_unstable_by_key(|&(_, number)| number);
        let [folded, skeleton, sound] = self.uses;
        Ok(Matcher {
            folded: Lookout::new(View::Folded, folded, &own)?,
            skeleton: Lookout::new(View::Skeleton, skeleton, &own)?,
            sound: Lookout::new(View::Sound, sound, &own)?,
            heard: (self.heard, OnceLock::new()),
        })
    }
}

/// What is looked for in one view.
struct Lookout {
    view: View,
    /// The automaton of the embedded packs, if any of its literals is of use, and one of the other literals.
    automata: Vec<Automaton>,
    /// By literal, where its uses end.
    ends: Vec<u32>,
    uses: Vec<(Use, Roles)>,
}

impl fmt::Debug for Lookout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookout")
            .field("view", &self.view)
            .field("uses", &self.uses.len())
            .finish_non_exhaustive()
    }
}

impl Lookout {
    fn new<'a>(
        view: View,
        mut uses: Vec<(u32, Use, Roles)>,
        own: &[(&'a str, u32)],
    ) -> Result<Self, DaachorseError> {
        uses.sort_unstable_by_key(|&(literal, ..)| literal);
        let mut automata = Vec::new();
        let (known, others): (Vec<u32>, Vec<u32>) =
            uses.iter().map(|&(literal, ..)| literal).partition(|&literal| ready::is_in(literal, view));
        if !known.is_empty() {
            automata.push(ready::automaton(view));
        }
        let is_used = |number: u32| others.binary_search(&number).is_ok();
        let mut missing: Vec<(&'a str, u32)> = own.iter().copied().filter(|&(_, n)| is_used(n)).collect();
        if others.first().is_some_and(|&literal| literal < ready::literals()) {
            for (literal, number) in ready::texts().filter(|&(_, number)| is_used(number)) {
                missing.push((literal, number));
            }
        }
        if !missing.is_empty() {
            automata.push(Automaton::with_values(missing)?);
        }
        Ok(Self::over(view, automata, uses))
    }

    /// What is heard of terms in speech.
    fn heard(terms: &[HeardTerm]) -> Result<Self, DaachorseError> {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut uses = Vec::new();
        for &(ref term, r#use, roles) in terms {
            let next = numbers.len() as u32;
            uses.push((*numbers.entry(disguise::heard_of(term)).or_insert(next), r#use, roles));
        }
        let automaton = Automaton::with_values(numbers.iter().map(|(heard, &number)| (heard, number)))?;
        uses.sort_unstable_by_key(|&(literal, ..)| literal);
        Ok(Self::over(View::Sound, vec![automaton], uses))
    }

    /// `uses` in order of the literals.
    fn over(view: View, automata: Vec<Automaton>, uses: Vec<(u32, Use, Roles)>) -> Self {
        let mut ends = Vec::new();
        for (at, &(literal, ..)) in uses.iter().enumerate() {
            ends.resize(literal as usize, at as u32);
            ends.push(at as u32 + 1);
        }
        Self {
            view,
            automata,
            ends,
            uses: uses.into_iter().map(|(_, r#use, roles)| (r#use, roles)).collect(),
        }
    }

    fn uses(&self, literal: u32) -> &[(Use, Roles)] {
        let at = literal as usize;
        let Some(&end) = self.ends.get(at) else { return &[] };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.uses[start as usize..end as usize]
    }
}

/// The automata of a lexicon.
#[derive(Debug)]
pub struct Matcher {
    folded: Lookout,
    skeleton: Lookout,
    sound: Lookout,
    /// The terms of which the like is looked for in speech, and their automaton, built when the first speech is read.
    heard: (Vec<HeardTerm>, OnceLock<Option<Lookout>>),
}

/// In which view a hit was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// The folded text.
    Folded,
    /// Without symbols and repetitions.
    Skeleton,
    /// By sound.
    Sound,
}

/// A term seen in a message; not yet known to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TermHit {
    /// Condition number.
    pub condition: u32,
    /// Where, in characters of the original.
    pub span: Span,
    /// Number of the term in its condition.
    pub term: u32,
    /// The view in which it was seen first.
    pub view: View,
}

/// What the automata saw in one message.
#[derive(Debug, Default)]
pub struct Scan {
    /// The folded text.
    pub folded: Folded,
    /// Without symbols and repetitions, where that differs and was needed.
    pub skeleton: Option<Folded>,
    /// By condition, then place.
    pub terms: Vec<TermHit>,
    /// (condition, pattern, view), ascending, each once.
    pub anchors: Vec<(u32, u32, View)>,
    /// (trade, weight), one for each word seen.
    pub cues: Vec<(u32, u32)>,
}

impl Matcher {
    /// Reads one message of that role.
    pub fn scan(&self, original: &str, role: Role) -> Scan {
        let folded = Folded::new(original);
        let mut hits = Hits { role: bit(role), ..Hits::default() };
        self.folded.read(&folded, &folded, &mut hits);
        let skeleton = if self.skeleton.automata.is_empty() && self.sound.automata.is_empty() {
            None
        } else {
            disguise::skeleton(&folded)
        };
        if let Some(skeleton) = &skeleton {
            self.skeleton.read(skeleton, skeleton, &mut hits);
        }
        let base = skeleton.as_ref().unwrap_or(&folded);
        if self.sound.finds(&disguise::sounds(base.text())) {
            self.sound.read(&disguise::sound(base), base, &mut hits);
        }
        hits.settle(folded, skeleton)
    }

    /// Reads one message that was spoken: a machine that writes down what it hears takes words of like sound for one another.
    pub fn scan_speech(&self, original: &str, role: Role) -> Scan {
        let Scan { folded, skeleton, terms, anchors, cues } = self.scan(original, role);
        let mut hits = Hits { role: bit(role), terms, anchors, cues };
        let (terms, heard) = &self.heard;
        // What cannot be built is not looked for: the other views have been read.
        if let Some(heard) = heard.get_or_init(|| Lookout::heard(terms).ok()) {
            heard.read(&disguise::heard(&disguise::sound(&folded)), &folded, &mut hits);
        }
        hits.settle(folded, skeleton)
    }
}

const fn bit(role: Role) -> Roles {
    1 << role as u8
}

/// What was seen so far.
#[derive(Default)]
struct Hits {
    role: Roles,
    terms: Vec<TermHit>,
    anchors: Vec<(u32, u32, View)>,
    cues: Vec<(u32, u32)>,
}

impl Hits {
    /// Each hit once, in order.
    fn settle(self, folded: Folded, skeleton: Option<Folded>) -> Scan {
        let Self { mut terms, mut anchors, cues, .. } = self;
        terms.sort_unstable();
        terms.dedup_by_key(|hit| (hit.condition, hit.span, hit.term));
        anchors.sort_unstable();
        anchors.dedup();
        Scan { folded, skeleton, terms, anchors, cues }
    }
}

impl Lookout {
    /// Whether anything stands in a text.
    fn finds(&self, text: &str) -> bool {
        self.automata.iter().any(|automaton| automaton.find_overlapping_iter(text).next().is_some())
    }

    fn read(&self, text: &Folded, base: &Folded, hits: &mut Hits) {
        for automaton in &self.automata {
            for found in automaton.find_overlapping_iter(text.text()) {
                let bytes = found.start()..found.end();
                for &(r#use, roles) in self.uses(found.value()) {
                    if roles & hits.role == 0 {
                        continue;
                    }
                    match r#use {
                        Use::Term { condition, term } => {
                            let mut span = text.span(bytes.clone());
                            if self.view == View::Sound {
                                span.end = latin_end(base, span);
                            }
                            // Spread too far apart, letters are no disguised word but chance.
                            let length = text.text()[bytes.clone()].chars().count() as u32;
                            if span.len() <= 3 * length + 2 {
                                hits.terms.push(TermHit { condition, span, term, view: self.view });
                            }
                        }
                        Use::Anchor { condition, pattern } => {
                            hits.anchors.push((condition, pattern, self.view));
                        }
                        Use::Cue { trade, weight } => hits.cues.push((trade, weight)),
                    }
                }
            }
        }
    }
}

/// A syllable spelled in Latin letters stands at the first of them; the span reaches to the last.
fn latin_end(base: &Folded, span: Span) -> u32 {
    let last = base.bytes(Span { start: span.end - 1, end: span.end });
    let tail = &base.text()[last.start..];
    if !tail.starts_with(|c: char| c.is_ascii_lowercase()) {
        return span.end;
    }
    let letters = tail.bytes().take_while(u8::is_ascii_lowercase).count();
    base.span(last.start..last.start + letters).end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{law::Registry, lexicon::Lexicon, rule::compile};

    #[test]
    fn nothing_of_the_embedded_packs_is_left_to_build() {
        let lexicon = Lexicon::embedded().expect("the packs load");
        let (_, statutes) = lexicon.data("statutes.toml");
        let registry = Registry::parse("statutes.toml", statutes).expect("the statutes load");
        let matcher = compile::compile(&lexicon, &registry, Vec::new()).expect("the packs compile").matcher;
        for lookout in [matcher.folded, matcher.skeleton, matcher.sound] {
            assert_eq!(lookout.automata.len(), 1, "{lookout:?}");
        }
    }

    #[test]
    fn a_literal_that_is_ready_in_another_view_is_found_in_this_one() {
        let (known, _) = ready::texts()
            .find(|&(text, number)| {
                let chars = text.chars().count();
                ready::is_in(number, View::Folded) && !ready::is_in(number, View::Skeleton) && chars == 2
            })
            .expect("most literals are of no disguise");
        let mut characters = known.chars();
        let spread: String =
            [characters.next(), Some('*'), characters.next()].into_iter().flatten().collect();
        assert_eq!(seen(Disguise::Light, known, &spread), []);
        assert_eq!(seen(Disguise::Symbols, known, &spread), [(0, 3, View::Skeleton)]);
    }

    fn seen(disguise: Disguise, term: &str, text: &str) -> Vec<(u32, u32, View)> {
        let mut builder = MatcherBuilder::default();
        builder.listen_to(Speaker::Agent);
        builder.add(term, disguise, Use::Term { condition: 0, term: 0 });
        let matcher = builder.build().expect("the literals are few");
        matcher
            .scan(text, Role::Agent)
            .terms
            .iter()
            .map(|hit| (hit.span.start, hit.span.end, hit.view))
            .collect()
    }

    #[test]
    fn each_view_marks_exactly_what_stands_in_the_original() {
        assert_eq!(seen(Disguise::Light, "傻逼", "真傻逼"), [(1, 3, View::Folded)]);
        assert_eq!(seen(Disguise::Light, "傻逼", "真傻*逼"), []);
        assert_eq!(seen(Disguise::Symbols, "傻逼", "真傻*逼"), [(1, 4, View::Skeleton)]);
        assert_eq!(seen(Disguise::Symbols, "傻逼", "真煞笔"), []);
        assert_eq!(seen(Disguise::Sound, "傻逼", "真煞笔"), [(1, 3, View::Sound)]);
        assert_eq!(seen(Disguise::Sound, "智障", "zhi障都会"), [(0, 4, View::Sound)]);
        assert_eq!(seen(Disguise::Sound, "智障", "你个智-zhang"), [(2, 9, View::Sound)]);
    }

    #[test]
    fn letters_far_apart_are_no_word() {
        assert_eq!(seen(Disguise::Symbols, "傻逼", "傻 * * * * * * * * * * 逼"), []);
    }
}
