//! Robots of chat groups: each platform's body, signature and answer.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Notice, NotifyError, RobotKind};

/// A robot ready to be asked.
pub struct Robot {
    pub(super) kind: RobotKind,
    url: String,
    secret: Option<String>,
    agent: ureq::Agent,
}

/// Neither address nor secret.
impl std::fmt::Debug for Robot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "robot {}", self.kind.as_str())
    }
}

/// Codes by which platforms say that it was too much at once.
const TOO_FAST: [i64; 4] = [130_101, 45_009, 9_499, 11_232];
/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How much of an answer is read.
const ANSWER: u64 = 64 << 10;

impl Robot {
    /// A robot at that address.
    pub fn new(
        kind: RobotKind,
        url: &str,
        secret: Option<&str>,
        proxy: Option<&str>,
    ) -> Result<Self, NotifyError> {
        let lasting = |reason: &str| NotifyError::Lasting(reason.to_owned());
        let url = url.trim();
        let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
        if !url.starts_with("https://") && !here.iter().any(|here| url.starts_with(here)) {
            return Err(lasting("the address of the robot does not begin with https://"));
        }
        if kind == RobotKind::Wecom && secret.is_some() {
            return Err(lasting("robots of 企业微信 have no secret; their key stands in the address"));
        }
        let proxy = match proxy {
            Some(proxy) => Some(ureq::Proxy::new(proxy).map_err(|_| lasting("the proxy is no address"))?),
            None => None,
        };
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy);
        let secret = secret.map(|secret| secret.trim().to_owned());
        Ok(Self { kind, url: url.to_owned(), secret, agent: config.build().into() })
    }

    pub(super) fn send(&self, notice: &Notice, now: Timestamp) -> Result<(), NotifyError> {
        let (url, body) = self.request(notice, now);
        let passing = |error: ureq::Error| NotifyError::Passing(said(&error));
        let request = self.agent.post(&url).header("Content-Type", "application/json; charset=utf-8");
        let mut response = request.send(body.to_string()).map_err(passing)?;
        let status = response.status().as_u16();
        let answer = response.body_mut().with_config().limit(ANSWER).read_to_string().map_err(passing)?;
        judge(status, &answer)
    }

    /// The address and the body of a request.
    fn request(&self, notice: &Notice, now: Timestamp) -> (String, Value) {
        match self.kind {
            RobotKind::Dingtalk => {
                let url = match &self.secret {
                    Some(secret) => {
                        let time = now.as_millisecond();
                        let sign = sign(secret.as_bytes(), format!("{time}\n{secret}").as_bytes());
                        let sign = sign.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
                        format!("{}&timestamp={time}&sign={sign}", self.url)
                    }
                    None => self.url.clone(),
                };
                let text = format!("### {}\n\n{}", notice.title, notice.lines.join("\n\n"));
                (url, json!({ "msgtype": "markdown", "markdown": { "title": notice.title, "text": text } }))
            }
            RobotKind::Feishu => {
                let mut body = json!({ "msg_type": "text", "content": { "text": notice.text() } });
                if let Some(secret) = &self.secret {
                    let time = now.as_second().to_string();
                    body["sign"] = sign(format!("{time}\n{secret}").as_bytes(), &[]).into();
                    body["timestamp"] = time.into();
                }
                (self.url.clone(), body)
            }
            RobotKind::Wecom => {
                let body = json!({ "msgtype": "text", "text": { "content": notice.text() } });
                (self.url.clone(), body)
            }
        }
    }
}

fn sign(key: &[u8], message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    STANDARD.encode(mac.finalize().into_bytes())
}

/// What went wrong, without the address, which holds the key.
fn said(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::HostNotFound => "the host of the robot is not known here".to_owned(),
        ureq::Error::Io(error) => format!("the connection failed: {}", error.kind()),
        ureq::Error::ConnectionFailed => "the connection failed".to_owned(),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => {
            "the connection is not safe: the certificate was not accepted".to_owned()
        }
        _ => "the request failed".to_owned(),
    }
}

/// Platforms answer 200 and put into the body whether they did anything.
fn judge(status: u16, answer: &str) -> Result<(), NotifyError> {
    if status == 429 || status >= 500 {
        return Err(NotifyError::Passing(format!("the robot answered with HTTP status {status}")));
    }
    if status != 200 {
        return Err(NotifyError::Lasting(format!("the robot answered with HTTP status {status}")));
    }
    let body: Value = serde_json::from_str(answer).unwrap_or_default();
    let code = ["errcode", "code", "StatusCode"].iter().find_map(|name| body[*name].as_i64());
    let words = ["errmsg", "msg"].iter().find_map(|name| body[*name].as_str()).unwrap_or_default();
    let words: String = words.chars().filter(|c| !c.is_control()).take(100).collect();
    match code {
        Some(0) => Ok(()),
        Some(code) if TOO_FAST.contains(&code) => {
            Err(NotifyError::Passing(format!("the robot refused with code {code}: {words}")))
        }
        Some(code) => Err(NotifyError::Lasting(format!("the robot refused with code {code}: {words}"))),
        None => Err(NotifyError::Lasting("the answer is not that of a robot".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out with Python's `hmac`, in the way that each platform's page describes.
    #[test]
    fn signatures_are_those_of_the_platforms() {
        assert_eq!(
            sign(b"SECabc123", b"1767225600000\nSECabc123"),
            "pvwH8bM5eQ0kH1kr+RPVoBxU5B9l7NCsCB86NIxp2WY="
        );
        assert_eq!(sign(b"1767225600\nfeishu-secret", b""), "hm9QDKjC+ecxOxpTkx3o/E8TJDhB/Fq5pPz6i8mf5Lw=");
    }

    #[test]
    fn a_robot_says_in_its_body_whether_it_spoke() {
        assert_eq!(judge(200, r#"{"errcode":0,"errmsg":"ok"}"#), Ok(()));
        assert_eq!(
            judge(200, r#"{"StatusCode":0,"StatusMessage":"success","code":0,"msg":"success"}"#),
            Ok(())
        );
        let lasting = |reason: &str| Err(NotifyError::Lasting(reason.to_owned()));
        let passing = |reason: &str| Err(NotifyError::Passing(reason.to_owned()));
        assert_eq!(
            judge(200, r#"{"errcode":310000,"errmsg":"sign not match"}"#),
            lasting("the robot refused with code 310000: sign not match")
        );
        assert_eq!(
            judge(200, r#"{"errcode":45009,"errmsg":"freq out of limit"}"#),
            passing("the robot refused with code 45009: freq out of limit")
        );
        assert_eq!(judge(502, ""), passing("the robot answered with HTTP status 502"));
        assert_eq!(judge(404, ""), lasting("the robot answered with HTTP status 404"));
        assert_eq!(judge(200, "<html>"), lasting("the answer is not that of a robot"));
    }

    #[test]
    fn an_address_in_the_clear_is_refused_and_not_repeated() {
        let error =
            Robot::new(RobotKind::Wecom, "http://example.cn/send?key=k1", None, None).expect_err("clear");
        assert!(!error.to_string().contains("k1"), "{error}");
        let robot = Robot::new(RobotKind::Wecom, "https://example.cn/send?key=k1", None, None).expect("safe");
        assert_eq!(format!("{robot:?}"), "robot wecom");
    }
}
