//! SARIF 2.1.0: findings as results, laws as taxonomies with their articles as taxa, unread records as notifications.
//!
//! Rules are listed where something is said of them: a finding, or that they could not be judged. A rule is related to the
//! articles that its findings cite, since which article holds is a matter of the message's day and not of the rule.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write as _,
    io::{self, Write},
};

use super::{Charge, Level, UNREAD, UNREAD_TITLE, path, text};
use crate::{
    finding::{Finding, Suppression},
    place::Place,
    report::{
        digest::{Digest, RuleLine},
        wording,
    },
};

mod model;

use model::{
    Artifact, Component, Configuration, Decided, Described, Driver, Fingerprints, Id, Indexed, Invocation,
    Location, Log, Logical, Message, Notification, Notified, Outcome, Physical, Properties, Reference,
    Region, Relationship, Rule, RuleProperties, Run, Suppressed, Taxon, TaxonProperties, Taxonomy, Tool,
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What files are named from.
const ROOT: &str = "%SRCROOT%";

/// What stands for rules that could not be judged.
const NOT_EVALUABLE: &str = "not-evaluable";

/// One run with all findings, in order of conversation and message.
pub fn write(digest: &Digest<'_>, place: &Place, out: &mut dyn Write) -> io::Result<()> {
    let report = digest.report;
    let taxonomies = taxonomies(digest);
    let rules = rules(digest, &taxonomies);
    let by_id: HashMap<&str, usize> = rules.iter().enumerate().map(|(at, rule)| (rule.id, at)).collect();
    let asked = report.findings.iter().any(|finding| finding.suppressed.is_some());
    let results = report.findings.iter().map(|finding| outcome(finding, &by_id, &taxonomies, place, asked));
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            automation_details: Id { id: "kefulint/" },
            language: "zh-CN",
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: BTreeMap::from([(
                ROOT,
                Described {
                    description: Message::new("代码库的根目录，或运行时所在的目录")
                },
            )]),
            invocations: [Invocation {
                execution_successful: report.is_complete(),
                tool_execution_notifications: notifications(digest, &by_id, place),
            }],
            results: results.collect(),
            tool: Tool {
                driver: Driver {
                    name: "kefulint",
                    semantic_version: digest.head.version,
                    language: "zh-CN",
                    short_description: Message::new("客服会话合规检查：只提示疑似问题，须由人核实"),
                    rules,
                    notifications: [
                        Notified { id: UNREAD, short_description: Message::new(UNREAD_TITLE) },
                        Notified {
                            id: NOT_EVALUABLE,
                            short_description: Message::new("规则因缺少时间而未能评估"),
                        },
                    ],
                    supported_taxonomies: taxonomies.components().collect(),
                },
            },
            taxonomies: taxonomies.laws,
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

/// The laws, and where each article stands in them.
struct Taxonomies<'a> {
    laws: Vec<Taxonomy<'a>>,
    by_id: HashMap<&'a str, Reference<'a>>,
}

impl<'a> Taxonomies<'a> {
    fn components(&self) -> impl Iterator<Item = Component<'a>> {
        self.laws.iter().enumerate().map(|(index, law)| Component { name: law.name, index })
    }

    fn references<'b>(&self, findings: impl Iterator<Item = &'b Finding>) -> Vec<Reference<'a>> {
        let mut seen = BTreeSet::new();
        let cited = findings.flat_map(|finding| &finding.statutes);
        let cited = cited.filter(|citation| seen.insert(&*citation.id));
        cited.filter_map(|citation| self.by_id.get(&*citation.id).cloned()).collect()
    }
}

fn taxonomies<'a>(digest: &'a Digest<'_>) -> Taxonomies<'a> {
    let mut laws: BTreeMap<&str, BTreeMap<&str, Taxon<'a>>> = BTreeMap::new();
    for line in &digest.statutes {
        let citation = &line.citation;
        let taxon = Taxon {
            id: &citation.id,
            name: &citation.article,
            short_description: Message::new(&*citation.gist),
            properties: TaxonProperties {
                consequence: citation.consequence,
                in_force_from: line.from,
                in_force_to: line.to,
            },
        };
        laws.entry(&citation.law).or_default().insert(&citation.id, taxon);
    }
    let mut by_id = HashMap::new();
    for (at, (law, taxa)) in laws.iter().enumerate() {
        for (index, id) in taxa.keys().enumerate() {
            let tool_component = Component { name: law, index: at };
            by_id.insert(*id, Reference { id, index, tool_component });
        }
    }
    let law = |(name, taxa): (&'a str, BTreeMap<&str, Taxon<'a>>)| Taxonomy {
        name,
        language: "zh-CN",
        is_comprehensive: false,
        short_description: Message::new(format!("《{}》中被引用的条文", wording::short(name))),
        taxa: taxa.into_values().collect(),
    };
    Taxonomies { laws: laws.into_iter().map(law).collect(), by_id }
}

/// The rules of which something is said.
fn rules<'a>(digest: &'a Digest<'_>, taxonomies: &Taxonomies<'a>) -> Vec<Rule<'a>> {
    let report = digest.report;
    let mut findings: HashMap<&str, Vec<&'a Finding>> = HashMap::new();
    for finding in &report.findings {
        findings.entry(&finding.rule).or_default().push(finding);
    }
    let also = report.findings.iter().flat_map(|finding| &finding.also);
    let named: BTreeSet<&str> =
        also.chain(report.not_evaluable.keys()).map(|id| &**id).chain(findings.keys().copied()).collect();
    let named = digest.rules.iter().filter(|line| named.contains(&*line.rule));
    named
        .map(|line| rule(line, findings.get(&*line.rule).map_or(&[][..], Vec::as_slice), taxonomies))
        .collect()
}

