//! The `Debug` form of keys: a secret prints as its type's name, a public key as the start of its bytes.

use core::fmt;

/// Implements `Debug` for a secret type, printing only the type's name.
macro_rules! redacted_debug {
    ($name:ident $(<const $parameter:ident : $kind:ty>)?) => {
        impl $(<const $parameter: $kind>)? core::fmt::Debug for $name $(<$parameter>)? {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

pub(crate) use redacted_debug;

/// Bytes shown of a public key. They are enough to tell two keys apart in a test's output, and too few to be taken
/// for the safety number.
const SHOWN: usize = 8;

/// Writes `name(0011223344556677…)`.
pub(crate) fn write_public(f: &mut fmt::Formatter<'_>, name: &str, bytes: &[u8]) -> fmt::Result {
    write!(f, "{name}(")?;
    for byte in bytes.iter().take(SHOWN) {
        write!(f, "{byte:02x}")?;
    }
    f.write_str("…)")
}
