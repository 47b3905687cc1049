//! The files of a matrix conform to their schemas, and a changed one does not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use pillarbox_access::designs;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::{self, Plan};
use pillarbox_lab::progress::Progress;
use serde_json::{Value, json};

use crate::schema_walker::fault;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_files_of_two_designs_keep_to_their_schemas_and_changed_ones_do_not() {
    let control = Control::built_in().unwrap();
    let plan = Plan {
        scenario: control.scenario.clone(),
        designs: ["plain-server", "end-to-end", "imessage-adp"]
            .map(|name| designs::named(name).unwrap().clone())
            .to_vec(),
        // Together these demands have every form of piece and of measure.
        demands: [
            "content-warrant",
            "interception",
            "seized-phone-off",
            "seized-phone-open",
            "participant",
            "victims-report",
            "takedown",
            "blocking-order",
            "notice-to-change",
        ]
        .map(str::to_owned)
        .to_vec(),
        seed: 7,
        threads: NonZeroUsize::MIN,
        control,
        rerun: "pillarbox-lab matrix".into(),
    };
    let run = matrix::run(&plan, &Progress::none(), &AtomicBool::new(false)).unwrap();
    let cells = parsed(include_str!("../../../schemas/matrix.schema.json"));
    let manifest = parsed(include_str!("../../../schemas/manifest.schema.json"));
    let evidence = parsed(include_str!("../../../schemas/evidence.schema.json"));
    let mut files =
        vec![(&cells, parsed(&run.files["matrix.json"])), (&manifest, parsed(&run.manifest_text()))];
    let of_cells = run.files.iter().filter(|(name, _)| name.starts_with("evidence/"));
    files.extend(of_cells.map(|(_, text)| (&evidence, parsed(text))));
    assert!(files.len() >= 2 + run.cells.len());
    for (schema, file) in &files {
        assert_eq!(fault(schema, schema, file), None);
        let mut odd = file.clone();
        let object = if odd.is_array() { &mut odd[0] } else { &mut odd };
        object["colour"] = json!("red");
        assert!(fault(schema, schema, &odd).is_some());
        let mut wrong = file.clone();
        let object = if wrong.is_array() { &mut wrong[0] } else { &mut wrong };
        object["seed"] = json!("seven");
        assert!(fault(schema, schema, &wrong).is_some());
    }
}
