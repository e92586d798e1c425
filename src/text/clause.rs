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

/// What ends a clause where nobody types a comma: particles, unless the next character makes another word of them.
const PARTICLES: [char; 8] = ['吗', '呢', '吧', '啊', '呀', '嘛', '啦', '哦'];

/// Words with a particle in them that ends nothing.
const WITH_PARTICLE: [&str; 8] = ["干嘛", "吧台", "网吧", "酒吧", "呢子", "喇嘛", "吧唧", "啦啦"];

/// What begins a clause.
const OPENERS: [&str; 12] =
    ["但是", "不过", "所以", "因为", "然后", "那么", "如果", "要是", "而且", "另外", "还有就是", "就是说"];

/// A clause of speech has at least so many characters on both sides of a cut.
const SHORTEST: usize = 2;

/// The clauses of speech that a machine wrote down: where it set no punctuation, pauses (blanks, line breaks) are cuts as ever, and so
/// are the ends of questions and the words that begin a clause.
pub fn spoken(folded: &str) -> Vec<Range<usize>> {
    let written = clauses(folded);
    if folded.contains([',', '。', '?', '!', ';']) {
        return written;
    }
    let mut all = Vec::with_capacity(written.len());
    for clause in written {
        let mut start = clause.start;
        for (at, c) in folded[clause.clone()].char_indices() {
            let at = clause.start + at;
            let opens = OPENERS.iter().any(|opener| folded[at..clause.end].starts_with(opener));
            let after = at + c.len_utf8();
            let inside = || {
                WITH_PARTICLE.iter().any(|word| {
                    word.char_indices().any(|(before, inner)| {
                        inner == c
                            && at.checked_sub(before).is_some_and(|from| folded[from..].starts_with(word))
                    })
                })
            };
            let ends = PARTICLES.contains(&c) && !folded[after..].starts_with(PARTICLES) && !inside();
            let cut = if opens {
                at
            } else if ends {
                after
            } else {
                continue;
            };
            if is_long(&folded[start..cut]) && is_long(&folded[cut..clause.end]) {
                push(&mut all, folded, start..cut);
                start = cut;
            }
        }
        push(&mut all, folded, start..clause.end);
    }
    all
}

fn is_long(text: &str) -> bool {
    text.chars().nth(SHORTEST - 1).is_some()
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
    fn speech_without_punctuation_is_cut_by_particles_and_openers() {
        let cut = |text: &str| -> Vec<String> {
            spoken(text).into_iter().map(|clause| text[clause].to_owned()).collect()
        };
        assert_eq!(
            cut("那个灯能退吗能退的但是要先寄回来 运费谁出呢"),
            ["那个灯能退吗", "能退的", "但是要先寄回来", "运费谁出呢"]
        );
        assert_eq!(cut("你在网吧上班干嘛不早说"), ["你在网吧上班干嘛不早说"]);
        assert_eq!(cut("好的啊呀真不巧"), ["好的啊呀", "真不巧"]);
        assert_eq!(cut("能退吗,能退的但是要等"), ["能退吗,", "能退的但是要等"]);
        assert_eq!(cut(""), [] as [&str; 0]);
    }

    #[test]
    fn empty_text_has_no_clause() {
        assert_eq!(cut(""), [] as [&str; 0]);
        assert_eq!(cut("  "), [] as [&str; 0]);
    }
}
