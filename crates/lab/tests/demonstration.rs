//! The demonstration shows what it claims: the same steps return everything under one design and nothing readable under
//! the other, and the text on the terminal agrees with the data.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use pillarbox_access::{Item, ItemAnswer, Served, designs};
use pillarbox_client::{PaddingRule, Protection};
use pillarbox_lab::demonstration::{self, glance, text};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::screen::plain as without_weights;
use pillarbox_relay::Granularity;
use pillarbox_text::wrap::display_width;
use pillarbox_wire::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_demands_return_what_each_design_leaves_at_its_relay() {
    let report = demonstration::run(&Progress::none()).await.unwrap();
    let [plain, end_to_end] = report.runs.as_slice() else { panic!("two designs") };

    // The phones show the same texts, so the differences below are not due to the conversation.
    let texts = |run: &demonstration::report::DemonstrationRun| -> Vec<Vec<String>> {
        run.phones.iter().map(|phone| phone.lines.iter().map(|line| line.text.clone()).collect()).collect()
    };
    assert_eq!(texts(plain), texts(end_to_end));
    assert_eq!(plain.saw.len(), end_to_end.saw.len());

    // The positive control: under the plain server the same search reads every row.
    let content = |run: &demonstration::report::DemonstrationRun| -> ItemAnswer {
        run.returns[1].answer(Item::MessageContent).unwrap().clone()
    };
    let ItemAnswer::Returned { count, lines } = content(plain) else { panic!("{:?}", content(plain)) };
    assert_eq!(count, plain.saw.len() as u64);
    let said = texts(plain)[0].len();
    assert_eq!((plain.returns[1].facts.said.len(), plain.texts_for_a_thief()), (said, said));
    assert_eq!((end_to_end.returns[1].facts.said.len(), end_to_end.texts_for_a_thief()), (0, 0));
    for text in &texts(plain)[0] {
        assert!(lines.iter().any(|line| line.contains(text.as_str())), "{text}");
    }

    let ItemAnswer::HeldUnreadable { count, private_keys, public_values } = content(end_to_end) else {
        panic!("{:?}", content(end_to_end))
    };
    assert_eq!(count, 1, "the text that waits for the phone that is off");
    assert_eq!(private_keys, 2, "the transport's and the certificates'");
    assert!(public_values > 100, "each value in the recipient's rows was tried: {public_values}");
    assert!(end_to_end.saw.iter().all(|sight| sight.from.is_none()));
    assert!(plain.saw.iter().all(|sight| sight.from.is_some()));
    assert!(end_to_end.kept.iter().all(|row| row.readable.is_none()));

    // No text is readable in any row that the relay kept end to end. The same search finds it where it is readable.
    let exhibits = |served: &Served| serde_json::to_string(&served.lines).unwrap();
    let (open, closed) = (exhibits(&plain.returns[1]), exhibits(&end_to_end.returns[1]));
    for text in &texts(plain)[0] {
        let planted = pillarbox_access::evidence::hexadecimal(text.as_bytes());
        assert!(open.contains(&planted));
        assert!(!closed.contains(&planted));
    }

    // A demand that does not cover content returns no content, not even in its evidence.
    let records = serde_json::to_string(&plain.returns[0]).unwrap();
    // One line shows who wrote to whom. Another shows when a message passed and which end of it the account was.
    let wrote = &plain.returns[0].facts.wrote;
    let both_ends = wrote.iter().filter(|wrote| wrote.from.is_some() && wrote.to.is_some());
    assert_eq!(both_ends.count(), plain.saw.len());
    for text in &texts(plain)[0] {
        assert!(!records.contains(text.as_str()));
        assert!(!records.contains(&pillarbox_access::evidence::hexadecimal(text.as_bytes())));
    }

    for width in [40, 60, 80, 140] {
        for screen in [text::render(&report, width), glance::render(&report, width)] {
            for line in without_weights(&screen).lines() {
                // A line that is meant to be copied is not broken.
                assert!(display_width(line) <= width || line.starts_with("Next: "), "{width}: {line}");
            }
        }
    }
    let shown = without_weights(&text::render(&report, 80));
    for text in &texts(plain)[0] {
        assert!(shown.contains(text.as_str()));
    }
    assert!(shown.contains("held but unreadable: 1."));

    // Keys and the bytes derived from them differ from run to run.
    let groups: Vec<char> = end_to_end.kept[0].first_bytes.chars().collect();
    let groups: Vec<String> = groups.chunks(4).map(|group| group.iter().collect()).collect();
    for width in [40, 60, 80, 140] {
        let screen = without_weights(&glance::render(&report, width));
        let bytes = groups.join(" ");
        assert_eq!(screen.matches(&bytes).count(), 1, "{bytes}: {screen}");
        insta::assert_snapshot!(format!("glance_{width}"), screen.replace(&bytes, "ffff ffff ffff ffff"));
    }

    // The first screen shows the findings of the run, on 22 lines of 80 columns.
    let glance = without_weights(&glance::render(&report, 80));
    assert!(glance.lines().count() <= 22 && glance.lines().all(|line| display_width(line) <= 80), "{glance}");
    let last = plain.kept.last().unwrap().readable.clone().unwrap();
    let tried = private_keys + public_values;
    let bytes: String = end_to_end.kept[0].first_bytes.chars().take(4).collect();
    for says in [&format!("{said} of {said} texts"), &last, &format!("{tried} keys tried"), &bytes] {
        assert!(glance.contains(says.as_str()), "{says}: {glance}");
    }

    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["v"], 1);
    let lines = json["runs"][1]["returns"][1]["lines"].as_array().unwrap();
    let content = lines.iter().find(|line| line["item"] == "message_content").unwrap();
    assert_eq!(content["answer"]["state"], "held-unreadable");
}

/// The page says in a sentence how the two designs differ besides encryption. The designs' data must agree.
#[test]
fn the_sentence_about_the_two_designs_is_their_data() {
    let (plain_server, end_to_end) = (designs::plain_server(), designs::end_to_end());
    let (plain, quiet) = (&plain_server.relay, &end_to_end.relay);
    let (plain_server, end_to_end) = (&plain_server.phone, &end_to_end.phone);
    let year = Some(Duration::from_days(365));
    assert_eq!((plain.delivered, plain.last_seen, plain.last_address), (year, Granularity::Exact, true));
    assert_eq!((quiet.delivered, quiet.last_seen, quiet.last_address), (None, Granularity::Day, false));
    assert_eq!((plain_server.padding, end_to_end.padding), (PaddingRule::None, PaddingRule::Blocks80));
    assert_eq!(
        (plain_server.protection, end_to_end.protection),
        (Protection::ServerReadable, Protection::EndToEnd)
    );
}
