//! Accounts in a rule that people write, each as its 32 hexadecimal digits.

use std::fmt;

use pillarbox_wire::AccountId;
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serializer};

/// One account, written as its digits.
struct Written(AccountId);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl<'de> Visitor<'de> for Digits {
            type Value = Written;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an account as 32 hexadecimal digits")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Written, E> {
                let well_formed = text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
                let number = u128::from_str_radix(text, 16).ok().filter(|_| well_formed);
                let number = number.ok_or_else(|| E::custom("an account has 32 hexadecimal digits"))?;
                Ok(Written(AccountId(number.to_be_bytes())))
            }

            // An account may also be a plain list of its bytes, which is how the type serializes itself.
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Written, A::Error> {
                let mut account = [0; 16];
                for (at, byte) in account.iter_mut().enumerate() {
                    *byte = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(at, &self))?;
                }
                Ok(Written(AccountId(account)))
            }
        }

        deserializer.deserialize_any(Digits)
    }
}

pub(super) fn serialize<S: Serializer>(accounts: &[AccountId], serializer: S) -> Result<S::Ok, S::Error> {
    let mut seq = serializer.serialize_seq(Some(accounts.len()))?;
    for account in accounts {
        seq.serialize_element(&account.to_string())?;
    }
    seq.end()
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<AccountId>, D::Error> {
    let written = Vec::<Written>::deserialize(deserializer)?;
    Ok(written.into_iter().map(|Written(account)| account).collect())
}
