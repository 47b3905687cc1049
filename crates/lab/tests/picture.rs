//! Pictures from metadata: they agree with the ties, names overlap nothing, and other programs can read the files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeSet;

use pillarbox_lab::picture::{Hours, NOT_NAMED, NetworkPicture, csv, graphml};
use pillarbox_metadata::{Known, Tie, Ties};

const KINDS: [Known; 3] = [Known::Kept, Known::Seen, Known::Inferred];

/// Returns people in circles of eight who talk among themselves, and one tie from each circle to the next. The numbers
/// are a fixed sequence.
fn network(people: usize) -> Ties {
    let names = ["Aled", "Bethan", "Carys", "Dewi", "Eluned", "Ffion", "Gwyn", "Heledd"];
    let mut random = 7_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut ties = Vec::new();
    for one in 0..people {
        for other in one + 1..people.min(one / 8 * 8 + 8) {
            if next(5) < 2 {
                ties.push(Tie {
                    one,
                    other,
                    there: next(40),
                    back: next(40) + 1,
                    known: KINDS[next(3) as usize],
                });
            }
        }
        if one % 8 == 0 && one + 8 < people {
            ties.push(Tie {
                one,
                other: one + 8 + next(8) as usize % (people - one - 8),
                there: 1,
                back: 0,
                known: Known::Kept,
            });
        }
    }
    let person = |at: usize| format!("{} {}", names[at % 8], at / 8 + 1);
    let groups = (0..people / 24).map(|set| (set * 24..set * 24 + 5).collect()).collect();
    Ties { people: (0..people).map(person).collect(), ties, groups }
}

fn strangers() -> Ties {
    let people = ["<script>alert(1)</script>", "\"' onload=alert(2) x=\"", "\u{202e}gnirts\u{0}", "=1+1,2"];
    let tie = |one, other, known| Tie { one, other, there: 2, back: 1, known };
    Ties {
        people: people.map(str::to_owned).into(),
        ties: vec![tie(0, 1, Known::Kept), tie(1, 2, Known::Seen), tie(2, 3, Known::Inferred)],
        groups: vec![vec![0, 1, 2]],
    }
}

/// Writes a picture to a folder, if somebody wants to look at it.
fn shown(name: &str, svg: &str) {
    if let Some(folder) = std::env::var_os("PILLARBOX_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join(name), svg).unwrap();
    }
}

/// Returns the box of a label, a little smaller than the room that is kept free for it.
fn labels(svg: &str) -> Vec<(String, [f64; 4])> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let points: BTreeSet<(i32, i32)> = document
        .descendants()
        .filter(|node| node.has_tag_name("circle") || node.tag_name().name() == "circle")
        .filter(|node| node.attribute("class") == Some("p"))
        .map(|node| {
            (node.attribute("cx").unwrap().parse().unwrap(), node.attribute("cy").unwrap().parse().unwrap())
        })
        .collect();
    let class = document.root_element().attribute("class").unwrap();
    let font =
        [("s", 20.0), ("m", 15.0), ("l", 13.0)].iter().find(|(size, _)| class.ends_with(size)).unwrap().1;
    let mut boxes: Vec<(String, [f64; 4])> = points
        .iter()
        .map(|(x, y)| {
            (
                "a point".to_owned(),
                [f64::from(*x) - 6.0, f64::from(*y) - 6.0, f64::from(*x) + 6.0, f64::from(*y) + 6.0],
            )
        })
        .collect();
    for node in document
        .descendants()
        .filter(|node| node.tag_name().name() == "text" && node.attribute("class").is_none())
    {
        let number = |name| node.attribute(name).unwrap().parse::<f64>().unwrap();
        let text = node.text().unwrap().to_owned();
        let width = text.chars().count() as f64 * font * 0.6;
        let left = match node.attribute("text-anchor") {
            Some("end") => number("x") - width,
            Some("middle") => number("x") - width / 2.0,
            _ => number("x"),
        };
        boxes.push((text, [left, number("y") - font * 0.75, left + width, number("y") + font * 0.25]));
    }
    boxes
}

fn overlapping(boxes: &[(String, [f64; 4])]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (at, (one, a)) in boxes.iter().enumerate() {
        for (other, b) in &boxes[at + 1..] {
            if a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3] {
                found.push((one.clone(), other.clone()));
            }
        }
    }
    found
}

#[test]
fn at_30_people_every_name_stands_on_nothing_and_at_300_those_with_most_ties() {
    for (people, names) in [(2, 2), (5, 5), (12, 12), (30, 30), (40, 40), (300, 100)] {
        let svg = NetworkPicture::of("Who talks to whom", &network(people)).file().unwrap();
        shown(&format!("network-{people}.svg"), &svg);
        let boxes = labels(&svg);
        assert_eq!(overlapping(&boxes), [], "{people} people");
        let written =
            boxes.iter().filter(|(text, _)| network(people).people.iter().any(|name| name == text)).count();
        assert!(written >= names, "{written} names of {people} people");
    }
    let mut boxes = labels(&NetworkPicture::of("", &network(30)).file().unwrap());
    let moved = boxes[31].1;
    boxes[35].1 = moved;
    assert_ne!(overlapping(&boxes), [], "the search finds what it looks for");
}

