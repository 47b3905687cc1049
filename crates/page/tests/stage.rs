//! The stage without a browser: each request, and the properties of every reply.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use pillarbox_lab::experiments;
use pillarbox_lab::scenario::Scenario;
use pillarbox_page::{PageReply, Request, Stage};

fn open(fragment: &[(&str, &str)]) -> (Stage, PageReply) {
    let mut stage = Stage::new().unwrap();
    let words: Vec<_> = [("do", "open")].into_iter().chain(fragment.iter().copied()).collect();
    let reply = stage.answer(&Request::of(&words));
    (stage, reply)
}

/// Returns the reply to a request, once it has been served to its end.
fn ask(stage: &mut Stage, words: &[(&str, &str)]) -> PageReply {
    let mut reply = stage.answer(&Request::of(words));
    while reply.more.is_some() {
        reply = stage.answer(&Request::of(&[("do", "go-on")]));
    }
    reply
}

/// Returns the evidence that the program produces from the story that can be downloaded now.
fn as_the_program(stage: &mut Stage, design: &str, demand: &str) -> String {
    let file = ask(stage, &[("do", "story")]).file.unwrap();
    let story = Scenario::parse("story.toml", &file.text).unwrap();
    let design = pillarbox_access::designs::named(design).unwrap();
    experiments::evidence(design, &story, story.seed, demand).unwrap().to_json()
}

const SERVE: [(&str, &str); 5] =
    [("do", "serve"), ("design", ""), ("demand", "content-warrant"), ("by", "GB"), ("guess", "unknown")];

#[test]
fn the_page_opens_on_a_conversation_that_one_relay_read_and_the_other_did_not() {
    let (_, reply) = open(&[]);
    let stage = &reply.parts["stage"];
    assert_eq!(stage.matches("<tr id=\"t").count(), 5);
    // The text is shown on both phones, and once more at the relay that reads.
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
    let ids: Vec<&str> = reply.rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(
        ids,
        ["order", "t6"],
        "the text, and the order, which may now come later: no other row has changed"
    );
    let lanes = &reply.rows[1].html;
    let shown = "<q>&lt;b&gt;see&lt;/b&gt; &quot;you&quot; \u{fffd}soon</q>";
    assert_eq!(lanes.matches(shown).count(), 3, "{lanes}");
    assert!(!lanes.contains("<b>see") && !reply.address.contains("see"), "{}", reply.address);
}

#[test]
fn the_rows_that_come_with_texts_make_the_table_that_is_shown_whole() {
    let (mut stage, _) = open(&[]);
    let whole =
        |stage: &mut Stage, after| ask(stage, &[("do", "order"), ("after", after)]).parts["lanes"].clone();
    let before = whole(&mut stage, "2");
    let named = |row: &str| {
        (row.split("id=\"").nth(1).unwrap().split('"').next().unwrap().to_owned(), row.to_owned())
    };
    let mut rows: Vec<(String, String)> = before.split_inclusive("</tr>").map(named).collect();
    assert_eq!(rows.len(), 6);
    for who in ["0", "0", "1"] {
        for row in ask(&mut stage, &[("do", "say"), ("who", who), ("text", "And then?")]).rows {
            match rows.iter_mut().find(|(id, _)| *id == row.id) {
                Some(known) => known.1 = row.html,
                None => rows.push((row.id, row.html)),
            }
        }
    }
    let table: String = rows.into_iter().map(|(_, html)| html).collect();
    assert_eq!(table, whole(&mut stage, "2"));
}

