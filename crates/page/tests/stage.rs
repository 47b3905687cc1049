//! The stage without a browser: each request, and what must hold of every reply.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use pillarbox_lab::experiments;
use pillarbox_lab::scenario::Scenario;
use pillarbox_page::{Reply, Request, Stage};

fn open(fragment: &[(&str, &str)]) -> (Stage, Reply) {
    let mut stage = Stage::new().unwrap();
    let words: Vec<_> = [("do", "open")].into_iter().chain(fragment.iter().copied()).collect();
    let reply = stage.answer(&Request::of(&words));
    (stage, reply)
}

fn ask(stage: &mut Stage, words: &[(&str, &str)]) -> Reply {
    stage.answer(&Request::of(words))
}

const SERVE: [(&str, &str); 5] =
    [("do", "serve"), ("design", ""), ("demand", "content-warrant"), ("by", "GB"), ("guess", "unknown")];

#[test]
fn the_page_opens_on_a_conversation_that_one_relay_read_and_the_other_did_not() {
    let (_, reply) = open(&[]);
    let stage = &reply.parts["stage"];
    assert_eq!(stage.matches("<tr id=\"t").count(), 5);
    // On both phones, and once more where the relay reads.
    assert_eq!(stage.matches("<q>Yes. Under the clock.</q>").count(), 3);
    assert_eq!(stage.matches("unreadable <code>").count(), 5);
    assert!(!stage.contains("class=\"served\""), "nothing is answered before anybody asks");
    assert_eq!(reply.address, "demand=content-warrant&by=GB&order=3");
}

#[test]
fn what_is_typed_passes_both_relays_and_reaches_the_other_phone() {
    let (mut stage, _) = open(&[]);
    let typed = "<b>see</b> \"you\" \u{202e}soon";
    let reply = ask(&mut stage, &[("do", "say"), ("who", "1"), ("text", typed)]);
    let lanes = &reply.parts["lanes"];
    let shown = "<q>&lt;b&gt;see&lt;/b&gt; &quot;you&quot; \u{fffd}soon</q>";
    assert_eq!(lanes.matches(shown).count(), 3, "{lanes}");
    assert_eq!(lanes.matches("<tr id=\"t").count(), 6);
    assert!(!lanes.contains("<b>see") && !reply.address.contains("see"), "{}", reply.address);
}

#[test]
fn what_cannot_be_sent_is_refused_in_a_sentence_and_changes_nothing() {
    let (mut stage, before) = open(&[]);
    for text in ["", "  ", &"x".repeat(4_001), &"x".repeat(10_000)] {
        let reply = ask(&mut stage, &[("do", "say"), ("who", "0"), ("text", text)]);
        assert!(reply.parts.is_empty() && reply.says.ends_with('.'), "{reply:?}");
    }
    for words in [&[("do", "fly")][..], &[("do", "say"), ("who", "7")], &[("do", "try"), ("relay", "9")], &[]]
    {
        assert_eq!(ask(&mut stage, words).says, "This page cannot do that.");
    }
    let again = ask(&mut stage, &[("do", "open")]);
    assert_eq!(again, before);
}

#[test]
fn serving_takes_a_guess_and_answers_for_both_relays() {
    let (mut stage, _) = open(&[]);
    let mut unguessed = SERVE;
    unguessed[4].1 = "";
    let refused = ask(&mut stage, &unguessed);
    assert!(refused.parts.is_empty() && refused.says.starts_with("Guess first"), "{refused:?}");
    let reply = ask(&mut stage, &SERVE);
    let answers = &reply.parts["answers"];
    assert_eq!(answers.matches("class=\"served\"").count(), 2);
    let counts: Vec<_> = stage.evidence().map(|it| it.score().1.returned).collect();
    assert_eq!(counts, [6, 0], "all texts to and from Alice from the one that can read, none from the other");
    // Guess and answer, in that order, and the four depths in theirs.
    let at = |needle: &str| answers.find(needle).unwrap_or_else(|| panic!("{needle}: {answers}"));
    let order = ["class=\"say\"", "class=\"f\"", "Your guess", "The rows:", "The bytes:"].map(at);
    assert!(order.is_sorted(), "{order:?}");
    assert_eq!(reply.focus, "answer0");
}

