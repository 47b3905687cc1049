//! The code that each proposal needs, counted in its sources.

/// A half of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Half {
    /// The party with this half: `phone`, `relay` or `authority`.
    pub of: &'static str,
    /// Its files, by name and text.
    files: &'static [(&'static str, &'static str)],
}

/// The steps of a phone's software that a half can take over, as they stand in its source.
const SEAMS: [(&str, &str); 5] = [
    ("fn protect(", "Software::protect"),
    ("fn open(&self, payload", "Software::open"),
    ("fn devices(", "Software::devices"),
    ("fn asks_for_devices(", "Software::asks_for_devices"),
    ("fn checks_directory(", "Software::checks_directory"),
];

/// Takes a half together from its files.
macro_rules! half {
    ($of:literal $(, $file:literal)*) => {
        Half { of: $of, files: &[$(($file, include_str!($file))),*] }
    };
}

static ESCROW: [Half; 3] = [
    half!("phone", "escrow/client.rs", "escrow/leaf.rs"),
    half!("relay"),
    half!("authority", "escrow/authority.rs"),
];

static GHOST_DEVICE: [Half; 3] =
    [half!("phone", "ghost_device/client.rs"), half!("relay", "ghost_device/relay.rs"), half!("authority")];

static READABLE_BACKUP: [Half; 3] = [
    half!("phone", "readable_backup/client.rs"),
    half!("relay"),
    half!("authority", "readable_backup/authority.rs"),
];

static TARGETED_UPDATE: [Half; 3] = [
    half!("phone", "harvest/client.rs", "harvest/report.rs", "targeted_update/client.rs"),
    half!("relay"),
    half!("authority", "harvest/authority.rs"),
];

static DEVICE_HACK: [Half; 3] = [
    half!("phone", "harvest/client.rs", "harvest/report.rs"),
    half!("relay"),
    half!("authority", "harvest/authority.rs"),
];

/// Returns the halves of a proposal; none if no proposal has this name.
#[must_use]
pub fn halves_of(proposal: &str) -> Option<&'static [Half; 3]> {
    match proposal {
        "escrow" => Some(&ESCROW),
        "ghost-device" => Some(&GHOST_DEVICE),
        "readable-backup" => Some(&READABLE_BACKUP),
        "targeted-update" => Some(&TARGETED_UPDATE),
        "device-hack" => Some(&DEVICE_HACK),
        _ => None,
    }
}

impl Half {
    /// Returns the names of its files.
    pub fn files(&self) -> impl Iterator<Item = &'static str> {
        self.files.iter().map(|(name, _)| *name)
    }

    /// Returns the texts of its files.
    pub fn texts(&self) -> impl Iterator<Item = &'static str> {
        self.files.iter().map(|(_, text)| *text)
    }

    /// Counts its lines of code, without comments, blank lines and tests.
    #[must_use]
    pub fn lines(&self) -> usize {
        let code =
            self.files.iter().flat_map(|(_, text)| text.lines().take_while(|line| *line != "#[cfg(test)]"));
        code.map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
    }

    /// Returns the steps of a phone's software that it takes over.
    #[must_use]
    pub fn seams(&self) -> Vec<&'static str> {
        let has = |seam: &str| self.files.iter().any(|(_, text)| text.contains(seam));
        SEAMS.iter().filter(|(seam, _)| has(seam)).map(|(_, name)| *name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_as_long_as_its_code_and_names_the_steps_that_it_takes_over() {
        let [phone, relay, authority] = &ESCROW;
        assert_eq!(phone.seams(), ["Software::protect", "Software::open"]);
        assert!(phone.lines() > 50, "{}", phone.lines());
        assert_eq!((relay.lines(), relay.seams().len()), (0, 0));
        assert!(authority.lines() > 50);
        let [phone, relay, authority] = &GHOST_DEVICE;
        assert_eq!(
            phone.seams(),
            ["Software::devices", "Software::asks_for_devices", "Software::checks_directory"]
        );
        assert!(phone.lines() < relay.lines());
        assert_eq!(authority.lines(), 0);
        let [phone, relay, authority] = &READABLE_BACKUP;
        assert!(phone.lines() < authority.lines() && phone.seams().is_empty());
        assert_eq!(relay.lines(), 0);
        let [phone, relay, authority] = &TARGETED_UPDATE;
        assert!(authority.lines() > 50 && phone.seams().is_empty());
        assert_eq!(relay.lines(), 0);
        assert!(DEVICE_HACK[0].lines() < phone.lines() && DEVICE_HACK[2] == *authority);
        let commented = Half {
            of: "phone",
            files: &[("a.rs", "//! Nothing.\n\nfn a() {}\n#[cfg(test)]\nmod tests {}\n")],
        };
        assert_eq!(commented.lines(), 1);
    }
}
