//! Ways in: the screen, its data, and the controls of its content.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod software;
mod story;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use pillarbox_access::design::Design;
use pillarbox_access::designs;
use pillarbox_access::view::NotificationStore;
use pillarbox_lab::experiments::Asserted;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::check::Folder;
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::{PersonId, Scenario, library};
use pillarbox_lab::score::Share;
use pillarbox_lab::screen;
use pillarbox_lab::ways::{self, WAYS, WayInRow, WaysIn, WaysPlan, WaysRun};
use pillarbox_lab::world::World;
use pillarbox_text::wrap::HEIGHT;
use pillarbox_wire::Handle;
use serde_json::{Value, json};

use self::story::{AFTER, BEFORE, event, says, story, texts};
use crate::schema_walker::fault;

/// The hint for the next command, below the screen.
const NEXT: usize = 1;

fn run_whole(scenario: &Scenario, design: &str, wanted: &[&str], threads: usize) -> WaysRun {
    let design = designs::named(design).unwrap_or_else(|| panic!("{design}"));
    run_under(scenario, design.clone(), wanted, threads)
}

fn run_under(scenario: &Scenario, design: Design, wanted: &[&str], threads: usize) -> WaysRun {
    let plan = WaysPlan {
        scenario: scenario.clone(),
        design,
        seed: scenario.seed,
        ways: wanted.iter().map(|name| (*name).to_owned()).collect(),
        threads: NonZeroUsize::new(threads).unwrap(),
        control: Control::built_in().unwrap(),
        rerun: "pillarbox-lab proposals".to_owned(),
    };
    ways::run(&plan, &Progress::none(), &AtomicBool::new(false)).unwrap()
}

fn run(scenario: &Scenario, design: &str, wanted: &[&str], threads: usize) -> WaysIn {
    run_whole(scenario, design, wanted, threads).found
}

fn flagship() -> Scenario {
    library::find("westminster-2017").unwrap()
}

/// The screen of the flagship story. It is computed once for all tests.
static SCREEN: LazyLock<WaysIn> = LazyLock::new(|| run(&flagship(), "whatsapp-now", &[], 2));

fn row<'w>(ways: &'w WaysIn, title: &str) -> &'w WayInRow {
    ways.ways.iter().find(|row| row.title == title).unwrap_or_else(|| panic!("{title}"))
}

fn share(n: u64, of: u64) -> Share {
    Share { n, of }
}

fn shown(width: usize) -> String {
    let comparison = ways::built_in("westminster-2017", "whatsapp-now").unwrap().unwrap().compare(&SCREEN);
    screen::plain(&ways::table(&SCREEN, Some(&comparison), width))
}

