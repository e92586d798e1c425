//! Clauses: the stretches of a message within which one word can deny, ask or condition another.
//!
//! Cut by punctuation, line breaks, and the blanks that chatters type in place of punctuation. No grammar beyond that.

use std::ops::Range;

/// The clauses of a folded text as byte ranges, each with the punctuation that ends it; blanks between them belong to none.
pub fn clauses(folded: &str) -> Vec<Range<usize>> {
    let mut clauses = Vec::new();
    let mut start = 0;
    let mut closing = false;
    let mut previous = '\0';
    let mut rest = folded.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let next = rest.peek().map_or('\0', |&(_, c)| c);
        let ends = ends_clause(c, previous, next);
        if closing && !ends {
            push(&mut clauses, folded, start..at);
            start = at;
        }
        closing = ends;
        previous = c;
    }
    push(&mut clauses, folded, start..folded.len());
    clauses
}

/// The sentence around a clause: from after the last full stop before it to the next one after it.
pub fn sentence(folded: &str, clause: &Range<usize>) -> Range<usize> {
    let stop = |c: char| matches!(c, '。' | '!' | '?' | ';' | '\n');
    let start = folded[..clause.start]
        .rfind(stop)
        .map_or(0, |at| at + folded[at..].chars().next().map_or(0, char::len_utf8));
    let body = folded[clause.start..clause.end].trim_end_matches(|c| stop(c) || c == ' ').len();
    let from = clause.start + body;
    let end = folded[from..]
        .find(stop)
        .map_or(folded.len(), |at| from + at + folded[from + at..].chars().next().map_or(0, char::len_utf8));
    start..end.max(clause.end)
}

fn ends_clause(c: char, previous: char, next: char) -> bool {
    match c {
        ',' | '.' => !(previous.is_ascii_alphanumeric() && next.is_ascii_alphanumeric()),
        '。' | '!' | '?' | ';' | '~' | '…' | '\n' | '\r' | '—' => true,
        // A blank between Latin words is part of a name; next to Chinese it stands for a comma.
        ' ' | '\t' => !(previous.is_ascii() && next.is_ascii()),
        _ => false,
    }
}

fn push(clauses: &mut Vec<Range<usize>>, folded: &str, range: Range<usize>) {
    let text = &folded[range.clone()];
    let lead = text.len() - text.trim_start().len();
    let range = range.start + lead..range.start + lead + text.trim().len();
    if !range.is_empty() {
        clauses.push(range);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(folded: &str) -> Vec<&str> {
        clauses(folded).into_iter().map(|range| &folded[range]).collect()
    }

    #[test]
    fn punctuation_and_blanks_cut() {
        assert_eq!(cut("不保本,有风险。您再看看?"), ["不保本,", "有风险。", "您再看看?"]);
        assert_eq!(cut("在不 我想问下 怎么退"), ["在不", "我想问下", "怎么退"]);
        assert_eq!(cut("好的!!!稍等~~"), ["好的!!!", "稍等~~"]);
    }

    #[test]
    fn numbers_and_latin_names_stay_whole() {
        assert_eq!(cut("共2,360.00元"), ["共2,360.00元"]);
        assert_eq!(cut("iphone 15 pro有货"), ["iphone 15 pro有货"]);
    }

    #[test]
    fn a_sentence_reaches_to_the_full_stops() {
        let text = "您好。说稳赚的,都是骗子。别信";
        let clause = clauses(text)[1].clone();
        assert_eq!(&text[sentence(text, &clause)], "说稳赚的,都是骗子。");
    }

    #[test]
    fn empty_text_has_no_clause() {
        assert_eq!(cut(""), [] as [&str; 0]);
        assert_eq!(cut("  "), [] as [&str; 0]);
    }
}
