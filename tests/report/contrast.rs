//! The page's colours against each other, as WCAG 2.1 counts contrast: 4.5 for text, 3 for what is drawn (AA).

use std::collections::BTreeMap;

const CSS: &str = include_str!("../../src/report/html/page.css");

/// The colours of a `:root` block by name; those that it leaves out are taken from `base`.
fn colours(block: &str, base: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    let mut colours = base.clone();
    for declaration in block.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        if let Some(hex) = value.trim().strip_prefix('#') {
            let name = name.rsplit(['{', ' ', '\n']).next().expect("split gives one");
            colours.insert(name.to_owned(), luminance(hex));
        }
    }
    colours
}

fn luminance(hex: &str) -> f64 {
    let long: String =
        if hex.len() == 3 { hex.chars().flat_map(|c| [c, c]).collect() } else { hex.to_owned() };
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&long[at..at + 2], 16).expect("it is hexadecimal")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn blocks() -> [(&'static str, BTreeMap<String, f64>); 3] {
    let root = |after: &str| {
        let (_, rest) = CSS.split_once(after).expect("the block is there");
        let (_, rest) = rest.split_once(":root {").expect("it sets colours");
        rest.split_once('}').expect("it ends").0.to_owned()
    };
    let light = colours(&root(""), &BTreeMap::new());
    let dark = colours(&root("@media screen and (prefers-color-scheme: dark)"), &light);
    let print = colours(&root("@media print"), &light);
    [("light", light), ("dark", dark), ("print", print)]
}

#[test]
fn text_and_drawings_stand_out_in_light_dark_and_print() {
    const TEXT: &[(&str, &[&str])] = &[
        ("--text", &["--ground", "--panel", "--customer", "--agent"]),
        ("--soft", &["--ground", "--panel", "--customer", "--agent"]),
        ("--link", &["--ground", "--panel"]),
        ("--mark-text", &["--mark"]),
        ("--warn", &["--ground", "--panel"]),
        ("--good", &["--ground"]),
        ("--s0", &["--ground", "--panel"]),
        ("--s1", &["--ground", "--panel"]),
        ("--s2", &["--ground", "--panel"]),
        ("--s3", &["--ground", "--panel"]),
    ];
    const DRAWN: &[&str] = &["--f0", "--f1", "--f2", "--f3", "--f4", "--s0", "--s1", "--s2", "--s3"];
    let mut weak = Vec::new();
    for (scheme, colours) in blocks() {
        let ratio = |a: &str, b: &str| {
            let (a, b) = (colours[a].max(colours[b]), colours[a].min(colours[b]));
            (a + 0.05) / (b + 0.05)
        };
        let mut check = |front: &str, ground: &str, wanted: f64| {
            let found = ratio(front, ground);
            if found < wanted {
                weak.push(format!("{scheme}: {front} on {ground} has {found:.2}, wanted {wanted}"));
            }
        };
        for (front, grounds) in TEXT {
            grounds.iter().for_each(|ground| check(front, ground, 4.5));
        }
        for front in DRAWN {
            check(front, "--ground", 3.0);
        }
    }
    assert_eq!(weak, [""; 0]);
}
