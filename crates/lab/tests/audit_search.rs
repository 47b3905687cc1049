//! The audit's search finds everything in the places that it searches: in each kind of a process's memory, in
//! files, in traffic through the recorder, and in each form. Only for this reason is its "nothing" a finding.
#![allow(clippy::print_stdout, reason = "the process that is searched says that it is ready")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use pillarbox_lab::audit::encoding::Encoding;
use pillarbox_lab::audit::form::{Form, Pattern};
use pillarbox_lab::audit::needle::{Needle, NeedleRole, Planted};
use pillarbox_lab::audit::recorder::Recorder;
use pillarbox_lab::audit::search::{Hit, Search};
use pillarbox_lab::audit::{files, memory};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Hides the child's instructions in the memory that receives them.
const MASK: u8 = 0x5A;

/// A `Vec` of at least this size gets its own mapping (mallopt(3): M_MMAP_THRESHOLD, 128 KiB and rising to 32 MiB).
const OWN_MAPPING: usize = 40 << 20;

/// A program's writable data: the memory for values without their own place.
static IN_THE_PROGRAM: Mutex<[u8; 4096]> = Mutex::new([0; 4096]);

/// The kinds of memory in which a test's child is asked to keep something.
const PLACES: [&str; 4] = ["small", "large", "stack", "static"];

fn words() -> Planted {
    Planted::draw(&mut rand::rng())
}

fn search_for(planted: &Planted) -> Search {
    Search::new(planted.needles(1).unwrap().to_vec()).unwrap()
}

/// A child process that keeps bytes in each kind of memory, and has never had them anywhere else.
struct Holder {
    child: Child,
}

impl Holder {
    fn holding(bytes: &[(&str, &[u8])]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "audit_search::holder", "--ignored", "--nocapture", "--test-threads=1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.as_mut().unwrap();
        for (place, bytes) in bytes {
            let masked: Vec<String> = bytes.iter().map(|byte| (byte ^ MASK).to_string()).collect();
            writeln!(input, "{place} {}", masked.join(" ")).unwrap();
        }
        writeln!(input, "ready").unwrap();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("HOLDING")), "the child holds nothing");
        Self { child }
    }

    fn search(&self, search: &Search) -> Vec<Hit> {
        memory::search(&self.child, search).unwrap().hits
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The child keeps what it is given until it is killed. Only the tests below run it.
#[test]
#[ignore = "is a part of the other tests"]
fn holder() {
    let mut small: Vec<Vec<u8>> = Vec::new();
    let mut large: Vec<Vec<u8>> = Vec::new();
    let mut stack = [0_u8; 4096];
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let mut words = line.split(' ');
        let place = words.next().unwrap();
        let bytes = words.map(|byte| byte.parse::<u8>().unwrap() ^ MASK);
        match place {
            "small" => small.push(bytes.collect()),
            "large" => {
                let mut held = vec![0; OWN_MAPPING];
                held.iter_mut().skip(OWN_MAPPING / 2).zip(bytes).for_each(|(to, byte)| *to = byte);
                large.push(held);
            }
            "stack" => stack.iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte),
            "static" => {
                IN_THE_PROGRAM.lock().unwrap().iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte)
            }
            _ => {
                println!("HOLDING");
                std::thread::park();
            }
        }
        black_box((&small, &large, &stack));
    }
}

#[test]
fn what_a_process_holds_is_found_in_each_kind_of_memory() {
    let planted: Vec<Planted> = PLACES.iter().map(|_| words()).collect();
    let texts: Vec<String> = planted.iter().map(Planted::text).collect();
    let held: Vec<(&str, &[u8])> =
        PLACES.iter().zip(&texts).map(|(place, text)| (*place, text.as_bytes())).collect();
    let holder = Holder::holding(&held);
    for (place, planted) in PLACES.iter().zip(&planted) {
        let hits = holder.search(&search_for(planted));
        let whats: BTreeSet<&str> = hits.iter().map(|hit| hit.what.as_str()).collect();
        assert_eq!(whats.len(), 2, "words and tag in the {place} memory: {hits:?}");
    }
    assert_eq!(holder.search(&search_for(&words())), [], "what nobody holds is not found");
}

#[test]
fn what_a_shell_holds_is_found_on_its_heap_and_on_its_stack() {
    let (heard, told) = (words(), words());
    // A program's start arguments are at the foot of its stack. Data that it reads and keeps is on its heap.
    let mut child = Command::new("sh")
        .args(["-c", "read -r held; echo HOLDING; read -r end"])
        .env("TOLD", told.text())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.as_mut().unwrap(), "{}", heard.text()).unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "HOLDING\n");
    let shell = Holder { child };
    for (planted, part) in [(&heard, "[heap]"), (&told, "[stack]")] {
        let hits = shell.search(&search_for(planted));
        assert!(hits.iter().any(|hit| hit.part == part), "{part}: {hits:?}");
    }
}

