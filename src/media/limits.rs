//! How foreign files are worked on: by other programs, politely, with bounds on time, memory and output, and no way
//! to anything but the file itself.

use std::io;
use tokio::process::Command;

/// Address space of a tool, in bytes.
const MEMORY: u64 = 3 << 30;
/// The largest file a tool may write, in bytes: four hours of PCM would be more, and are not written.
const FILE_SIZE: u64 = 2 << 30;

/// ffmpeg or ffprobe with bounds; `cpu_seconds` of processor time at most. It ends with the value.
pub fn tool(program: &str, cpu_seconds: u64) -> Command {
    let mut command = Command::new(program);
    command.kill_on_drop(true).stdin(std::process::Stdio::null());
    // SAFETY: between fork and exec only setrlimit, prctl and setpriority are called, which are async-signal-safe and
    // touch no memory of the parent.
    unsafe {
        command.pre_exec(move || {
            limit(libc::RLIMIT_AS, MEMORY)?;
            limit(libc::RLIMIT_FSIZE, FILE_SIZE)?;
            limit(libc::RLIMIT_CPU, cpu_seconds)?;
            die_with_parent();
            // That it can't be polite is no reason not to work.
            let _unchanged = libc::setpriority(libc::PRIO_PROCESS, 0, 10);
            Ok(())
        });
    }
    command
}

/// A worker that is killed takes its tools with it.
#[cfg(target_os = "linux")]
fn die_with_parent() {
    // SAFETY: plain numbers only.
    let _refused = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
}
#[cfg(not(target_os = "linux"))]
fn die_with_parent() {}

#[cfg(target_env = "gnu")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_env = "gnu"))]
type Resource = libc::c_int;

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let bound = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: the pointer is to a value that lives through the call.
    if unsafe { libc::setrlimit(resource, &raw const bound) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
