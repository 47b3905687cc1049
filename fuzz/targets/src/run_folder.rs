//! A run's folder from somebody else, as `report --check` reads it: a manifest, a matrix, evidence.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use pillarbox_access::demand::ViewKind;
use pillarbox_access::facts::ReadableText;
use pillarbox_client::body::{Body, BodyId, Content, Text};
use pillarbox_lab::evidence::Context;
use pillarbox_lab::evidence::{Evidence, How, Piece, VERSION};
use pillarbox_lab::matrix::check::Folder;
use pillarbox_lab::matrix::manifest::{Manifest, STORY};
use pillarbox_lab::record::sha256;
use pillarbox_lab::scenario::library;
use pillarbox_lab::score::{Capability, Counted, Measures, Yardstick, Yield};
use pillarbox_session::kind::SERVER_READABLE;
use pillarbox_wire::{FixedBytes, encode};

use crate::feed::Feed;
use crate::world::NOW;

const CONTROL: &str = "evidence/control.json";

/// A folder of one cell and its control, whose evidence is a message in the clear.
///
/// The folder has no `matrix.csv`, because only the bench knows its form, and one finding says that it is missing.
static HONEST: LazyLock<(Manifest, BTreeMap<String, Vec<u8>>)> = LazyLock::new(|| {
    let (_, story) = library::BUILT_IN.first().expect("there are stories");
    let evidence = evidence();
    let cell = evidence.cell(CONTROL);
    let matrix = serde_json::to_string_pretty(&[&cell]).expect("a matrix is written");
    let files = [
        (cell.evidence, evidence.to_json()),
        (CONTROL.to_owned(), evidence.to_json()),
        ("matrix.json".to_owned(), matrix),
        (STORY.to_owned(), (*story).to_owned()),
    ];
    let manifest = Manifest {
        v: VERSION,
        program: "0".to_owned(),
        scenario: "s".to_owned(),
        scenario_sha256: sha256(story.as_bytes()),
        seed: 1,
        designs: BTreeMap::new(),
        demands: vec!["d".to_owned()],
        files: files.iter().map(|(name, text)| (name.clone(), sha256(text.as_bytes()))).collect(),
    };
    (manifest, files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect())
});

fn evidence() -> Evidence {
    let text =
        Text { id: BodyId(FixedBytes([4; 16])), sent_at: NOW, text: "hello".to_owned(), expires_after: None };
    let body = encode(&Body { introduction: None, content: Content::Text(text) }).expect("a short text");
    let payload = [&[SERVER_READABLE], body.as_slice()].concat();
    let said =
        ReadableText { at: NOW, from: Some("1".to_owned()), to: None, text: "hello".to_owned(), group: None };
    Evidence {
        v: VERSION,
        scenario: "s".to_owned(),
        design: "a".to_owned(),
        demand: "d".to_owned(),
        power: "d".to_owned(),
        seed: 1,
        world_sha256: sha256(b""),
        view: ViewKind::RelayHoldings,
        ordered: None,
        means: Capability::There,
        only_from_now_on: false,
        what: Counted::Texts,
        unit: "texts".to_owned(),
        container: String::new(),
        counted: None,
        reasons: Vec::new(),
        brought: Yield { said: vec![said], ..Yield::default() },
        yardstick: Yardstick::default(),
        context: Context::default(),
        effects: Measures::default(),
        pieces: vec![Piece {
            found_in: "messages".to_owned(),
            part: "payload".to_owned(),
            value: HEXLOWER.encode(&payload),
            sha256: sha256(&payload),
            how: How::Message,
        }],
        rereadable: true,
        alternative: None,
    }
}

/// Checks a folder. Altered files differ from the manifest and are found. Files with corrected digests, and
/// invented files, do no harm.
pub fn run_folder(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    let choice = feed.byte();
    let (manifest, honest) = &*HONEST;
    let (mut manifest, mut files) = (manifest.clone(), honest.clone());
    match choice % 4 {
        0 => {
            if let Ok(read) = serde_json::from_slice::<Manifest>(feed.rest()) {
                let written = serde_json::to_vec(&read).expect("a manifest is written");
                assert_eq!(serde_json::from_slice::<Manifest>(&written).expect("its own writing"), read);
                manifest = read;
            }
        }
        1 => {
            for text in files.values_mut() {
                *text = feed.altered(text);
            }
            // The honest folder was not made by a run and lacks a run's files. Its findings name those even if
            // nothing was altered.
            let lacks = Folder::of(manifest.clone(), honest.clone()).findings();
            let findings = Folder::of(manifest, files.clone()).findings();
            for name in files.keys().filter(|name| files.get(*name) != honest.get(*name)) {
                assert!(findings.iter().any(|finding| finding.starts_with(name)), "{name}: unnoticed");
            }
            assert_eq!(findings == lacks, files == *honest, "{findings:?}");
            return;
        }
        made_up => {
            let names: Vec<String> = files.keys().cloned().collect();
            for name in names {
                let text = if made_up == 2 { feed.altered(&files[&name]) } else { feed.piece().to_vec() };
                manifest.files.insert(name.clone(), sha256(&text));
                files.insert(name, text);
            }
        }
    }
    let folder = Folder::of(manifest, files);
    let findings = folder.findings();
    assert!(!findings.is_empty(), "there is no matrix.csv");
    for evidence in folder.files.keys().filter_map(|name| folder.evidence(name)) {
        let again = serde_json::from_str::<Evidence>(&evidence.to_json()).expect("its own writing");
        assert_eq!(again.score(), evidence.score());
    }
}