#[test]
fn two_answers_are_pinned_side_by_side_and_stay_while_others_are_served() {
    let (mut stage, _) = open(&[]);
    ask(&mut stage, &SERVE);
    let pin = |stage: &mut Stage, answer| ask(stage, &[("do", "pin"), ("answer", answer)]);
    let counts: Vec<_> = ["0", "1", "0"]
        .map(|answer| pin(&mut stage, answer).parts["pinned"].matches("<article>").count())
        .into();
    assert_eq!(counts, [1, 2, 2]);
    let mut other = SERVE;
    other[1].1 = "signal-now";
    assert!(!ask(&mut stage, &other).parts.contains_key("pinned"));
    let left = ask(&mut stage, &[("do", "unpin"), ("answer", "0")]).parts["pinned"].clone();
    assert!(left.matches("<article>").count() == 1 && left.contains("Plain server"), "{left}");
    assert_eq!(pin(&mut stage, "7").says, "This page cannot do that.");
    let empty = ask(&mut stage, &[("do", "unpin"), ("answer", "0")]);
    assert_eq!((empty.parts["pinned"].as_str(), empty.focus.as_str()), ("", "talk"));
}

#[test]
fn the_order_s_place_decides_what_only_works_from_now_on() {
    let (mut stage, _) = open(&[]);
    let mut serve = SERVE;
    serve[2].1 = "interception";
    ask(&mut stage, &serve);
    let back = |stage: &Stage| stage.evidence().next().unwrap().score().1.returned;
    let mut counts = vec![back(&stage)];
    for after in ["0", "5"] {
        let reply = ask(&mut stage, &[("do", "order"), ("after", after), ("focus", "order-later")]);
        assert_eq!(reply.focus, "order-later");
        counts.push(back(&stage));
    }
    assert_eq!(counts, [2, 5, 0], "of five texts: after the third, before all, after all");
}

#[test]
fn a_key_that_is_tried_shows_the_real_opening_or_the_real_error() {
    let (mut stage, _) = open(&[]);
    let of = |stage: &mut Stage, relay| {
        ask(stage, &[("do", "try"), ("relay", relay), ("text", "1")]).parts["tried"].clone()
    };
    let (open, closed) = (of(&mut stage, "0"), of(&mut stage, "1"));
    assert!(open.contains("Are you coming at six?") && open.contains("<b>1</b> time: read"));
    assert!(!closed.contains("Are you coming") && closed.contains("times"), "{closed}");
}

#[test]
fn the_story_that_is_taken_away_gives_the_same_evidence_in_the_program() {
    let (mut stage, _) = open(&[]);
    ask(&mut stage, &[("do", "say"), ("who", "0"), ("text", "Bring the \"red\" one.")]);
    ask(&mut stage, &SERVE);
    let file = ask(&mut stage, &[("do", "story")]).file.unwrap();
    let story = Scenario::parse("story.toml", &file.text).unwrap();
    for evidence in stage.evidence() {
        let design = pillarbox_access::designs::named(&evidence.design).unwrap();
        let again = experiments::evidence(design, &story, story.seed, "content-warrant").unwrap();
        assert_eq!(again.to_json(), evidence.to_json());
    }
    let taken = ask(&mut stage, &[("do", "evidence"), ("answer", "1")]).file.unwrap();
    assert_eq!(taken.text, stage.evidence().nth(1).unwrap().to_json());
}

#[test]
fn an_address_is_a_question_and_one_with_nonsense_in_it_is_the_first_question() {
    let (_, reply) =
        open(&[("design", "signal-now"), ("demand", "pen-register"), ("by", "US"), ("order", "1")]);
    assert_eq!(reply.address, "design=signal-now&demand=pen-register&by=US&order=1");
    let (_, reply) = open(&[("design", "<script>"), ("demand", "x"), ("by", "??"), ("order", "-1")]);
    assert_eq!(reply.address, "demand=content-warrant&by=GB&order=3");
}

