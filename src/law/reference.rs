//! Finds citations of laws in any text: 《消费者权益保护法》第十六条, 民法典1194条, 消法24条, 第十六、十七条, 第八条至第十条.
//!
//! It reads what is written and says what it names. Whether that exists, and whether it says what the writer believes, is the
//! affair of [`check`](super::check).

use std::{ops::Range, sync::LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;

use super::{ArticleNumber, Registry, numeral};

/// The longest range (第八条至第十条) that is read article by article; of a longer one only the ends are.
const RANGE_AT_MOST: u16 = 30;
/// The longest title that `TITLE` reads, in bytes.
const TITLE_BYTES: usize = 64 * 3;

/// A citation as somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The key of the law; `None` where the registry does not know it.
    pub law: Option<String>,
    /// The law as written, without 《》.
    pub named: String,
    /// The article.
    pub article: ArticleNumber,
    /// The paragraph (款), if one is named.
    pub paragraph: Option<u16>,
    /// Where it stands, in bytes of the text; for one of several in a list, its own part.
    pub span: Range<usize>,
    /// 1-based line.
    pub line: usize,
    /// What the text says about it: the rest of the sentence, or, where nothing follows, what leads up to it.
    pub claim: String,
    /// The whole sentence around it, up to the citations next to it.
    pub sentence: String,
}

/// Finds the citations of one registry's laws.
#[derive(Debug)]
pub struct Finder<'a> {
    registry: &'a Registry,
    names: AhoCorasick,
    /// The law of each pattern of `names`, by position in the registry.
    owners: Vec<usize>,
}

impl<'a> Finder<'a> {
    /// Prepares the search for all names of all laws.
    pub fn new(registry: &'a Registry) -> Self {
        let mut patterns: Vec<&str> = Vec::new();
        let mut owners = Vec::new();
        for (at, law) in registry.laws().iter().enumerate() {
            let bare = law.name.strip_prefix("中华人民共和国");
            for name in [&*law.name, &*law.short]
                .into_iter()
                .chain(bare)
                .chain(law.aliases.iter().map(|alias| &**alias))
            {
                patterns.push(name);
                owners.push(at);
            }
        }
        Self { registry, names: longest_first(&patterns), owners }
    }

    /// All citations in the text, in its order.
    pub fn find(&self, text: &str) -> Vec<Reference> {
        let mut groups: Vec<Group> = Vec::new();
        let mut last: Option<Name> = None;
        let mut from = 0;
        while let Some(mention) = self.next_mention(text, from, last.as_ref()) {
            let articles = articles_after(text, mention.end);
            if articles.items.is_empty() {
                // A bare 第12345条 takes no room of its own and is no number: step over its 第, or it would be found for ever.
                from = text.ceil_char_boundary(mention.end.max(mention.start + 1));
            } else {
                from = articles.end;
                groups.push(Group {
                    name: mention.name.clone(),
                    span: mention.start..articles.end,
                    items: articles.items,
                });
            }
            last = Some(mention.name);
        }
        groups.iter().enumerate().flat_map(|(at, group)| references(text, &groups, at, group)).collect()
    }

    /// The next place where a law is named, or an article of the law that was named last.
    fn next_mention(&self, text: &str, from: usize, last: Option<&Name>) -> Option<Mention> {
        let known = self.names.find(&text[from..]).map(|hit| {
            let range = hit.start() + from..hit.end() + from;
            let law = &self.registry.laws()[self.owners[hit.pattern().as_usize()]];
            let name = Name { law: Some(law.key.to_string()), written: text[range.clone()].to_owned() };
            Mention { start: range.start, end: range.end, name }
        });
        // A title may begin before the known name that it holds, but is short: looking further would cost a pass a citation.
        let until =
            known.as_ref().map_or(text.len(), |known| text.ceil_char_boundary(known.end + TITLE_BYTES));
        let titled = TITLE.captures(&text[from..until]).map(|title| {
            let whole = title.get(0).expect("group 0 always takes part");
            let name = Name { law: None, written: title["name"].to_owned() };
            Mention { start: whole.start() + from, end: whole.end() + from, name }
        });
        // A title in 《》 of which a known name is only a part is another law: 《北京市消费者权益保护法实施细则》.
        let named = match (known, titled) {
            (Some(known), Some(titled))
                if titled.start < known.start && titled.name.written != known.name.written =>
            {
                Some(titled)
            }
            (known, titled) => known.or(titled),
        };
        let named = unknown_law(text, from, named.as_ref()).or(named);
        let anaphor = last.and_then(|name| {
            let end = named.as_ref().map_or(text.len(), |mention| mention.start);
            again(text, from..end, name)
        });
        anaphor.or(named)
    }
}

