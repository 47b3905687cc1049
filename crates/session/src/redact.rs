//! How secrets print: as their type's name.

/// Implements `Debug` for a type that holds secrets so that it prints the type's name and nothing else.
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
