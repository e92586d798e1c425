//! The part of SARIF's object model that reports use, in the format's own names.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    finding::{Span, SuppressionKind, SuppressionStatus},
    law::Consequence,
};

#[derive(Serialize)]
pub(super) struct Log<'a> {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    pub(super) runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'a> {
    pub(super) tool: Tool<'a>,
    pub(super) automation_details: Id<'a>,
    pub(super) language: &'static str,
    pub(super) column_kind: &'static str,
    pub(super) original_uri_base_ids: BTreeMap<&'static str, Described>,
    pub(super) taxonomies: Vec<Taxonomy<'a>>,
    pub(super) invocations: [Invocation<'a>; 1],
    pub(super) results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
pub(super) struct Id<'a> {
    pub(super) id: &'a str,
}

#[derive(Serialize)]
pub(super) struct Described {
    pub(super) description: Message,
}

#[derive(Serialize)]
pub(super) struct Message {
    pub(super) text: String,
}

impl Message {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

#[derive(Serialize)]
pub(super) struct Tool<'a> {
    pub(super) driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'a> {
    pub(super) name: &'static str,
    pub(super) semantic_version: &'a str,
    pub(super) language: &'static str,
    pub(super) short_description: Message,
    pub(super) rules: Vec<Rule<'a>>,
    pub(super) notifications: [Notified; 2],
    pub(super) supported_taxonomies: Vec<Component<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notified {
    pub(super) id: &'static str,
    pub(super) short_description: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'a> {
    pub(super) id: &'a str,
    pub(super) short_description: Message,
    pub(super) full_description: Message,
    pub(super) help: Message,
    pub(super) default_configuration: Configuration,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) relationships: Vec<Relationship<'a>>,
    pub(super) properties: RuleProperties<'a>,
}

#[derive(Serialize)]
pub(super) struct Configuration {
    pub(super) level: &'static str,
}

#[derive(Serialize)]
pub(super) struct RuleProperties<'a> {
    pub(super) tags: [&'a str; 2],
    pub(super) severity: &'static str,
}

#[derive(Serialize)]
pub(super) struct Relationship<'a> {
    pub(super) target: Reference<'a>,
    pub(super) kinds: [&'static str; 1],
}

/// The name of an article within its law.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference<'a> {
    pub(super) id: &'a str,
    pub(super) index: usize,
    pub(super) tool_component: Component<'a>,
}

#[derive(Clone, Serialize)]
pub(super) struct Component<'a> {
    pub(super) name: &'a str,
    pub(super) index: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Taxonomy<'a> {
    pub(super) name: &'a str,
    pub(super) language: &'static str,
    pub(super) is_comprehensive: bool,
    pub(super) short_description: Message,
    pub(super) taxa: Vec<Taxon<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Taxon<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) short_description: Message,
    pub(super) properties: TaxonProperties,
}

#[derive(Serialize)]
pub(super) struct TaxonProperties {
    pub(super) consequence: Consequence,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) in_force_from: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) in_force_to: Option<Date>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation<'a> {
    pub(super) execution_successful: bool,
    pub(super) tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notification<'a> {
    pub(super) descriptor: Indexed<'a>,
    pub(super) level: &'static str,
    pub(super) message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) locations: Vec<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) associated_rule: Option<Indexed<'a>>,
}

#[derive(Serialize)]
pub(super) struct Indexed<'a> {
    pub(super) id: &'a str,
    pub(super) index: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Outcome<'a> {
    pub(super) rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule_index: Option<usize>,
    pub(super) level: &'static str,
    pub(super) message: Message,
    pub(super) locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_locations: Vec<Location>,
    pub(super) partial_fingerprints: Fingerprints<'a>,
    /// Left out of all results where nobody was asked about any: an empty list says that somebody was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suppressions: Option<Vec<Suppressed<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) taxa: Vec<Reference<'a>>,
    pub(super) properties: Properties<'a>,
}

/// What a baseline or a reviewer says; neither stands in the chat itself.
#[derive(Serialize)]
pub(super) struct Suppressed<'a> {
    pub(super) kind: &'static str,
    pub(super) status: SuppressionStatus,
    pub(super) justification: &'a str,
    pub(super) properties: Decided<'a>,
}

#[derive(Serialize)]
pub(super) struct Decided<'a> {
    pub(super) by: SuppressionKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<&'a str>,
    pub(super) date: Date,
}

/// GitHub tells by the first name whether it has seen a finding; other readers take any.
#[derive(Serialize)]
pub(super) struct Fingerprints<'a> {
    #[serde(rename = "primaryLocationLineHash")]
    pub(super) line: &'a str,
    #[serde(rename = "kefulint/v1")]
    pub(super) own: &'a str,
}

#[derive(Serialize)]
pub(super) struct Properties<'a> {
    pub(super) family: &'static str,
    pub(super) kind: &'a str,
    pub(super) severity: &'static str,
    pub(super) charge: &'static str,
    pub(super) agent_id: Option<&'a str>,
    pub(super) conversation_id: &'a str,
    pub(super) message_index: u32,
    pub(super) time: Option<String>,
    pub(super) quote: &'a str,
    pub(super) span: Span,
    pub(super) also: &'a [Arc<str>],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[expect(clippy::struct_field_names, reason = "it is the format's name")]
    pub(super) physical_location: Option<Physical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) logical_locations: Option<[Logical; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Logical {
    pub(super) fully_qualified_name: String,
    pub(super) kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Physical {
    pub(super) artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    pub(super) uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) snippet: Option<Message>,
}
