//! Showing a message to whoever runs the relay.

use pillarbox_wire::AccountId;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::records::{load_contact, message_key};
use crate::records::ids::BodyId;
use crate::records::report::{Evidence, Report};
use crate::vault::Table;

impl Phone {
    /// What a report of this message shows. Nothing is sent: whom it is shown to is the owner's business.
    ///
    /// # Errors
    /// [`PhoneError::NotReportable`] for a message that came sealed or without a stamp, that was sent from here, that is
    /// gone, or that came while this was not the phone's habit; [`PhoneError::UnknownContact`], [`PhoneError::Storage`].
    pub fn report(&self, contact: AccountId, message: BodyId) -> Result<Report, PhoneError> {
        self.vault.read(|rows| {
            load_contact(rows, contact)?;
            let evidence: Option<Evidence> = rows.load(Table::Reports, &message_key(contact, message))?;
            Ok(evidence.ok_or(PhoneError::NotReportable)?.into())
        })
    }
}
