//! Nights to test with: a folder of exports, a store, and a look into it.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use rusqlite::{Connection, types::Value};
use tempfile::TempDir;

pub(crate) const HEAD: &str = "会话ID,角色,客服,客户,时间,内容\n";

/// A folder in which everything of a test lies.
pub(crate) struct World {
    pub(crate) dir: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder can be made");
        fs::create_dir(dir.path().join("in")).expect("a folder can be made");
        Self { dir }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path("in").join(name);
        fs::create_dir_all(path.parent().expect("below in")).expect("a folder can be made");
        fs::write(path, text).expect("writes");
    }

    /// The program, in that folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kefulint"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("TZ", "Asia/Shanghai")
            .env("RAYON_NUM_THREADS", "2");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the program runs")
    }

    /// A night over all that lies in `in`; it must end with that code.
    pub(crate) fn night(&self, day: &str, more: &[&str], code: i32) -> Output {
        let now = format!("{day}T02:30");
        let mut args = vec!["nightly", "in", "--store", "st", "--now", &now];
        args.extend(more);
        let output = self.run(&args);
        assert_eq!(output.status.code(), Some(code), "{}", errors(&output));
        output
    }

    /// The whole report out of the store.
    pub(crate) fn report(&self) -> serde_json::Value {
        self.report_by(&[])
    }

    /// The same, told by further rules.
    pub(crate) fn report_by(&self, more: &[&str]) -> serde_json::Value {
        let mut args = vec!["store", "report", "--store", "st", "--to", "2030-01-01", "--format", "json"];
        args.extend(more);
        let output = self.run(&args);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {}", errors(&output)))
    }

    /// Texts of the findings' quotes, with the conversations.
    pub(crate) fn quotes(&self) -> Vec<(String, String)> {
        let report = self.report();
        let text =
            |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let findings = report["findings"].as_array().expect("a report has findings");
        findings.iter().map(|finding| (text(finding, "conversation_id"), text(finding, "rule"))).collect()
    }
}

pub(crate) fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All rows of all tables, in order.
pub(crate) fn dump(store: &Path) -> String {
    let db = Connection::open(store.join("store.sqlite")).expect("opens");
    let mut names =
        db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").expect("asks");
    let names: Vec<String> =
        names.query_map([], |row| row.get(0)).expect("asks").collect::<Result<_, _>>().expect("reads");
    let mut dump = String::new();
    for name in names {
        let mut select = db
            .prepare(&format!("SELECT * FROM {name} ORDER BY 1, 2"))
            .or_else(|_| db.prepare(&format!("SELECT * FROM {name} ORDER BY 1")))
            .expect("asks");
        let columns = select.column_count();
        let mut rows = select.query([]).expect("asks");
        while let Some(row) = rows.next().expect("reads") {
            let values: Vec<Value> = (0..columns).map(|at| row.get(at).expect("reads")).collect();
            writeln!(dump, "{name} {values:?}").expect("memory");
        }
    }
    dump
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("lists") {
        let entry = entry.expect("lists");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copies");
    }
}

/// The names and bytes of a folder's files.
pub(crate) fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(dir)
        .expect("lists")
        .map(|entry| {
            let entry = entry.expect("lists");
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("reads"))
        })
        .collect();
    files.sort();
    files
}

/// `SplitMix64`: the same chats on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

const ASKED: [&str; 6] = [
    "耳机左边没声音了",
    "发票什么时候开",
    "这款理财能保本吗",
    "我要退这双鞋",
    "快递停在中转站四天了",
    "你们到底管不管",
];
const SAID: [&str; 8] = [
    "您好，我马上帮您查一下",
    "已经为您登记，明天下午三点前给您回电",
    "保证收益，稳赚不赔，绝对没有风险",
    "你是不是傻，自己不会看吗",
    "拆了封的一律不退",
    "加我微信转账，比平台便宜两成",
    "不知道，不归我管",
    "已为您安排换新，请把旧的寄回",
];

/// Rows of a day's conversations: id, role, agent, customer, time, text. Some go on from the day before.
pub(crate) fn rows(random: &mut Random, day: usize, conversations: usize) -> Vec<String> {
    let mut rows = Vec::new();
    for number in 0..conversations {
        let goes_on = day > 1 && number % 5 == 0;
        let id = format!("{:02}{number:03}", if goes_on { day - 1 } else { day });
        let agent = format!("坐席{}", number % 7);
        for turn in 0..2 + random.below(3) {
            let minute = number % 60;
            let at = |second: usize| format!("2026-03-{day:02} {:02}:{minute:02}:{second:02}", 9 + turn);
            rows.push(format!("{id},客户,,买家{number},{},{}\n", at(11), ASKED[random.below(ASKED.len())]));
            rows.push(format!(
                "{id},客服,{agent},买家{number},{},{}\n",
                at(37),
                SAID[random.below(SAID.len())]
            ));
        }
    }
    rows
}

/// A file of rows.
pub(crate) fn file(rows: &[String]) -> String {
    format!("{HEAD}{}", rows.concat())
}
