//! Several recordings as one zip, written as it goes out: nothing of it lies on a disk, and whoever takes it slowly
//! holds no more than a piece of it in memory. Sound does not become smaller, so it is stored as it is.

use super::{
    downloads::{self, Labels, Source, named, plain},
    formats::Format,
};
use crate::{accounts::Me, ids::UserId, media::storage::Storage, server::state::App};
use anyhow::{Context, Result, anyhow};
use async_zip::{Compression, ZipEntryBuilder, tokio::write::ZipFileWriter};
use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use futures::{StreamExt, TryStreamExt, io::AsyncWriteExt};
use std::{collections::HashSet, io};
use tokio::io::DuplexStream;
use tokio_util::io::ReaderStream;

/// How much of it is in memory.
const PIECE: usize = 64 * 1024;

/// A list to take along.
#[derive(Debug)]
pub struct List {
    /// What it is called, and the folder in it.
    pub name: String,
    pub format: Format,
    /// In order, each with the number before its name.
    pub parts: Vec<(usize, Source)>,
    /// Titles of what whoever asks may not take along.
    pub left_out: Vec<String>,
}

/// The list as a zip, whose files are made one after the other while it goes out. It has no length beforehand, and ends
/// with an error when it can't be finished, so that nobody takes a half for the whole.
pub fn response(app: &App, me: Option<&Me>, list: List) -> Response {
    let (reader, writer) = tokio::io::duplex(PIECE);
    let name = format!("{}.zip", plain(&list.name));
    let (app, user) = (app.clone(), me.map(|me| me.id));
    let writing = tokio::spawn(async move {
        let written = write(&app, user, list, writer).await;
        if let Err(error) = &written {
            tracing::info!("a zip was not finished: {error:#}");
        }
        written
    });
    let end = futures::stream::once(async move {
        match writing.await {
            Ok(Ok(())) => None,
            _ => Some(Err(io::Error::other("not finished"))),
        }
    });
    let body = Body::from_stream(ReaderStream::with_capacity(reader, PIECE).chain(end.filter_map(async |end| end)));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    named(&mut response, &name);
    response
}

async fn write(app: &App, user: Option<UserId>, list: List, writer: DuplexStream) -> Result<()> {
    let storage = Storage::of(app);
    let mut zip = ZipFileWriter::with_tokio(writer);
    let (folder, mut names, mut left_out) = (plain(&list.name), HashSet::new(), list.left_out);
    for (number, source) in list.parts {
        let format = if Format::of_original(source.lossless).contains(&list.format) { list.format } else { Format::Original };
        let file = match downloads::file(&storage, &source.original, &source.labels, format).await {
            Ok(file) => file,
            Err(problem) => {
                tracing::error!("{} is missing in a zip: {problem:?}", source.original);
                left_out.push(source.labels.title);
                continue;
            }
        };
        // The number is its place in this list; on its album it may have another.
        let extension = file.name.rsplit('.').next().unwrap_or_default();
        let numbered = Labels { number: i32::try_from(number).ok(), ..source.labels };
        let name = unique(&mut names, &numbered.file_name(extension));
        let entry = ZipEntryBuilder::new(format!("{folder}/{name}").into(), Compression::Stored).unix_permissions(0o644);
        let mut entry = zip.write_entry_stream(entry).await?;
        let from = storage.open(&file.key).await?;
        let length = from.length;
        let mut pieces = from.body(0, length).into_data_stream();
        while let Some(piece) = pieces.try_next().await? {
            entry.write_all(&piece).await?;
        }
        entry.close().await?;
        if let Some(track) = source.counted {
            downloads::count(app, track, user, format).await.map_err(|error| anyhow!("{error}"))?;
        }
    }
    if !left_out.is_empty() {
        let text = format!("{}\r\n\r\n{}\r\n", crate::t!("uploads.bundle.left_out"), left_out.join("\r\n"));
        let name = format!("{folder}/{}.txt", plain(&crate::t!("uploads.bundle.left_out_file")));
        zip.write_entry_whole(ZipEntryBuilder::new(name.into(), Compression::Stored).unix_permissions(0o644), text.as_bytes()).await?;
    }
    zip.close().await.context("the end")?;
    Ok(())
}

/// A name that is not there yet, whether or not a disk tells capital letters from small ones.
fn unique(names: &mut HashSet<String>, name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = (2..).map(|number| format!("{stem} ({number}).{extension}"));
    let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| names.insert(name.to_lowercase()));
    free.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_files_have_one_name() {
        let mut names = HashSet::new();
        let got = ["01 A - B.mp3", "01 a - b.mp3", "01 A - B.mp3", "2"].map(|name| unique(&mut names, name));
        assert_eq!(got, ["01 A - B.mp3", "01 a - b (2).mp3", "01 A - B (3).mp3", "2"]);
    }
}
