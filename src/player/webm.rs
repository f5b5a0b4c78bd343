//! What the player reads and changes of the head of a WebM file: where which part of its music is, and what a decoder is
//! told. Done here, because it is all that is needed of the format, and what reads the whole of it weighs more than the player.

use std::ops::Range;

/// Ids of the elements, as the format's registry (RFC 9559) has them.
const SEGMENT: u32 = 0x1853_8067;
const CUES: u32 = 0x1C53_BB6B;
const CUE_POINT: u32 = 0xBB;
const CUE_TIME: u32 = 0xB3;
const CUE_TRACK_POSITIONS: u32 = 0xB7;
const CUE_CLUSTER_POSITION: u32 = 0xF1;
const CLUSTER: u32 = 0x1F43_B675;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK_ENTRY: u32 = 0xAE;
const CODEC_DELAY: u32 = 0x56AA;
const CODEC_PRIVATE: u32 = 0x63A2;
/// Where the encoder's delay and the original's rate stand in the codec's own head (RFC 7845, 5.1).
const PRE_SKIP: Range<usize> = 10..12;
const INPUT_RATE: usize = 12;

/// The clusters of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    /// When each begins, in seconds of the file's own time, and at which byte; in order.
    clusters: Vec<(f64, u64)>,
}

impl Index {
    /// Reads the beginning of a file. Without cues in it, there is only the file's own beginning.
    pub(super) fn read(head: &[u8]) -> Self {
        Self { clusters: clusters(head).unwrap_or_default() }
    }

    /// Whether nothing is known but the beginning.
    pub(super) fn is_empty(&self) -> bool {
        self.clusters.is_empty()
    }

    /// The last cluster that begins at this second of the file or before.
    pub(super) fn before(&self, seconds: f64) -> (f64, u64) {
        self.clusters.iter().rev().find(|(start, _)| *start <= seconds).copied().unwrap_or((0.0, 0))
    }
}

/// An element: its id, its content, and what comes after it. Content that is cut off is as much as there is.
fn element(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let length = bytes.first()?.leading_zeros() as usize + 1;
    let id = bytes.get(..length).filter(|id| id.len() <= 4)?.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
    let rest = &bytes[length..];
    let length = rest.first()?.leading_zeros() as usize + 1;
    let size = rest.get(..length).filter(|size| size.len() <= 8)?;
    let size = size.iter().fold(0, |size, byte| size << 8 | u64::from(*byte)) & ((1 << (7 * length)) - 1);
    let rest = &rest[length..];
    let size = usize::try_from(size).unwrap_or(usize::MAX).min(rest.len());
    Some((id, &rest[..size], &rest[size..]))
}

fn elements(mut bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    std::iter::from_fn(move || {
        let (id, content, rest) = element(bytes)?;
        bytes = rest;
        Some((id, content))
    })
}

