//! The program, run as a child with an environment of its own.

use std::path::Path;
use std::process::{Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

/// The command with its arguments and the variables it may see; nothing of the tests' own environment but PATH.
pub(super) fn gatehouse(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatehouse-tried"));
    let path = std::env::vars_os().filter(|(name, _)| name == "PATH");
    command.args(args).env_clear().envs(path).envs(env.iter().copied()).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// What it said, if it did what it was asked.
pub(super) fn said(output: &Output) -> String {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
    out
}

/// The one sentence that it refused with.
pub(super) fn refusal(output: &Output) -> String {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{out}\n{err}");
    let sentences: Vec<&str> = err.lines().collect();
    let [only] = sentences.as_slice() else { panic!("not one sentence: {err}") };
    let Some(sentence) = only.strip_prefix("gatehouse: ") else { panic!("by whom? {only}") };
    sentence.to_owned()
}

/// Sends a running child a signal.
pub(super) fn signal(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id().unwrap()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
