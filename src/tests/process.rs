//! The real program as a process of its own, which can be killed.

use reqwest::StatusCode;
use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// `eternity serve` over a database that is there. SIGKILLed when dropped: nothing is finished, nothing is said.
pub struct Server {
    command: Command,
    child: Child,
    pub url: String,
    /// Where its figures are.
    pub metrics: String,
}

impl Server {
    /// Starts it and waits until it is ready. `environment` adds to what every test's program gets.
    pub async fn start(folder: &Path, database: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (address, metrics) = (free(), free());
        let url = format!("http://{address}");
        std::fs::create_dir_all(folder.join("site/pkg")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_eternity"));
        command
            .arg("serve")
            .args(arguments)
            .current_dir(folder)
            .env("DATABASE_URL", database)
            .env("ETERNITY_MODE", "development")
            .env("ETERNITY_SECRET", "only for tests, only for tests, only")
            .env("ETERNITY_DATA_DIR", folder.join("data"))
            .env("ETERNITY_SITE_URL", &url)
            .env("ETERNITY_SERVER__ADDRESS", address.to_string())
            .env("ETERNITY_SERVER__METRICS_ADDRESS", metrics.to_string())
            .env("ETERNITY_LEPTOS__HASH-FILES", "false")
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let mut server = Self { command, child, url, metrics: format!("http://{metrics}/metrics") };
        server.ready().await;
        server
    }

    /// Kills it and starts it again at the same address.
    pub async fn kill_and_restart(&mut self) {
        self.kill();
        self.child = self.command.spawn().unwrap();
        self.ready().await;
    }

    /// Asks it to end, as a machine does that is shut down.
    pub fn terminate(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Waits until it has ended, and says whether it ended well.
    pub async fn ended(&mut self) -> bool {
        for _ in 0..1_200 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not end");
    }

    async fn ready(&mut self) {
        let client = crate::app::client().build().unwrap();
        for _ in 0..1_200 {
            if client.get(format!("{}/readyz", self.url)).send().await.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                return;
            }
            assert!(self.child.try_wait().unwrap().is_none(), "the server ended");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not start");
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
