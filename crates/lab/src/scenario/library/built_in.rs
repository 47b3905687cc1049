//! The scenarios inside the program.

/// The scenarios inside the program, by name.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("westminster-2017", include_str!("../../../../../examples/westminster-2017/scenario.toml")),
    ("locked-phone-2016", include_str!("../../../../../examples/locked-phone-2016/scenario.toml")),
    ("national-block-2016", include_str!("../../../../../examples/national-block-2016/scenario.toml")),
    ("channel-2015", include_str!("../../../../../examples/channel-2015/scenario.toml")),
    ("cloud-chat-2017", include_str!("../../../../../examples/cloud-chat-2017/scenario.toml")),
    ("oracle", include_str!("../../../../../examples/oracle/scenario.toml")),
    ("backup-2025", include_str!("../../../../../examples/backup-2025/scenario.toml")),
    ("neighbours", include_str!("../../../../../examples/neighbours/scenario.toml")),
    ("month", include_str!("../../../../../examples/month/scenario.toml")),
];
