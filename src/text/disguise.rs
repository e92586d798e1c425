//! Disguise: the two further views in which a hidden word shows itself.
//!
//! The *skeleton* leaves out symbols, blanks and emoji between characters and says once what is said thrice (`傻*逼`, `蠢蠢蠢货`);
//! doubles stay, for `妈妈的` is no `妈的`.
//! The *sound* writes each Han character as its syllable, so homophones fall together (`煞笔`). Both keep the way back.
//! Sentence punctuation stays, or the end of one sentence would form a word with the start of the next.

use std::{collections::HashMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

use super::{
    fold::Folded,
    table::{self, syllable_char},
};

/// Syllable number by code point of the Basic Multilingual Plane, little-endian; 0 for none.
static SOUND: &[u8; 1 << 17] = include_bytes!(concat!(env!("OUT_DIR"), "/sound.bin"));

/// The syllables, without tone, in the order of their numbers from 1.
static SYLLABLES: &str = include_str!(concat!(env!("OUT_DIR"), "/syllables.txt"));

static SYLLABLE_NUMBERS: LazyLock<HashMap<&str, u16>> =
    LazyLock::new(|| SYLLABLES.lines().zip(1..).collect());

/// How much disguise a term tolerates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Disguise {
    /// Width, case, script and invisible characters.
    #[default]
    Light,
    /// Also symbols between the characters, and repeated characters.
    Symbols,
    /// Also other characters of the same sound.
    Sound,
}

/// `folded` without symbols and repetitions, or `None` where that leaves nothing out.
pub fn skeleton(folded: &Folded) -> Option<Folded> {
    let mut last = ['\0'; 2];
    let plain = folded.text().chars().all(|c| {
        let plain = is_kept(c) && last != [c, c];
        last = [last[1], c];
        plain
    });
    if plain {
        return None;
    }
    let all = folded.parts().count();
    let mut kept: Vec<(char, u32)> = Vec::with_capacity(all);
    let mut run = 0;
    for (c, origin) in folded.parts().filter(|&(c, _)| is_kept(c)) {
        run = if kept.last().is_some_and(|&(last, _)| last == c) { run + 1 } else { 1 };
        match run {
            1 | 2 => kept.push((c, origin)),
            3 => {
                kept.pop();
            }
            _ => {}
        }
    }
    (kept.len() < all).then(|| Folded::from_parts(kept.into_iter()))
}

/// The syllables of a folded text or skeleton, one character a syllable.
///
/// A Latin run that spells one syllable is that syllable: `zhi障`.
pub fn sound(view: &Folded) -> Folded {
    let origins: Vec<u32> = view.parts().map(|(_, origin)| origin).collect();
    let mut out = Vec::with_capacity(origins.len());
    // The syllable stands at the run's first letter; the span is closed by what follows.
    syllables(view.text(), |c, at| out.push((c, origins[at])));
    Folded::from_parts(out.into_iter())
}

/// The same without the way back, to see whether it is worth the trouble.
pub fn sounds(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    syllables(text, |c, _| out.push(c));
    out
}

/// Calls `each` with the syllables of a text and with the number of the character at which each begins.
fn syllables(text: &str, mut each: impl FnMut(char, usize)) {
    let mut at = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let letters = rest.bytes().take_while(u8::is_ascii_lowercase).count();
        if letters == 0 {
            each(sound_char(c), at);
            at += 1;
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (run, after) = rest.split_at(letters);
        match SYLLABLE_NUMBERS.get(run) {
            Some(&number) if letters > 1 => each(syllable_char(number), at),
            _ => run.chars().zip(at..).for_each(|(c, at)| each(c, at)),
        }
        at += letters;
        rest = after;
    }
}

/// What a recogniser of speech confuses besides tones: flat and curled initials, n and l, front and back finals.
const CONFUSED: [(&str, &str); 3] = [("zh", "z"), ("ch", "c"), ("sh", "s")];

