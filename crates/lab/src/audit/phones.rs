//! The phones' folders, while the phones are open: neither the texts nor a key may be in them.

use std::fs;
use std::path::Path;

use super::error::AuditError;
use super::files;
use super::needle::{Needle, NeedleRole, Planted};
use super::person::Person;
use super::report::{Moment, Searched, SearchedPlace};
use super::search::Search;
use super::searched::searched;

/// The beginning of every SQLite file (sqlite.org/fileformat.html, section 1.3.1).
pub(super) const SQLITE: &[u8] = b"SQLite format 3";

/// The name of the file that shows that the search finds readable data.
const CONTROL: &str = "control";

/// Returns the needles of the texts.
pub(super) fn said(planted: &[Planted]) -> Result<Vec<Needle>, AuditError> {
    let mut needles = Vec::new();
    for (position, text) in planted.iter().enumerate() {
        needles.extend(text.needles(position + 1)?);
    }
    Ok(needles)
}

/// Searches both folders for every text and for every secret that the two phones have ever drawn.
///
/// First the same search has to find each of them in a file that is written there and removed again.
pub(super) fn look(
    planted: &[Planted],
    people: [&Person; 2],
    folder: &Path,
) -> Result<Vec<Searched>, AuditError> {
    let mut needles = said(planted)?;
    for person in people {
        needles.extend(person.rng.keys(person.name)?);
    }
    needles.push(Needle::new(NeedleRole::Witness, "what a SQLite file begins with", SQLITE)?);
    let search = Search::new(needles)?;
    people.iter().map(|person| in_folder(&search, &folder.join(person.name), Moment::Waiting)).collect()
}

/// Searches the files of one phone, after the search has found each needle in a file that is written there.
pub(super) fn in_folder(search: &Search, folder: &Path, moment: Moment) -> Result<Searched, AuditError> {
    control(search, folder)?;
    let (mut parts, mut hits) = (Vec::new(), Vec::new());
    for file in files::files(folder)? {
        let (part, found) = files::search(&file, search)?;
        parts.push(part);
        hits.extend(found);
    }
    Ok(searched(SearchedPlace::PhoneFiles, moment, search, parts, hits))
}

/// Plants every needle in a file of the folder, and insists that the search finds each.
fn control(search: &Search, folder: &Path) -> Result<(), AuditError> {
    let file = folder.join(CONTROL);
    let planted: Vec<u8> =
        search.needles().iter().flat_map(|needle| [needle.bytes(), b"\n"].concat()).collect();
    let failed = |error: std::io::Error| AuditError::Folder {
        folder: folder.display().to_string(),
        kind: error.kind(),
    };
    fs::write(&file, planted).map_err(failed)?;
    let (_, hits) = files::search(&file, search)?;
    fs::remove_file(&file).map_err(failed)?;
    match search.needles().iter().find(|needle| !hits.iter().any(|hit| hit.what == needle.name())) {
        Some(missed) => Err(AuditError::Control { control: format!("{} in a planted file", missed.name()) }),
        None => Ok(()),
    }
}
