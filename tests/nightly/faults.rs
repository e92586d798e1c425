//! What a bad night may not break.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    process::Command,
};

use crate::world::{HEAD, Random, World, copy, dump, errors, file, rows};

fn two_nights() -> World {
    let world = World::new();
    let mut random = Random(11);
    world.put("01.csv", file(&rows(&mut random, 1, 60)));
    world.night("2026-03-02", &[], 0);
    world.put("02.csv", file(&rows(&mut random, 2, 600)));
    world
}

#[test]
fn a_full_disk_is_told_and_the_next_run_goes_on() {
    let world = two_nights();
    copy(&world.path("st"), &world.path("undisturbed"));
    let kefulint = env!("CARGO_BIN_EXE_kefulint");
    // No file may grow beyond the limit, as on a disk that fills up.
    let script =
        format!("trap '' XFSZ; ulimit -f 600; exec {kefulint} nightly in --store st --now 2026-03-03T02:30");
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(world.dir.path())
        .env("TZ", "Asia/Shanghai")
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(5), "{}", errors(&output));
    assert!(errors(&output).contains("it goes on where it stopped"), "{}", errors(&output));
    let output = world.night("2026-03-03", &[], 0);
    assert!(errors(&output).contains("the run before did not end"), "{}", errors(&output));
    let args = ["nightly", "in", "--store", "undisturbed", "--now", "2026-03-03T02:30"];
    assert_eq!(world.run(&args).status.code(), Some(0));
    assert_eq!(dump(&world.path("st")), dump(&world.path("undisturbed")));
}

#[test]
fn a_store_that_cannot_be_written_is_told() {
    let world = two_nights();
    let before = fs::read(world.path("st/store.sqlite")).expect("reads");
    for name in ["st/store.sqlite", "st/lock"] {
        fs::set_permissions(world.path(name), fs::Permissions::from_mode(0o444)).expect("sets");
    }
    fs::set_permissions(world.path("st"), fs::Permissions::from_mode(0o555)).expect("sets");
    fs::set_permissions(world.dir.path(), fs::Permissions::from_mode(0o755)).expect("sets");
    let args = ["nightly", "in", "--store", "st", "--now", "2026-03-03T02:30"];
    // Root may write everywhere, so it becomes nobody.
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let output = if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_kefulint")]);
        command.args(args).current_dir(world.dir.path()).output().expect("runs")
    } else {
        world.run(&args)
    };
    assert_eq!(output.status.code(), Some(5), "{}", errors(&output));
    assert!(errors(&output).contains("cannot be written"), "{}", errors(&output));
    fs::set_permissions(world.path("st"), fs::Permissions::from_mode(0o755)).expect("sets");
    assert_eq!(fs::read(world.path("st/store.sqlite")).expect("reads"), before);
}

#[test]
fn a_damaged_store_is_told_and_never_overwritten() {
    let world = two_nights();
    let path = world.path("st/store.sqlite");
    let whole = fs::read(&path).expect("reads");
    let refused = |bytes: &[u8], args: &[&str]| {
        fs::write(&path, bytes).expect("writes");
        let output = world.run(args);
        assert_eq!(output.status.code(), Some(5), "{}", errors(&output));
        assert!(errors(&output).contains("is damaged"), "{}", errors(&output));
        assert!(fs::read(&path).expect("reads") == bytes, "nothing was written");
    };
    let night = ["nightly", "in", "--store", "st", "--now", "2026-03-03T02:30"];
    refused(b"", &night);
    refused(&whole[..whole.len() / 2], &night);
    refused(&[b"not a database".as_slice(), &whole[14..]].concat(), &night);
    let mut scratched = whole.clone();
    let middle = whole.len() / 2;
    scratched[middle..middle + 4096].fill(0xa5);
    refused(&scratched, &["store", "check", "--store", "st"]);
    // After a run that did not end, the whole store is looked through.
    fs::write(world.path("st/running"), "").expect("writes");
    refused(&scratched, &night);
    fs::write(&path, &whole).expect("writes");
    world.night("2026-03-03", &[], 0);
}

#[test]
fn a_store_of_a_later_version_is_left_alone() {
    let world = two_nights();
    let db = rusqlite::Connection::open(world.path("st/store.sqlite")).expect("opens");
    db.pragma_update(None, "user_version", 99).expect("writes");
    drop(db);
    let output = world.night("2026-03-03", &[], 5);
    assert!(errors(&output).contains("has schema version 99"), "{}", errors(&output));
}

