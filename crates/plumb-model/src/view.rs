//! Which of an option's numbers there are.

/// Which of an option's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// What is reserved: the sum of requests.
    Requests,
    /// What is used.
    Usage,
    /// What may be used at most.
    Limits,
    /// Component by component, the larger of request and usage.
    Reserved,
}

impl View {
    /// All of them, in the order of tables.
    pub const ALL: [View; 4] = [View::Requests, View::Usage, View::Limits, View::Reserved];

    /// The key in the model, and in formulas.
    pub fn name(self) -> &'static str {
        match self {
            View::Requests => "requests",
            View::Usage => "usage",
            View::Limits => "limits",
            View::Reserved => "reserved",
        }
    }

    /// The view of that name.
    pub fn named(name: &str) -> Option<View> {
        View::ALL.into_iter().find(|view| view.name() == name)
    }
}
