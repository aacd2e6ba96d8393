//! What is measured: processor time and memory of processes, latencies, and the yardsticks of the same run.

pub(crate) mod calibrate;
pub(crate) mod drive;
pub(crate) mod hello;
pub(crate) mod proc;
pub(crate) mod stats;
