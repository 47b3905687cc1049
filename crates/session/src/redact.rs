//! Redacted `Debug`: a secret prints as its type's name.

/// Implements `Debug` for a type that contains secrets, printing only the type's name.
macro_rules! redacted_debug {
    ($($name:ident),+ $(,)?) => {$(
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )+};
}

pub(crate) use redacted_debug;
