//! Mail as a mail server takes it: a real SMTP server, started and stopped while the site goes on.

use crate::app::TestApp;
use reqwest::StatusCode;
use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;
use time::Duration;
use tokio::{net::TcpStream, time::timeout};

/// An SMTP server that keeps what it takes in a Maildir.
struct MailServer {
    process: Child,
    folder: TempDir,
}

impl MailServer {
    /// On this address, ready to take mail.
    async fn start(address: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let process = Command::new("/usr/bin/python3")
            .args(["-m", "aiosmtpd", "-n", "-l", &address.to_string(), "-c", "aiosmtpd.handlers.Mailbox"])
            .arg(folder.path().join("mail"))
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 with aiosmtpd, which set-up installs");
        let answers = async { while TcpStream::connect(address).await.is_err() {} };
        timeout(std::time::Duration::from_secs(20), answers).await.expect("the mail server answers");
        Self { process, folder }
    }

    /// Every mail that it has taken: headers and decoded text.
    fn mails(&self) -> Vec<(String, String)> {
        let read = |path: &Path| {
            let text = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
            let (headers, body) = text.split_once("\n\n").unwrap();
            (headers.to_owned(), decoded(headers, body))
        };
        std::fs::read_dir(self.folder.path().join("mail/new")).unwrap().map(|entry| read(&entry.unwrap().path())).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The text of a body by its Content-Transfer-Encoding, of which short plain text needs two.
fn decoded(headers: &str, body: &str) -> String {
    if headers.contains("Content-Transfer-Encoding: quoted-printable") {
        body.replace("=\n", "").replace("=3D", "=")
    } else {
        assert!(headers.contains("Content-Transfer-Encoding: 7bit"), "{headers}");
        body.to_owned()
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

async fn sign_up(site: &TestApp, email: &str) {
    let fields = [("name", "Ada"), ("email", email), ("password", "correct horse battery")];
    let (to, _) = site.visitor().submit("/sign-up", "/api/accounts/sign-up", &fields).await;
    assert_eq!(to, "/sign-up/sent");
}

#[tokio::test]
async fn a_mail_waits_for_the_mail_server_and_arrives_once() {
    let address = free_address();
    let site = TestApp::start_with(|config| config.mail.smtp_url = format!("smtp://{address}")).await;
    sign_up(&site, "ada@example.org").await;
    site.work().await;
    assert_eq!(site.number("SELECT COUNT(*) FROM outgoingMails WHERE sentAt IS NULL").await, 1, "nobody takes it yet");
    assert_eq!(site.number("SELECT COUNT(*) FROM jobs WHERE kind = 'send-mail' AND state = 'queued' AND lastError IS NOT NULL").await, 1);

    let server = MailServer::start(address).await;
    site.work().await;
    assert_eq!(server.mails().len(), 0, "the next try has its time");
    site.app.clock.advance(Duration::seconds(31));
    site.work().await;
    site.app.clock.advance(Duration::hours(1));
    site.work().await;
    let mails = server.mails();
    let [(headers, body)] = mails.as_slice() else { panic!("{mails:?}") };
    assert!(headers.contains("To: ada@example.org") && headers.contains("From: \"Gifted Eternity\" <noreply@localhost>"), "{headers}");
    assert_eq!(site.number("SELECT COUNT(*) FROM outgoingMails WHERE sentAt IS NULL").await, 0);

    // The link in it works.
    let link = body.split_whitespace().find_map(|word| word.strip_prefix(&site.url)).unwrap_or_else(|| panic!("a link: {body}"));
    let ada = site.visitor();
    assert_eq!(ada.get(link).await.status(), StatusCode::OK);
    let (to, page) = ada.submit(link, "/api/accounts/verify-email", &[("token", link.rsplit('/').next().unwrap())]).await;
    assert!(to == "/" && page.contains("Your e-mail is confirmed"), "{to} {page}");
}

#[tokio::test]
async fn what_a_subject_says_adds_no_header() {
    let address = free_address();
    let site = TestApp::start_with(|config| config.mail.smtp_url = format!("smtp://{address}")).await;
    let server = MailServer::start(address).await;
    let mut connection = site.app.db.acquire().await.unwrap();
    let subject = "Lena\r\nBcc: everyone@example.org\r\n\r\ntipped you Ł5";
    eternity::server::mail::queue(&mut connection, site.app.clock.now(), "artist@example.org", subject, "Thanks").await.unwrap();
    drop(connection);
    site.work().await;
    let mails = server.mails();
    let [(headers, body)] = mails.as_slice() else { panic!("{mails:?}") };
    assert!(!headers.lines().any(|line| line.starts_with("Bcc")) && headers.contains("X-RcptTo: artist@example.org"), "{headers}");
    assert_eq!(body.trim(), "Thanks");
}
