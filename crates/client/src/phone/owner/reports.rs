//! Reporting a message to the relay's operator.

use pillarbox_wire::AccountId;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::records::{load_contact, message_key};
use crate::records::ids::BodyId;
use crate::records::report::{AbuseReport, Evidence};
use crate::vault::Table;

impl Phone {
    /// Returns the report of a message. Nothing is sent: the owner decides whom to show it to.
    ///
    /// # Errors
    /// [`PhoneError::NotReportable`] for a message that was sealed or had no stamp, was sent from here, is deleted,
    /// or arrived while reports were not this phone's habit; [`PhoneError::UnknownContact`],
    /// [`PhoneError::Storage`].
    pub fn report(&self, contact: AccountId, message: BodyId) -> Result<AbuseReport, PhoneError> {
        self.vault.read(|rows| {
            load_contact(rows, contact)?;
            let evidence: Option<Evidence> = rows.load(Table::Reports, &message_key(contact, message))?;
            Ok(evidence.ok_or(PhoneError::NotReportable)?.into())
        })
    }
}