#[test]
fn the_ways_fit_on_one_screen() {
    let text = shown(80);
    // What exists today fits on the usual screen. Each proposal adds a heading, its rows and a note.
    let later = SCREEN.ways.iter().filter(|row| row.group != SCREEN.ways[0].group);
    let later = later.clone().count() + 2 * later.map(|row| &row.group).collect::<BTreeSet<_>>().len();
    assert!(text.lines().count() + NEXT <= HEIGHT + later, "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!("ways_80", text);
    let narrow = shown(60);
    assert!(narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
    insta::assert_snapshot!("ways_60", narrow);
    for width in [40, 140] {
        let text = shown(width);
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
    }
}

#[test]
fn every_number_is_explained_one_by_one() {
    let comparison = ways::built_in("westminster-2017", "whatsapp-now").unwrap().unwrap().compare(&SCREEN);
    let text = screen::plain(&ways::full(&SCREEN, Some(&comparison), 80));
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!("ways_full", text);
}

#[test]
fn each_cell_is_as_predicted_or_known_not_to_be() {
    let predictions = ways::built_in("westminster-2017", "whatsapp-now").unwrap().unwrap();
    let comparison = predictions.compare(&SCREEN);
    assert_eq!(comparison.unexpected, Vec::<String>::new());
    assert_eq!(comparison.unpredicted, Vec::<String>::new());
    assert_eq!(comparison.predicted + comparison.known.len(), 10 * SCREEN.ways.len());
    let names = [
        "content-warrant",
        "backup",
        "phone-open",
        "contacts-together",
        "phone-copied",
        "notifications",
        "number-takeover",
        "ghost-device",
        "escrow",
        "readable-backup",
        "targeted-update",
        "device-hack",
        "leaving",
    ];
    assert_eq!(ways::names(), names);
    // The control: another count is a finding.
    let mut other = SCREEN.clone();
    other.ways[0].before.n += 1;
    assert_eq!(predictions.compare(&other).unexpected.len(), 1);
}

#[test]
fn the_data_keep_to_their_schema_and_changed_data_do_not() {
    let schema: Value = serde_json::from_str(include_str!("../../../schemas/proposals.schema.json")).unwrap();
    let data = serde_json::to_value(&*SCREEN).unwrap();
    assert_eq!(fault(&schema, &schema, &data), None);
    let changes: [fn(&mut Value); 3] = [
        |data| data["colour"] = json!("red"),
        |data| data["ways"][0]["before"]["n"] = json!("none"),
        |data| drop(data["ways"][1].as_object_mut().unwrap().remove("stolen")),
    ];
    for change in changes {
        let mut odd = data.clone();
        change(&mut odd);
        assert!(fault(&schema, &schema, &odd).is_some());
    }
    assert_eq!(serde_json::from_value::<WaysIn>(data).unwrap(), *SCREEN);
}

#[test]
fn the_table_for_other_programs_has_a_line_for_each_way() {
    let table = ways::csv(&SCREEN);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 1 + SCREEN.ways.len());
    let fields = lines[0].split(',').count();
    let open = lines.iter().find(|line| line.contains(",phone-open,")).unwrap();
    // No field of this line has a comma in it.
    assert_eq!(open.split(',').count(), fields, "{open}");
}

#[test]
fn the_same_comes_out_on_any_number_of_threads() {
    let wanted = ["content-warrant", "phone-copied"];
    let (one, two) =
        (run(&flagship(), "whatsapp-now", &wanted, 1), run(&flagship(), "whatsapp-now", &wanted, 2));
    assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&two).unwrap());
    // A way says the same, no matter which others are beside it.
    assert_eq!(row(&one, "copied, online"), row(&SCREEN, "copied, online"));
}

/// The control of the two rows that return nothing, or nothing of somebody else's: under a design whose server can
/// read and keeps, the same steps find everything.
#[test]
fn a_content_warrant_and_its_thief_find_what_lies_there() {
    let ways = run(&flagship(), "plain-server", &["content-warrant"], 2);
    let warrant = row(&ways, "content warrant");
    assert_eq!((warrant.before, warrant.after), (share(10, 10), share(15, 15)));
    assert_eq!(warrant.stolen.as_ref().unwrap().opens, share(55, 55));
    assert!(warrant.without_the_phone.works);
    let sealed = row(&SCREEN, "content warrant");
    assert_eq!((sealed.before, sealed.after), (share(0, 10), share(0, 15)));
    assert_eq!(sealed.stolen.as_ref().unwrap().opens, share(0, 55));
}

/// The control of the copy. A phone that is off generates no new keys, and its copy opens everything that passes. A
/// phone that is on generates one with each receipt, and leaves the copy behind.
#[test]
fn a_copy_follows_for_as_long_as_the_phone_chooses_no_new_keys() {
    let off = event("02T20:00", "Ann", "goes-offline = true");
    let on = event("04T20:00", "Ann", "comes-online = true");
    let asleep = story(&[texts(&BEFORE), off, texts(&AFTER), on].concat());
    let ways = run(&asleep, "whatsapp-now", &["phone-copied"], 2);
    let offline = row(&ways, "copied, offline");
    assert_eq!((offline.before, offline.after), (share(2, 2), share(3, 3)));
    assert_eq!(offline.stolen.as_ref().unwrap().opens, share(2, 5), "without a tap it has the time before");
    let awake = story(&[texts(&BEFORE), texts(&AFTER)].concat());
    let ways = run(&awake, "whatsapp-now", &["phone-copied"], 2);
    let offline = row(&ways, "copied, offline");
    assert_eq!((offline.before, offline.after), (share(2, 2), share(1, 3)));
    assert_eq!(offline.noticed.as_slice(), &[][..]);
    // Where the server can read, there are no keys to generate.
    let ways = run(&awake, "plain-server", &["phone-copied"], 2);
    assert_eq!(row(&ways, "copied, offline").after, share(3, 3));
}

