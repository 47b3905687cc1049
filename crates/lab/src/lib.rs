//! Experiments on real phones and a real relay.
