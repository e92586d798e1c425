//! Findings that say the same: joined, put in order, and told apart by their fingerprints.

use std::cmp::Ordering;

use sha2::{Digest, Sha256};

use crate::{finding::Finding, hash::hex, personal, text::fold::fold, transcript::Message};

/// By message, the worst first.
pub(super) fn sort(findings: &mut [Finding]) {
    findings.sort_by(order);
}

pub(super) fn order(a: &Finding, b: &Finding) -> Ordering {
    (a.message_index, b.severity, &a.rule).cmp(&(b.message_index, a.severity, &b.rule))
}

/// Rules of one kind on one message say the same thing: the worst speaks, the others are named.
pub(super) fn join_kinds(findings: Vec<Finding>) -> Vec<Finding> {
    let mut joined: Vec<Finding> = Vec::new();
    for finding in findings {
        let twin = joined.iter_mut().find(|known| {
            (known.message_index, known.family, &known.kind)
                == (finding.message_index, finding.family, &finding.kind)
        });
        match twin {
            Some(known) => {
                known.confidence = known.confidence.max(finding.confidence);
                known.also.push(finding.rule);
            }
            None => joined.push(finding),
        }
    }
    joined
}

/// Equal texts in one conversation would share a fingerprint; later ones get their number.
pub(super) fn number_twins(mut findings: Vec<Finding>) -> Vec<Finding> {
    for at in 1..findings.len() {
        let earlier = findings[..at].iter().filter(|f| f.fingerprint == findings[at].fingerprint).count();
        if earlier > 0 {
            findings[at].fingerprint = format!("{}-{}", findings[at].fingerprint, earlier + 1);
        }
    }
    findings
}

/// SHA-256 over a version tag, rule, conversation and normalised text in which personal data is masked, so that neither
/// moved lines change it nor a telephone number can be guessed from it.
pub(super) fn fingerprint(rule: &str, conversation: &str, message: &Message) -> String {
    let mut hash = Sha256::new();
    for part in ["kefulint/1", rule, conversation, &fold(&personal::mask(&message.text))] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize()[..12])
}
