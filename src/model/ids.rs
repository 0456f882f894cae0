//! Names and indexes. A name is what people read and write; an index is its place in the
//! [`Fleet`](super::Fleet) and is stable for one run of the program.

use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;

/// Declares a cheap, cloneable name around a kind of text.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident($text:ty)) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($text);

        impl $name {
            /// Wraps a name that has been validated where it entered.
            pub fn new(name: impl AsRef<str>) -> Self {
                Self(<$text>::from(name.as_ref()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

name! {
    /// An environment's name, lower case: `eu1`.
    EnvironmentName(Arc<str>)
}
name! {
    /// A region's name, upper case: `EU`. Environments of one region accept the same keys (seed page).
    Region(Arc<str>)
}
name! {
    /// The name that the user gave a key. Never the key itself.
    KeyName(Arc<str>)
}
name! {
    /// A job's id as the service gave it. Opaque: usually ten lower-case alphanumerics, but a UUID
    /// appears in an old example. The usual ones are held in place, without an allocation.
    JobId(CompactString)
}

/// Declares an index into one of the fleet's lists.
macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u16);

        impl $name {
            /// The place in the fleet's list.
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    };
}

index! {
    /// An environment's place in the fleet.
    EnvironmentId
}
index! {
    /// A key's place in the fleet.
    KeyId
}
index! {
    /// A source's place in the fleet: one key at one environment, the unit that is polled.
    SourceId
}

index! {
    /// A host's place in the list of those that are looked at.
    HostId
}

/// What makes a job the same job: its environment and its id. Two environments may use one id for
/// two jobs, and one job may be listed by two keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobKey {
    /// Where the job was created, and so where it lives.
    pub environment: EnvironmentId,
    /// The service's id.
    pub id: JobId,
}
