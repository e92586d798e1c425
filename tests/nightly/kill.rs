//! `kill -9` at any moment, then run again: the same store and the same reports as of a run that nobody disturbed.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use crate::world::{Random, World, copy, dump, errors, file, files, rows};

const NIGHT: [&str; 10] = [
    "nightly",
    "in",
    "--store",
    "st",
    "--now",
    "2026-03-04T02:30",
    "--report",
    "html,xlsx,json",
    "-o",
    "rep",
];

/// How many runs are killed; `KEFULINT_KILLS=200` for the whole proof.
fn kills() -> usize {
    std::env::var("KEFULINT_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(6)
}

#[test]
fn killed_at_any_moment_and_run_again_nothing_is_lost_and_nothing_counts_twice() {
    let world = World::new();
    let mut random = Random(3);
    world.put("01.csv", file(&rows(&mut random, 1, 40)));
    world.night("2026-03-02", &[], 0);
    copy(&world.path("st"), &world.path("start"));
    // Two days at once, one of them sent twice, and an end that was half written.
    let second = rows(&mut random, 2, 400);
    world.put("02.csv", file(&second));
    world.put("02-again.csv", file(&second[..second.len() / 2]));
    world.put("03.csv", file(&rows(&mut random, 3, 400)));
    let first = fs::read_to_string(world.path("in/01.csv")).expect("reads");
    world.put("01.csv", first + "01001,客服,坐席1,买家1,2026-03-02 20:00:00,不知道，不归我管\n");

    let begun = Instant::now();
    let output = world.run(&NIGHT);
    let longest = begun.elapsed();
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let (store, reports) = (dump(&world.path("st")), files(&world.path("rep")));

    let mut killed = 0;
    let mut done = 0;
    while killed < kills() {
        for folder in ["st", "rep"] {
            fs::remove_dir_all(world.path(folder)).expect("removes");
        }
        copy(&world.path("start"), &world.path("st"));
        // Several deaths on the way to one end.
        for _ in 0..4 {
            let mut run = world.command(&NIGHT).stderr(std::process::Stdio::null()).spawn().expect("runs");
            thread::sleep(Duration::from_micros(random.below(longest.as_micros() as usize) as u64));
            if run.try_wait().expect("asks").is_none() {
                run.kill().expect("kills");
                killed += 1;
            }
            run.wait().expect("ends");
            if let Ok(entries) = fs::read_dir(world.path("rep")) {
                for entry in entries {
                    let name = entry.expect("lists").file_name().to_string_lossy().into_owned();
                    let whole = reports.iter().find(|(known, _)| *known == name);
                    let is_whole = || {
                        whole.is_some_and(|(_, bytes)| {
                            *bytes == fs::read(world.path("rep").join(&name)).expect("reads")
                        })
                    };
                    assert!(
                        name.ends_with(".partial") || name == "index.html" || is_whole(),
                        "{name} is not whole"
                    );
                }
            }
        }
        let output = world.run(&NIGHT);
        assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
        assert!(dump(&world.path("st")) == store, "after {killed} kills the store differs");
        let left: Vec<_> =
            files(&world.path("rep")).into_iter().filter(|(name, _)| !name.ends_with(".partial")).collect();
        assert!(left == reports, "after {killed} kills the reports differ");
        done += 1;
    }
    tell(&format!("{killed} runs killed, {done} stores and sets of reports equal to the undisturbed ones"));
}

#[expect(clippy::print_stdout, reason = "the count is the proof")]
fn tell(text: &str) {
    println!("{text}");
}
