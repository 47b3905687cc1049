//! The programs under test. The cargo that runs the tests builds them, with the tests' own profile and build folder.
//!
//! Cargo sets `CARGO_BIN_EXE_*` for a package's own programs only. While tests run, nobody holds the lock on the build
//! folder, so a build inside a test does not wait. After the first build there is nothing left to build.

use std::env;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use cargo_metadata::Message;

/// The packages, each with one program.
const PACKAGES: [&str; 3] = ["pillarbox-relay", "pillarbox-client", "pillarbox-lab"];

/// A file that cargo writes into the top folder of a build, and nowhere below.
const TOP: &str = "CACHEDIR.TAG";

/// The folder of the programs.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Returns the programs in the folder of one of them, for a package's tests of its own program.
    #[must_use]
    pub fn beside(program: impl AsRef<Path>) -> Self {
        Self { folder: program.as_ref().parent().unwrap().to_owned() }
    }

    /// Returns the folder, for a search path.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the path of `pillarbox-relay`.
    #[must_use]
    pub fn relay(&self) -> PathBuf {
        self.program("pillarbox-relay")
    }

    /// Returns the path of `pillarbox`.
    #[must_use]
    pub fn phone(&self) -> PathBuf {
        self.program("pillarbox")
    }

    /// Returns the path of `pillarbox-lab`.
    #[must_use]
    pub fn lab(&self) -> PathBuf {
        self.program("pillarbox-lab")
    }

    fn program(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

/// Returns the programs. The first call in a process builds those that are out of date.
pub fn programs() -> &'static Programs {
    static BUILT: OnceLock<Programs> = OnceLock::new();
    BUILT.get_or_init(build)
}

fn build() -> Programs {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--locked", "--bins", "--message-format", "json-render-diagnostics"]);
    cargo.args(PACKAGES.iter().flat_map(|package| ["-p", package]));
    like_this_test(&mut cargo);
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap());
    let mut building = cargo.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut found = Vec::new();
    for message in Message::parse_stream(BufReader::new(building.stdout.take().unwrap())) {
        if let Message::CompilerArtifact(artifact) = message.unwrap() {
            found.extend(artifact.executable.map(PathBuf::from));
        }
    }
    assert!(building.wait().unwrap().success(), "the programs do not build");
    let programs = Programs::beside(found.first().unwrap());
    for program in [programs.relay(), programs.phone(), programs.lab()] {
        assert!(found.contains(&program), "no {} in {found:?}", program.display());
    }
    programs
}

/// Adds the profile, the folder and the target with which the running test was built. The test's own path shows them:
/// `FOLDER/[TARGET/]PROFILE/deps/TEST`.
fn like_this_test(cargo: &mut Command) {
    let test = env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let above = profile.parent().unwrap();
    let top = above.ancestors().find(|folder| folder.join(TOP).exists()).unwrap_or(above);
    cargo.arg("--target-dir").arg(top);
    if top != above {
        cargo.arg("--target").arg(above.file_name().unwrap());
    }
    match profile.file_name().unwrap().to_str().unwrap() {
        "debug" => {}
        name => drop(cargo.args(["--profile", name])),
    }
}
