//! Private e-mail addresses, also spelled out: `at`, 艾特, 点.
//!
//! Role mailboxes (service@, kefu@) are a company's and no datum; nor are names of files and masked addresses.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Confidence, Kind,
    cues::Cue,
    data::data,
    number::{Context, Match},
    view::Hint,
};

static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"([a-z0-9][a-z0-9._%+-]{0,63}) ?@ ?((?:[a-z0-9-]{1,63}\.){1,4}([a-z]{2,12}))")
        .expect("a literal pattern")
});

/// The sign or the dot in words; the provider makes up for what the shape has lost.
static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    let providers: Vec<String> =
        data().email.providers.iter().map(|p| p.replace('.', r"\s*(?:点|dot|\.)\s*")).collect();
    let pattern = format!(
        r"([a-z0-9][a-z0-9._+-]{{1,40}})\s*(?:@|#|艾特|爱特|圈a|\(at\)|\[at\]|小老鼠|\bat\b)\s*(?:{})(?:\s*(?:点|。|\(dot\)|\[dot\]|\bdot\b|\.)\s*(?:com|cn|net|con|cc|me))?(?:\s*(?:点|\.)\s*cn)?",
        providers.join("|")
    );
    Regex::new(&pattern).expect("built from the embedded lexicon: a test finds an address with it")
});

/// All private addresses.
pub(super) fn find(context: &Context<'_>, found: &mut Vec<Match>) {
    let view = context.view;
    let masked = |at: usize| {
        view.char_before(at).is_some_and(|c| matches!(c, '*' | '•' | '@' | '/' | '=' | ':') && c != ':')
    };
    let mut push = |cells: std::ops::Range<usize>, local: &str, confidence| {
        if !masked(cells.start) && !is_role(local) {
            found.push(Match { kind: Kind::Email, confidence, cells });
        }
    };
    if view.folded.contains('@') {
        for hit in PLAIN.captures_iter(&view.folded) {
            let (whole, local, top) = (hit.get_match(), &hit[1], &hit[3]);
            if data().email.files.contains(top) {
                continue;
            }
            push(view.cells_of(whole.range()), local, Confidence::High);
        }
    }
    if !context.outlook.holds(Hint::Mail) && !view.folded.contains("at") {
        return;
    }
    for hit in SPELLED.captures_iter(&view.folded) {
        // `is at work` names no provider of the name `wo`.
        let behind = &view.folded[hit.get_match().end()..];
        if behind.starts_with(|c: char| c.is_ascii_alphabetic()) && !behind.starts_with("com") {
            continue;
        }
        let cells = view.cells_of(hit.get_match().range());
        let said = context.cues().near(Cue::Email, &cells, 12);
        let dotted = hit[0].contains(['点', '.', '。']) || hit[0].contains("dot");
        let confidence = match (said, dotted) {
            (true, _) | (_, true) => Confidence::Medium,
            _ => Confidence::Low,
        };
        push(cells, &hit[1], confidence);
    }
}

/// Whether a local part names a role: the word itself, or the word with a number or a place behind it.
fn is_role(local: &str) -> bool {
    let roles = &data().email.roles;
    let stem = local.trim_end_matches(|c: char| c.is_ascii_digit());
    let head = local.split(['.', '_', '-', '+']).next().unwrap_or(local);
    [local, stem.trim_end_matches(['.', '_', '-']), head].iter().any(|word| roles.contains(*word))
}