#[test]
fn every_demand_is_answered_under_both_relays() {
    let (mut stage, _) = open(&[]);
    for demand in experiments::demands() {
        let mut serve = SERVE;
        serve[2].1 = demand;
        let reply = ask(&mut stage, &serve);
        assert!(reply.parts.contains_key("answers"), "{demand}: {}", reply.says);
    }
}

#[test]
fn pictures_show_what_rows_name_as_kept_and_as_seen() {
    let (mut stage, reply) = open(&[]);
    let pictures =
        reply.parts["stage"].split("id=\"pictures\"").nth(1).unwrap().split("id=\"tried\"").next().unwrap();
    assert_eq!(pictures.matches("<svg ").count(), 6, "who as kept, who as seen, and when: at each relay");
    assert!(
        !pictures.contains("Under the clock") && !pictures.contains("style="),
        "no text, and no style of its own"
    );
    if let Some(folder) = std::env::var_os("PILLARBOX_PICTURES") {
        // For somebody who wants to look at them.
        std::fs::write(std::path::Path::new(&folder).join("stage.html"), &reply.parts["stage"]).unwrap();
    }
    let (reads, sealed) = pictures.split_once("<h3>").unwrap().1.split_once("<h3>").unwrap();
    // The relay that reads keeps every message; the other one keeps nothing of what was delivered.
    assert!(reads.contains("<li>Alice to Bob: "), "{reads}");
    let kept =
        |part: &str| part.split_once("id=\"kept").unwrap().1.split("<figure").next().unwrap().to_owned();
    assert!(kept(sealed).contains("No pair of people is named."), "{sealed}");
    assert!(!kept(reads).contains("No pair of people is named."), "{reads}");
    let reply = ask(&mut stage, &[("do", "say"), ("who", "0"), ("text", "One more.")]);
    assert_ne!(reply.parts["pictures"], pictures, "they grow with the conversation");
}

#[test]
fn what_is_taken_away_is_a_run_that_holds_and_the_address_holds_no_text() {
    use std::io::Read as _;

    use pillarbox_lab::matrix::check::Folder;

    let (mut stage, _) = open(&[]);
    let take = |stage: &mut Stage, form: &str| ask(stage, &[("do", "take"), ("form", form)]);
    assert_eq!(
        take(&mut stage, "archive").says,
        "Serve a demand first: what comes back can then be taken away."
    );
    ask(&mut stage, &[("do", "say"), ("who", "1"), ("text", "Zebra </script> at noon")]);
    ask(&mut stage, &SERVE);
    assert_eq!(take(&mut stage, "no-such").says, "This page cannot do that.");
    let reply = take(&mut stage, "archive");
    assert!(!reply.address.contains("ebra") && reply.address.len() < 60, "{}", reply.address);
    let archive = reply.file.unwrap();
    let mut files = std::collections::BTreeMap::new();
    for entry in tar::Archive::new(archive.text.as_bytes()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut text = Vec::new();
        entry.read_to_end(&mut text).unwrap();
        files.insert(name, text);
    }
    let report = files.iter().find(|(name, _)| name.ends_with("/report.html")).unwrap().1.clone();
    assert_eq!(take(&mut stage, "report").file.unwrap().text.as_bytes(), report);
    let in_run = |(name, text): (String, Vec<u8>)| Some((name.split_once("/run/")?.1.to_owned(), text));
    let mut files: std::collections::BTreeMap<_, _> = files.into_iter().filter_map(in_run).collect();
    let manifest = serde_json::from_slice(&files.remove("manifest.json").unwrap()).unwrap();
    assert_eq!(take(&mut stage, "table").file.unwrap().text.as_bytes(), files["matrix.csv"]);
    let folder = Folder::of(manifest, files);
    assert_eq!(folder.findings(), Vec::<String>::new());
    assert!(folder.story().unwrap().text.contains("Zebra"));
    // The answers on the page are those in the archive.
    for evidence in stage.evidence() {
        let name = format!("evidence/{}", evidence.file_name());
        assert_eq!(folder.files[&name], evidence.to_json().into_bytes(), "{name}");
    }
    let safe =
        |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter));
    assert!(safe(&archive.name) && archive.name.ends_with(".tar"), "{}", archive.name);
}
