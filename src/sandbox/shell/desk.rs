//! The core, and the clock that drives it: shared by all listeners.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::sleep;

use crate::sandbox::core::Core;

pub(in crate::sandbox) struct Desk {
    core: Mutex<Core>,
    started: Instant,
    start_ms: i64,
    /// Rung whenever something was changed from outside, for those who wait for a moment of the core's time.
    bell: watch::Sender<()>,
}

impl Desk {
    /// A desk whose time goes on from `start_ms`, now.
    pub(in crate::sandbox) fn new(core: Core, start_ms: i64) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the sandbox's own clock: the rim of a core that has none"
        )]
        let started = Instant::now();
        Self { core: Mutex::new(core), started, start_ms, bell: watch::Sender::new(()) }
    }

    /// The core, brought up to the present.
    pub(in crate::sandbox) fn core(&self) -> MutexGuard<'_, Core> {
        let elapsed_ms = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        // A panic elsewhere cannot leave the core half-way: it is used again as it is.
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        core.keep_time(self.start_ms.saturating_add(elapsed_ms));
        core
    }

    pub(super) fn is_down(&self, host: usize) -> bool {
        self.core().is_down(host)
    }

    /// Tells those who wait that something has changed.
    pub(super) fn ring(&self) {
        self.bell.send_replace(());
    }

    /// Waits until the core's time is `at_ms`, or something is changed from outside.
    pub(super) async fn wait_until(&self, at_ms: i64) {
        let mut bell = self.bell.subscribe();
        let left_ms = u64::try_from(at_ms.saturating_sub(self.core().now_ms())).unwrap_or(0);
        tokio::select! {
            // A millisecond more: the core counts whole ones, and must have reached the moment.
            () = sleep(Duration::from_millis(left_ms.saturating_add(1))) => {}
            _ = bell.changed() => {}
        }
    }
}
