//! Frames, codec, limits and the data inventory.
