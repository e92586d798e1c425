//! `lexicons/columns.toml`: what columns are called, what role words mean, which shapes have a name.
//!
//! Data only; how a name is chosen among several is `layout`'s business.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use serde::Deserialize;

use super::{Role, config::InputConfig, field::Field};

/// A shape that has a name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// What it is, for people.
    pub title: String,
    /// Whether a real export or its maker's documentation has been seen.
    pub confirmed: bool,
    /// Where the knowledge comes from.
    pub source: String,
    /// Texts that all stand at the beginning of such a file; none if it has nothing of the kind.
    #[serde(default)]
    pub marks: Vec<String>,
    /// What a user would write under `[input]`.
    pub input: InputConfig,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    columns: BTreeMap<Field, Vec<String>>,
    roles: RoleWords,
    presets: BTreeMap<String, Preset>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleWords {
    placeholders: Vec<String>,
    arrows: Vec<String>,
    agent: Vec<String>,
    customer: Vec<String>,
    bot: Vec<String>,
    system: Vec<String>,
}

pub(crate) struct Names {
    /// Normalised column name to field and its place in the field's list.
    columns: HashMap<String, (Field, usize)>,
    /// Normalised role word to role.
    roles: HashMap<String, Role>,
    arrows: Vec<String>,
    placeholders: Vec<String>,
    pub(crate) presets: BTreeMap<String, Preset>,
}

impl Names {
    /// The field that a column of this name holds, and how good the name is: 0 is best.
    pub(crate) fn field(&self, column: &str) -> Option<(Field, usize)> {
        self.columns.get(&normalise(column)).copied()
    }

    /// What a role word means; of `客服→用户` the word before the arrow counts.
    pub(crate) fn role(&self, word: &str) -> Option<Role> {
        let speaker = self.arrows.iter().find_map(|arrow| word.split_once(arrow.as_str()));
        let word = speaker.map_or(word, |(from, _)| from);
        self.roles.get(&normalise(word)).copied()
    }

    /// Whether a text only says that there was something else: a picture, a recording.
    pub(crate) fn is_placeholder(&self, text: &str) -> bool {
        let text = text.trim();
        text.len() < 40 && self.placeholders.iter().any(|placeholder| placeholder == text)
    }
}

/// The file, read once.
pub(crate) fn get() -> &'static Names {
    static NAMES: LazyLock<Names> = LazyLock::new(|| {
        parse(include_str!("../../lexicons/columns.toml")).expect("the embedded file is read by a test")
    });
    &NAMES
}

/// The shapes that have a name, in order of name.
pub fn presets() -> &'static BTreeMap<String, Preset> {
    &get().presets
}

fn parse(text: &str) -> Result<Names, toml::de::Error> {
    let file: File = toml::from_str(text)?;
    let mut columns = HashMap::new();
    for (field, names) in &file.columns {
        for (rank, name) in names.iter().enumerate() {
            columns.entry(normalise(name)).or_insert((*field, rank));
        }
    }
    let mut roles = HashMap::new();
    let RoleWords { placeholders, arrows, agent, customer, bot, system } = file.roles;
    for (role, words) in
        [(Role::Agent, agent), (Role::Customer, customer), (Role::Bot, bot), (Role::System, system)]
    {
        roles.extend(words.iter().map(|word| (normalise(word), role)));
    }
    Ok(Names { columns, roles, arrows, placeholders, presets: file.presets })
}

/// Case, width, blanks, marks and a trailing remark in brackets do not make another name.
pub(crate) fn normalise(name: &str) -> String {
    let mut folded: String = name
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| {
            let mark = matches!(c, '_' | '-' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '"' | '\'' | '*');
            !c.is_whitespace() && !c.is_control() && !mark
        })
        .flat_map(char::to_lowercase)
        .collect();
    if folded.ends_with(')')
        && let Some(open) = folded.find('(')
        && open > 0
    {
        folded.truncate(open);
    }
    while folded.ends_with([':', '#']) {
        folded.pop();
    }
    folded
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_embedded_file_is_read_and_no_name_stands_twice() {
        let file: File = toml::from_str(include_str!("../../lexicons/columns.toml")).expect("valid");
        let mut seen = HashSet::new();
        for name in file.columns.values().flatten() {
            assert!(seen.insert(normalise(name)), "the column name {name} stands twice");
        }
        let words = [&file.roles.agent, &file.roles.customer, &file.roles.bot, &file.roles.system];
        let mut seen = HashSet::new();
        for word in words.into_iter().flatten() {
            assert!(seen.insert(normalise(word)), "the role word {word} stands twice");
        }
        for field in Field::ALL {
            let by_name = !matches!(field, Field::Event | Field::Recalls);
            assert_eq!(file.columns.contains_key(&field), by_name, "{field}");
        }
        assert!(!get().arrows.is_empty());
    }

    #[test]
    fn every_preset_is_a_configuration_that_can_be_carried_out() {
        for (name, preset) in presets() {
            let built = crate::transcript::config::Settings::new(&InputConfig {
                preset: Some(name.clone()),
                ..InputConfig::default()
            });
            assert!(built.is_ok(), "{name}: {built:?}");
            assert!(preset.input.preset.is_none(), "{name}: presets do not nest");
        }
    }

    #[test]
    fn one_name_in_many_dresses() {
        for dress in
            ["会话ID", "\u{feff}会话ID", "会话 id", "会话ＩＤ", "会话ID(必填)", "会话ID（必填）", "*会话ID"]
        {
            assert_eq!(get().field(dress), Some((Field::ConversationId, 0)), "{dress}");
        }
        for dress in ["agent_id", "AgentID", "Agent Id", "agent-id"] {
            assert_eq!(get().field(dress).map(|f| f.0), Some(Field::AgentId), "{dress}");
        }
        assert_eq!(get().field("天气"), None);
    }

    #[test]
    fn the_word_before_the_arrow_speaks() {
        assert_eq!(get().role("客服→用户"), Some(Role::Agent));
        assert_eq!(get().role("用户 -> 客服"), Some(Role::Customer));
        assert_eq!(get().role(" Robot "), Some(Role::Bot));
        assert_eq!(get().role("客服（小满）"), Some(Role::Agent));
        assert_eq!(get().role("路人"), None);
    }
}
