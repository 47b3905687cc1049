//! How keys print: a secret as its type's name, a public key as the start of its bytes.

use core::fmt;

/// Implements `Debug` for a secret type so that it prints the type's name and nothing else.
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

/// Bytes shown of a public key: enough to tell two apart in a test's output, and short enough
/// that nobody takes it for the safety number.
const SHOWN: usize = 8;

/// Writes `name(0011223344556677…)`.
pub(crate) fn write_public(f: &mut fmt::Formatter<'_>, name: &str, bytes: &[u8]) -> fmt::Result {
    write!(f, "{name}(")?;
    for byte in bytes.iter().take(SHOWN) {
        write!(f, "{byte:02x}")?;
    }
    f.write_str("…)")
}
