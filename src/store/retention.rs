//! What the store lets go of: texts and findings by age, one customer's data on demand.
//!
//! Age counts from the night that last added to a conversation, so that nothing goes earlier than the user said. What is deleted
//! is overwritten on disk. That a record was seen is kept as a keyed tag, lest the same file sent again bring it back.

use std::str::FromStr;

use jiff::{Span, ToSpan, civil::Date};
use rusqlite::{Connection, params};

use super::{Night, Result, Store, identity, judged::clear_judged};

/// Conversations in a transaction.
const BATCH: i64 = 500;

/// How long something is kept: `180d`, `26w`, `6m`, `3y`.
#[derive(Clone, Copy, Debug)]
pub struct Age(Span);

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("`{text}` is no span of time; write it like 180d, 26w, 6m or 3y");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let count: i32 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
        if !(0..=9_999).contains(&count) {
            return Err(wrong());
        }
        match unit {
            'd' => Ok(Self(count.days())),
            'w' => Ok(Self(count.weeks())),
            'm' => Ok(Self(count.months())),
            'y' => Ok(Self(count.years())),
            _ => Err(wrong()),
        }
    }
}

impl Age {
    /// The first day that is still kept.
    fn first_kept(self, day: Date) -> Date {
        day.checked_sub(self.0).unwrap_or(Date::MIN)
    }
}

/// How long what is kept; `None` is for ever.
#[derive(Clone, Copy, Debug, Default)]
pub struct Retention {
    /// Texts of messages.
    pub texts: Option<Age>,
    /// Findings, names of conversations and all else that is said of them.
    pub findings: Option<Age>,
}

/// What was let go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Conversations whose texts went.
    pub texts: u64,
    /// Conversations of which all went.
    pub conversations: u64,
    /// Nothing was let go, for the clock stands before that of an earlier run.
    pub clock_went_back: bool,
}

/// What was deleted on demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Conversations.
    pub conversations: u64,
    /// Stored messages in them.
    pub messages: u64,
    /// Findings in them.
    pub findings: u64,
}

impl Store {
    /// Lets go of what is too old. A clock that went back, or that is wrong tonight, must not decide this: then nothing goes.
    pub fn sweep(&mut self, retention: &Retention, night: &Night<'_>) -> Result<Swept> {
        let mut swept = Swept::default();
        if self.latest()?.is_some_and(|latest| latest > night.now.timestamp()) {
            swept.clock_went_back = true;
            return Ok(swept);
        }
        let day = night.day();
        if let Some(age) = retention.texts {
            let first = age.first_kept(day).to_string();
            swept.texts = self.sweep_by("texts > 0", &first, |db, id| {
                db.prepare_cached("DELETE FROM message WHERE conversation = ?")?.execute([id])?;
                db.prepare_cached("UPDATE conversation SET texts = 0, sealed = NULL WHERE id = ?")?
                    .execute([id])?;
                Ok(())
            })?;
        }
        if let Some(age) = retention.findings {
            let first = age.first_kept(day).to_string();
            swept.conversations =
                self.sweep_by("name IS NOT NULL", &first, |db, id| erase(db, id).map(drop))?;
            self.write(|db| {
                db.execute("DELETE FROM problem WHERE night < ?", [&first])?;
                db.execute("DELETE FROM change WHERE night < ?", [&first])
            })?;
        }
        Ok(swept)
    }

    fn sweep_by(
        &mut self,
        condition: &str,
        first_kept: &str,
        each: impl Fn(&Connection, i64) -> rusqlite::Result<()>,
    ) -> Result<u64> {
        let select = format!("SELECT id FROM conversation WHERE {condition} AND night < ? LIMIT {BATCH}");
        let mut swept = 0;
        loop {
            let gone = self.write(|db| {
                let ids: Vec<i64> = db
                    .prepare_cached(&select)?
                    .query_map([first_kept], |row| row.get(0))?
                    .collect::<rusqlite::Result<_>>()?;
                ids.iter().try_for_each(|&id| each(db, id))?;
                Ok(ids.len() as u64)
            })?;
            swept += gone;
            if gone < BATCH.cast_unsigned() {
                return Ok(swept);
            }
        }
    }

    /// Deletes all data of one customer, and logs when and how much, but not whose. The customer is known by the id in the export:
    /// a customer column, the sender of the customer's messages, or a conversation named after the two who speak.
    pub fn forget(&mut self, customer: &str, now: jiff::Timestamp) -> Result<Forgotten> {
        let tag = identity::of_customer(&self.key, customer);
        let customer = customer.trim();
        self.write(|db| {
            let ids: Vec<i64> = db
                .prepare(
                    "SELECT conversation FROM customer WHERE tag = ?1
                     UNION SELECT id FROM conversation WHERE name IS NOT NULL AND
                         (name = ?2 OR '|' || name LIKE '%|' || ?3 ESCAPE '\\' OR name || '|' LIKE ?3 || '|%' ESCAPE '\\')",
                )?
                .query_map(params![tag, customer, literal(customer)], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let mut forgotten = Forgotten::default();
            for id in ids {
                let (messages, findings) = erase(db, id)?;
                forgotten.conversations += 1;
                forgotten.messages += messages;
                forgotten.findings += findings;
            }
            db.execute(
                "INSERT INTO forgotten VALUES (?, ?, ?, ?)",
                params![
                    now.to_string(),
                    forgotten.conversations.cast_signed(),
                    forgotten.messages.cast_signed(),
                    forgotten.findings.cast_signed()
                ],
            )?;
            Ok(forgotten)
        })
    }
}

/// A text in which LIKE finds nothing special.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Deletes all that is said in and of a conversation; answers with the numbers of messages and findings.
pub(super) fn erase(db: &Connection, id: i64) -> rusqlite::Result<(u64, u64)> {
    let findings: i64 = db
        .prepare_cached("SELECT count(*) FROM finding WHERE conversation = ?")?
        .query_row([id], |row| row.get(0))?;
    clear_judged(db, id)?;
    let messages = db.prepare_cached("DELETE FROM message WHERE conversation = ?")?.execute([id])?;
    db.prepare_cached("DELETE FROM customer WHERE conversation = ?")?.execute([id])?;
    db.prepare_cached("DELETE FROM change WHERE conversation = ?")?.execute([id])?;
    db.prepare_cached(
        "UPDATE conversation SET name = NULL, origin = NULL, channel = NULL, unseen = 0, last_day = NULL, pack = NULL, due = 0,
             texts = 0, sealed = NULL, judged = NULL WHERE id = ?",
    )?
    .execute([id])?;
    Ok((messages as u64, findings.cast_unsigned()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn ages_are_spans_of_the_calendar() {
        let kept = |text: &str| text.parse::<Age>().map(|age| age.first_kept(date(2026, 3, 31)));
        assert_eq!(kept("3y"), Ok(date(2023, 3, 31)));
        assert_eq!(kept("1m"), Ok(date(2026, 2, 28)));
        assert_eq!(kept("180d"), Ok(date(2025, 10, 2)));
        for wrong in ["", "d", "3", "3 y", "-1d", "10000y", "3年"] {
            assert!(kept(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nothing_in_a_customers_id_is_a_wildcard() {
        assert_eq!(literal(r"a_b%c\d"), r"a\_b\%c\\d");
    }
}
