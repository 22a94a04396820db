//! What a pod takes.

use crate::quantity::Dimension;

/// A resource that a container requests and uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// In cores.
    Cpu,
    /// In bytes.
    Memory,
}

impl Resource {
    pub(super) const ALL: [Resource; 2] = [Resource::Cpu, Resource::Memory];

    pub(super) fn name(self) -> &'static str {
        match self {
            Resource::Cpu => "cpu",
            Resource::Memory => "memory",
        }
    }

    pub(super) fn dimension(self) -> Dimension {
        match self {
            Resource::Cpu => Dimension::CPU,
            Resource::Memory => Dimension::MEMORY,
        }
    }
}
