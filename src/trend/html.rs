//! The weeks as one HTML page that needs no network and runs no script: curves with their intervals.

use std::io::{self, Write};

use minijinja::{Environment, value::Serde};
use serde::Serialize;

use super::{Line, Point, Trend, terminal::remarks};
use crate::report::UNNAMED;

/// A curve's size in the units of its picture.
const WIDE: f64 = 360.0;
const HIGH: f64 = 60.0;

#[derive(Serialize)]
struct Page {
    css: &'static str,
    first: String,
    last: String,
    remarks: Vec<String>,
    rows: Vec<Row>,
    errors: Vec<(String, u64)>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    new: bool,
    conversations: u64,
    findings: u64,
    /// Corners of the mean's line and of the interval's area, a stretch of weeks without a gap each.
    curves: Vec<String>,
    areas: Vec<String>,
    latest: Option<String>,
}

/// Writes the page.
pub fn html(trend: &Trend, out: &mut dyn Write) -> io::Result<()> {
    let lines = || std::iter::once(("全体", &trend.team)).chain(trend.agents.iter().map(|l| (name(l), l)));
    let highest =
        lines().flat_map(|(_, line)| line.points.iter().flatten()).map(|p| p.risk.high).fold(1.0, f64::max);
    let label = |week: Option<&jiff::civil::Date>| week.map_or_else(String::new, ToString::to_string);
    let page = Page {
        css: include_str!("../report/html/page.css"),
        first: label(trend.weeks.first()),
        last: label(trend.weeks.last()),
        remarks: remarks(trend),
        rows: lines().map(|(name, line)| row(name, line, highest)).collect(),
        errors: trend
            .weeks
            .iter()
            .map(ToString::to_string)
            .zip(trend.errors.iter().copied())
            .filter(|(_, n)| *n > 0)
            .collect(),
    };
    let mut environment = Environment::new();
    environment.add_template("trend.html", include_str!("trend.html")).map_err(io::Error::other)?;
    let template = environment.get_template("trend.html").map_err(io::Error::other)?;
    template.render_captured_to(Serde(&page), out).map_err(io::Error::other)?;
    Ok(())
}

fn name(line: &Line) -> &str {
    line.agent.as_deref().unwrap_or(UNNAMED)
}

fn row(name: &str, line: &Line, highest: f64) -> Row {
    let step = WIDE / (line.points.len().max(2) - 1) as f64;
    let (mut curves, mut areas) = (Vec::new(), Vec::new());
    let weeks: Vec<(usize, &Option<Point>)> = line.points.iter().enumerate().collect();
    for stretch in weeks.split(|(_, point)| point.is_none()).filter(|stretch| !stretch.is_empty()) {
        let points =
            || stretch.iter().filter_map(|(at, point)| Some((*at as f64 * step, point.as_ref()?.risk)));
        let corner = |x: f64, value: f64| format!("{x:.1},{:.1}", HIGH - HIGH * value / highest);
        curves.push(points().map(|(x, risk)| corner(x, risk.mean)).collect::<Vec<_>>().join(" "));
        let there = points().map(|(x, risk)| corner(x, risk.high));
        let back = points().collect::<Vec<_>>().into_iter().rev().map(|(x, risk)| corner(x, risk.low));
        areas.push(there.chain(back).collect::<Vec<_>>().join(" "));
    }
    let latest = line.points.last().and_then(Option::as_ref);
    Row {
        name: name.to_owned(),
        new: line.new,
        conversations: line.points.iter().flatten().map(|point| point.tally.conversations).sum(),
        findings: line.points.iter().flatten().map(|point| point.tally.findings()).sum(),
        curves,
        areas,
        latest: latest.map(|p| format!("{:.1}（{:.1}–{:.1}）", p.risk.mean, p.risk.low, p.risk.high)),
    }
}