#[test]
fn of_two_jobs_the_second_leaves_or_waits() {
    let world = two_nights();
    let lock = File::options().write(true).open(world.path("st/lock")).expect("opens");
    lock.lock().expect("locks");
    let output = world.night("2026-03-03", &[], 4);
    assert!(errors(&output).contains("another job is at work on the store st"), "{}", errors(&output));
    let args = ["nightly", "in", "--store", "st", "--wait", "--now", "2026-03-03T02:30"];
    let mut waiting = world.command(&args).spawn().expect("runs");
    let before = dump(&world.path("st"));
    // Whoever reads does not wait for whoever writes.
    let trend = world.run(&["trend", "--store", "st", "--until", "2026-03-03"]);
    assert_eq!(trend.status.code(), Some(0), "{}", errors(&trend));
    assert!(waiting.try_wait().expect("asks").is_none());
    assert_eq!(dump(&world.path("st")), before);
    lock.unlock().expect("unlocks");
    assert_eq!(waiting.wait().expect("ends").code(), Some(0));
    assert_ne!(dump(&world.path("st")), before);
}

#[test]
fn a_clock_that_goes_back_loses_nothing() {
    let world = two_nights();
    let kept = ["--keep-text", "0d", "--keep-findings", "1d"];
    let output = world.night("2026-02-20", &kept, 0);
    assert!(errors(&output).contains("nothing is let go tonight"), "{}", errors(&output));
    world.night("2026-03-03", &[], 0);
    let straight = two_nights();
    straight.night("2026-03-03", &[], 0);
    let (a, b) = (world.report(), straight.report());
    assert_eq!((&a["agents"], &a["findings"]), (&b["agents"], &b["findings"]));
}

#[test]
fn a_file_that_cannot_be_opened_is_told_and_tried_again() {
    let world = World::new();
    std::os::unix::fs::symlink("nowhere", world.path("in/late.csv")).expect("links");
    let output = world.night("2026-03-02", &[], 3);
    assert!(errors(&output).contains("late.csv"), "{}", errors(&output));
    fs::remove_file(world.path("in/late.csv")).expect("removes");
    world.put(
        "late.csv",
        [HEAD, "7,客户,,买家甲,2026-03-01 10:00:01,在吗\n7,客服,小王,买家甲,2026-03-01 10:01:00,在的\n"]
            .concat(),
    );
    world.night("2026-03-03", &[], 0);
    assert_eq!(world.report()["conversations"].as_array().map(Vec::len), Some(1));
}

/// Stores as former versions left them; tests/data/store-vN.sql were dumped from stores of that version.
#[test]
fn a_store_of_every_former_version_is_taken_over() {
    let current = kefulint_versions();
    for version in 1..current {
        let world = World::new();
        fs::create_dir(world.path("st")).expect("a folder can be made");
        let dumped = fs::read_to_string(format!("tests/data/store-v{version}.sql"))
            .unwrap_or_else(|_| panic!("tests/data/store-v{version}.sql is missing"));
        let db = rusqlite::Connection::open(world.path("st/store.sqlite")).expect("opens");
        db.execute_batch(&dumped).expect("runs");
        drop(db);
        world.put(
            "b.csv",
            [HEAD, "7,客服,小王,买家甲,2026-03-02 09:00:00,保证收益，稳赚不赔，绝对没有风险\n"].concat(),
        );
        world.night("2026-03-03", &["--rejudge", "since", "2026-03-01"], 0);
        let report = world.report();
        assert_eq!(report["conversations"][0]["messages"], 3, "version {version}");
        assert_eq!(report["findings"].as_array().map(Vec::len), Some(2), "version {version}");
    }
}

/// The version of a store made now.
fn kefulint_versions() -> i64 {
    let world = World::new();
    world.put(
        "a.csv",
        [HEAD, "7,客户,,买家甲,2026-03-01 10:00:01,在吗\n7,客服,小王,买家甲,2026-03-01 10:01:00,在的\n"]
            .concat(),
    );
    world.night("2026-03-02", &[], 0);
    let db = rusqlite::Connection::open(world.path("st/store.sqlite")).expect("opens");
    db.pragma_query_value(None, "user_version", |row| row.get(0)).expect("asks")
}