/// A copy that connects takes texts that the phone itself never shows, and the sender is told that they arrived.
#[test]
fn two_phones_fight_for_one_mailbox_and_a_sentence_becomes_false() {
    let online = row(&SCREEN, "copied, online");
    let offline = row(&SCREEN, "copied, offline");
    assert!(online.after.n > offline.after.n, "{:?}", online.after);
    let delivered = |row: &WayInRow| {
        let all = row.became_false.iter().filter(|it| it.text == "Delivered: Callum's phone has it.");
        all.inspect(|sentence| assert!(!sentence.holds)).count()
    };
    assert!(delivered(online) > 0);
    // A copy is nobody's own phone: what only the recipient's phone can read, it reads.
    let can_read =
        offline.became_false.iter().filter(|it| it.text.contains("only the recipient's phone can read"));
    assert!(can_read.count() > 0 && delivered(offline) == 0);
    let replaced = "The relay closed the connection: the same device connected from elsewhere.";
    assert_eq!(online.first_noticed()["Callum"].says, replaced);
    let told: Vec<&str> = online.noticed.iter().map(|noticed| noticed.who.as_str()).collect();
    assert!(told.iter().all(|who| flagship().people.iter().any(|person| person.name == *who)), "{told:?}");
    // Everybody who has nothing to do with it receives the same at the same times, under other numbers of the
    // relay.
    assert!(online.other_numbers.contains(&"Zara".to_owned()));
    assert!(!online.could_notice.contains(&"Zara".to_owned()));
}

/// A backup that somebody else can read makes the sentence false whether or not anybody orders it.
#[test]
fn what_was_false_without_an_order_did_not_become_false_by_it() {
    let backup = row(&SCREEN, "backup as it is");
    assert!(backup.became_false.is_empty());
    assert_eq!(backup.already_false.len(), 5);
    let own_key = run(&flagship(), "whatsapp-own-key", &["backup"], 2);
    assert!(row(&own_key, "backup as it is").already_false.is_empty(), "the control");
}

/// Two lies are needed: the operator's alone opens nothing, and honest phones refuse the device in words.
#[test]
fn a_ghost_opens_nothing_without_the_phones_software_and_everything_with_it() {
    let alone = row(&SCREEN, "honest apps");
    assert_eq!((alone.before, alone.after), (share(0, 10), share(0, 15)));
    assert_eq!((alone.read.as_slice(), alone.became_false.len()), (&[][..], 0));
    let refuses =
        |says: &str| says.contains("without a signature that holds. Those devices get nothing from you.");
    for (who, first) in alone.first_noticed() {
        let told = alone.noticed.iter().filter(|noticed| noticed.who == who && noticed.at == first.at);
        assert!(told.clone().any(|noticed| refuses(&noticed.says)), "{who}: {told:?}");
    }
    let (shown, hidden) = (row(&SCREEN, "apps that show it"), row(&SCREEN, "apps that hide it"));
    for ghost in [shown, hidden] {
        assert_eq!((ghost.before, ghost.after), (share(0, 10), share(15, 15)), "from now on, and all of it");
        // The false sentence is printed on the phones of those whose words are read.
        let people: BTreeSet<&str> =
            ghost.became_false.iter().map(|sentence| sentence.who.as_str()).collect();
        assert_eq!(people, BTreeSet::from(["Callum", "Dilys", "Edwin", "Gwen", "Owain"]));
        // The same without an order, about everybody: more texts than those of one person.
        assert!(ghost.stolen.as_ref().unwrap().opens.n > ghost.after.n);
        // Who keeps another program still writes to people who did not.
        assert!(ghost.evader.after.n > 0 && ghost.evader.after.n < ghost.after.n);
    }
    assert!(shown.first_noticed().values().all(|line| line.says.contains("has linked a device")));
    // The warning says that the contact has linked and signed it, which is false.
    let warns = |sentence: &&Asserted| sentence.text.contains("has linked a device");
    assert_eq!(shown.became_false.iter().filter(warns).count(), 8);
    assert_eq!(hidden.became_false.iter().filter(warns).count(), 0);
    assert_eq!(hidden.noticed, []);
    assert_eq!(hidden.could_tell().len(), 5, "whose phones send and get more than with the same program");
    assert_eq!(hidden.other_program.len(), 29);
}

