//! What an audio file says of itself: its title, genre and cover, taken over into the form. None of it is needed:
//! a file without tags, or with broken ones, is as good.

use lofty::{
    config::{GlobalOptions, ParseOptions, apply_global_options},
    file::TaggedFileExt,
    picture::PictureType,
    probe::Probe,
    tag::{Accessor, ItemKey, Tag},
};
use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

/// The largest piece of a tag that is read into memory, in bytes: covers are the largest ones.
const LARGEST: usize = 16 * 1024 * 1024;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    pub title: Option<String>,
    pub genre: Option<String>,
    pub explicit: bool,
    /// The front cover, or the first picture, as the file has it; not yet known to be a picture.
    pub cover: Option<Vec<u8>>,
}

/// Reads a file's tags; nothing when there are none that can be read.
pub async fn read(path: &Path) -> Tags {
    let path = PathBuf::from(path);
    // A reader that gives up on strange bytes must not take the upload with it.
    tokio::task::spawn_blocking(move || look(&path)).await.ok().flatten().unwrap_or_default()
}

fn look(path: &Path) -> Option<Tags> {
    apply_global_options(GlobalOptions::new().allocation_limit(LARGEST));
    let probe = Probe::new(BufReader::new(File::open(path).ok()?)).options(ParseOptions::new().read_properties(false)).guess_file_type().ok()?;
    let file = probe.read().inspect_err(|error| tracing::debug!("no tags: {error}")).ok()?;
    let tags: Vec<&Tag> = file.primary_tag().into_iter().chain(file.tags()).collect();
    let text = |get: &dyn Fn(&Tag) -> Option<String>| tags.iter().find_map(|tag| get(tag)).map(|text| clean(&text)).filter(|text| !text.is_empty());
    Some(Tags {
        title: text(&|tag| tag.title().map(Into::into)),
        genre: text(&|tag| tag.genre().map(Into::into)),
        // As Apple writes it: 1 and 4 are explicit, 2 is cleaned.
        explicit: tags.iter().any(|tag| matches!(tag.get_string(ItemKey::ParentalAdvisory), Some("1" | "4"))),
        cover: tags
            .iter()
            .find_map(|tag| {
                let pictures = tag.pictures();
                pictures.iter().find(|picture| picture.pic_type() == PictureType::CoverFront).or_else(|| pictures.first())
            })
            .map(|picture| picture.data().to_vec()),
    })
}

/// One line, without what ends a text in old tags.
fn clean(text: &str) -> String {
    crate::uploads::one_line(text.trim_matches('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn ffmpeg(arguments: &[&str]) {
        assert!(Command::new("ffmpeg").args(["-v", "error", "-nostdin", "-y"]).args(arguments).status().unwrap().success(), "{arguments:?}");
    }

    #[tokio::test]
    async fn titles_genres_and_covers_are_found_in_every_kind() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        ffmpeg(&["-f", "lavfi", "-i", "color=c=red:s=64x64", "-frames:v", "1", &at("cover.png")]);
        for name in ["a.mp3", "a.flac", "a.m4a", "a.wav", "a.aiff", "a.ogg", "a.opus"] {
            let pictured = matches!(name, "a.mp3" | "a.flac" | "a.m4a");
            let (path, cover) = (at(name), at("cover.png"));
            let mut arguments = vec!["-f", "lavfi", "-i", "sine=duration=1"];
            if pictured {
                arguments.extend(["-i", &cover, "-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic"]);
            }
            if name == "a.ogg" {
                arguments.extend(["-c:a", "libvorbis"]);
            }
            if name == "a.aiff" {
                arguments.extend(["-write_id3v2", "1"]);
            }
            arguments.extend(["-metadata", "title=Nächtliche  Fahrt", "-metadata", "genre=Jazz", &path]);
            ffmpeg(&arguments);
            let tags = read(Path::new(&path)).await;
            assert_eq!((tags.title.as_deref(), tags.genre.as_deref()), (Some("Nächtliche Fahrt"), Some("Jazz")), "{name}");
            assert_eq!(tags.cover.is_some(), pictured, "{name}");
        }
    }

    #[tokio::test]
    async fn a_file_without_readable_tags_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for bytes in [&b""[..], b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", b"fLaC\x84\xff\xff\xff", b"RIFF\xff\xff\xff\xffWAVELIST\xff\xff\xff\xff"] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(read(&path).await, Tags::default());
        }
        assert_eq!(read(&folder.path().join("nowhere")).await, Tags::default());
    }
}
