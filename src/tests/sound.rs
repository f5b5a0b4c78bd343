//! What is made of sound and found in it, measured: gaps, loudness, tempo, key. `-- sound:: --nocapture` prints the figures.

use crate::survival::length;
use eternity::{
    demo::{catalogue::TRACKS, music},
    media::{
        encode, probe,
        renditions::Quality,
        storage::{Scratch, Storage},
        transcode,
    },
};
use std::{path::Path, process::Command, time::Instant};

/// What ffmpeg gives for these arguments.
fn ffmpeg(arguments: &[&str]) -> (Vec<u8>, String) {
    let done = Command::new("ffmpeg").args(["-hide_banner", "-nostdin"]).args(arguments).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    (done.stdout, String::from_utf8_lossy(&done.stderr).into_owned())
}

/// A mono tone with a slow sweep, from this sample at 48 kHz on, in 16 bits.
fn tone(from: usize, count: usize) -> Vec<i16> {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    let at = |n: usize| {
        let time = n as f64 / 48_000.0;
        ((std::f64::consts::TAU * (300.0 * time + 40.0 * time * time)).sin() * 12_000.0) as i16
    };
    (from..from + count).map(at).collect()
}

fn wav(samples: &[i16]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let length = u32::try_from(data.len()).unwrap();
    let head = [&b"RIFF"[..], &(36 + length).to_le_bytes(), b"WAVEfmt ", &16_u32.to_le_bytes(), &1_u16.to_le_bytes(), &1_u16.to_le_bytes()].concat();
    let rates = [48_000_u32.to_le_bytes(), 96_000_u32.to_le_bytes()].concat();
    [head, rates, vec![2, 0, 16, 0], b"data".to_vec(), length.to_le_bytes().to_vec(), data].concat()
}

/// By how many samples `part` must be moved to be most like `whole` at this place.
fn off(whole: &[i16], place: usize, part: &[i16]) -> i64 {
    let likeness = |by: i64| {
        let start = usize::try_from(i64::try_from(place).unwrap() + by).unwrap();
        part.iter().zip(&whole[start..]).map(|(a, b)| (i64::from(*a) - i64::from(*b)).abs()).sum::<i64>()
    };
    (-60..=60).min_by_key(|by| likeness(*by)).unwrap()
}

