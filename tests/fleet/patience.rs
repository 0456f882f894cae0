//! What hangs holds nobody else back: no clock is asked, but the order of things.

use std::process::Child;
use std::time::Duration;

use crate::support::fleet::{Behaviour, Environment, Fleet};
use crate::support::jobs::ordinary;
use crate::support::run::{collect, voxtop};
use crate::support::{DEADLINE, now};

/// Waits until an environment has been asked so often; a program that ends before that fails.
fn wait_asked(child: &mut Child, environment: &Environment, requests: usize) {
    let end = now() + DEADLINE;
    while environment.asked() < requests {
        assert!(child.try_wait().unwrap().is_none(), "it ended before {} was asked", environment.name);
        assert!(now() < end, "{} was asked {} times", environment.name, environment.asked());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_others_are_listed_to_their_end_while_two_hang() {
    let fleet = Fleet::start([
        ("first", Behaviour::Hang),
        ("alpha", Behaviour::healthy(ordinary("alp", 250))),
        ("between", Behaviour::Hang),
        ("beta", Behaviour::healthy(ordinary("bet", 150))),
    ]);
    let mut command = voxtop(fleet.home(), &["jobs", "-o", "json", "--config"]);
    // The longest timeout that can be configured: nobody here waits for it.
    let mut child = command.arg(fleet.config("5s", "5m")).spawn().unwrap();
    wait_asked(&mut child, fleet.at("alpha"), 3);
    wait_asked(&mut child, fleet.at("beta"), 2);
    for name in ["first", "between"] {
        wait_asked(&mut child, fleet.at(name), 1);
        assert_eq!(fleet.at(name).asked(), 1);
        fleet.at(name).turn(Behaviour::unavailable());
    }
    let finished = collect(child);
    assert_eq!(finished.code, Some(3), "{finished:?}");
    assert_eq!(finished.json()["jobs"].as_array().unwrap().len(), 400);
}
