//! Software on one phone: by a build that its maker signs, and through a hole in the phone's system.

use pillarbox_lab::matrix::check::Folder;
use pillarbox_lab::record::sha256;
use pillarbox_lab::ways::{self, WayInRow, WaysRun};
use serde_json::Value;

use crate::schema_walker::fault;

use super::story::{AFTER, BEFORE, event, story, texts};
use super::{SCREEN, folder_of, row, run, run_whole, share};

/// The beginning of the reason for a build that was refused.
const REFUSED: &str =
    "The build that the messenger's maker signed was offered to the phone, which refused it: ";

/// A phone takes what its maker signs. With a public log of builds, it takes what is in it, and everybody can see that.
#[test]
fn a_phone_takes_a_build_for_it_alone_and_a_log_lets_everybody_see_it() {
    let (today, logged) = (row(&SCREEN, "no log of builds"), row(&SCREEN, "log, build in it"));
    for taken in [today, logged] {
        let title = &taken.title;
        assert_eq!((taken.before, taken.after), (share(10, 10), share(15, 15)), "{title}");
        assert!(taken.without_the_phone.works && taken.noticed.is_empty(), "{title}");
        assert_eq!(taken.other_program, ["Callum"], "{title}");
        assert_eq!(taken.became_false.len(), 5, "{title}");
        assert_eq!(taken.stolen.as_ref().unwrap().opens, share(6, 55), "{title}: what a bystander has");
        assert!(taken.bytes.with > taken.bytes.plain, "{title}");
        // The control, in the same world: what another maker signed is refused.
        assert!(
            taken.reasons[0].contains("signed by another maker, was offered to the phone, which refused it")
        );
        assert!(taken.reasons[1].ends_with("which took it."), "{title}: {:?}", taken.reasons);
        // The program of another maker refuses the build.
        assert_eq!((taken.evader.before.n, taken.evader.after.n), (0, 0), "{title}");
        let why = format!("{REFUSED}the maker of the phone's program did not sign it.");
        assert_eq!(taken.evader.reasons, [why], "{title}");
    }
    assert_eq!(today.could_notice, ["Callum"]);
    assert_eq!(logged.could_notice.len(), 29);
    let left_out = row(&SCREEN, "log, build left out");
    assert_eq!((left_out.before.n, left_out.after.n), (0, 0));
    assert_eq!(left_out.stolen.as_ref().unwrap().opens.n, 0);
    assert_eq!(left_out.could_notice, ["Callum"], "the build reached the phone");
    let why = format!("{REFUSED}no proof came with it that it is in the public log of builds.");
    assert_eq!(left_out.reasons[1], why);
    assert_eq!((left_out.other_program.len(), left_out.software.phone), (0, 0));
}

/// Through a hole the same software gets the same, and no program is another one. A patch closes it.
#[test]
fn a_hole_gives_what_a_build_gives_until_it_is_patched() {
    let (hole, update) = (row(&SCREEN, "a hole"), row(&SCREEN, "no log of builds"));
    assert_eq!((hole.before, hole.after, &hole.texts), (update.before, update.after, &update.texts));
    assert_eq!((&hole.read, &hole.became_false), (&update.read, &update.became_false));
    assert_eq!(hole.other_program, Vec::<String>::new());
    assert_eq!(hole.could_notice, ["Callum"], "reports leave the phone");
    assert_eq!(hole.stolen.as_ref().unwrap().opens, share(6, 55));
    let patched = row(&SCREEN, "the hole patched");
    assert_eq!((patched.before.n, patched.after.n, patched.could_tell().len()), (0, 0, 0));
    assert_eq!(patched.reasons.len(), 1);
    assert_eq!(hole.evader.reasons, patched.reasons, "the evader has the same patch");
    assert!(patched.reasons[0].contains("is patched"), "{:?}", patched.reasons);
}