/// A relay that does not learn who asks cannot name the ghost to the person who is eavesdropped on. It still
/// receives what others write to that person.
#[test]
fn sealed_senders_keep_a_persons_own_texts_from_a_ghost() {
    let story = story(&[texts(&BEFORE), says("03T08:30", "Ann", "Mine."), texts(&AFTER)].concat());
    let ways = run(&story, "signal-now", &["ghost-device"], 2);
    let hidden = row(&ways, "apps that hide it");
    assert_eq!(hidden.after, share(3, 4));
    assert_eq!(hidden.noticed, []);
    let ways = run(&story, "whatsapp-now", &["ghost-device"], 2);
    assert_eq!(
        row(&ways, "apps that hide it").after,
        share(4, 4),
        "the control: the same story without them"
    );
}

/// A public log contains no ghost. Phones that check the log refuse the device, and so they did without a log,
/// because nobody had signed for it. The maker of the phones' software can leave out that check with the others.
#[test]
fn a_public_log_keeps_out_no_ghost_that_the_phones_software_lets_in() {
    let logged = include_str!("../../../examples/westminster-2017/whatsapp-logged.toml");
    let logged = Design::parse("whatsapp-logged.toml", logged).unwrap();
    let story = story(&[texts(&BEFORE), texts(&AFTER)].concat());
    let ways = run_under(&story, logged, &["ghost-device"], 2).found;
    let alone = row(&ways, "honest apps");
    assert_eq!(alone.after, share(0, 3));
    assert!(!alone.noticed.is_empty());
    for apps in ["apps that show it", "apps that hide it"] {
        assert_eq!(row(&ways, apps).after, share(3, 3), "{apps}");
    }
    assert_eq!(row(&ways, "apps that hide it").noticed, []);
}

/// The holder of the number receives what others write from then on, until its owner has it back. Both sides are
/// told.
#[test]
fn a_number_that_is_taken_over_brings_what_others_write() {
    let taken = row(&SCREEN, "number takeover");
    assert_eq!((taken.before, taken.after), (share(0, 10), share(7, 15)));
    let first = taken.first_noticed();
    assert!(first["Callum"].says.contains("the relay does not take this phone"), "{first:?}");
    assert!(first["Dilys"].says.contains("safety number has changed"), "{first:?}");
    assert!(taken.lost.len() >= 15, "the owner neither sends nor gets anything: {:?}", taken.lost);
    assert!(taken.evader.after.n < taken.after.n);
}

/// The key opens everything that was recorded since phones wrap keys, and one share of three opens nothing.
#[test]
fn an_escrowed_key_opens_what_was_recorded_whoever_has_it() {
    let of = |title: &str| row(&SCREEN, title);
    for title in ["one key", "one key, all kept", "2 of 3 agents", "3 shares, one hand"] {
        let escrow = of(title);
        assert_eq!(escrow.after, share(15, 15), "{title}");
        assert!(escrow.without_the_phone.works && escrow.noticed.is_empty(), "{title}");
        assert_eq!((escrow.evader.before.n, escrow.evader.after.n), (0, 0), "{title}");
        assert_eq!(escrow.became_false.len(), 5, "{title}");
        // That it can be done is in everybody's program. That it is done changes nothing that a phone receives.
        assert_eq!((escrow.could_tell().len(), escrow.other_program.len()), (0, 29), "{title}");
    }
    // The authority gets earlier messages only if somebody kept them; a thief who recorded them depends on nobody.
    assert_eq!((of("one key").before, of("one key, all kept").before), (share(0, 10), share(10, 10)));
    let stolen = |title| of(title).stolen.as_ref().unwrap().opens;
    assert_eq!((stolen("one key"), stolen("3 shares, one hand")), (share(55, 55), share(55, 55)));
    assert_eq!(stolen("2 of 3 agents"), share(0, 55));
}