/// 消费者权益保护法实施条例 must not be read as 消费者权益保护法.
fn longest_first(names: &[&str]) -> AhoCorasick {
    let builder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(names);
    builder.expect("a few hundred law names make a small automaton")
}

#[derive(Clone)]
struct Name {
    law: Option<String>,
    written: String,
}

struct Mention {
    start: usize,
    end: usize,
    name: Name,
}

struct Group {
    name: Name,
    span: Range<usize>,
    items: Vec<Item>,
}

struct Item {
    article: ArticleNumber,
    paragraph: Option<u16>,
    span: Range<usize>,
}

static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("《(?P<name>[^《》\n]{2,60}(?:法|条例|办法|规定|解释|细则|典|通则|总则))》")
        .expect("a constant pattern")
});

/// 劳动法第三十九条, where no 《》 show where the name begins.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?P<name>\p{Han}{2,16}(?:法|条例))第?[0-9０-９零〇一二两三四五六七八九十百千]{1,9}条")
        .expect("a constant pattern")
});

/// A law without 《》 that the registry does not know, before the next one that it does.
fn unknown_law(text: &str, from: usize, next: Option<&Mention>) -> Option<Mention> {
    const NO_LAW: [&str; 10] =
        ["方法", "办法", "做法", "说法", "用法", "手法", "该法", "本法", "同法", "此法"];
    let until = next.map_or(text.len(), |next| next.start);
    // A known name that ends the match was found as such; here the text only goes as far as its beginning.
    PLAIN.captures_iter(&text[from..until]).find_map(|plain| {
        let name = plain.name("name").expect("the group is not optional");
        let leads = [
            "根据", "依据", "按照", "依照", "违反", "以及", "适用", "按", "和", "与", "及", "或", "的", "了",
        ];
        let cut = leads
            .iter()
            .filter_map(|lead| name.as_str().rfind(lead).map(|at| at + lead.len()))
            .max()
            .unwrap_or(0);
        let written = &name.as_str()[cut..];
        let is_law = written.chars().count() > 1 && !NO_LAW.iter().any(|word| written.ends_with(word));
        let (start, end) = (name.start() + cut + from, name.end() + from);
        is_law.then(|| Mention { start, end, name: Name { law: None, written: written.to_owned() } })
    })
}

/// 该法第八条, or a bare 第八条 in the sentence that named the law.
static AGAIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?:该法|同法|此法|该条例|该办法)(?:律)?的?(?:第|[0-9])|第[0-9０-９零〇一二两三四五六七八九十百千]{1,9}条|[。！？；\n]")
        .expect("a constant pattern")
});

fn again(text: &str, range: Range<usize>, name: &Name) -> Option<Mention> {
    let mut same_sentence = true;
    for hit in AGAIN.find_iter(&text[range.clone()]) {
        let start = hit.start() + range.start;
        let sign = hit.as_str();
        if let Some(ordinal) = sign.find('第').or_else(|| sign.find(|c: char| c.is_ascii_digit())) {
            if ordinal > 0 {
                return Some(Mention { start, end: start + ordinal, name: name.clone() });
            }
            if same_sentence && !of_something_else(&text[range.start..start]) {
                return Some(Mention { start, end: start, name: name.clone() });
            }
        } else {
            same_sentence = false;
        }
    }
    None
}

/// 合同第八条 and 规则第八条 are articles of no law, 本法第八条 is one of the text's own.
fn of_something_else(before: &str) -> bool {
    let before = before.trim_end_matches(['》', '”', '"', ' ', '的']);
    [
        "合同", "协议", "条款", "规则", "规范", "公约", "手册", "制度", "办法", "规定", "章程", "细则",
        "标准", "法", "条例",
    ]
    .iter()
    .any(|word| before.ends_with(word))
}

struct Articles {
    items: Vec<Item>,
    end: usize,
}

