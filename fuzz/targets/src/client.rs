//! Input that a person receives or is shown: invitations, and the texts of strangers.

use pillarbox_client::Invitation;
use pillarbox_client::display::{MAX_SHOWN_CHARS, safe, safe_lines};
use pillarbox_client::invitation::{CHECK_LEN, PREFIX};
use pillarbox_crypto::{kdf, labels};

use crate::feed::Feed;

/// Reads an invitation link: the bytes as text, or a link made by somebody who knows how to compute its check.
pub fn invitation(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    let link = if feed.byte().is_multiple_of(2) {
        String::from_utf8_lossy(feed.rest()).into_owned()
    } else {
        let encoded = feed.rest();
        let check = kdf::hash(labels::INVITATION, &[encoded]);
        format!("{PREFIX}{}", base32(&[encoded, &check[..CHECK_LEN]].concat()))
    };
    if let Ok(invitation) = link.parse::<Invitation>() {
        let written = invitation.to_string();
        assert_eq!(written.parse::<Invitation>().as_ref(), Ok(&invitation));
    }
}

/// Shows a stranger's text on a terminal. The result has nothing that a terminal acts on, nothing that reverses the
/// writing, and no more characters than fit.
pub fn display(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for (shown, lines) in [(safe(&text), false), (safe_lines(&text), true)] {
        let quiet = |c: char| !c.is_control() || (lines && c == '\n');
        assert!(shown.chars().all(|c| quiet(c) && !turns(c)), "{shown:?}");
        assert!(shown.chars().count() <= MAX_SHOWN_CHARS + 1);
        let again = if lines { safe_lines(&shown) } else { safe(&shown) };
        assert_eq!(again, shown);
    }
}

/// Returns true for characters that set a writing direction (Unicode Standard Annex 9).
fn turns(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Encodes bytes in base32 (RFC 4648, section 6), in lower case and without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| usize::from(byte >> at & 1)));
    let bits: Vec<usize> = bits.collect();
    let letter = |group: &[usize]| {
        let value = (0..5).fold(0, |value, at| value << 1 | group.get(at).unwrap_or(&0));
        char::from(b"abcdefghijklmnopqrstuvwxyz234567"[value])
    };
    bits.chunks(5).map(letter).collect()
}