#[test]
fn what_a_process_held_is_gone_when_another_program_takes_its_place_but_for_its_environment() {
    let (held, exported) = (words(), words());
    let script = "read -r held; read -r KEPT; export KEPT; echo HOLDING; read -r go; exec sh -c 'echo REPLACED; read -r end'";
    let mut child =
        Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told = |words: &str| assert_eq!(out.next().unwrap().unwrap(), words);
    let mut shell = Holder { child };
    let tell =
        |shell: &mut Holder, line: &str| writeln!(shell.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    tell(&mut shell, &held.text());
    tell(&mut shell, &exported.text());
    told("HOLDING");
    assert_ne!(shell.search(&search_for(&held)), []);
    assert_ne!(shell.search(&search_for(&exported)), []);
    tell(&mut shell, "go");
    told("REPLACED");
    assert_eq!(shell.search(&search_for(&held)), []);
    assert_ne!(shell.search(&search_for(&exported)), []);
}

/// The keys with which the planted forms are xored: no key, and one key.
const KEYS: [u8; 2] = [0, 0x33];

/// Returns the patterns of one form, under a key.
fn written(bytes: &[u8], form: Form) -> Vec<Vec<u8>> {
    let patterns = Pattern::all(bytes).into_iter();
    let these = patterns.filter(|it| (it.encoding, it.backwards) == (form.encoding, form.backwards));
    these.map(|it| it.bytes.iter().map(|byte| byte ^ form.xor).collect()).collect()
}

/// Returns every form, under each of the keys.
fn forms() -> Vec<Form> {
    let ways = [false, true].into_iter().flat_map(|backwards| KEYS.map(|xor| (backwards, xor)));
    let of = |encoding| ways.clone().map(move |(backwards, xor)| Form { encoding, backwards, xor });
    Encoding::ALL.into_iter().flat_map(of).collect()
}

#[test]
fn what_a_process_holds_is_found_in_each_form() {
    let all: Vec<(Form, Planted)> = forms().into_iter().map(|form| (form, words())).collect();
    let mut held = Vec::new();
    for (form, planted) in &all {
        // Each form with alignments in turn. A text that this form does not change has none.
        let patterns = written(planted.words.as_bytes(), *form);
        held.extend(patterns.into_iter().map(|pattern| ("small", pattern)));
    }
    let held: Vec<(&str, &[u8])> = held.iter().map(|(place, bytes)| (*place, bytes.as_slice())).collect();
    let holder = Holder::holding(&held);
    let needles = all.iter().enumerate().map(|(number, (_, planted))| {
        Needle::new(NeedleRole::Said, number.to_string(), planted.words.as_bytes()).unwrap()
    });
    let hits = holder.search(&Search::new(needles.collect()).unwrap());
    for (number, (form, planted)) in all.iter().enumerate() {
        let expected = written(planted.words.as_bytes(), *form).len();
        let found: BTreeSet<u64> = hits
            .iter()
            .filter(|hit| hit.form == *form && hit.what == number.to_string())
            .map(|hit| hit.at)
            .collect();
        assert!(found.len() >= expected, "{form:?}: {} of {expected}: {hits:?}", found.len());
        // Two forms are not tried. Base64 for URLs equals base64 in a text without the two characters that differ.
        // UTF-16 backwards equals the other UTF-16 of the text backwards.
        let other = form.encoding == Encoding::Base64Url
            || (form.encoding, form.backwards) == (Encoding::Utf16Be, true);
        assert!(expected > 0 || other, "{form:?} is not tried");
    }
}

#[test]
fn what_stands_in_a_file_is_found_in_each_form_wherever_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("below");
    std::fs::create_dir(&below).unwrap();
    let planted = words();
    let search = search_for(&planted);
    // The bytes span the end of a piece that is read at a time.
    let before = vec![0; (1 << 20) - 5];
    let mut count = 0;
    for form in forms() {
        for (number, pattern) in written(planted.tag.as_bytes(), form).iter().enumerate() {
            let name = format!("{form:?}-{number}");
            std::fs::write(below.join(&name), [&before[..], pattern, b"\0\0"].concat()).unwrap();
            let (part, hits) = files::search(&below.join(&name), &search).unwrap();
            assert_eq!(part.bytes, (before.len() + pattern.len() + 2) as u64);
            assert!(
                hits.iter().any(|hit| hit.form == form && hit.at == before.len() as u64),
                "{name}: {hits:?}"
            );
            count += 1;
        }
    }
    assert_eq!(
        files::files(folder.path()).unwrap().len(),
        count,
        "files in folders in it belong to a folder"
    );
    std::fs::write(folder.path().join("clean"), planted.words.to_uppercase()).unwrap();
    assert_eq!(files::search(&folder.path().join("clean"), &search).unwrap().1, []);
}

#[tokio::test]
async fn what_passes_a_connection_in_the_clear_is_recorded_both_ways() {
    let (up, down) = (words(), words());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let recorder = Recorder::start(listener.local_addr().unwrap()).await.unwrap();
    let mut phone = TcpStream::connect(recorder.address()).await.unwrap();
    let (mut relay, _) = listener.accept().await.unwrap();
    // The bytes are sent in two pieces, because the network may cut anywhere.
    let (text, answer) = (up.text(), down.text());
    let (first, second) = text.as_bytes().split_at(text.len() / 2);
    let mut heard = vec![0; text.len()];
    phone.write_all(first).await.unwrap();
    relay.read_exact(&mut heard[..first.len()]).await.unwrap();
    phone.write_all(second).await.unwrap();
    relay.read_exact(&mut heard[first.len()..]).await.unwrap();
    relay.write_all(answer.as_bytes()).await.unwrap();
    let mut told = vec![0; answer.len()];
    phone.read_exact(&mut told).await.unwrap();
    assert_eq!((heard, told), (text.clone().into_bytes(), answer.clone().into_bytes()), "nothing is changed");

    let recordings = recorder.recordings();
    assert_eq!(recordings.len(), 1);
    for (planted, recorded, other) in
        [(&up, &recordings[0].up, &recordings[0].down), (&down, &recordings[0].down, &recordings[0].up)]
    {
        assert_eq!(search_for(planted).over("a direction", recorded).len(), 2);
        assert_eq!(search_for(planted).over("a direction", other), []);
    }
}
