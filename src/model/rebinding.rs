//! A key that the user gives to an action, as it was written: what the configuration reads and the keymap
//! takes. Whether there is such an action or key is the keymap's to say.

/// A text of the user's and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What was written.
    pub text: String,
    /// Where, for people: `config.toml:12:3`.
    pub place: String,
}

/// What one line of `[bindings]` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebinding {
    /// The action's name, with `context.` before it where it is meant for one context alone.
    pub action: Written,
    /// Its keys from now on; none unbinds it.
    pub keys: Vec<Written>,
}
