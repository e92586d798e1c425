//! The weeks as CSV for spreadsheets and other programs: a row a week and line, the team's first.

use std::io::{self, Write};

use super::{Line, Trend};
use crate::report::csv::inert;

const COLUMNS: [&str; 13] = [
    "week",
    "line",
    "agent",
    "conversations",
    "messages",
    "findings",
    "flagged_conversations",
    "exposures",
    "abuse_borne",
    "risk",
    "risk_low",
    "risk_high",
    "reading_errors",
];

/// Writes all weeks in which there were conversations.
pub fn csv(trend: &Trend, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = ::csv::Writer::from_writer(out);
    rows.write_record(COLUMNS)?;
    let lines = std::iter::once(("team", &trend.team)).chain(trend.agents.iter().map(|line| ("agent", line)));
    for (kind, Line { agent, points, .. }) in lines {
        for (at, point) in points.iter().enumerate() {
            let Some(point) = point else { continue };
            let errors = if kind == "team" { trend.errors[at].to_string() } else { String::new() };
            let tally = &point.tally;
            let counts = [
                tally.conversations,
                tally.messages,
                tally.findings(),
                point.flagged,
                tally.exposures,
                tally.abuse_borne,
            ];
            let risk = [point.risk.mean, point.risk.low, point.risk.high];
            let agent = agent.as_deref().unwrap_or_default().to_owned();
            let head = [trend.weeks[at].to_string(), kind.to_owned(), inert(agent)];
            let counts = counts.map(|count| count.to_string());
            let risk = risk.map(|risk| format!("{risk:.2}"));
            rows.write_record(head.iter().chain(&counts).chain(&risk).chain([&errors]))?;
        }
    }
    rows.flush()
}
