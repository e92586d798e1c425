//! The registry: what may be cited on which day.

use jiff::civil::{Date, date};
use kefulint::law::Registry;

fn ids(duty: &str, day: Date, trade: Option<&str>) -> Vec<String> {
    Registry::embedded().cite(&[duty], day, trade).iter().map(|citation| citation.id.to_string()).collect()
}

#[test]
fn the_day_of_the_message_picks_the_version() {
    assert_eq!(
        ids("不得侮辱诽谤", date(2019, 6, 1), None),
        [
            "cpl-2013-art-27",
            "gpc-1986-art-101",
            "cpl-2013-art-50",
            "cpl-2013-art-56",
            "psapl-2005-art-42",
            "crim-1997-art-246"
        ]
    );
    assert_eq!(
        ids("不得侮辱诽谤", date(2026, 6, 1), None),
        [
            "cpl-2013-art-27",
            "cc-2020-art-1024",
            "cpl-2013-art-50",
            "cpl-2013-art-56",
            "psapl-2025-art-50",
            "crim-1997-art-246"
        ]
    );
}
