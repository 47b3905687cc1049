//! The stage as a WebAssembly module. The host writes a request into the module's memory, asks, and reads the reply
//! there.
//!
//! The module has no unsafe block: only the host follows the two pointers, and it writes where [`room`] has made
//! room. Exporting a name is unsafe because all linked code shares exported names; no other code is linked here.

use std::cell::RefCell;

use pillarbox_page::{PageReply, Request, Stage};

thread_local! {
    /// The request, until [`ask`] answers it; then the reply.
    static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

/// Makes room for a request of this many bytes, and returns its address.
#[allow(unsafe_code, reason = "the host finds it by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    BYTES.with_borrow_mut(|bytes| {
        bytes.clear();
        bytes.resize(length, 0);
        bytes.as_mut_ptr()
    })
}

/// Executes the request, and returns the number of bytes of the reply.
#[allow(unsafe_code, reason = "the host finds it by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn ask() -> usize {
    let request = BYTES.take();
    let reply = STAGE.with_borrow_mut(|stage| answer(stage, &request)).to_json();
    let length = reply.len();
    BYTES.set(reply);
    length
}

/// Returns the address of the reply, which is valid until the next call of [`room`].
#[allow(unsafe_code, reason = "the host finds it by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn reply() -> *const u8 {
    BYTES.with_borrow(|bytes| bytes.as_ptr())
}

fn answer(stage: &mut Option<Stage>, request: &[u8]) -> PageReply {
    let sentence = |says: String| PageReply { says, ..PageReply::default() };
    let request = match Request::parse(request) {
        Ok(request) => request,
        Err(error) => return sentence(format!("This is no request: {error}.")),
    };
    if stage.is_none() {
        match Stage::new() {
            Ok(new) => *stage = Some(new),
            Err(error) => return sentence(format!("The stage could not be set: {error}.")),
        }
    }
    stage.as_mut().map_or_else(PageReply::default, |stage| stage.answer(&request))
}
