//! What the configuration takes from the machine: variables, the home directory, the platform's places.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The process's environment, or one made up by a test.
#[derive(Clone)]
pub struct Surroundings {
    variables: Variables,
    home: PathBuf,
    platform: Platform,
}

#[derive(Clone)]
enum Variables {
    Process,
    Given(BTreeMap<String, OsString>),
}

/// Whose conventions name the directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// The XDG base directories.
    Unix,
    /// `~/Library/Application Support`, unless an XDG variable is set.
    MacOs,
    /// `%APPDATA%` and `%LOCALAPPDATA%`.
    Windows,
}

impl Surroundings {
    /// Those of this process. A process without a home is at home in the root directory.
    pub fn of_process() -> Self {
        let home = std::env::home_dir().filter(|home| home.is_absolute());
        let platform = if cfg!(target_os = "macos") {
            Platform::MacOs
        } else if cfg!(windows) {
            Platform::Windows
        } else {
            Platform::Unix
        };
        Self { variables: Variables::Process, home: home.unwrap_or_else(|| PathBuf::from("/")), platform }
    }

    /// Given ones, that have nothing of the process's.
    pub fn new<N, V>(
        home: impl Into<PathBuf>,
        platform: Platform,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self
    where
        N: Into<String>,
        V: Into<OsString>,
    {
        let given = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables: Variables::Given(given), home: home.into(), platform }
    }

    /// A variable, set or not.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        match &self.variables {
            // The standard library may panic on names that the system cannot hold.
            Variables::Process if name.is_empty() || name.contains(['=', '\0']) => None,
            Variables::Process => std::env::var_os(name),
            Variables::Given(given) => given.get(name).cloned(),
        }
    }

    /// A directory named by a variable; the XDG rules say that a relative one counts as unset.
    fn directory(&self, variable: &str) -> Option<PathBuf> {
        self.variable(variable).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// The file that the vendor's command line keeps its profiles in.
    pub(super) fn vendor_file(&self) -> PathBuf {
        self.home.join(".speechmatics").join("config")
    }

    /// A path with a leading `~` made into the home directory.
    pub(super) fn expand(&self, path: &Path) -> PathBuf {
        path.strip_prefix("~").map_or_else(|_| path.to_owned(), |rest| self.home.join(rest))
    }

    /// A text with the home directory in it as `~`, as one would write it to somebody else.
    pub fn abbreviate(&self, text: &str) -> String {
        match self.home.to_str() {
            Some(home) if home.len() > 1 => text.replace(home.trim_end_matches('/'), "~"),
            _ => text.to_owned(),
        }
    }

    fn place(&self, xdg: &str, unix: &str, windows: &str) -> PathBuf {
        let found = self.directory(xdg);
        found.unwrap_or_else(|| match self.platform {
            Platform::Unix => self.home.join(unix),
            Platform::MacOs => self.home.join("Library/Application Support"),
            Platform::Windows => self.directory(windows).unwrap_or_else(|| self.home.join(unix)),
        })
    }
}

/// Where the configuration is read from unless another file is named:
/// `$XDG_CONFIG_HOME/voxtop/config.toml`, else `~/.config/voxtop/config.toml`, or the platform's own place.
pub fn default_path(surroundings: &Surroundings) -> PathBuf {
    surroundings.place("XDG_CONFIG_HOME", ".config", "APPDATA").join("voxtop").join("config.toml")
}

/// Where logs and crash reports go: `$XDG_STATE_HOME/voxtop`, else `~/.local/state/voxtop`, or the
/// platform's own place. It may not exist yet.
pub fn state_dir(surroundings: &Surroundings) -> PathBuf {
    surroundings.place("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA").join("voxtop")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_platform_and_its_variables() {
        let none: [(&str, &str); 0] = [];
        let set = [("XDG_CONFIG_HOME", "/c"), ("XDG_STATE_HOME", "/s")];
        let relative = [("XDG_CONFIG_HOME", "c"), ("XDG_STATE_HOME", "")];
        for (platform, variables, config, state) in [
            (Platform::Unix, &none[..], "/h/.config/voxtop/config.toml", "/h/.local/state/voxtop"),
            (Platform::Unix, &set[..], "/c/voxtop/config.toml", "/s/voxtop"),
            (Platform::Unix, &relative[..], "/h/.config/voxtop/config.toml", "/h/.local/state/voxtop"),
            (
                Platform::MacOs,
                &none[..],
                "/h/Library/Application Support/voxtop/config.toml",
                "/h/Library/Application Support/voxtop",
            ),
            (Platform::MacOs, &set[..], "/c/voxtop/config.toml", "/s/voxtop"),
        ] {
            let surroundings = Surroundings::new("/h", platform, variables.iter().copied());
            assert_eq!(default_path(&surroundings), Path::new(config), "{platform:?}");
            assert_eq!(state_dir(&surroundings), Path::new(state), "{platform:?}");
        }
    }

    #[test]
    fn only_a_tilde_of_its_own_is_the_home() {
        let none: [(&str, &str); 0] = [];
        let surroundings = Surroundings::new("/h", Platform::Unix, none);
        for (path, expanded) in
            [("~", "/h"), ("~/k", "/h/k"), ("~other/k", "~other/k"), ("/a/~/k", "/a/~/k"), ("k", "k")]
        {
            assert_eq!(surroundings.expand(Path::new(path)), Path::new(expanded));
        }
    }

    #[test]
    fn no_name_of_a_variable_panics() {
        for name in ["", "=", "A=B", "A\0B"] {
            assert_eq!(Surroundings::of_process().variable(name), None);
        }
    }
}