/// Reads 第十六条第一款、第十七条 and its kin right after a law's name.
fn articles_after(text: &str, from: usize) -> Articles {
    let mut cursor = Cursor { text, at: from };
    cursor.skip_gap();
    let mut items: Vec<Item> = Vec::new();
    let mut pending: Vec<Item> = Vec::new();
    let mut end = from;
    let mut range = false;
    while let Some((item, closed)) = cursor.item() {
        if range && let Some(first) = pending.last().or(items.last()).map(|item| item.article.main) {
            let inner = first + 1..item.article.main;
            if inner.len() <= RANGE_AT_MOST as usize {
                pending.extend(inner.map(|main| Item {
                    article: ArticleNumber { main, sub: 0 },
                    paragraph: None,
                    span: item.span.clone(),
                }));
            }
        }
        pending.push(item);
        if closed {
            items.append(&mut pending);
            end = cursor.at;
        }
        match cursor.joint() {
            Some(is_range) => range = is_range,
            None => break,
        }
    }
    Articles { items, end }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn eat(&mut self, signs: &[&str]) -> bool {
        let Some(sign) = signs.iter().find(|sign| self.rest().starts_with(**sign)) else { return false };
        self.at += sign.len();
        true
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\u{3000}', '\u{a0}']).len();
    }

    /// What may stand between the name and the article: 》, （2013修正）, 侵权责任编, 的.
    fn skip_gap(&mut self) {
        static GAP: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"^(?:[》”\x22\s]|[（(][^（）()\n]{0,40}[）)]|[\p{Han}]{2,5}[编章](?:中|的)?|中|的|之|里|规定的)*").expect("a constant pattern")
        });
        if let Some(gap) = GAP.find(self.rest()) {
            self.at += gap.end();
        }
    }

    fn number(&mut self) -> Option<u16> {
        let (number, chars) = numeral::read(self.rest())?;
        self.at += self.rest().chars().take(chars).map(char::len_utf8).sum::<usize>();
        Some(number)
    }

    /// One article, and whether it is closed by 条. Moves only if there is one.
    fn item(&mut self) -> Option<(Item, bool)> {
        let start = self.at;
        self.skip_spaces();
        let begin = self.at;
        self.eat(&["第"]);
        self.skip_spaces();
        let Some(main) = self.number().filter(|main| *main > 0) else {
            self.at = start;
            return None;
        };
        self.skip_spaces();
        let closed = self.eat(&["条"]);
        // 第二款 after 第一条, and 第三章, are no articles.
        if !closed && ["款", "项", "章", "节", "编", "部"].iter().any(|sign| self.rest().starts_with(sign))
        {
            self.at = start;
            return None;
        }
        let mut sub = 0;
        if closed && self.rest().starts_with('之') {
            let mark = self.at;
            self.at += '之'.len_utf8();
            sub = self.number().unwrap_or(0);
            if sub == 0 {
                self.at = mark;
            }
        }
        let paragraph = self.part("款");
        while self.part("项").is_some() {}
        Some((Item { article: ArticleNumber { main, sub }, paragraph, span: begin..self.at }, closed))
    }

    /// 第一款, 第（二）项, 第二、三项.
    fn part(&mut self, kind: &str) -> Option<u16> {
        let start = self.at;
        self.eat(&["、"]);
        self.eat(&["第"]);
        self.eat(&["（", "("]);
        let number = self.number();
        self.eat(&["）", ")"]);
        if number.is_some() && self.eat(&[kind]) {
            return number;
        }
        self.at = start;
        None
    }

    /// What joins two articles of a list; `true` for a range.
    fn joint(&mut self) -> Option<bool> {
        self.skip_spaces();
        if self.eat(&["至", "到", "～", "~", "—", "–", "-"]) {
            return Some(true);
        }
        if self.eat(&["、", "和", "与", "及", "以及", "或"]) {
            self.eat(&["者"]);
            return Some(false);
        }
        let comma =
            self.rest().strip_prefix(['，', ',']).is_some_and(|rest| rest.trim_start().starts_with('第'));
        (comma && self.eat(&["，", ","])).then_some(false)
    }
}

/// The references of one group, each with the claim that the group's sentence makes.
fn references(text: &str, groups: &[Group], at: usize, group: &Group) -> Vec<Reference> {
    // A bar ends a cell of a table; what follows in the next cell is about this one.
    const END: [char; 7] = ['。', '！', '？', '；', ';', '\n', '|'];
    let until = groups.get(at + 1).map_or(text.len(), |next| next.span.start);
    let after = text[group.span.end..until].trim_start_matches([' ', '|', '\t']);
    let after = after.split(END).next().unwrap_or(after);
    let since = at.checked_sub(1).map_or(0, |previous| groups[previous].span.end);
    let before = &text[since..group.span.start];
    let before = before.rsplit(END).next().unwrap_or(before);
    let tidy = |part: &str| part.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let says = |part: &str| part.chars().filter(|c| c.is_alphanumeric()).count() >= 4;
    let claim = if says(after) { after } else { before };
    let each = |item: &Item| Reference {
        law: group.name.law.clone(),
        named: group.name.written.clone(),
        article: item.article,
        paragraph: item.paragraph,
        span: item.span.clone(),
        line: text[..item.span.start].matches('\n').count() + 1,
        claim: tidy(claim),
        sentence: tidy(&format!("{before} {after}")),
    };
    group.items.iter().map(each).collect()
}
