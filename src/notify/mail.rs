//! Mail handed to the machine's own sendmail, which knows how to queue and to deliver.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};

use super::{MailConfig, Notice, NotifyError, run};

impl MailConfig {
    pub(super) fn send(&self, notice: &Notice, now: Timestamp) -> Result<(), NotifyError> {
        let head = |address: &String| address.starts_with('-') || address.contains(|c: char| c.is_control());
        if self.to.is_empty() || self.to.iter().chain([&self.from]).any(head) {
            let reason = "a mail needs `to`, and addresses of one line that do not begin with `-`";
            return Err(NotifyError::Lasting(reason.to_owned()));
        }
        let mut command = vec![self.sendmail.clone(), "-i".to_owned(), "--".to_owned()];
        command.extend(self.to.iter().cloned());
        run(&command, self.message(notice, now).as_bytes())
    }

    fn message(&self, notice: &Notice, now: Timestamp) -> String {
        let date = rfc2822::to_string(&now.to_zoned(TimeZone::UTC)).unwrap_or_default();
        let body = STANDARD.encode(notice.lines.join("\r\n"));
        let lines: Vec<&str> =
            (0..body.len()).step_by(76).map(|at| &body[at..body.len().min(at + 76)]).collect();
        format!(
            "From: {}\r\nTo: {}\r\nDate: {date}\r\nSubject: =?UTF-8?B?{}?=\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            self.from,
            self.to.join(", "),
            STANDARD.encode(&notice.title),
            lines.join("\r\n")
        )
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn notice() -> Notice {
        Notice {
            day: date(2026, 3, 1),
            title: "日报".to_owned(),
            lines: vec!["会话 3 个".to_owned()],
            severities: [0; 4],
        }
    }

    fn mail(to: &str) -> MailConfig {
        MailConfig {
            from: "kefulint@example.cn".to_owned(),
            to: vec![to.to_owned()],
            sendmail: "true".to_owned(),
        }
    }

    #[test]
    fn a_mail_is_ascii_and_whole() {
        let now: Timestamp = "2026-03-02T00:30:00Z".parse().expect("a time");
        let expected = "From: kefulint@example.cn\r\nTo: qa@example.cn\r\nDate: Mon, 2 Mar 2026 00:30:00 +0000\r\n\
                        Subject: =?UTF-8?B?5pel5oql?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
                        Content-Transfer-Encoding: base64\r\n\r\n5Lya6K+dIDMg5Liq\r\n";
        assert_eq!(mail("qa@example.cn").message(&notice(), now), expected);
    }

    #[test]
    fn an_address_cannot_smuggle_a_header_or_an_option() {
        for to in ["a@b\nBcc: c@d", "-Cfile"] {
            assert!(mail(to).send(&notice(), Timestamp::UNIX_EPOCH).is_err(), "{to}");
        }
        assert_eq!(mail("a@b").send(&notice(), Timestamp::UNIX_EPOCH), Ok(()));
    }
}
