//! The ghost among somebody's devices.

use pillarbox_wire::DeviceId;

/// The ghost's number among somebody's devices.
pub const GHOST: DeviceId = DeviceId(200);
