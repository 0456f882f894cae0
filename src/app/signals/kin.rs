//! Our place among the processes: whether a shell waits for us, who could bring us back after a stop.
//! It only looks.

/// What is known of a process. Numbers are those of the namespace that we see; 0 stands for one that
/// is outside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kin {
    /// Its parent, where the system says.
    parent: Option<i32>,
    group: i32,
    session: i32,
}

/// Whether some ancestor is in our session and outside our group: a shell that waits for the group.
/// Without one the group is orphaned, as POSIX calls it, and a stop would last for ever.
pub(super) fn has_keeper(me: Kin, of: impl Fn(i32) -> Option<Kin>) -> bool {
    /// Wrappers around wrappers; a longer chain is not walked.
    const GENERATIONS: usize = 32;
    // In the session leader's own group we were not started by a shell with job control but instead
    // of one: by a terminal window, `docker run`, `ssh -t host voxtop`.
    if me.group == me.session {
        return false;
    }
    let mut youngest = me;
    for _ in 0..GENERATIONS {
        // Where parents are not told, the group that is not the leader's tells of a shell.
        let Some(parent) = youngest.parent else { return true };
        let Some(parent) = of(parent) else { return false };
        if parent.group != me.group {
            return parent.session == me.session;
        }
        youngest = parent;
    }
    false
}

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use linux::{of, of_self};

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) use others::{of, of_self};

/// From `/proc`. Not from `getsid`: for a session whose leader is outside our namespace that gives a
/// 0, which rustix takes for impossible.
#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use super::Kin;

    pub(in super::super) fn of_self() -> Option<Kin> {
        read("self")
    }

    pub(in super::super) fn of(pid: i32) -> Option<Kin> {
        read(&pid.to_string())
    }

    fn read(name: &str) -> Option<Kin> {
        parse(&std::fs::read_to_string(format!("/proc/{name}/stat")).ok()?)
    }

    /// The name in it is in parentheses and may itself hold parentheses and blanks; after it come the
    /// state, the parent, the group and the session.
    pub(super) fn parse(stat: &str) -> Option<Kin> {
        let (_, after_name) = stat.rsplit_once(')')?;
        let mut fields = after_name.split_ascii_whitespace().skip(1).map(str::parse);
        let mut next = || fields.next()?.ok();
        let (parent, group, session) = (next()?, next()?, next()?);
        Some(Kin { parent: Some(parent), group, session })
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod others {
    use rustix::process::{Pid, getpgid, getppid, getsid};

    use super::Kin;

    pub(in super::super) fn of_self() -> Option<Kin> {
        let parent = Some(getppid().map_or(0, Pid::as_raw_pid));
        look(None).map(|me| Kin { parent, ..me })
    }

    pub(in super::super) fn of(pid: i32) -> Option<Kin> {
        look(Some(Pid::from_raw(pid)?))
    }

    fn look(pid: Option<Pid>) -> Option<Kin> {
        let raw = |pid: Pid| pid.as_raw_pid();
        Some(Kin { parent: None, group: getpgid(pid).ok().map(raw)?, session: getsid(pid).ok().map(raw)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (process, its parent, its group, its session)
    type Family = &'static [(i32, i32, i32, i32)];

    fn kept(me: i32, family: Family) -> bool {
        let of = |pid| {
            family.iter().find(|kin| kin.0 == pid).map(|&(_, parent, group, session)| Kin {
                parent: Some(parent),
                group,
                session,
            })
        };
        has_keeper(of(me).unwrap(), of)
    }

    #[test]
    fn only_a_shell_that_waits_for_the_group_brings_it_back() {
        let under_a_shell: Family = &[(10, 1, 10, 10), (20, 10, 20, 10)];
        let under_cargo: Family = &[(10, 1, 10, 10), (20, 10, 20, 10), (21, 20, 20, 10), (22, 21, 20, 10)];
        let window: Family = &[(1, 0, 1, 1), (10, 1, 10, 10)];
        let script_in_a_window: Family = &[(1, 0, 1, 1), (10, 1, 10, 10), (11, 10, 10, 10)];
        let container: Family = &[(1, 0, 1, 1)];
        let shell_has_ended: Family = &[(1, 0, 1, 1), (20, 1, 20, 10)];
        let parent_has_ended: Family = &[(1, 0, 1, 1), (10, 1, 10, 10), (22, 1, 20, 10)];
        let in_a_namespace: Family = &[(1, 0, 0, 0), (2, 1, 0, 0)];
        let own_group_in_it: Family = &[(1, 0, 0, 0), (2, 1, 2, 0)];
        let ring: Family = &[(5, 6, 5, 1), (6, 5, 5, 1)];
        for (what, me, family, expected) in [
            ("under a shell", 20, under_a_shell, true),
            ("under cargo", 22, under_cargo, true),
            ("a window's own program", 10, window, false),
            ("a script of a window", 11, script_in_a_window, false),
            ("a container's first", 1, container, false),
            ("the shell has ended", 20, shell_has_ended, false),
            ("the parent has ended", 22, parent_has_ended, false),
            ("in a namespace", 2, in_a_namespace, false),
            ("a group under a namespace's first", 2, own_group_in_it, true),
            ("a ring", 5, ring, false),
        ] {
            assert_eq!(kept(me, family), expected, "{what}");
        }
    }

    #[test]
    fn where_parents_are_not_told_the_group_decides() {
        let me = Kin { parent: Some(20), group: 20, session: 10 };
        let wrapper = Kin { parent: None, group: 20, session: 10 };
        assert!(has_keeper(me, |_| Some(wrapper)));
        assert!(!has_keeper(Kin { session: 20, ..me }, |_| Some(wrapper)));
        assert!(!has_keeper(me, |_| None));
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[test]
    fn the_fields_are_found_behind_any_name() {
        let kin = |parent, group, session| Some(Kin { parent: Some(parent), group, session });
        for (stat, expected) in [
            ("12 (sh) S 7 12 10 34816", kin(7, 12, 10)),
            ("12 (a) b) (c) S 8 12 10 0", kin(8, 12, 10)),
            ("1 (init) S 0 0 0", kin(0, 0, 0)),
            ("12 (sh) S 7 12", None),
            ("12 (sh) S", None),
            ("12 (sh) S x y z", None),
            ("", None),
        ] {
            assert_eq!(linux::parse(stat), expected, "{stat}");
        }
    }

    #[test]
    fn we_are_our_parents_child() {
        let me = of_self().unwrap();
        assert_eq!(me.parent, Some(rustix::process::getppid().map_or(0, rustix::process::Pid::as_raw_pid)));
    }
}