/// Whoever has the key of a backup reads it. Copied in silence, it makes a sentence false; withdrawn in words, it does
/// not.
#[test]
fn a_backup_opens_for_whoever_has_its_key() {
    let of = |title: &str| row(&SCREEN, title);
    let kept = of("own key, as it is");
    assert_eq!((kept.texts.len(), kept.stolen.as_ref().unwrap().opens), (0, share(0, 55)));
    let mine = |sentence: &&Asserted| sentence.text.starts_with("Nobody but whoever has the key can read");
    let cases = [
        ("everybody, silently", 29, 1, 0),
        ("country, silently", 26, 1, 0),
        ("country, announced", 26, 0, 26),
    ];
    for (title, programs, false_of_backups, told) in cases {
        let opened = of(title);
        assert_eq!((opened.before, opened.after), (share(10, 10), share(14, 15)), "{title}");
        assert_eq!(opened.stolen.as_ref().unwrap().opens, share(24, 55), "{title}");
        assert_eq!((opened.evader.before.n, opened.evader.after.n), (0, 0), "{title}");
        assert_eq!((opened.other_program.len(), opened.noticed.len()), (programs, told), "{title}");
        assert_eq!(opened.became_false.iter().filter(mine).count(), false_of_backups, "{title}");
        assert_eq!(opened.software.phone > 0, told == 0, "{title}: what is withdrawn needs no more code");
    }
    let backs_up = event("04T20:00", "Ann", "backs-up = true");
    let story = story(&[texts(&BEFORE), texts(&AFTER), backs_up].concat());
    let ways = run(&story, "imessage-adp", &["readable-backup"], 2);
    let silently = row(&ways, "everybody, silently");
    assert_eq!((silently.before, silently.after), (share(2, 2), share(3, 3)), "one operator has both");
    assert!(silently.reasons[0].ends_with("Without a key 0 opened."), "{:?}", silently.reasons);
    let ways = run(&story, "signal-now", &["readable-backup"], 2);
    assert!(ways.ways.iter().all(|row| row.reasons == ["No backup lies anywhere."] && row.ordered.is_none()));
}

/// An operator that leaves takes its data with it, and nothing more passes through it.
#[test]
fn an_operator_that_leaves_has_nothing_to_hand_over() {
    let story = story(&[texts(&BEFORE), texts(&AFTER)].concat());
    let ways = run(&story, "plain-server", &["content-warrant", "leaving"], 2);
    let (stays, leaves) = (row(&ways, "content warrant"), row(&ways, "operator leaves"));
    assert_eq!((stays.before, stays.after), (share(2, 2), share(3, 3)), "the control");
    assert_eq!((leaves.before, leaves.after), (share(0, 2), share(0, 3)));
    assert_eq!((leaves.first_noticed().len(), leaves.lost.len()), (2, 3));
    assert!(leaves.first_noticed()["Ben"].says.contains("we leave Britain"), "{:?}", leaves.noticed);
}

/// People with another program do not exchange a word with those whose program wraps keys: each refuses the other's
/// messages, and says so.
#[test]
fn programs_with_and_without_escrow_do_not_understand_each_other() {
    let mut story = story(&[texts(&BEFORE), texts(&AFTER)].concat());
    story.people[1].other_program = true;
    let ways = run(&story, "whatsapp-now", &["escrow"], 2);
    let key = row(&ways, "one key, all kept");
    assert_eq!((key.before.n, key.after.n), (1, 0), "Ann's own, which Ben cannot open");
    assert!(key.lost.len() >= 3, "{:?}", key.lost);
    assert!(key.noticed.iter().any(|noticed| noticed.who == "Ann"), "{:?}", key.noticed);
}

#[test]
fn notifications_keep_what_came_in_though_it_disappears_from_the_messenger() {
    let timer = event("02T08:30", "Ann", "sets-timer = \"1m\"\nwith = \"Ben\"");
    let story = story(&[timer, texts(&BEFORE), texts(&AFTER)].concat());
    let ways = run(&story, "whatsapp-now", &["phone-open", "notifications"], 2);
    let open = row(&ways, "an open phone");
    assert_eq!((open.before, open.after), (share(0, 2), share(0, 3)));
    let kept = row(&ways, "notifications");
    assert_eq!((kept.before, kept.after), (share(1, 2), share(3, 3)));
    assert_eq!((kept.evader.before, kept.evader.after), (share(0, 2), share(0, 3)));
    assert_eq!(kept.phone_gone(), "fails");
}

fn told(design: &str, events: &str) -> World {
    let story = story(events);
    let mut world = World::new(designs::named(design).unwrap(), &story, story.seed).unwrap();
    world.run().unwrap();
    world
}

const ANN: PersonId = PersonId(0);

