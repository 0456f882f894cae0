//! The words of the field as plain data: environments, keys, sources, jobs, failures and reports.
//!
//! Everything here is pure and knows nothing of HTTP, terminals or clocks. Text that came from
//! outside is already scrubbed and bounded when it gets here (`api` does that), and a key's value
//! exists only inside [`KeyValue`], which cannot print itself.

mod document;
mod failure;
mod fleet;
mod health;
mod host;
mod ids;
mod job;
mod key;
mod ladder;
mod looks;
mod rebinding;
mod report;
mod usage;

pub use document::{Document, Material};
pub use failure::{Failure, FailureKind};
pub use fleet::{Entitlement, Environment, Fleet, KeyLabel, Source};
pub use health::EnvironmentState;
pub use host::{HostRole, Look, ProbedHost};
pub use ids::{EnvironmentId, EnvironmentName, HostId, JobId, JobKey, KeyId, KeyName, Region, SourceId};
pub use job::{Job, JobError, RETENTION, Status};
pub use key::{Fingerprint, InvalidKey, KeyState, KeyValue};
pub use ladder::{Ask, Certificate, Climb, Reply, Rung, Skew, Step};
pub use looks::{Colours, ThemeName, Wish};
pub use rebinding::{Rebinding, Written};
pub use report::{Coverage, PollEvent, Progress, Report, Span};
pub use usage::{Period, Usage, UsageRow};
