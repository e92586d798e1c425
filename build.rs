//! Builds the two character tables that `text::fold` and `text::disguise` read: what a character folds to, and how it
//! sounds. Lists the rule packs of `lexicons/`, so that a new file there is embedded without a line of Rust.
//!
//! The tables are functions of Unicode data that well-kept crates carry, so nothing is checked in and nothing can drift.
//! A table is 65,536 little-endian `u16`, one a code point of the Basic Multilingual Plane.

use std::{env, fmt::Write as _, fs, path::Path};

use pinyin::ToPinyin;
use unicode_normalization::UnicodeNormalization;

/// Files of `lexicons/` that are no rule packs; `src/lexicon/mod.rs` knows them by name.
const DATA: &[&str] =
    &["guards.toml", "statutes.toml", "dialogue.toml", "trades.toml", "columns.toml", "personal.toml"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=lexicons");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let mut fold = Vec::with_capacity(1 << 17);
    let mut sound = Vec::with_capacity(1 << 17);
    let mut syllables: Vec<&str> = Vec::new();
    for code in 0..=0xFFFF_u32 {
        let character = char::from_u32(code);
        let folded = character.map_or(code as u16, |c| fold_char(c) as u32 as u16);
        fold.extend_from_slice(&folded.to_le_bytes());
        let syllable = character.and_then(|c| c.to_pinyin()).map(pinyin::Pinyin::plain);
        let id = syllable.map_or(0, |s| {
            let at = syllables.iter().position(|known| *known == s);
            at.unwrap_or_else(|| {
                syllables.push(s);
                syllables.len() - 1
            }) + 1
        });
        sound.extend_from_slice(&(id as u16).to_le_bytes());
    }
    let out = Path::new(&out);
    fs::write(out.join("fold.bin"), fold).expect("OUT_DIR is writable");
    fs::write(out.join("sound.bin"), sound).expect("OUT_DIR is writable");
    fs::write(out.join("syllables.txt"), syllables.join("\n")).expect("OUT_DIR is writable");
    fs::write(out.join("packs.rs"), packs()).expect("OUT_DIR is writable");
}

/// A Rust expression: the packs as pairs of name and text.
fn packs() -> String {
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("lexicons");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("lexicons/ is part of the package")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| {
            Path::new(name).extension().is_some_and(|e| e == "toml") && !DATA.contains(&name.as_str())
        })
        .collect();
    names.sort();
    let mut expression = String::from("&[\n");
    for name in names {
        let path = folder.join(&name);
        writeln!(expression, "(\"lexicons/{name}\", include_str!(r#\"{}\"#)),", path.display())
            .expect("a String takes all");
    }
    expression.push(']');
    expression
}

/// Width, case and script, as long as the answer is a single character of the same plane.
fn fold_char(c: char) -> char {
    let compatible = single(c.nfkc()).unwrap_or(c);
    let lower = single(compatible.to_lowercase()).unwrap_or(compatible);
    let simplified = match lower {
        // Words of address that the script tables leave apart since they differ in meaning, not in form.
        '妳' => '你',
        '牠' => '它',
        _ => single(fast2s::convert(lower.encode_utf8(&mut [0; 4])).chars()).unwrap_or(lower),
    };
    if (simplified as u32) < 0x1_0000 { simplified } else { c }
}

fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}