fn rule<'a>(line: &'a RuleLine, findings: &[&'a Finding], taxonomies: &Taxonomies<'a>) -> Rule<'a> {
    let card = &line.card;
    let duties = card.duties.join("、");
    let advice = findings.first().map_or(String::new(), |finding| format!("建议：{}", finding.advice));
    let references = taxonomies.references(findings.iter().copied());
    Rule {
        id: &line.rule,
        short_description: Message::new(&*card.title),
        full_description: Message::new(format!("{}。涉及的要求：{duties}。", card.title)),
        help: Message::new(format!("涉及的要求：{duties}。{advice}本规则只提示疑似问题，须由人核实。")),
        default_configuration: Configuration { level: level(Level::of(card.severity)) },
        relationships: references
            .into_iter()
            .map(|target| Relationship { target, kinds: ["relevant"] })
            .collect(),
        properties: RuleProperties {
            tags: [card.family.as_str(), &card.kind],
            severity: card.severity.as_str(),
        },
    }
}

fn outcome<'a>(
    finding: &'a Finding,
    rules: &HashMap<&str, usize>,
    taxonomies: &Taxonomies<'a>,
    place: &Place,
    asked: bool,
) -> Outcome<'a> {
    let own = finding.context.iter().find(|line| line.message_index == finding.message_index);
    let before = finding.context.iter().filter(|line| line.message_index < finding.message_index);
    let related = before.enumerate().map(|(at, line)| Location {
        id: Some(at),
        message: Some(Message::new(literal(&format!("{}：{}", wording::speaker(line.role), line.text)))),
        physical_location: None,
        logical_locations: Some([message(finding, line.message_index)]),
    });
    let region =
        Region { start_line: finding.source.line.max(1), snippet: own.map(|line| Message::new(&*line.text)) };
    Outcome {
        rule_id: &finding.rule,
        rule_index: rules.get(&*finding.rule).copied(),
        level: level(Level::of_finding(finding)),
        message: Message::new(literal(&text(finding))),
        locations: [Location {
            id: None,
            message: None,
            physical_location: Some(physical(&finding.source.file, Some(region), place)),
            logical_locations: Some([message(finding, finding.message_index)]),
        }],
        related_locations: related.collect(),
        partial_fingerprints: Fingerprints { line: &finding.fingerprint, own: &finding.fingerprint },
        suppressions: asked.then(|| finding.suppressed.iter().map(suppressed).collect()),
        taxa: taxonomies.references(std::iter::once(finding)),
        properties: Properties {
            family: finding.family.as_str(),
            kind: &finding.kind,
            severity: finding.severity.as_str(),
            charge: match Charge::of(finding) {
                Charge::Agent => "agent",
                Charge::Log => "log",
                Charge::Customer => "customer",
            },
            agent_id: finding.agent_id.as_deref(),
            conversation_id: &finding.conversation_id,
            message_index: finding.message_index,
            time: finding.time.map(|_| wording::time(finding)),
            quote: &finding.quote,
            span: finding.span,
            also: &finding.also,
        },
    }
}

fn suppressed(said: &Suppression) -> Suppressed<'_> {
    let properties = Decided { by: said.kind, author: said.author.as_deref(), date: said.date };
    Suppressed { kind: "external", status: said.status, justification: &said.reason, properties }
}

fn message(finding: &Finding, index: u32) -> Logical {
    let fully_qualified_name = format!("{}/{}", finding.conversation_id, index + 1);
    Logical { fully_qualified_name, kind: "message" }
}

fn notifications<'a>(
    digest: &'a Digest<'_>,
    rules: &HashMap<&str, usize>,
    place: &Place,
) -> Vec<Notification<'a>> {
    let unread = digest.report.problems.iter().map(|problem| {
        let region = problem.line.map(|line| Region { start_line: line.max(1), snippet: None });
        Notification {
            descriptor: Indexed { id: UNREAD, index: 0 },
            level: level(Level::Error),
            message: Message::new(literal(&problem.reason)),
            locations: vec![Location {
                id: None,
                message: None,
                physical_location: Some(physical(&problem.file, region, place)),
                logical_locations: None,
            }],
            associated_rule: None,
        }
    });
    let not_evaluable = digest.report.not_evaluable.iter().map(|(rule, conversations)| Notification {
        descriptor: Indexed { id: NOT_EVALUABLE, index: 1 },
        level: level(Level::Note),
        message: Message::new(format!("规则 {rule} 因缺少时间，在 {conversations} 个会话里未能评估")),
        locations: Vec::new(),
        associated_rule: rules.get(&**rule).map(|index| Indexed { id: rule, index: *index }),
    });
    unread.chain(not_evaluable).collect()
}

fn physical(file: &str, region: Option<Region>, place: &Place) -> Physical {
    let path = path(file, place);
    let encoded = percent_encoded(&path);
    let artifact_location = if path.starts_with('/') {
        Artifact { uri: format!("file://{encoded}"), uri_base_id: None }
    } else {
        Artifact { uri: encoded, uri_base_id: Some(ROOT) }
    };
    Physical { artifact_location, region }
}

/// A path as a URI reference.
fn percent_encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(byte.into());
        } else {
            write!(uri, "%{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    uri
}

/// Square brackets make links in SARIF's messages; a chat may hold any.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}