#[test]
fn a_lost_phone_is_gone_with_everything_on_it_and_its_account_stays() {
    let lost = event("03T08:30", "Ann", "loses-phone = true");
    let world =
        told("plain-server", &[texts(&BEFORE), lost.clone(), says("03T09:00", "Ben", "Three.")].concat());
    assert_eq!(world.phones_of(ANN).count(), 0);
    assert_eq!(world.phones_of(PersonId(1)).count(), 1);
    assert!(world.seized().is_empty(), "nobody has it");
    assert!(world.notifications_of(ANN).is_none());
    let holdings = world.sites()[0].holdings().unwrap();
    assert!(holdings.account(&Handle::parse("+447700900311").unwrap()).is_some());
    let waiting = holdings.rows().messages.iter().filter(|row| row.delivered_at.is_none());
    assert_eq!(waiting.count(), 1, "it waits for a phone");
    // A person without a phone does nothing more.
    let text = story("").text + &lost + &says("03T09:00", "Ann", "And I.");
    let refused = Scenario::parse("quay.toml", &text).unwrap_err().to_string();
    assert!(refused.contains("Ann can do nothing here: the phone was lost in line"), "{refused}");
}

#[test]
fn notifications_show_words_unless_their_owner_has_hidden_them() {
    let kept = |events: &str| {
        let world = told("end-to-end", events);
        let (previews, others) = NotificationStore::read(world.notifications_of(ANN).unwrap().bytes());
        assert_eq!(others, 0);
        previews.into_iter().map(|preview| (preview.from, preview.text)).collect::<Vec<_>>()
    };
    assert_eq!(kept(&texts(&BEFORE)), [("Ben".to_owned(), "Two.".to_owned())]);
    let hidden = event("02T08:30", "Ann", "hides-previews = true");
    assert_eq!(kept(&[hidden, texts(&BEFORE)].concat()), [(String::new(), String::new())]);
}

fn folder_of(run: &WaysRun) -> Folder {
    let files = run.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes()));
    Folder::of(run.manifest.clone(), files.collect())
}

/// Each row follows from its evidence, and a check reports a folder that was changed.
#[test]
fn a_folder_of_ways_is_checked_against_its_evidence() {
    let backs_up = event("04T20:00", "Ann", "backs-up = true");
    let story = story(&[texts(&BEFORE), texts(&AFTER), backs_up].concat());
    let run = run_whole(&story, "whatsapp-now", &[], 2);
    assert_eq!(ways::findings(&folder_of(&run)), Vec::<String>::new());
    let form: Value = serde_json::from_str(include_str!("../../../schemas/evidence.schema.json")).unwrap();
    let evidence = run.files.iter().filter(|(name, _)| name.starts_with("evidence/"));
    for (name, text) in evidence {
        assert_eq!(fault(&form, &form, &serde_json::from_str(text).unwrap()), None, "{name}");
    }
    let control = Control::built_in().unwrap();
    let plan = ways::plan_of(&folder_of(&run), NonZeroUsize::MIN, control).unwrap();
    let again = ways::run(&plan, &Progress::none(), &AtomicBool::new(false)).unwrap();
    assert_eq!(folder_of(&run).differences(&again.files), Vec::<String>::new());
    let changed = |name: &str, from: &str, to: &str| {
        let mut run = run.clone();
        let file = run.files.get_mut(name).unwrap();
        assert!(file.contains(from), "{name} has no {from}");
        *file = file.replacen(from, to, 1);
        let mut folder = folder_of(&run);
        // The manifest is changed too, as a forger would change it.
        let digest = pillarbox_lab::record::sha256(run.files[name].as_bytes());
        folder.manifest.files.insert(name.to_owned(), digest);
        ways::findings(&folder)
    };
    assert_ne!(changed(WAYS, "\"n\": 2", "\"n\": 1"), Vec::<String>::new());
    let open = "evidence/phone-open--carried-out.json";
    assert_ne!(changed(open, "Three.", "Thirty"), Vec::<String>::new());
    let copied = "evidence/readable-backup-everybody--carried-out.json";
    assert_ne!(changed(copied, "Three.", "Thirty"), Vec::<String>::new());
    let shown = "evidence/notifications--carried-out.json";
    assert_ne!(changed(shown, "\"text\": \"Three.\"", "\"text\": \"Thirty\""), Vec::<String>::new());
    let mut without = folder_of(&run);
    without.files.remove(open);
    assert!(!ways::findings(&without).is_empty());
}