#[tokio::test]
async fn two_halves_of_a_tone_join_to_the_sample_in_every_rendition() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::at(folder.path().join("media"));
    // Halves that are no multiple of any codec's frame.
    let (first, second) = (3 * 48_000 + 317, 3 * 48_000 + 701);
    let whole = tone(0, first + second + 100);
    storage.put("originals/a", &wav(&tone(0, first))).await.unwrap();
    storage.put("originals/b", &wav(&tone(first, second))).await.unwrap();
    let a = transcode::make(&storage, "originals/a", &Quality::ALL).await.unwrap();
    let b = transcode::make(&storage, "originals/b", &Quality::ALL).await.unwrap();
    println!("{:<10} {:>6} {:>8} {:>9} {:>14} {:>12}", "rendition", "delay", "padding", "samples", "length off by", "join off by");
    for (one, two) in a.renditions.iter().zip(&b.renditions) {
        let decoded = |key: &str| {
            let path = storage.path(key).unwrap();
            let (bytes, _) = ffmpeg(&["-v", "error", "-i", path.to_str().unwrap(), "-ac", "1", "-f", "s16le", "-"]);
            bytes.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect::<Vec<_>>()
        };
        let (mut left, right) = (decoded(&one.key), decoded(&two.key));
        // Decoders leave the delay out by themselves, and some the padding as well: a player cuts what is beyond the music.
        let samples = usize::try_from(one.samples).unwrap();
        assert!([0, usize::try_from(one.padding).unwrap()].contains(&(left.len() - samples)), "{:?}: {}", one.quality, left.len());
        left.truncate(samples);
        let wrong = i64::try_from(left.len()).unwrap() - i64::try_from(first).unwrap();
        // Past the join, where the codec has settled.
        let joined = [left, right].concat();
        let join = off(&whole, first + 4_000, &joined[first + 4_000..first + 8_000]);
        println!("{:<10} {:>6} {:>8} {:>9} {wrong:>14} {join:>12}", one.quality.code(), one.encoder_delay, one.padding, one.samples);
        assert_eq!((wrong, join), (0, 0), "{:?}", one.quality);
        assert_eq!(usize::try_from(one.samples).unwrap(), first, "{:?}", one.quality);
        let frame = match one.quality {
            Quality::Aac128 | Quality::Aac256 => 1_024,
            Quality::Opus96 | Quality::Opus160 => 960,
            Quality::Flac => 1,
        };
        assert_eq!((i64::from(one.encoder_delay) + one.samples + i64::from(one.padding)) % frame, 0, "{:?} is whole frames", one.quality);
    }
    // Again, it is the same.
    let again = transcode::make(&storage, "originals/a", &Quality::ALL).await.unwrap();
    assert_eq!(again.renditions, a.renditions);
    assert_eq!(std::fs::read_dir(folder.path().join("media/audio")).unwrap().count(), 10);
    assert_eq!(std::fs::read_dir(folder.path().join("media/incoming")).unwrap().count(), 0);
    assert_eq!(std::fs::read(storage.path("originals/a").unwrap()).unwrap(), wav(&tone(0, first)), "the original stays bit for bit");
    let (flac, _) = ffmpeg(&["-v", "error", "-i", storage.path(&a.renditions[4].key).unwrap().to_str().unwrap(), "-f", "s16le", "-"]);
    assert_eq!(flac, wav(&tone(0, first))[44..], "FLAC is lossless");
}

#[tokio::test]
async fn a_worker_killed_amid_the_work_leaves_nothing_under_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::at(folder.path().join("media"));
    storage.put("originals/a", &wav(&tone(0, 60 * 48_000))).await.unwrap();
    for milliseconds in [0, 30, 150, 400] {
        let work = transcode::make(&storage, "originals/a", &Quality::ALL);
        let ended = tokio::time::timeout(std::time::Duration::from_millis(milliseconds), work).await;
        assert!(ended.is_err(), "a minute is not done in {milliseconds} ms");
        assert!(!folder.path().join("media/audio").exists());
    }
}

/// A demo track as a file of so many seconds.
fn rendered(folder: &Path, index: usize, seconds: f32) -> std::path::PathBuf {
    let path = folder.join(format!("{index}.wav"));
    let piece = music::Piece { seconds, ..TRACKS[index].piece(index, false) };
    music::write_wav(&piece.score(), &path, 16).unwrap();
    path
}

#[tokio::test]
async fn tempo_and_key_of_music_whose_answers_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let (mut tempi, mut folds, mut keys, mut near) = (0, 0, 0, 0);
    println!("{:<34} {:>6} {:>8}  {:<5} {:<5}", "track", "bpm", "heard", "key", "heard");
    // Every fifth by default; `make soak` hears them all.
    let heard_of: Vec<_> = TRACKS.iter().enumerate().step_by(length(5, 1)).collect();
    for &(index, track) in &heard_of {
        let path = rendered(folder.path(), index, 40.0);
        let probed = probe::look(&path).await.unwrap();
        let heard = encode::run(&path, &probed, &[]).await.unwrap().heard;
        std::fs::remove_file(&path).unwrap();
        let (bpm, key) = (f64::from(track.bpm), track.piece(index, false).key());
        let is = |factor: f64| heard.bpm.is_some_and(|found| (found / (bpm * factor) - 1.0).abs() < 0.02);
        tempi += usize::from(is(1.0));
        folds += usize::from([1.0, 2.0, 0.5, 3.0, 1.0 / 3.0, 1.5, 2.0 / 3.0].into_iter().any(is));
        keys += usize::from(heard.key == Some(key.as_str()));
        near += usize::from(heard.key.is_some_and(|found| found.trim_end_matches('m') == key.trim_end_matches('m')));
        println!("{:<34} {bpm:>6} {:>8.2}  {key:<5} {:<5}", track.title, heard.bpm.unwrap_or(0.0), heard.key.unwrap_or("–"));
    }
    let all = heard_of.len();
    println!("of {all}: tempo right {tempi}, or a multiple of it {folds}; key right {keys}, its tonic right {near}");
    assert!(folds * 10 >= all * 8 && keys * 10 >= all * length(5, 6), "{tempi} {folds} {keys} {near} of {all}");
}