/// A text is reported before it disappears. A phone that is off reports when it is on again, and a new phone has
/// nothing of it.
#[test]
fn reports_keep_what_disappears_and_end_with_the_phone() {
    let timer = event("02T08:30", "Ann", "sets-timer = \"1m\"\nwith = \"Ben\"");
    let told = story(&[timer, texts(&BEFORE), texts(&AFTER)].concat());
    let ways = run(&told, "whatsapp-now", &["phone-open", "targeted-update"], 2);
    assert_eq!(row(&ways, "an open phone").after, share(0, 3), "the control");
    let update = row(&ways, "no log of builds");
    assert_eq!((update.before, update.after), (share(0, 2), share(3, 3)));
    let disappear = |row: &WayInRow| -> Vec<String> {
        let all = row.became_false.iter().chain(&row.already_false);
        all.filter(|it| it.text.starts_with("Ann: [messages now disappear"))
            .map(|it| it.who.clone())
            .collect()
    };
    assert_eq!(disappear(update), vec!["Ben".to_owned()], "the reports stay");
    assert_eq!(disappear(row(&ways, "log, build left out")), Vec::<String>::new());
    let off = event("02T20:00", "Ann", "goes-offline = true");
    let on = event("04T20:00", "Ann", "comes-online = true");
    let ways =
        run(&story(&[texts(&BEFORE), off, texts(&AFTER), on].concat()), "simplex", &["device-hack"], 2);
    assert_eq!((row(&ways, "a hole").before, row(&ways, "a hole").after), (share(2, 2), share(3, 3)));
    let anew = event("03T09:30", "Ann", "re-registers = true");
    let (first, later) = AFTER.split_at(1);
    let told = story(&[texts(&BEFORE), texts(first), anew, texts(later)].concat());
    let ways = run(&told, "whatsapp-now", &["targeted-update", "device-hack"], 2);
    for title in ["no log of builds", "log, build in it", "a hole"] {
        assert_eq!(
            (row(&ways, title).before, row(&ways, title).after),
            (share(2, 2), share(1, 3)),
            "{title}"
        );
    }
}

/// Reports and builds are read again from a folder: whoever changes one of them is found.
#[test]
fn a_folder_shows_that_a_report_or_a_decision_about_a_build_was_changed() {
    let ways = ["targeted-update", "device-hack"];
    let run = run_whole(&story(&[texts(&BEFORE), texts(&AFTER)].concat()), "whatsapp-now", &ways, 2);
    assert_eq!(ways::findings(&folder_of(&run)), Vec::<String>::new());
    let form: Value = serde_json::from_str(include_str!("../../../../schemas/evidence.schema.json")).unwrap();
    for (name, text) in run.files.iter().filter(|(name, _)| name.starts_with("evidence/")) {
        assert_eq!(fault(&form, &form, &serde_json::from_str(text).unwrap()), None, "{name}");
    }
    let changed = |way: &str, from: &str, to: &str| {
        let mut run: WaysRun = run.clone();
        let name = format!("evidence/{way}--carried-out.json");
        let file = run.files.get_mut(&name).unwrap();
        assert!(file.contains(from), "{name} has no {from}");
        *file = file.replace(from, to);
        let mut folder: Folder = folder_of(&run);
        // The manifest is changed too, as a forger would change it.
        folder.manifest.files.insert(name.clone(), sha256(run.files[&name].as_bytes()));
        ways::findings(&folder).concat()
    };
    let otherwise = "a phone decides otherwise about a build in it";
    assert!(
        changed("targeted-update-left-out", "\"part\": \"refused: no proof", "\"part\": \"taken")
            .contains(otherwise)
    );
    assert!(
        changed("targeted-update-logged", "\"part\": \"taken\"", "\"part\": \"refused\"").contains(otherwise)
    );
    let unsaid = "none of its bytes says";
    assert!(
        changed("targeted-update-no-log", "\"text\": \"Three.\"", "\"text\": \"Thirty.\"").contains(unsaid)
    );
    assert!(changed("device-hack-unpatched", "\"how\": \"harvested\"", "\"how\": \"kept\"").contains(unsaid));
}