#[test]
fn an_answer_stays_as_it_is_while_texts_go_on_and_says_so() {
    let (mut stage, _) = open(&[]);
    let answers = ask(&mut stage, &SERVE).parts["answers"].clone();
    assert_eq!(answers.matches("class=\"soft since\" id=\"since").count(), 2);
    assert!(!answers.contains("Served when"), "{answers}");
    let reply = ask(&mut stage, &[("do", "say"), ("who", "1"), ("text", "One more.")]);
    assert!(!reply.parts.contains_key("answers"), "what somebody has unfolded there stays unfolded");
    for part in ["since0", "since1"] {
        assert_eq!(reply.parts[part], "Served when there were 5 texts; now there are 6.");
    }
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
    // The guess precedes the answer, and the four depths are in order.
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
    for at in [0, 1] {
        let evidence = stage.evidence().nth(at).unwrap().clone();
        let again = as_the_program(&mut stage, &evidence.design, "content-warrant");
        assert_eq!(again, evidence.to_json());
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
fn every_demand_is_answered_under_both_relays_and_as_by_the_program() {
    let (mut stage, _) = open(&[]);
    for demand in experiments::demands() {
        let mut serve = SERVE;
        serve[2].1 = demand;
        let reply = ask(&mut stage, &serve);
        assert!(reply.parts.contains_key("answers"), "{demand}: {}", reply.says);
        let here: Vec<(String, String)> =
            stage.evidence().map(|it| (it.design.clone(), it.to_json())).collect();
        for (design, evidence) in here {
            assert_eq!(as_the_program(&mut stage, &design, demand), evidence, "{demand} under {design}");
        }
    }
}

#[test]
fn pictures_show_what_rows_name_as_kept_and_as_seen_and_what_they_suggest() {
    let (mut stage, reply) = open(&[]);
    let pictures =
        reply.parts["stage"].split("id=\"pictures\"").nth(1).unwrap().split("id=\"tried\"").next().unwrap();
    assert_eq!(
        pictures.matches("<svg ").count(),
        5,
        "as kept, as seen and when; the other relay keeps nothing"
    );
    assert!(
        !pictures.contains("Under the clock") && !pictures.contains("style="),
        "no text, and no style of its own"
    );
    if let Some(folder) = std::env::var_os("PILLARBOX_PICTURES") {
        // The file is for a person who wants to look at the pictures.
        std::fs::write(std::path::Path::new(&folder).join("stage.html"), &reply.parts["stage"]).unwrap();
    }
    let (reads, sealed) = pictures.split_once("<h3>").unwrap().1.split_once("<h3>").unwrap();
    // The relay that reads keeps every message. The other one keeps none of the delivered messages.
    assert!(reads.contains("<li>Alice to Bob: "), "{reads}");
    let kept =
        |part: &str| part.split_once("id=\"as-kept").unwrap().1.split("<figure").next().unwrap().to_owned();
    assert!(kept(sealed).contains("No pair of people is named."), "{sealed}");
    assert!(!kept(reads).contains("No pair of people is named."), "{reads}");
    // Both relays have a log of key fetches to infer from. Neither trace has a network.
    for part in [reads, sealed] {
        let inferred = part.split_once("id=\"as-inferred").unwrap().1;
        assert!(inferred.contains("No pair of people is inferred."), "{inferred}");
        assert!(
            inferred.contains("Tried: key fetch before a message, one text to several people."),
            "{inferred}"
        );
        assert!(inferred.contains("Reason: the story has no network, so a receipt comes"), "{inferred}");
    }
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

#[test]
fn worlds_that_branch_off_from_a_long_conversation_are_those_of_the_program() {
    let (mut stage, _) = open(&[]);
    for number in 0..120 {
        let who = ["0", "1"][number % 2];
        ask(&mut stage, &[("do", "say"), ("who", who), ("text", &format!("Text {number}."))]);
    }
    // A design that is not on the stage catches up from the beginning of the conversation.
    for (design, demand, after) in [
        ("end-to-end", "interception", "118"),
        ("plain-server", "content-warrant", "1"),
        ("signal-now", "compelled-logging", "70"),
    ] {
        ask(&mut stage, &[("do", "order"), ("after", after)]);
        let mut serve = SERVE;
        (serve[1].1, serve[2].1) = (design, demand);
        ask(&mut stage, &serve);
        let here = stage.evidence().next().unwrap().to_json();
        assert!(
            as_the_program(&mut stage, design, demand) == here,
            "{demand} under {design}, after text {after}"
        );
    }
}

#[test]
fn a_long_demand_says_how_far_it_is_and_one_that_is_stopped_leaves_the_stage_as_it_was() {
    let (mut stage, _) = open(&[]);
    for _ in 0..60 {
        ask(&mut stage, &[("do", "say"), ("who", "0"), ("text", "And another one.")]);
    }
    ask(&mut stage, &SERVE);
    let before: Vec<String> = stage.evidence().map(|it| it.to_json()).collect();
    let mut serve = SERVE;
    serve[2].1 = "interception";
    let first = stage.answer(&Request::of(&serve));
    let second = stage.answer(&Request::of(&[("do", "go-on")]));
    let (first, second) = (first.more.unwrap(), second.more.unwrap());
    assert!(first.done < second.done && second.done < second.of, "{first:?} {second:?}");
    let stopped = ask(&mut stage, &[("do", "stop")]);
    assert!(stopped.more.is_none() && stopped.says.starts_with("Stopped"), "{stopped:?}");
    assert!(stopped.address.starts_with("demand=content-warrant&"), "{}", stopped.address);
    let after: Vec<String> = stage.evidence().map(|it| it.to_json()).collect();
    assert!(before == after, "what was served before still stands there");
    for words in [&[("do", "stop")], &[("do", "go-on")]] {
        assert_eq!(ask(&mut stage, words).says, "This page cannot do that.");
    }
    // If the demand is stopped, an order that was moved returns to its former position.
    ask(&mut stage, &serve);
    let moved = stage.answer(&Request::of(&[("do", "order"), ("after", "0")]));
    assert!(moved.more.is_some() && moved.address.ends_with("order=0"), "{moved:?}");
    assert!(ask(&mut stage, &[("do", "stop")]).address.ends_with("order=3"));
}

#[test]
fn the_same_rows_and_keys_stand_in_three_hands() {
    let (mut stage, _) = open(&[]);
    let answers = ask(&mut stage, &SERVE).parts["answers"].clone();
    for hand in [
        "<dt>Police in Britain</dt>",
        "<dt>A thief of the same rows and keys</dt>",
        "<dt>Police in the United States</dt>",
    ] {
        assert_eq!(answers.matches(hand).count(), 2, "{hand}: {answers}");
    }
    // Another asking country changes nothing in the data.
    let mut american = SERVE;
    american[3].1 = "US";
    let theirs = ask(&mut stage, &american).parts["answers"].clone();
    let said = |answers: &str, hand: &str| {
        let (_, rest) = answers.split_once(&format!("<dt>{hand}</dt><dd>")).unwrap();
        rest.split_once("</dd>").unwrap().0.to_owned()
    };
    let hand = "Police in the United States";
    assert_eq!(said(&answers, hand), said(&theirs, hand), "beside the British answer, and as an answer");
}

#[test]
fn one_key_is_tried_alone_and_gives_its_own_error() {
    let (mut stage, _) = open(&[]);
    let of = |stage: &mut Stage, key: &str| {
        ask(stage, &[("do", "try"), ("relay", "1"), ("text", "1"), ("key", key)])
    };
    let all = of(&mut stage, "").parts["tried"].clone();
    assert!(all.contains("private: the key of its channels to phones"), "{all}");
    let keys = all.matches("<option value=\"").count() - 1;
    assert!(keys > 100, "{keys}");
    let one = of(&mut stage, "0").parts["tried"].clone();
    assert!(one.contains("tried with one key: Alice: identity key for signatures, public"), "{one}");
    assert!(one.contains("<b>1</b> time") && !one.contains("<b>2</b> times"), "{one}");
    assert!(one.contains("<option value=\"0\" selected>"), "{one}");
    assert_eq!(of(&mut stage, &keys.to_string()).says, "This page cannot do that.");
}

#[test]
fn the_key_shelf_counts_what_hands_hold_and_changes_with_the_conversation() {
    let (mut stage, reply) = open(&[]);
    let shelf = |reply: &PageReply| reply.parts.get("shelf").or(reply.parts.get("stage")).unwrap().clone();
    let first = shelf(&reply);
    let reads = |texts: usize| format!("With these it reads {texts} of the {texts} texts that passed.");
    assert!(first.contains(&reads(5)) && first.contains("it reads 0 of the 5 texts"), "{first}");
    assert!(
        first.contains("Alice’s phone") && first.contains("the key that it signs sender certificates with")
    );
    let reply = ask(&mut stage, &[("do", "say"), ("who", "1"), ("text", "One more.")]);
    assert!(shelf(&reply).contains(&reads(6)) && shelf(&reply).contains("it reads 0 of the 6 texts"));
}

#[test]
fn a_cell_of_the_report_fills_in_its_question_and_is_run_again() {
    let (mut stage, _) = open(&[]);
    let cell = [
        ("do", "cell"),
        ("design", "whatsapp-2017"),
        ("demand", "backup-warrant"),
        ("story", "westminster-2017"),
    ];
    let reply = ask(&mut stage, &cell);
    assert_eq!(reply.address, "design=whatsapp-2017&demand=backup-warrant&by=GB&story=westminster-2017");
    let question = &reply.parts["question"];
    for chosen in ["whatsapp-2017", "backup-warrant", "westminster-2017"] {
        assert!(question.contains(&format!("<option value=\"{chosen}\" selected>")), "{chosen}: {question}");
    }
    assert!(question.contains("on Rhys in"), "{question}");
    let story = pillarbox_lab::scenario::library::find("westminster-2017").unwrap();
    let design = pillarbox_access::designs::named("whatsapp-2017").unwrap();
    let again = experiments::evidence(design, &story, story.seed, "backup-warrant").unwrap();
    assert_eq!(stage.evidence().next().unwrap().to_json(), again.to_json());
    // The request moves the order in the conversation on the stage. The answer on the page belongs to another story.
    let moved = ask(&mut stage, &[("do", "order"), ("after", "1")]);
    assert!(!moved.parts.contains_key("answers"), "{moved:?}");
    for wrong in [("design", "none"), ("demand", "none"), ("story", "none")] {
        let cell = cell.map(|(key, word)| if key == wrong.0 { wrong } else { (key, word) });
        assert_eq!(ask(&mut stage, &cell).says, "This page cannot do that.");
    }
}

#[test]
fn another_story_is_about_somebody_else_and_its_own_country_asks() {
    let (mut stage, _) = open(&[]);
    let reply = ask(
        &mut stage,
        &[("do", "ask"), ("story", "locked-phone-2016"), ("by", "GB"), ("demand", "seized-phone-off")],
    );
    let question = &reply.parts["question"];
    assert!(question.contains("<option value=\"US\" selected>"), "{question}");
    assert!(!question.contains("on Alice in") && !reply.parts.contains_key("answers"), "{question}");
    assert!(reply.address.ends_with("by=US&story=locked-phone-2016"), "{}", reply.address);
}