#[test]
fn who_has_most_ties_is_named_first_and_the_text_has_everybody() {
    let ties = network(300);
    let network = NetworkPicture::of("", &ties);
    let svg = network.file().unwrap();
    let number = |at: usize| ties.ties.iter().filter(|tie| tie.one == at || tie.other == at).count();
    let mut most: Vec<usize> = (0..300).collect();
    most.sort_by_key(|at| (std::cmp::Reverse(number(*at)), *at));
    let written =
        most[..40].iter().filter(|at| svg.contains(&format!(">{}</text>", ties.people[**at]))).count();
    assert!(written >= 36, "{written} of the 40 with most ties");
    let text = network.words().to_string();
    for name in &ties.people {
        assert!(text.contains(name), "{name}");
    }
}

#[test]
fn the_text_of_a_picture_equals_its_ties_and_so_do_its_lines() {
    for people in [5, 30, 300] {
        let ties = network(people);
        let svg = NetworkPicture::of("Who talks to whom", &ties).file().unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let one = |name: &str| document.descendants().find(|node| node.tag_name().name() == name).unwrap();
        assert_eq!(one("title").text(), Some("Who talks to whom"));
        let desc = one("desc").text().unwrap();
        let mut said = BTreeSet::new();
        for tie in &ties.ties {
            let (one, other) = (&ties.people[tie.one], &ties.people[tie.other]);
            let known = ["kept", "seen", "inferred"][tie.known as usize];
            let line = format!(" {one} to {other}: {}; {other} to {one}: {}, {known}.", tie.there, tie.back);
            assert!(desc.contains(&line), "{line}");
            said.insert(line);
        }
        assert_eq!(desc.matches("; ").count(), said.len(), "nothing else is said");
        let lines = |known: Known| ties.ties.iter().filter(|tie| tie.known == known).count();
        let drawn = |how: fn(Option<&str>, Option<&str>) -> bool| {
            // Each kind has one more line: in the legend.
            let lines = document.descendants().filter(|node| node.tag_name().name() == "line");
            lines
                .filter(|line| how(line.attribute("stroke-dasharray"), line.attribute("stroke-linecap")))
                .count()
                - 1
        };
        assert_eq!(drawn(|dashes, _| dashes.is_none()), lines(Known::Kept));
        assert_eq!(drawn(|dashes, cap| dashes.is_some() && cap == Some("butt")), lines(Known::Seen));
        assert_eq!(drawn(|dashes, cap| dashes.is_some() && cap == Some("round")), lines(Known::Inferred));
        for words in
            ["named by a row that is kept", "named by a row that passed", "inferred, named by no row"]
        {
            assert!(svg.contains(words), "{words}");
        }
    }
}

#[test]
fn the_same_people_stand_at_the_same_places_as_kept_as_seen_and_as_inferred() {
    let ties = network(30);
    let all = NetworkPicture::of("", &ties);
    let each = KINDS.map(|known| all.only("one of three", &ties, known));
    let points = |picture: &NetworkPicture| {
        labels(&picture.file().unwrap())
            .into_iter()
            .filter(|(text, _)| text == "a point")
            .map(|(_, place)| place.map(|it| it as i64))
            .collect::<Vec<_>>()
    };
    assert_eq!(points(&each[0]), points(&each[1]));
    assert_eq!(points(&each[0]), points(&each[2]));
    for (picture, known) in each.iter().zip(KINDS) {
        let of_kind = ties.ties.iter().filter(|tie| tie.known == known).count();
        assert_eq!(picture.words().pairs.len(), of_kind, "{known:?}");
    }
}

#[test]
fn a_pair_known_in_several_ways_is_one_line_the_surest() {
    let tie = |one, other, there, known| Tie { one, other, there, back: 0, known };
    let ties = Ties {
        people: vec!["Alice".into(), "Bob".into()],
        ties: vec![
            tie(0, 1, 1, Known::Inferred),
            tie(1, 0, 7, Known::Kept),
            tie(0, 1, 9, Known::Seen),
            tie(0, 5, 1, Known::Kept),
        ],
        groups: vec![vec![0, 1, 9]],
    };
    let all = NetworkPicture::of("", &ties);
    assert_eq!(all.words().pairs, ["Bob to Alice: 7; Alice to Bob: 0"]);
    let said = KINDS.map(|known| all.only("", &ties, known).words().pairs.concat());
    assert_eq!(
        said,
        [
            "Bob to Alice: 7; Alice to Bob: 0",
            "Alice to Bob: 9; Bob to Alice: 0",
            "Alice to Bob: 1; Bob to Alice: 0, inferred"
        ]
    );
}

