//! Designs, demands and what they return.
