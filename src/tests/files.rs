//! What becomes of every kind of file that somebody may send, good and bad, by the plain form as everyone has it.
//! `cargo test --features ssr --test integration files:: -- --nocapture` prints the table.

use crate::{
    app::TestApp,
    music::{artist, file, form, picture},
};
use std::{path::Path, process::Command, time::Instant};

/// What is to become of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// A track that can be heard, from an original with this codec.
    Ready(&'static str),
    /// Refused with the reason that has this code.
    Refused(&'static str),
}
use End::{Ready, Refused};

/// A file by its name, as ffmpeg makes it of two seconds of sound with these arguments.
const MADE: &[(&str, &str, End)] = &[
    ("16.wav", "-c:a pcm_s16le -ac 2", Ready("pcm_s16le")),
    ("24 at 48.wav", "-c:a pcm_s24le -ar 48000", Ready("pcm_s24le")),
    ("32 at 96.wav", "-c:a pcm_s32le -ar 96000", Ready("pcm_s32le")),
    ("float at 192.wav", "-c:a pcm_f32le -ar 192000", Ready("pcm_f32le")),
    ("double at 88.wav", "-c:a pcm_f64le -ar 88200", Ready("pcm_f64le")),
    ("8 bits mono.wav", "-c:a pcm_u8 -ac 1 -ar 22050", Ready("pcm_u8")),
    ("telephone.wav", "-c:a pcm_mulaw -ac 1 -ar 8000", Ready("pcm_mulaw")),
    ("surround.wav", "-c:a pcm_s16le -ac 6", Ready("pcm_s16le")),
    ("rf64.wav", "-c:a pcm_s16le -rf64 always", Ready("pcm_s16le")),
    ("tagged.wav", "-c:a pcm_s16le -metadata title=Ünïcödé", Ready("pcm_s16le")),
    ("16.flac", "-c:a flac", Ready("flac")),
    ("24 at 96.flac", "-c:a flac -sample_fmt s32 -ar 96000", Ready("flac")),
    ("mono.flac", "-c:a flac -ac 1", Ready("flac")),
    ("surround.flac", "-c:a flac -ac 6", Ready("flac")),
    ("16.aiff", "-c:a pcm_s16be", Ready("pcm_s16be")),
    ("24.aiff", "-c:a pcm_s24be -ar 48000", Ready("pcm_s24be")),
    ("float.aifc", "-c:a pcm_f32be -f aiff", Ready("pcm_f32be")),
    ("cbr 128.mp3", "-c:a libmp3lame -b:a 128k", Ready("mp3")),
    ("cbr 320.mp3", "-c:a libmp3lame -b:a 320k", Ready("mp3")),
    ("v0.mp3", "-c:a libmp3lame -q:a 0", Ready("mp3")),
    ("v9 mono 22 kHz.mp3", "-c:a libmp3lame -q:a 9 -ac 1 -ar 22050", Ready("mp3")),
    ("no xing.mp3", "-c:a libmp3lame -write_xing 0", Ready("mp3")),
    ("id3v2.3.mp3", "-c:a libmp3lame -id3v2_version 3 -metadata title=Song", Ready("mp3")),
    ("id3v2.4.mp3", "-c:a libmp3lame -id3v2_version 4 -metadata title=Песня", Ready("mp3")),
    ("id3v1.mp3", "-c:a libmp3lame -id3v2_version 0 -write_id3v1 1 -metadata title=Song", Ready("mp3")),
    ("vorbis.ogg", "-c:a libvorbis -q:a 5", Ready("vorbis")),
    ("opus.opus", "-c:a libopus -b:a 96k", Ready("opus")),
    ("mono 32k.opus", "-c:a libopus -b:a 32k -ac 1", Ready("opus")),
    ("flac in.ogg", "-c:a flac -f ogg", Ready("flac")),
    ("aac.m4a", "-c:a aac -b:a 192k", Ready("aac")),
    ("faststart.m4a", "-c:a aac -movflags +faststart", Ready("aac")),
    ("fragments.m4a", "-c:a aac -movflags +frag_keyframe+empty_moov", Ready("aac")),
    ("alac 16.m4a", "-c:a alac", Ready("alac")),
    ("alac 24.m4a", "-c:a alac -sample_fmt s32p -ar 96000", Ready("alac")),
    ("adts.aac", "-c:a aac -f adts", Ready("aac")),
    // The content decides, whatever it is called.
    ("an mp3 called.wav", "-c:a libmp3lame -f mp3", Ready("mp3")),
    ("a wav called.mp3", "-c:a pcm_s16le -f wav", Ready("pcm_s16le")),
    ("a flac called.png", "-c:a flac -f flac", Ready("flac")),
    ("../../../etc/passwd.wav", "-c:a pcm_s16le -f wav", Ready("pcm_s16le")),
    ("-i $(reboot); `id` | x.wav", "-c:a pcm_s16le -f wav", Ready("pcm_s16le")),
    ("concat:a|http://127.0.0.1/.flac", "-c:a flac -f flac", Ready("flac")),
    // Sound of kinds that are not taken.
    ("wavpack.wv", "-c:a wavpack", Refused("unsupported")),
    ("wma.mp3", "-c:a wmav2 -f asf", Refused("unsupported")),
    ("tta.flac", "-c:a tta -f tta", Refused("unsupported")),
    ("caf.m4a", "-c:a pcm_s16be -f caf", Refused("unsupported")),
    ("ac3 in.m4a", "-c:a ac3 -f mp4", Refused("unsupported")),
    ("eight channels.wav", "-c:a pcm_s16le -ac 8", Refused("too_many_channels")),
    ("eight channels.flac", "-c:a flac -ac 8", Refused("too_many_channels")),
    ("384 kHz.wav", "-c:a pcm_s16le -ar 384000", Refused("sample_rate")),
    ("4 kHz.wav", "-c:a pcm_s16le -ar 4000", Refused("sample_rate")),
    ("a blink.wav", "-t 0.3 -c:a pcm_s16le", Refused("too_short")),
    ("silence.wav", "-af volume=0 -c:a pcm_s16le", Refused("silent")),
    ("silence.mp3", "-af volume=0 -c:a libmp3lame", Refused("silent")),
    ("silence.flac", "-af volume=0 -c:a flac", Refused("silent")),
];

/// What ffmpeg makes of this input.
fn made(folder: &Path, input: &str, arguments: &str) -> Vec<u8> {
    let kind = arguments.split(' ').skip_while(|word| *word != "-f").nth(1);
    let codec = arguments.split(' ').skip_while(|word| *word != "-c:a").nth(1).unwrap_or_default();
    let kind = kind.unwrap_or(match codec {
        "flac" => "flac",
        "libmp3lame" => "mp3",
        "libvorbis" | "libopus" => "ogg",
        "aac" | "alac" => "ipod",
        "wavpack" => "wv",
        be if be.ends_with("be") => "aiff",
        _ => "wav",
    });
    let path = folder.join("made");
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]).args(input.split(' ')).args(arguments.split(' ')).args(["-f", kind]).arg(&path);
    assert!(command.status().unwrap().success(), "{arguments}");
    std::fs::read(path).unwrap()
}

