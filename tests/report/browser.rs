//! The page in a real browser: Chromium without a window, driven over its debugging protocol. Where none is installed, the test
//! says so and passes.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use kefulint::report::html;
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket, stream::MaybeTlsStream};

use super::Bench;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

fn installed() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("KEFULINT_BROWSER") {
        return Some(path.into());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|path| path.is_file())
}

struct Browser {
    child: Child,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    sent: u64,
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Browser {
    fn start(program: &Path, profile: &Path) -> Self {
        let mut child = Command::new(program)
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"])
            .args(["--disable-dev-shm-usage", "--no-first-run"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let address = lines
            .by_ref()
            .find_map(|line| Some(line.ok()?.split_once("listening on ")?.1.to_owned()))
            .expect("the browser says where it listens");
        // What it writes later has to be read, or it would wait.
        std::thread::spawn(move || lines.for_each(drop));
        let (socket, _) = tungstenite::connect(address).expect("the browser answers");
        let mut browser = Self { child, socket, session: None, sent: 0 };
        let target = browser.ask("Target.createTarget", &json!({ "url": "about:blank" }));
        let attached =
            browser.ask("Target.attachToTarget", &json!({ "targetId": target["targetId"], "flatten": true }));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        browser.ask("Page.enable", &json!({}));
        browser
    }

    /// Sends a command and waits for its answer; events before it are passed over.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.sent += 1;
        let mut command = json!({ "id": self.sent, "method": method, "params": params });
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(command.to_string())).expect("the browser listens");
        loop {
            let answer = self.next();
            if answer["id"] == self.sent {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    fn next(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().expect("the browser speaks") {
                return serde_json::from_str(&text).expect("it speaks JSON");
            }
        }
    }

    fn open(&mut self, page: &Path) {
        self.ask("Page.navigate", &json!({ "url": format!("file://{}", page.display()) }));
        while self.next()["method"] != "Page.loadEventFired" {}
    }

    /// The value of an expression in the page, after what it waits for.
    fn value(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.ask("Runtime.evaluate", &asked);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Clicks with the mouse, where the element stands.
    fn click(&mut self, selector: &str) {
        let place = self.value(&format!(
            "(() => {{ const e = document.querySelector({selector:?}); e.scrollIntoView({{ block: 'center' }}); \
             const r = e.getBoundingClientRect(); return [r.x + Math.min(r.width / 2, 40), r.y + r.height / 2]; }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1 });
            self.ask("Input.dispatchMouseEvent", &event);
        }
        self.settle();
    }

    fn press(&mut self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "ArrowDown" => 40,
            other => panic!("{other} is no key of this test"),
        };
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event =
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
            self.ask("Input.dispatchKeyEvent", &event);
        }
        self.settle();
    }

    /// Until the page has done what its timers wait to do.
    fn settle(&mut self) {
        self.value("new Promise((done) => setTimeout(() => requestAnimationFrame(() => done(true)), 50))");
    }

    fn width(&mut self, width: u32, height: u32) {
        let screen =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.ask("Emulation.setDeviceMetricsOverride", &screen);
        self.settle();
    }

    fn media(&mut self, media: &str, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.ask("Emulation.setEmulatedMedia", &json!({ "media": media, "features": features }));
    }
}

fn count(browser: &mut Browser) -> String {
    browser.value("document.getElementById('count').textContent").as_str().expect("a text").to_owned()
}

/// Whether anything reaches beyond the right edge of the screen.
const TOO_WIDE: &str = "document.documentElement.scrollWidth > document.documentElement.clientWidth";

/// The words and the ground below them of everything that shows text, as numbers; the lowest contrast and where it stands.
const LOWEST_CONTRAST: &str = r"(() => {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (e) => { for (; e; e = e.parentElement) { const c = channels(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  let lowest = [21, ''];
  for (const e of document.querySelectorAll('body *')) {
    const shown = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && e.offsetParent && !e.disabled;
    if (!shown || ['SCRIPT', 'STYLE', 'OPTION', 'NOSCRIPT'].includes(e.tagName)) continue;
    const [a, b] = [light(channels(getComputedStyle(e).color)), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < lowest[0]) lowest = [ratio, e.outerHTML.slice(0, 80)];
  }
  return lowest;
})()";

#[test]
fn a_reader_clicks_through_the_page() {
    let Some(program) = installed() else {
        let line = "skipped: no Chromium on the PATH; install one, or name it in KEFULINT_BROWSER\n";
        return io::stderr().write_all(line.as_bytes()).expect("standard error is there");
    };
    let bench = Bench::new();
    let report = bench.fixture();
    let page = bench.written(&report, html::write);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.html");
    fs::write(&path, page).expect("it can be written");
    let mut browser = Browser::start(&program, &folder.path().join("profile"));
    browser.width(1280, 900);
    browser.media("screen", "light");
    browser.open(&path);
    assert_eq!(count(&mut browser), "共 5 条（全部 7 条）", "the agents' own at first");

    // By family, with the mouse; then open the conversation.
    browser.click("button[data-filter=family][data-value='2']");
    assert_eq!(count(&mut browser), "共 1 条（全部 7 条）");
    assert_eq!(browser.value("document.activeElement.id"), "h-findings");
    browser.click("#list > details > summary");
    let open = browser.value(
        "[...document.querySelectorAll('#list details[open] .chat .here mark')].map((e) => e.textContent)",
    );
    assert_eq!(open, json!(["稳赚"]));
    let told = browser.value("document.querySelector('#list details[open] .body').textContent");
    let told = told.as_str().expect("a text");
    for part in ["原因", "依据", "《广告法》", "至今有效", "建议请如实说明可能亏损", "出处"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }

    // By agent with the keyboard: the first select is the charge, the second the agent.
    browser.click("form button[type=reset]");
    assert_eq!(count(&mut browser), "共 5 条（全部 7 条）");
    browser.value("document.querySelector('[name=charge]').focus()");
    browser.press("Tab");
    assert_eq!(browser.value("document.activeElement.name"), "agent");
    let before = count(&mut browser);
    browser.press("ArrowDown");
    browser.press("Enter");
    browser.press("Enter");
    if count(&mut browser) == before {
        browser.press("ArrowDown");
    }
    assert_ne!(count(&mut browser), before, "an agent is chosen");
    browser.value("document.querySelector('#list summary').focus()");
    browser.press("Enter");
    assert_eq!(browser.value("document.querySelectorAll('#list details[open] .chat').length"), 1);

    // Words, and sorting a table.
    browser.click("form button[type=reset]");
    browser.click("[name=text]");
    browser.ask("Input.insertText", &json!({ "text": "笨蛋" }));
    browser.settle();
    assert_eq!(count(&mut browser), "共 2 条（全部 7 条）");
    browser.click("#agents thead th:nth-child(4) button");
    assert_eq!(
        browser.value("document.querySelector('#agents thead th:nth-child(4)').ariaSort"),
        "descending"
    );

    // Nothing that a message holds becomes markup.
    assert_eq!(browser.value("document.querySelectorAll('main img').length"), 0);

    // A phone scrolls down and not sideways; light and dark have contrast; paper shows the findings open.
    browser.value("document.querySelectorAll('#list details').forEach((e) => { e.open = true; })");
    for (width, height) in [(1280, 900), (390, 844), (320, 568)] {
        browser.width(width, height);
        assert_eq!(browser.value(TOO_WIDE), false, "{width} wide");
    }
    for scheme in ["light", "dark"] {
        browser.media("screen", scheme);
        let lowest = browser.value(LOWEST_CONTRAST);
        assert!(lowest[0].as_f64().is_some_and(|ratio| ratio >= 4.5), "{scheme}: {lowest}");
    }
    browser.media("print", "dark");
    browser.value("document.querySelectorAll('#list details').forEach((e) => { e.open = false; })");
    browser.value("dispatchEvent(new Event('beforeprint'))");
    assert_eq!(browser.value("[...document.querySelectorAll('#list > details')].every((e) => e.open)"), true);
    assert_eq!(browser.value("getComputedStyle(document.getElementById('filters')).display"), "none");
    assert_eq!(browser.value("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    let lowest = browser.value(LOWEST_CONTRAST);
    assert!(lowest[0].as_f64().is_some_and(|ratio| ratio >= 4.5), "print: {lowest}");
}