#[test]
fn graphml_is_read_back_with_every_person_and_every_tie() {
    const NAMESPACE: &str = "http://graphml.graphdrawing.org/xmlns";
    for ties in [network(30), strangers(), Ties::default()] {
        let text = graphml(&ties).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        let all = |name: &'static str| {
            document.descendants().filter(move |node| node.has_tag_name((NAMESPACE, name)))
        };
        assert_eq!(all("graph").next().unwrap().attribute("edgedefault"), Some("undirected"));
        let declared: BTreeSet<(&str, &str)> =
            all("key").map(|key| (key.attribute("for").unwrap(), key.attribute("id").unwrap())).collect();
        let data = |node: roxmltree::Node<'_, '_>, key: &str| {
            let found = node.children().find(|child| child.attribute("key") == Some(key));
            found.and_then(|it| it.text().map(str::to_owned)).unwrap_or_default()
        };
        for node in document.descendants().filter(|node| node.has_tag_name((NAMESPACE, "data"))) {
            let of = node.parent().unwrap().tag_name().name();
            assert!(declared.contains(&(of, node.attribute("key").unwrap())));
        }
        let nodes: Vec<&str> = all("node").map(|node| node.attribute("id").unwrap()).collect();
        assert_eq!(nodes.len(), ties.people.len());
        assert_eq!(nodes.iter().collect::<BTreeSet<_>>().len(), nodes.len());
        let edges: Vec<(usize, usize, u64, u64, String)> = all("edge")
            .map(|edge| {
                let end = |name| nodes.iter().position(|node| Some(*node) == edge.attribute(name)).unwrap();
                let number = |key| data(edge, key).parse().unwrap();
                (end("source"), end("target"), number("there"), number("back"), data(edge, "known"))
            })
            .collect();
        let expected: Vec<_> = ties
            .ties
            .iter()
            .map(|tie| {
                (
                    tie.one,
                    tie.other,
                    tie.there,
                    tie.back,
                    ["kept", "seen", "inferred"][tie.known as usize].to_owned(),
                )
            })
            .collect();
        assert_eq!(edges, expected);
        let table = csv(&ties);
        assert_eq!(table.lines().count(), ties.ties.len() + 1);
    }
    assert!(csv(&strangers()).contains("\"'=1+1,2\",2,1,inferred"), "{}", csv(&strangers()));
}

#[test]
fn strangers_names_are_names_and_no_element_brings_a_style_of_its_own() {
    let ties = strangers();
    let network = NetworkPicture::of("<b>", &ties);
    let hours = Hours::by_weekday("<b>", &[0, 1]);
    for svg in [
        network.file().unwrap(),
        network.svg("one").unwrap(),
        hours.file().unwrap(),
        hours.svg("two").unwrap(),
    ] {
        let document = roxmltree::Document::parse(&svg).unwrap();
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let name = node.tag_name().name();
            assert!(
                ["svg", "title", "desc", "style", "g", "line", "circle", "rect", "polygon", "text"]
                    .contains(&name),
                "{name}"
            );
            assert!(
                node.attributes().all(|it| it.name() != "style" && !it.name().starts_with("on")),
                "{svg}"
            );
        }
        assert!(!svg.contains(['\u{202e}', '\u{0}']));
    }
    for part in [network.svg("one").unwrap(), hours.svg("two").unwrap()] {
        assert!(!part.contains("<style"), "a page's policy would not let it hold");
    }
}

#[test]
fn the_picture_of_a_small_network_is_this_one() {
    insta::assert_snapshot!(NetworkPicture::of("Who talks to whom", &network(5)).svg("people").unwrap());
}

#[test]
fn the_hours_of_a_week_are_drawn() {
    let times: Vec<u64> = (0..200_u64).map(|at| 1_732_958_100_000 + at * at * 1_700_000).collect();
    let hours = Hours::by_weekday("Hours of Alice, in UTC", &times);
    shown("hours-week.svg", &hours.file().unwrap());
    assert!(hours.file().unwrap().contains(&hours.words().join(". ")));
}

#[test]
fn whoever_is_not_named_counts_as_nobody() {
    let tie = |one, other| Tie { one, other, there: 1, back: 0, known: Known::Seen };
    let people = vec!["Alice".to_owned(), "Bob".to_owned(), NOT_NAMED.to_owned()];
    let of = |ties| {
        NetworkPicture::of("", &Ties { people: people.clone(), ties, groups: Vec::new() })
            .words()
            .summary
            .clone()
    };
    assert_eq!(
        of(vec![tie(2, 1)]),
        "The picture shows 2 people. No pair of people is named. 1 line leads to whoever rows do not name. 1 person has no line."
    );
    let network =
        NetworkPicture::of("", &Ties { people: people.clone(), ties: vec![tie(2, 1)], groups: Vec::new() });
    assert_eq!(network.words().pairs, ["somebody who is not named to Bob: 1"]);
    assert_eq!(network.file().unwrap().matches("<circle class=\"p\"").count(), 2, "and a hollow one");
    assert_eq!(
        of(vec![tie(0, 1), tie(2, 1)]),
        "The picture shows 2 people. Rows that passed name 1 pair of people. 1 line leads to whoever rows do not name."
    );
}