fn replaced(mut bytes: Vec<u8>, what: &[u8], by: &[u8]) -> Vec<u8> {
    let place = bytes.windows(what.len()).position(|window| window == what).expect("it is there");
    bytes[place..place + by.len()].copy_from_slice(by);
    bytes
}

fn cut(mut bytes: Vec<u8>, part: usize, of: usize) -> Vec<u8> {
    bytes.truncate(bytes.len() * part / of);
    bytes
}

/// An ID3v2 tag that says it is so long.
fn tag(length: usize, content: &[u8]) -> Vec<u8> {
    let size = [21, 14, 7, 0].map(|shift| u8::try_from((length >> shift) & 0x7f).unwrap());
    [b"ID3\x03\0\0".as_slice(), &size, content].concat()
}

/// Files that no encoder makes.
fn by_hand(folder: &Path) -> Vec<(&'static str, Vec<u8>, End)> {
    const SINE: &str = "-f lavfi -i sine=frequency=440:duration=20";
    let sound = |arguments: &str| made(folder, SINE, arguments);
    let (wav, flac, mp3) = (sound("-c:a pcm_s16le"), sound("-c:a flac"), sound("-c:a libmp3lame -b:a 128k"));
    let (m4a, fast, ogg) = (sound("-c:a aac"), sound("-c:a aac -movflags +faststart"), sound("-c:a libvorbis"));
    let noise: Vec<u8> = (0..40_000_u32).map(|n| u8::try_from((n.wrapping_mul(2_654_435_761) >> 13) & 0xff).unwrap() | 1).collect();
    // Ten minutes, sixty times.
    let hours = |codec: &str, kind: &str| {
        let once = folder.join(format!("once.{kind}"));
        std::fs::write(&once, made(folder, "-f lavfi -i anullsrc=r=8000:cl=mono:d=600", &format!("-c:a {codec} -f {kind}"))).unwrap();
        made(folder, &format!("-stream_loop 59 -i {}", once.display()), &format!("-c copy -f {kind}"))
    };
    let film = made(folder, "-f lavfi -i testsrc=d=2:s=64x64 -f lavfi -i sine=d=2", "-c:v mpeg4 -c:a aac -f mp4");
    let mut zip = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
    zip.extend(vec![0; 60_000]);
    let data = wav.windows(4).position(|window| window == b"data").unwrap() + 4;
    let mut dither = wav.clone();
    dither[data + 4..]
        .as_chunks_mut::<2>()
        .0
        .iter_mut()
        .enumerate()
        .for_each(|(n, sample)| sample.copy_from_slice(&i16::from(n % 2 == 0).to_le_bytes()));
    let mut scratched = flac.clone();
    let middle = scratched.len() / 2;
    scratched[middle..middle + 400].copy_from_slice(&noise[..400]);
    let mut forever = flac.clone();
    // The number of samples in its head: 36 bits, of which the last 32 stand here.
    forever[22..26].copy_from_slice(&[0xff; 4]);
    let pcm = |channels: u16, rate: u32| {
        let mut bytes = wav.clone();
        bytes[22..24].copy_from_slice(&channels.to_le_bytes());
        bytes[24..28].copy_from_slice(&rate.to_le_bytes());
        bytes
    };
    let mut lying = wav.clone();
    lying[4..8].copy_from_slice(&1_000_000_100_u32.to_le_bytes());
    lying[data..data + 4].copy_from_slice(&1_000_000_000_u32.to_le_bytes());
    let mut piped = wav.clone();
    piped[4..8].copy_from_slice(&[0xff; 4]);
    piped[data..data + 4].copy_from_slice(&[0xff; 4]);
    let bomb = {
        // A cover that is small and becomes very large.
        std::fs::write(folder.join("cover.png"), picture(6_000, 6_000)).unwrap();
        let input = format!("-f lavfi -i sine=d=2 -i {}", folder.join("cover.png").display());
        made(folder, &input, "-map 0:a -map 1:v -c:v copy -disposition:v attached_pic -c:a libmp3lame -f mp3")
    };
    vec![
        ("nothing.wav", Vec::new(), Refused("empty")),
        ("poem.wav", "No music here.\n".repeat(100).into_bytes(), Refused("not_audio")),
        ("page.mp3", b"<html><script>alert(1)</script>".to_vec(), Refused("not_audio")),
        ("paper.flac", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj".to_vec(), Refused("not_audio")),
        ("noise.mp3", noise.clone(), Refused("not_audio")),
        ("program.wav", std::fs::read("/bin/true").unwrap(), Refused("not_audio")),
        ("photo.mp3", picture(300, 300), Refused("picture")),
        ("gif and script.mp3", b"GIF89a/*\x01\0\x01\0\x80\0\0*/=1;alert(1)".to_vec(), Refused("picture")),
        ("songs.wav", zip.clone(), Refused("archive")),
        ("bomb.flac", [b"\x1f\x8b\x08\0\0\0\0\0\0\x03".as_slice(), &vec![0; 5_000]].concat(), Refused("archive")),
        ("film.m4a", film, Refused("video")),
        ("list.mp3", b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/x.mp3\n".to_vec(), Refused("playlist")),
        ("concat.flac", b"ffconcat version 1.0\nfile /etc/passwd\n".to_vec(), Refused("playlist")),
        ("tag then list.mp3", tag(0, b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n"), Refused("damaged")),
        ("tag of 256 MB.mp3", tag((1 << 28) - 1, b"TIT2"), Refused("damaged")),
        ("notes.mid", b"MThd\0\0\0\x06\0\x01\0\x02\x01\xe0MTrk".to_vec(), Refused("unsupported")),
        ("locked.m4a", replaced(m4a.clone(), b"mp4a", b"drms"), Refused("protected")),
        ("half.wav", cut(wav.clone(), 1, 2), Refused("truncated")),
        ("half.flac", cut(flac.clone(), 1, 2), Refused("truncated")),
        ("half.mp3", cut(mp3.clone(), 1, 2), Refused("truncated")),
        ("half faststart.m4a", cut(fast, 1, 2), Refused("truncated")),
        ("half without index.m4a", cut(m4a.clone(), 1, 2), Refused("damaged")),
        ("half.ogg", cut(ogg.clone(), 1, 2), Refused("truncated")),
        ("says 3 hours, has 20 s.wav", lying, Refused("truncated")),
        ("only its head.flac", flac[..60].to_vec(), Refused("damaged")),
        ("only its head.ogg", ogg[..200].to_vec(), Refused("damaged")),
        ("only its head.wav", wav[..44].to_vec(), Refused("damaged")),
        ("scratched.flac", scratched, Refused("damaged")),
        ("no index.m4a", replaced(m4a, b"moov", b"xxxx"), Refused("damaged")),
        ("two frames, then noise.mp3", [&mp3[..900], &noise].concat(), Refused("truncated")),
        ("65535 channels.wav", pcm(u16::MAX, 44_100), Refused("damaged")),
        ("no channels.wav", pcm(0, 44_100), Refused("damaged")),
        ("a rate of 4 GHz.wav", pcm(2, u32::MAX), Refused("damaged")),
        ("dither only.wav", dither, Refused("silent")),
        (
            "10 hours of silence.flac",
            made(folder, "-f lavfi -i anullsrc=r=8000:cl=mono:d=36000", "-c:a flac -compression_level 0"),
            Refused("too_long"),
        ),
        ("10 hours of silence.mp3", hours("libmp3lame", "mp3"), Refused("too_long")),
        ("10 hours of silence.opus", hours("libopus", "ogg"), Refused("too_long")),
        ("says 27 hours.flac", forever, Refused("too_long")),
        // Two things at once, of which one is sound: that alone is ever heard.
        ("wav and zip.wav", [wav.as_slice(), &zip].concat(), Ready("pcm_s16le")),
        ("mp3 with a page in it.mp3", [tag(31, b"<html><script>alert(1)</script>").as_slice(), &mp3].concat(), Ready("mp3")),
        ("zeros first.mp3", [vec![0; 700], sound("-c:a libmp3lame -id3v2_version 0")].concat(), Ready("mp3")),
        ("length unknown.wav", piped, Ready("pcm_s16le")),
        ("tag first.flac", [tag(20, &[0; 20]).as_slice(), &flac].concat(), Ready("flac")),
        ("a cover of 36 megapixels.mp3", bomb, Ready("mp3")),
    ]
}

/// The most memory that a tool has taken so far, in MB.
fn tools_peak() -> i64 {
    // SAFETY: an all-zero rusage is valid, and the pointer is to a value that lives through the call.
    let used = unsafe {
        let mut used: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut used);
        used
    };
    used.ru_maxrss / 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_file_is_heard_or_refused_with_its_reason() {
    let site = TestApp::start_with(|config| config.rules.artist_maximum_tracks = 1_000).await;
    let ida = artist(&site, "Ida").await;
    let folder = site.folder.path();
    let mut files: Vec<(&str, Vec<u8>, End)> =
        MADE.iter().map(|(name, arguments, end)| (*name, made(folder, "-f lavfi -i sine=frequency=440:duration=2", arguments), *end)).collect();
    files.extend(by_hand(folder));
    assert!(files.len() >= 60);

    let (mut wrong, mut slowest) = (Vec::new(), 0.0_f64);
    println!("{:<34} {:>9}  {:<22} {:>6}  what people read", "file", "bytes", "outcome", "s");
    for (name, bytes, expected) in &files {
        let started = Instant::now();
        let audio = form(&[("title", "Song"), ("genre", "Jazz")]).part("audio", file(name, bytes.clone()));
        let (to, page) = ida.submit_files("/studio/uploads/new", audio).await;
        let seconds = started.elapsed().as_secs_f64();
        slowest = slowest.max(seconds);
        site.work().await;
        let code: Option<String> =
            sqlx::query_scalar("SELECT failure FROM uploadStagings ORDER BY createdAt DESC, id DESC LIMIT 1").fetch_one(&site.app.db).await.unwrap();
        let (end, text) = match to.strip_prefix("/studio/uploads/").filter(|id| id.parse::<i32>().is_ok()) {
            Some(id) => {
                let row: (String, Option<String>, Option<String>) = sqlx::query_as(
                    "SELECT trackMedia.state, trackMedia.failure, trackAnalyses.codec FROM trackMedia
                     LEFT JOIN trackAnalyses ON trackAnalyses.trackId = trackMedia.trackId WHERE trackMedia.trackId = ?",
                )
                .bind(id)
                .fetch_one(&site.app.db)
                .await
                .unwrap();
                (format!("{} {}", row.0, row.2.or(row.1).unwrap_or_default()), String::new())
            }
            None => {
                let code = code.unwrap_or_default();
                let text = eternity::uploads::failure_text(Some(&code));
                if !page.contains(&escaped(&text)) {
                    wrong.push(format!("{name}: the page does not say {text}"));
                }
                (format!("refused {code}"), text)
            }
        };
        println!("{name:<34} {:>9}  {end:<22} {seconds:>6.2}  {text}", bytes.len());
        let right = match expected {
            Ready(codec) => format!("ready {codec}"),
            Refused(code) => format!("refused {code}"),
        };
        if end != right {
            wrong.push(format!("{name}: {end}, not {right}"));
        }
        site.app.clock.advance(time::Duration::seconds(1));
    }
    let ready = files.iter().filter(|(.., end)| matches!(end, Ready(_))).count();
    let memory = tools_peak();
    println!("{} files: {ready} heard, {} refused; the slowest took {slowest:.1} s, no tool more than {memory} MB", files.len(), files.len() - ready);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(slowest < 15.0 && memory < 1_024, "{slowest} s, {memory} MB");
    let left = std::fs::read_dir(folder.join("media/incoming")).unwrap().count();
    let originals = std::fs::read_dir(folder.join("media/originals")).unwrap().count();
    assert_eq!((left, originals), (0, ready), "of refused files nothing is left");
}

/// As pages escape it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
