//! Names of persons, where a label, a title or a number beside them says that they are names.
//!
//! A name in running text without any of these is not looked for: that needs a model, and a wrong mask hurts.

use std::ops::Range;

use super::{Confidence, Kind, data::data, number::Match, view::View};

/// All names; `found` holds what other recognisers found, for names stand beside numbers.
pub(super) fn find(view: &View, named: bool, found: &mut Vec<Match>) {
    let mut hits = Vec::new();
    let (labels, titles) =
        if named { (&*data().name.labels, &*data().name.titles) } else { (&[][..], &[][..]) };
    for label in labels {
        for (at, _) in view.folded.match_indices(label.as_str()) {
            hits.extend(labelled(view, view.cells_of(at..at + label.len()).end));
        }
    }
    for title in titles {
        for (at, _) in view.folded.match_indices(title.as_str()) {
            let polite = matches!(title.as_str(), "先生" | "女士" | "小姐");
            hits.extend(titled(view, view.cells_of(at..at + title.len()).start, polite));
        }
    }
    for hit in found.iter().filter(|hit| matches!(hit.kind, Kind::Mobile | Kind::IdCard)) {
        hits.extend(beside(view, hit.cells.start));
    }
    found.extend(hits);
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '·')
}

/// How many characters of `cells` are a surname.
fn surname(view: &View, cells: &Range<usize>) -> Option<usize> {
    let text = view.slice(cells.clone());
    let name = &data().name;
    if name.double.iter().any(|double| text.starts_with(double.as_str())) {
        return Some(2);
    }
    text.chars().next().filter(|c| name.surnames.contains(*c)).map(|_| 1)
}

fn matched(cells: Range<usize>, confidence: Confidence) -> Match {
    Match { kind: Kind::Name, confidence, cells }
}

/// The name behind a label that ends at `at`.
fn labelled(view: &View, at: usize) -> Option<Match> {
    let mut start = at;
    while view.char(start).is_some_and(|c| matches!(c, ':' | ' ' | '是' | '为' | '叫' | '(' | '=')) {
        start += 1;
    }
    let run = start
        ..(start..view.cells.len()).find(|cell| !is_han(view.cells[*cell].c)).unwrap_or(view.cells.len());
    let is_name = surname(view, &run).is_some();
    let foreign = view.slice(run.clone()).contains('·') && run.len() >= 4;
    match run.len() {
        2..=3 if is_name && is_given(view, &run, 1) => Some(matched(run, Confidence::Medium)),
        4 if is_name && surname(view, &run) == Some(2) => Some(matched(run, Confidence::Medium)),
        _ if foreign && run.len() <= 15 => Some(matched(run, Confidence::Medium)),
        // The name runs into the sentence: where it ends is a guess.
        4.. if is_name && start > at => Some(matched(start..start + 3, Confidence::Low)),
        _ => None,
    }
}

/// Whether one or two characters follow the surname and make no common word with it: 安装师傅, 谢谢老师.
fn is_given(view: &View, cells: &Range<usize>, family: usize) -> bool {
    let text = view.slice(cells.clone());
    let doubled = cells.len() == 2 && view.cells[cells.start].c == view.cells[cells.start + 1].c;
    (family + 1..=family + 2).contains(&cells.len())
        && !doubled
        && !data().name.words.iter().any(|word| text.starts_with(word.as_str()))
}

/// The full name before a title that begins at `at`; a surname alone needs no mask.
fn titled(view: &View, at: usize, polite: bool) -> Option<Match> {
    let opens = |start: usize| {
        view.char_before(start).is_none_or(|c| {
            !is_han(c)
                || matches!(
                    c,
                    '的' | '是'
                        | '叫'
                        | '找'
                        | '位'
                        | '给'
                        | '和'
                        | '请'
                        | '由'
                        | '系'
                        | '为'
                        | '问'
                        | '跟'
                        | '让'
                        | '向'
                )
        })
    };
    (3..=4).rev().chain([2]).find_map(|length| {
        let cells = at.checked_sub(length)?..at;
        let all_han = view.cells[cells.clone()].iter().all(|cell| is_han(cell.c));
        let family = surname(view, &cells)?;
        let confidence = if polite || length > 2 { Confidence::Medium } else { Confidence::Low };
        (all_han && opens(cells.start) && is_given(view, &cells, family)).then(|| matched(cells, confidence))
    })
}

/// The name right before a number, as in a delivery line: between marks, a surname first.
fn beside(view: &View, at: usize) -> Option<Match> {
    let is_mark = |c: char| matches!(c, ' ' | ',' | ':' | '、' | ';' | '|' | '-' | '/' | '(' | '\t' | '\n');
    let end = (0..at).rev().find(|cell| !is_mark(view.cells[*cell].c))? + 1;
    if end == at {
        return None;
    }
    let start = (0..end).rev().find(|cell| !is_han(view.cells[*cell].c)).map_or(0, |cell| cell + 1);
    let said =
        (start..end).rev().find(|cell| matches!(view.cells[*cell].c, '是' | '叫' | '给' | '找' | '人'));
    let start = said.map_or(start, |cell| cell + 1);
    let bounded = said.is_some()
        || start == 0
        || view.char_before(start).is_some_and(|c| is_mark(c) || c.is_ascii_digit());
    let cells = start..end;
    let family = surname(view, &cells)?;
    (bounded && is_given(view, &cells, family)).then(|| matched(cells, Confidence::Low))
}