#[tokio::test]
async fn loudness_and_true_peak_agree_with_another_meter() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::at(folder.path().join("media"));
    println!("{:<6} {:>8} {:>8} {:>8} {:>8}", "track", "LUFS", "ebur128", "dBTP", "loudnorm");
    for index in [0, 7, 14, 21].into_iter().take(length(2, 4)) {
        let path = rendered(folder.path(), index, 30.0);
        let probed = probe::look(&path).await.unwrap();
        let run = encode::run(&path, &probed, &[]).await.unwrap();
        let (_, log) = ffmpeg(&["-i", path.to_str().unwrap(), "-af", "loudnorm=print_format=json", "-f", "null", "-"]);
        let other = |name: &str| -> f64 {
            let rest = log.split(&format!("\"{name}\" : \"")).nth(1).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let (loudness, peak) = (f64::from(run.loudness.unwrap()) / 100.0, f64::from(run.true_peak.unwrap()) / 100.0);
        println!("{index:<6} {loudness:>8.2} {:>8.2} {peak:>8.2} {:>8.2}", integrated(&path), other("input_tp"));
        assert!((loudness - integrated(&path)).abs() <= 0.1, "{index}: {}", integrated(&path));
        assert!((peak - other("input_tp")).abs() <= 0.3, "{index}");
        if index == 0 {
            processing_time(&storage, &path, &probed).await;
        }
    }
}

/// The integrated loudness as ffmpeg's ebur128 has it at the end, to the thousandth.
fn integrated(path: &Path) -> f64 {
    let measure = "ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=-";
    let (told, _) = ffmpeg(&["-v", "error", "-i", path.to_str().unwrap(), "-af", measure, "-f", "null", "-"]);
    String::from_utf8(told).unwrap().lines().filter_map(|line| line.strip_prefix("lavfi.r128.I=")).next_back().unwrap().parse().unwrap()
}

/// How long all of it takes, to the same work of ffmpeg alone.
async fn processing_time(storage: &Storage, path: &Path, probed: &probe::Probed) {
    let mut scratches = Vec::new();
    for quality in Quality::ALL {
        scratches.push((quality, Scratch::new(storage).await.unwrap()));
    }
    let wanted: Vec<_> = scratches.iter().map(|(quality, scratch)| (*quality, scratch.path().to_owned())).collect();
    let started = Instant::now();
    encode::run(path, probed, &wanted).await.unwrap();
    let ours = started.elapsed().as_secs_f64();
    let at = path.with_extension("alone");
    let place = at.to_str().unwrap();
    let work = format!(
        "-v error -y -i {} -c:a aac -b:a 128k -movflags +faststart -f ipod {place}1 -c:a aac -b:a 256k -movflags +faststart -f ipod {place}2 \
         -c:a libopus -b:a 96k -f webm {place}3 -c:a libopus -b:a 160k -f webm {place}4 -c:a flac -compression_level 8 -f flac {place}5 \
         -af ebur128=peak=true -f null -",
        path.display()
    );
    let started = Instant::now();
    ffmpeg(&work.split_whitespace().collect::<Vec<_>>());
    let alone = started.elapsed().as_secs_f64();
    println!("processing {ours:.2} s, the same work of ffmpeg alone {alone:.2} s: {:.2} times", ours / alone);
}