/// The syllables by number, each as the first of those that are confused with it.
static HEARD: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut firsts: HashMap<String, u16> = HashMap::new();
    let heard = SYLLABLES.lines().zip(1_u16..).map(|(syllable, number)| {
        let curled = CONFUSED.iter().find_map(|(curled, flat)| Some((flat, syllable.strip_prefix(curled)?)));
        let mut plain = curled.map_or_else(|| syllable.to_owned(), |(flat, rest)| format!("{flat}{rest}"));
        if let Some(rest) = plain.strip_prefix('n') {
            plain = format!("l{rest}");
        }
        if plain.len() > 3 && (plain.ends_with("ang") || plain.ends_with("eng") || plain.ends_with("ing")) {
            plain.pop();
        }
        *firsts.entry(plain).or_insert(number)
    });
    std::iter::once(0).chain(heard).collect()
});

/// The sound view as a recogniser of speech hears it.
pub fn heard(sound: &Folded) -> Folded {
    let parts: Vec<(char, u32)> = sound.parts().map(|(c, origin)| (heard_char(c), origin)).collect();
    Folded::from_parts(parts.into_iter())
}

/// A folded term as a recogniser of speech hears it.
pub fn heard_of(term: &str) -> String {
    term.chars().map(|c| heard_char(sound_char(c))).collect()
}

fn heard_char(c: char) -> char {
    let number = (c as u32).checked_sub(0xE000).and_then(|number| HEARD.get(number as usize));
    number.map_or(c, |number| if *number == 0 { c } else { syllable_char(*number) })
}

/// A folded term in the sound view.
pub fn sound_of(term: &str) -> String {
    term.chars().map(sound_char).collect()
}

fn sound_char(c: char) -> char {
    table::sound_char(SOUND, c)
}

/// Letters, digits and sentence punctuation stay; all that can be pushed between two characters goes.
fn is_kept(c: char) -> bool {
    table::is_han(c)
        || c.is_alphanumeric()
        || matches!(c, ',' | '。' | '!' | '?' | ';' | ':' | '\n' | '、' | '《' | '》' | '“' | '”')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Span;

    fn skeleton_of(text: &str) -> String {
        skeleton(&Folded::new(text)).map_or_else(|| "=".to_owned(), |s| s.text().to_owned())
    }

    #[test]
    fn symbols_and_repetitions_fall_away_but_not_full_stops() {
        assert_eq!(skeleton_of("傻*逼 滚.犊.子"), "傻逼滚犊子");
        assert_eq!(skeleton_of("狗⭐东⭐西"), "狗东西");
        assert_eq!(skeleton_of("蠢蠢蠢货"), "蠢货");
        assert_eq!(skeleton_of("他很傻。逼我"), "=");
        assert_eq!(skeleton_of("妈妈的手机"), "=");
    }

    #[test]
    fn a_span_of_the_skeleton_covers_what_was_pushed_in() {
        let view = skeleton(&Folded::new("真傻*逼啊")).expect("a symbol fell away");
        let at = view.text().find("傻逼").expect("it is there");
        assert_eq!(view.span(at..at + "傻逼".len()), Span { start: 1, end: 4 });
    }

    #[test]
    fn a_recogniser_hears_less_than_a_reader() {
        for (said, written) in
            [("稳赚不赔", "问转不陪"), ("商量", "伤亮"), ("奶茶", "来擦"), ("声音", "森英")]
        {
            assert_eq!(heard_of(said), heard_of(written), "{said} {written}");
        }
        assert_ne!(heard_of("退款"), heard_of("推广"));
        assert_eq!(heard(&sound(&Folded::new("问转"))).text(), heard_of("稳赚"));
    }

    #[test]
    fn homophones_and_pinyin_sound_alike() {
        let text = sound(&Folded::new("煞笔"));
        assert_eq!(text.text(), sound_of("傻逼"));
        let text = sound(&Folded::new("zhi障"));
        assert_eq!(text.text(), sound_of("智障"));
        assert_ne!(sound(&Folded::new("傻瓜")).text(), sound_of("傻逼"));
    }
}
