//! The words that stand beside a number and say what it is.
//!
//! A number of the right shape is no proof: 订单号 before it makes it an order number, 卡号 a card. The nearest cue
//! before decides, the longest where several end together.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::view::View;

/// What a cue word announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// A number that is no person's: order, waybill, invoice, barcode…
    Other,
    /// A tax number; a person's is his identity number.
    Tax,
    Mobile,
    /// A landline, without a word of whose.
    Landline,
    Home,
    Business,
    IdCard,
    BankCard,
    Passport,
    Permit,
    Plate,
    Email,
    Ip,
}

impl Cue {
    /// Whether it names what a string of digits is, rather than whose.
    const fn names_number(self) -> bool {
        !matches!(self, Self::Home | Self::Business)
    }
}

/// How far before a number its cue may stand.
const REACH: usize = 14;

/// All cue words, compiled.
pub(super) struct CueWords {
    automaton: AhoCorasick,
    cues: Vec<Cue>,
}

impl CueWords {
    pub(super) fn new(lists: &[(Cue, &Vec<String>)]) -> Self {
        let words = lists.iter().flat_map(|(_, words)| words.iter());
        let cues = lists.iter().flat_map(|(cue, words)| std::iter::repeat_n(*cue, words.len())).collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(words)
            .expect("a few hundred short words: within the automaton's limits");
        Self { automaton, cues }
    }

    /// All cues of a text, in order.
    pub(super) fn find(&self, view: &View) -> Cues {
        let hits = self.automaton.find_iter(&view.folded).filter_map(|hit| {
            let cells = view.cells_of(hit.range());
            let inside_a_word = |cell: Option<char>| cell.is_some_and(|c| c.is_ascii_alphabetic());
            let latin = view.cells[cells.start].c.is_ascii_alphabetic();
            if latin && (inside_a_word(view.char_before(cells.start)) || inside_a_word(view.char(cells.end)))
            {
                return None;
            }
            Some((self.cues[hit.pattern().as_usize()], cells))
        });
        Cues { hits: hits.collect() }
    }
}

/// The cues of one text.
pub(super) struct Cues {
    hits: Vec<(Cue, Range<usize>)>,
}

impl Cues {
    /// What the number at `cells` is said to be: by the nearest cue before it in its clause, or right after it.
    pub(super) fn of(&self, view: &View, cells: &Range<usize>) -> Option<Cue> {
        let before = self.hits.iter().rev().find(|(cue, hit)| hit.end <= cells.start && cue.names_number());
        if let Some((cue, hit)) = before {
            let gap = hit.end..cells.start;
            let limit = if matches!(cue, Cue::Other | Cue::Tax) { 8 } else { REACH };
            let comma_limit = if *cue == Cue::Other { 1 } else { REACH };
            let broken = view.cells[gap.clone()].iter().any(|cell| {
                cell.digit.is_some() && cell.c.is_ascii_digit()
                    || matches!(cell.c, '。' | '!' | '?' | ';' | '\n')
                    || matches!(cell.c, ',' | '、') && gap.len() > comma_limit
            });
            if gap.len() <= limit && !broken {
                return Some(*cue);
            }
        }
        let word = view.slice(cells.start.saturating_sub(2)..cells.start);
        if word.ends_with('单') && !word.starts_with(['下', '简', '名', '菜', '买']) {
            return Some(Cue::Other);
        }
        self.after(view, cells)
    }

    /// `…是我的手机号`, `…这个订单`: a cue behind a number, with only a word of pointing between.
    fn after(&self, view: &View, cells: &Range<usize>) -> Option<Cue> {
        let (cue, hit) = self.hits.iter().find(|(cue, hit)| hit.start >= cells.end && cue.names_number())?;
        let gap = view.slice(cells.end..hit.start).trim();
        let pointing = matches!(
            gap,
            "这个" | "这" | "那个" | "那" | "是" | "就是" | "这笔" | "这张" | "那笔" | "那张" | "的"
        );
        let named = *cue != Cue::Other
            && hit.len() > 1
            && matches!(gap, "" | "是我" | "是我的" | "我的" | "我" | "(");
        ((pointing && gap != "的") || named).then_some(*cue)
    }

    /// Whether the place that the words before a landline name, or else those right after, is a home.
    pub(super) fn is_home(&self, cells: &Range<usize>) -> bool {
        let is_place = |cue: Cue| matches!(cue, Cue::Home | Cue::Business);
        let before = self.hits.iter().rev().find(|(cue, hit)| hit.end <= cells.start && is_place(*cue));
        match before {
            Some((cue, hit)) if hit.end + REACH >= cells.start => *cue == Cue::Home,
            _ => self.near(Cue::Home, cells, 6) || self.near(Cue::Landline, cells, 4),
        }
    }

    /// Whether a cue of that kind stands within `reach` cells before or after.
    pub(super) fn near(&self, cue: Cue, cells: &Range<usize>, reach: usize) -> bool {
        self.hits.iter().any(|(kind, hit)| {
            *kind == cue
                && hit.end + reach >= cells.start
                && hit.start <= cells.end + reach
                && (hit.end <= cells.start || hit.start >= cells.end)
        })
    }
}
