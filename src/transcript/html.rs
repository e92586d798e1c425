//! The text of an HTML fragment, as help-desk systems store messages. Tags go, breaks become line ends; nothing is rendered.

/// Entities that such fragments use; others stay as they are.
const ENTITIES: [(&str, &str); 6] =
    [("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("#39", "'"), ("nbsp", " ")];
/// Tags that end a line.
const BREAKS: [&str; 6] = ["br", "p", "div", "li", "tr", "blockquote"];

/// Takes tags off and resolves entities.
pub(crate) fn text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = tag(rest) {
            let name = rest[1..].trim_start_matches('/');
            let ends_line = BREAKS.iter().any(|tag| {
                let named = name.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
                named && name[tag.len()..].starts_with(['>', ' ', '/'])
            });
            if ends_line && !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            rest = after;
        } else if let Some((character, after)) = entity(rest) {
            out.push_str(character);
            rest = after;
        } else {
            out.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

/// What follows the tag that `text` begins with; `1 < 2` is no tag.
fn tag(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('<')?;
    let named = inside
        .strip_prefix(['/', '!'])
        .unwrap_or(inside)
        .starts_with(|c: char| c.is_ascii_alphabetic() || c == '-');
    let end = inside.find('>')?;
    named.then(|| &inside[end + 1..])
}

fn entity(text: &str) -> Option<(&'static str, &str)> {
    let inside = text.strip_prefix('&')?;
    ENTITIES.iter().find_map(|(name, character)| {
        let after = inside.strip_prefix(name)?.strip_prefix(';')?;
        Some((*character, after))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    #[test]
    fn tags_go_and_breaks_stay() {
        assert_eq!(super::text("<p>您好&nbsp;A&amp;B</p><p>1 &lt; 2<br/>再见</p>"), "您好 A&B\n1 < 2\n再见");
        assert_eq!(super::text("1 < 2 & 3 > 2"), "1 < 2 & 3 > 2");
        assert_eq!(super::text("<a href='x'>点<b>这里</b></a>"), "点这里");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[<>&;a-z中/! #39]{0,60}") {
            super::text(&text);
        }
    }
}
