use super::{Meter, Mode, Piece, RATE, Score, Style, key_name, write_wav};

const STYLES: [Style; 8] = [Style::Ambient, Style::House, Style::LoFi, Style::Folk, Style::Synthwave, Style::Jazz, Style::Techno, Style::Classical];

fn piece(style: Style, seed: u64) -> Piece {
    Piece { seed, style, bpm: 100.0, tonic: 9, mode: Mode::Minor, seconds: 6.0, variant: (seed % 5) as u8 }
}

fn play(score: &Score) -> Vec<[f32; 2]> {
    score.perform().flatten().collect()
}

#[test]
fn the_same_piece_gives_the_same_samples_and_another_seed_others() {
    let one = play(&piece(Style::LoFi, 1).score());
    assert_eq!(one, play(&piece(Style::LoFi, 1).score()));
    assert_ne!(one, play(&piece(Style::LoFi, 6).score()));
}

#[test]
fn every_style_is_audible_without_clipping_or_offset() {
    for style in STYLES {
        let score = piece(style, 3).score();
        let frames = play(&score);
        assert_eq!(frames.len(), score.length as usize, "{style:?}");
        let peak = frames.iter().flatten().fold(0.0f32, |p, s| p.max(s.abs()));
        assert!(peak <= 0.9, "{style:?} peaks at {peak}");
        assert!(frames.iter().flatten().all(|s| s.is_finite()), "{style:?}");
        let mean = frames.iter().flatten().map(|s| f64::from(*s)).sum::<f64>() / (2 * frames.len()) as f64;
        assert!(mean.abs() < 0.002, "{style:?} has an offset of {mean}");
        let mut meter = Meter::new();
        frames.iter().for_each(|f| meter.feed(*f));
        let loudness = meter.integrated();
        assert!((-18.0..-11.0).contains(&loudness), "{style:?} has {loudness} LUFS");
        // No second in the middle is silent.
        let second = RATE as usize;
        for part in frames[second / 2..frames.len() - 2 * second].chunks_exact(second) {
            let rms = (part.iter().flatten().map(|s| s * s).sum::<f32>() / (2 * second) as f32).sqrt();
            assert!(rms > 0.003, "{style:?} falls silent");
        }
    }
}

#[test]
fn a_piece_lasts_about_as_long_as_asked() {
    for style in STYLES {
        for seconds in [8.0f32, 60.0, 200.0, 300.0] {
            let asked = Piece { seconds, ..piece(style, 2) };
            let lasts = asked.score().seconds();
            assert!((lasts - seconds).abs() < seconds * 0.15 + 4.0, "{style:?}: {lasts} s for {seconds}");
        }
    }
}

#[test]
fn the_meter_reads_the_standards_tone() {
    // A 997 Hz sine at full scale in one channel reads -3.01 LUFS, by the standard.
    let mut meter = Meter::new();
    for n in 0..(RATE as u32 * 3) {
        let x = (std::f64::consts::TAU * 997.0 * f64::from(n) / f64::from(RATE)).sin() as f32;
        meter.feed([x, 0.0]);
    }
    assert!((meter.integrated() + 3.01).abs() < 0.1, "{}", meter.integrated());
}

#[test]
fn keys_are_named_as_musicians_do() {
    assert_eq!(key_name(6, Mode::Minor), "F#m");
    assert_eq!(key_name(10, Mode::Major), "Bb");
    assert_eq!(key_name(0, Mode::Lydian), "C");
}

#[test]
fn a_wav_file_says_what_it_holds() {
    let score = Piece { seconds: 5.0, ..piece(Style::Folk, 9) }.score();
    let path = std::env::temp_dir().join(format!("eternity-demo-{}.wav", std::process::id()));
    write_wav(&score, &path, 24).expect("the temporary folder can be written to");
    let bytes = std::fs::read(&path).expect("the file was written");
    let _ = std::fs::remove_file(&path);
    assert_eq!(&bytes[..4], b"RIFF");
    assert_eq!(bytes.len(), 44 + score.length as usize * 6);
}