fn child(bytes: &[u8], wanted: u32) -> Option<&[u8]> {
    elements(bytes).find_map(|(id, content)| (id == wanted).then_some(content))
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Where the content of an element is that others contain, the outermost first.
fn place(head: &[u8], path: &[u32]) -> Option<Range<usize>> {
    let content = path.iter().try_fold(head, |within, id| child(within, *id))?;
    let start = content.as_ptr() as usize - head.as_ptr() as usize;
    Some(start..start + content.len())
}

/// Prepares a file's beginning to be joined to others on a timeline.
///
/// What the encoder put before the music is cut off by the timeline's window, so the decoder is told that there is nothing
/// to leave out: it would do so after every seek as well. And a decoder that goes on from file to file predicts the first
/// sound of each from the last one of the file before, and is wrong by far; where every other file differs in a field that
/// nothing is played by, the browser takes a new decoder for each.
pub(super) fn prepare(head: &mut [u8], other: bool) {
    let entry = [SEGMENT, TRACKS, TRACK_ENTRY];
    if let Some(delay) = place(head, &[&entry[..], &[CODEC_DELAY]].concat()) {
        head[delay].fill(0);
    }
    let private = place(head, &[&entry[..], &[CODEC_PRIVATE]].concat());
    if let Some(codec) = private.and_then(|private| head.get_mut(private)).filter(|codec| codec.len() > INPUT_RATE) {
        codec[PRE_SKIP].fill(0);
        codec[INPUT_RATE] ^= u8::from(other);
    }
}

fn clusters(head: &[u8]) -> Option<Vec<(f64, u64)>> {
    let segment = child(head, SEGMENT)?;
    // Positions count from where the segment's content begins.
    let base = place(head, &[SEGMENT])?.start as u64;
    let cues = elements(segment).take_while(|(id, _)| *id != CLUSTER).find_map(|(id, content)| (id == CUES).then_some(content))?;
    elements(cues)
        .filter(|(id, _)| *id == CUE_POINT)
        .map(|(_, point)| {
            // Times are in milliseconds: our files keep the format's own scale.
            let time = u32::try_from(number(child(point, CUE_TIME)?)).ok()?;
            let position = number(child(child(point, CUE_TRACK_POSITIONS)?, CUE_CLUSTER_POSITION)?);
            Some((f64::from(time) / 1_000.0, base + position))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// A minute of Opus as the site makes it.
    fn minute() -> Vec<u8> {
        let file = tempfile::NamedTempFile::with_suffix(".webm").expect("a scratch file");
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "lavfi", "-i", "sine=f=441:d=60:r=48000", "-c:a", "libopus", "-b:a", "96k", "-ac", "2"])
            .args(["-f", "webm", "-cues_to_front", "1"])
            .arg(file.path())
            .status()
            .expect("ffmpeg, which set-up installs");
        assert!(made.success());
        std::fs::read(file.path()).expect("the file")
    }

    #[test]
    fn a_cue_leads_to_the_cluster_of_its_time() {
        let file = minute();
        let index = Index::read(&file);
        assert!(index.clusters.len() >= 10, "one every five seconds: {index:?}");
        for (start, byte) in &index.clusters {
            let at = &file[usize::try_from(*byte).expect("small")..];
            let (id, cluster, _) = element(at).expect("an element");
            assert_eq!(id, CLUSTER);
            // A cluster's first child is its own time, in milliseconds.
            let time = number(child(cluster, 0xE7).expect("a time"));
            assert!((start * 1_000.0 - f64::from(u32::try_from(time).expect("small"))).abs() < 0.5, "{start} {time}");
        }
        assert_eq!(index.before(0.0).1, index.clusters[0].1);
        let (start, _) = index.before(33.0);
        assert!(start <= 33.0 && start > 27.0, "{start}");
        // The head alone knows as much.
        assert_eq!(Index::read(&file[..4_096]), index);
    }

    #[test]
    fn a_prepared_head_says_nothing_of_the_delay_and_is_as_long_as_before() {
        let file = minute();
        let found = |file: &[u8], id| file[place(file, &[SEGMENT, TRACKS, TRACK_ENTRY, id]).expect("an element")].to_vec();
        assert_eq!(number(&found(&file, CODEC_DELAY)), 6_500_000, "nanoseconds of libopus");
        assert_eq!(found(&file, CODEC_PRIVATE)[PRE_SKIP], 312_u16.to_le_bytes());
        let (mut one, mut other) = (file.clone(), file.clone());
        prepare(&mut one, false);
        prepare(&mut other, true);
        for prepared in [&one, &other] {
            assert_eq!(prepared.len(), file.len());
            assert_eq!(number(&found(prepared, CODEC_DELAY)), 0);
            assert_eq!(found(prepared, CODEC_PRIVATE)[PRE_SKIP], [0, 0]);
            assert_eq!(Index::read(prepared), Index::read(&file));
        }
        let differ = one.iter().zip(&other).filter(|(one, other)| one != other).count();
        assert_eq!(differ, 1, "the original's rate");
    }

    #[test]
    fn what_is_no_webm_begins_at_its_beginning() {
        let index = Index::read(b"RIFF....WAVE");
        assert_eq!(index.before(100.0), (0.0, 0));
        let file = minute();
        // Cut anywhere, nothing breaks.
        for end in 0..600 {
            let (seconds, byte) = Index::read(&file[..end]).before(30.0);
            assert!(seconds <= 30.0 && byte <= file.len() as u64);
            prepare(&mut file[..end].to_vec(), true);
        }
    }
}
